"""Our account of the processor beside the balance that it states. Source: PY-84, PY-86."""

from datetime import date, datetime, timedelta
from typing import Final

from attrs import frozen

from instainstru_core.payments.reconciliation.model import (
    Item,
    ItemClass,
    Resolution,
    ResolutionKind,
)

BALANCE: Final = "balance:"
"""How the reference of such a finding begins: it is about no movement of the processor's."""
SETTLING: Final = timedelta(hours=1)
"""How long what moved may be told by one side alone, before the hourly check counts it."""


@frozen(kw_only=True)
class BalanceFacts:
    """What our account comes to, and what is known to lie between it and the processor's balance.

    *unposted_cents* are fees and payouts that the night will post; *listed_cents* is what the
    processor has beyond our books by references that moved just now, or that reconciliation lists
    already; *explained_cents* what operators explained of earlier findings. *in_flight_cents* is
    the most that calls without an answer can have moved.
    """

    ledger_cents: int
    unposted_cents: int = 0
    listed_cents: int = 0
    explained_cents: int = 0
    in_flight_cents: int = 0

    @property
    def expected_cents(self) -> int:
        """What the processor's balance should be."""
        return self.ledger_cents + self.unposted_cents + self.listed_cents + self.explained_cents

    def unexplained(self, told_cents: int) -> int:
        """What a balance of so much has that nothing explains; calls in flight may."""
        difference = told_cents - self.expected_cents
        return 0 if abs(difference) <= self.in_flight_cents else difference


def finding(day: date, facts: BalanceFacts, told_cents: int, *, at: datetime) -> Item:
    """An item of the latest run, for operators to look into. Source: PY-85."""
    return Item(
        day=day,
        reference=f"{BALANCE}{at:%Y-%m-%dT%H:%M}",
        item_class=ItemClass.AMOUNT_MISMATCH,
        ledger_cents=facts.expected_cents,
        processor_cents=told_cents,
        first_day=day,
    )


def agreed(at: datetime) -> Resolution:
    """By now both say the same."""
    return Resolution(kind=ResolutionKind.AGREED, at=at)
