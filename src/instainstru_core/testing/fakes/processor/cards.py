"""The test cards, and what each of them does."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from attrs import frozen


class Habit(StrEnum):
    """How a card behaves, beyond being accepted or declined."""

    PLAIN = "plain"
    THREE_D_SECURE = "three_d_secure"
    DECLINES_OFF_SESSION = "declines_off_session"
    FAILS_CAPTURE = "fails_capture"
    TIMEOUT_ONCE = "timeout_once"
    TIMEOUT_BEFORE = "timeout_before"
    DISPUTED = "disputed"
    ASKED_ABOUT = "asked_about"
    REFUND_FAILS = "refund_fails"


@frozen(kw_only=True)
class CardBehaviour:
    """One kind of card: *decline* is the category the bank refuses with, if it does."""

    brand: str
    last4: str
    decline: str | None = None
    hard: bool = False
    habit: Habit = Habit.PLAIN

    @property
    def fingerprint(self) -> str:
        """The same for everybody who holds this card."""
        return f"fp_{self.brand}_{self.last4}"


EXPIRY_MONTH: Final = 12
EXPIRY_YEAR: Final = 2099

TEST_CARDS: Final[Mapping[str, CardBehaviour]] = {
    "pm_card_visa": CardBehaviour(brand="visa", last4="4242"),
    "pm_card_mastercard": CardBehaviour(brand="mastercard", last4="4444"),
    "pm_card_declined": CardBehaviour(brand="visa", last4="0002", decline="do_not_honor"),
    "pm_card_insufficient_funds": CardBehaviour(
        brand="visa", last4="9995", decline="insufficient_funds"
    ),
    "pm_card_expired": CardBehaviour(brand="visa", last4="0069", decline="expired_card", hard=True),
    "pm_card_lost": CardBehaviour(brand="visa", last4="9987", decline="lost_or_stolen", hard=True),
    "pm_card_three_d_secure": CardBehaviour(brand="visa", last4="3220", habit=Habit.THREE_D_SECURE),
    "pm_card_declines_off_session": CardBehaviour(
        brand="visa", last4="3184", habit=Habit.DECLINES_OFF_SESSION
    ),
    "pm_card_fails_capture": CardBehaviour(brand="visa", last4="0341", habit=Habit.FAILS_CAPTURE),
    "pm_card_timeout_once": CardBehaviour(
        brand="mastercard", last4="1117", habit=Habit.TIMEOUT_ONCE
    ),
    "pm_card_timeout_before": CardBehaviour(
        brand="mastercard", last4="1225", habit=Habit.TIMEOUT_BEFORE
    ),
    "pm_card_dispute": CardBehaviour(brand="visa", last4="0259", habit=Habit.DISPUTED),
    "pm_card_inquiry": CardBehaviour(brand="visa", last4="1976", habit=Habit.ASKED_ABOUT),
    "pm_card_refund_fails": CardBehaviour(brand="visa", last4="5126", habit=Habit.REFUND_FAILS),
}
