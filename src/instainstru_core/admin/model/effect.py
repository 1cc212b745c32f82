"""What an act does to a booking and its money: shown beforehand, and held to. Source: MC-6."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from attrs import frozen

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import BookingStatus
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.model.planner import SettlementPlan, StepKind

_AMOUNTS: Final = (
    "captured",
    "released_hold",
    "refunded",
    "credit_released",
    "credit_applied",
    "credit_forfeited",
    "credit_issued",
    "student_fee_kept",
    "commission_kept",
    "payout",
)


class Caution(StrEnum):
    """What whoever confirms it should know. Source: MC-6."""

    CARD_IS_ASKED = "card_is_asked"
    LESSON_HAS_BEGUN = "lesson_has_begun"
    NOT_PAID = "not_paid"
    STAYS_FROZEN = "stays_frozen"
    SECOND_PERSON = "second_person"


@frozen(kw_only=True)
class Effect:
    """The booking before and after, and how its money ends; no plan where none is decided."""

    before: BookingStatus
    booking: Booking
    plan: SettlementPlan | None
    warnings: Sequence[Caution] = ()

    @property
    def at_stake(self) -> Money:
        """What goes back to the card, or to the student as new credit. Source: spec 02 §11.9."""
        return NOTHING if self.plan is None else self.plan.refunded + self.plan.credit_issued

    def content(self) -> Mapping[str, object]:
        """What must be the same when it is done, in plain values."""
        return {
            "before": self.before.value,
            "after": self.booking.status.value,
            "money": None if self.plan is None else _money(self.plan),
        }


def asks_card(plan: SettlementPlan) -> bool:
    """Whether the card is asked on the way."""
    return any(step.kind is StepKind.AUTHORISE for step in plan.steps)


def amounts(plan: SettlementPlan) -> Mapping[str, Money]:
    """Every amount of *plan*, by its name."""
    return {name: getattr(plan, name) for name in _AMOUNTS}


def _money(plan: SettlementPlan) -> Mapping[str, object]:
    return {
        "outcome": plan.outcome.value,
        "if_declined": None if plan.if_declined is None else plan.if_declined.value,
        **{name: amount.cents for name, amount in amounts(plan).items()},
    }
