"""Where a payment is moving to, in columns of its own row. Source: BK-33."""

from typing import Any, Final

from sqlalchemy import Row

from instainstru_core.booking.terms import PaymentStep
from instainstru_core.kernel.lessons import Modality
from instainstru_core.kernel.money import Money
from instainstru_core.payments.model.move import Move
from instainstru_core.pricing.model.quotes import PriceBreakdown

_MONEY: Final = (
    "hourly_rate",
    "lesson_price",
    "student_fee",
    "commission",
    "payout",
    "credit",
    "card_amount",
)
_PLAIN: Final = ("minutes", "student_fee_bps", "commission_bps", "tier", "config_version")


def move_columns(move: Move | None) -> dict[str, Any]:
    """The columns of *move*; all of them empty while nothing moves."""
    if move is None:
        return {"moving_to": None, "moving_step": None, "moving_price": None}
    price = move.breakdown
    return {
        "moving_to": move.successor_id,
        "moving_step": move.step.value,
        "moving_price": {
            **{name: getattr(price, name).cents for name in _MONEY},
            **{name: getattr(price, name) for name in _PLAIN},
            "modality": price.modality.value,
        },
    }


def move_of(row: Row[Any]) -> Move | None:
    """The move that *row* keeps, if any."""
    if row.moving_to is None:
        return None
    price = row.moving_price
    figures: dict[str, Any] = {
        **{name: Money(price[name]) for name in _MONEY},
        **{name: price[name] for name in _PLAIN},
    }
    return Move(
        successor_id=row.moving_to,
        step=PaymentStep(row.moving_step),
        breakdown=PriceBreakdown(modality=Modality(price["modality"]), **figures),
    )
