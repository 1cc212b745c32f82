"""Test cards: Stripe's own, and the house's, which behave alike here and in its simulator.

Stripe page: Test card numbers and tokens.
"""

from dataclasses import dataclass

from instainstru_core.testing.fakes.processor.cards import (
    EXPIRY_MONTH,
    EXPIRY_YEAR,
    TEST_CARDS,
    Habit,
)

_CODES = {
    "do_not_honor": ("card_declined", "do_not_honor"),
    "insufficient_funds": ("card_declined", "insufficient_funds"),
    "expired_card": ("expired_card", "expired_card"),
    "lost_or_stolen": ("card_declined", "lost_card"),
}


@dataclass(frozen=True)
class TestCard:
    """One kind of card; *declines* with a code and a decline code."""

    __test__ = False

    brand: str
    last4: str
    declines: tuple[str, str] | None = None
    habit: Habit = Habit.PLAIN
    refuses_attaching: bool = False

    @property
    def fingerprint(self) -> str:
        """The same for everybody who holds this card."""
        return f"fp{self.brand}{self.last4}"


MONTH, YEAR = EXPIRY_MONTH, EXPIRY_YEAR
CARDS = {
    token: TestCard(
        brand=card.brand,
        last4=card.last4,
        declines=None if card.decline is None else _CODES[card.decline],
        habit=card.habit,
    )
    for token, card in TEST_CARDS.items()
} | {
    "pm_card_chargeDeclined": TestCard(
        "visa", "0002", ("card_declined", "generic_decline"), refuses_attaching=True
    ),
    "pm_card_chargeDeclinedInsufficientFunds": TestCard(
        "visa", "9995", ("card_declined", "insufficient_funds"), refuses_attaching=True
    ),
    "pm_card_chargeCustomerFail": TestCard("visa", "0341", ("card_declined", "generic_decline")),
    "pm_card_authenticationRequired": TestCard("visa", "3184", habit=Habit.THREE_D_SECURE),
    "pm_card_createDispute": TestCard("visa", "0259", habit=Habit.DISPUTED),
    "pm_card_createDisputeInquiry": TestCard("visa", "1976", habit=Habit.ASKED_ABOUT),
    "pm_card_refundFail": TestCard("visa", "5126", habit=Habit.REFUND_FAILS),
}
