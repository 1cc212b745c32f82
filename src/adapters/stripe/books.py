"""What Stripe's own books say. Source: PY-56, PY-57, PY-85.

Stripe API pages: Disputes (The Dispute object), Balance, Balance transactions, Balance transaction
types, Reporting categories.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from attrs import frozen
from stripe import BalanceTransaction as Booked
from stripe import StripeObject

from adapters.stripe.client import CURRENCY, PAGE, Counter, answering
from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import ProcessorObjectUnknown
from instainstru_core.payments.model.processor import (
    BalanceKind,
    BalanceTransaction,
    DisputeSeen,
    DisputeStatus,
)

_STATUSES: Final[Mapping[str, DisputeStatus]] = {
    "warning_needs_response": DisputeStatus.INQUIRY,
    "warning_under_review": DisputeStatus.INQUIRY,
    "warning_closed": DisputeStatus.INQUIRY_CLOSED,
    "prevented": DisputeStatus.INQUIRY_CLOSED,
    "needs_response": DisputeStatus.OPEN,
    "under_review": DisputeStatus.OPEN,
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
}
_KINDS: Final[Mapping[str, BalanceKind]] = {
    "charge": BalanceKind.CHARGE,
    "payment": BalanceKind.CHARGE,
    "refund": BalanceKind.REFUND,
    "payment_refund": BalanceKind.REFUND,
    "refund_failure": BalanceKind.REFUND_FAILURE,
    "payment_failure_refund": BalanceKind.REFUND_FAILURE,
    "transfer": BalanceKind.TRANSFER,
    "transfer_refund": BalanceKind.TRANSFER_REVERSAL,
    "transfer_cancel": BalanceKind.TRANSFER_REVERSAL,
    "transfer_failure": BalanceKind.TRANSFER_REVERSAL,
    "payout": BalanceKind.PAYOUT,
    "payout_cancel": BalanceKind.PAYOUT_FAILURE,
    "payout_failure": BalanceKind.PAYOUT_FAILURE,
}
_ADJUSTMENTS: Final[Mapping[str, BalanceKind]] = {
    "dispute": BalanceKind.DISPUTE,
    "dispute_reversal": BalanceKind.DISPUTE_REVERSAL,
}


@frozen
class Books:
    """Reads, and changes nothing."""

    counter: Counter

    def find_dispute(self, dispute: str) -> DisputeSeen | None:
        """How the disputed charge stands now."""
        try:
            with answering():
                found = self.counter.client.v1.disputes.retrieve(dispute)
        except ProcessorObjectUnknown:
            return None
        return DisputeSeen(
            dispute=found.id,
            intent=_id(found.payment_intent),
            charge=_id(found.charge),
            amount=Money(found.amount),
            fee=Money(max(0, sum(each.fee for each in found.balance_transactions))),
            status=_STATUSES[found.status],
            reason=found.reason,
            opened_at=datetime.fromtimestamp(found.created, UTC),
        )

    def balance(self) -> int:
        """The platform's balance in cents, what is pending included."""
        with answering():
            found = self.counter.client.v1.balance.retrieve()
        available = sum(each.amount for each in found.available if each.currency == CURRENCY)
        pending = sum(each.amount for each in found.pending if each.currency == CURRENCY)
        return available + pending

    def balance_transactions(
        self, *, since: datetime, until: datetime
    ) -> Iterator[BalanceTransaction]:
        """Every movement from *since* to before *until*, oldest first.

        Stripe lists the newest first and counts in whole seconds; so a day is read, then turned.
        """
        with answering():
            listed = self.counter.client.v1.balance_transactions.list(
                {
                    "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
                    "limit": PAGE,
                }
            )
            booked = [_booked(each) for each in listed.auto_paging_iter()]
        yield from reversed(booked)


def _booked(movement: Booked) -> BalanceTransaction:
    kind = _KINDS.get(movement.type) or _ADJUSTMENTS.get(movement.reporting_category)
    return BalanceTransaction(
        reference=movement.id,
        kind=kind or BalanceKind.FEE,
        source=_id(movement.source) or movement.id,
        amount_cents=movement.amount,
        fee_cents=movement.fee,
        occurred_at=datetime.fromtimestamp(movement.created, UTC),
    )


def _id(reference: StripeObject | str | None) -> str:
    """The id of what may be expanded."""
    if reference is None or isinstance(reference, str):
        return reference or ""
    return str(reference["id"])
