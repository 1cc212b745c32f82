"""What became of a call, found by its key however long ago it was sent. Source: PY-62.

Stripe remembers keys for 24 hours only, but every call leaves its key in the metadata of what it
made. Stripe API pages: Search (query language, data freshness), List refunds, List transfers, List
balance transactions.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from attrs import frozen
from stripe import PaymentIntent, Refund, StripeObject, Transfer, TransferReversal

from adapters.stripe import intents
from adapters.stripe.client import PAGE, Counter, answering
from adapters.stripe.holds import refunded
from adapters.stripe.transfers import reversed_of, transferred
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.processor import ProcessorAnswer

MARGIN: Final = timedelta(hours=1)
"""How much Stripe's clock may be behind ours."""

Kept = TypeVar("Kept", PaymentIntent, Refund, TransferReversal, Transfer)


def made_at(key: OperationId) -> datetime:
    """When the key was made: our ids begin with their millisecond. Nothing was sent before."""
    return datetime.fromtimestamp((key.value.int >> 80) / 1000, UTC)


@frozen
class Found:
    """Looks where a call may have left its key, in the order of how likely that is."""

    counter: Counter

    def find_operation(self, key: OperationId) -> ProcessorAnswer | None:
        """What the call with this *key* came to; None: it never arrived."""
        since = max(0, int((made_at(key) - MARGIN).timestamp()))
        with answering():
            return (
                _first(self._searched(key), key, lambda each: _of_intent(each, key))
                or _first(self._intents(since), key, lambda each: _of_intent(each, key))
                or _first(self._transfers(since), key, transferred)
                or _first(self._refunds(since), key, refunded)
                or _first(self._reversals(since), key, reversed_of)
            )

    def _searched(self, key: OperationId) -> Iterator[PaymentIntent]:
        """Intents of any age; what is younger than an hour may be missing."""
        return iter(
            self.counter.client.v1.payment_intents.search(
                {
                    "query": f"-metadata['{key}']:null",
                    "limit": 1,
                    "expand": ["data.latest_charge"],
                }
            ).data
        )

    def _intents(self, since: int) -> Iterator[PaymentIntent]:
        """Intents that were made after the key."""
        return self.counter.client.v1.payment_intents.list(
            {"created": {"gte": since}, "limit": PAGE, "expand": ["data.latest_charge"]}
        ).auto_paging_iter()

    def _transfers(self, since: int) -> Iterator[Transfer]:
        return self.counter.client.v1.transfers.list(
            {"created": {"gte": since}, "limit": PAGE}
        ).auto_paging_iter()

    def _refunds(self, since: int) -> Iterator[Refund]:
        return self.counter.client.v1.refunds.list(
            {"created": {"gte": since}, "limit": PAGE}
        ).auto_paging_iter()

    def _reversals(self, since: int) -> Iterator[TransferReversal]:
        """Only the balance lists the reversals of all transfers."""
        for each in self.counter.client.v1.balance_transactions.list(
            {
                "created": {"gte": since},
                "type": "transfer_refund",
                "limit": PAGE,
                "expand": ["data.source"],
            }
        ).auto_paging_iter():
            if isinstance(each.source, TransferReversal):
                yield each.source


def _first(
    things: Iterable[Kept], key: OperationId, read: Callable[[Kept], ProcessorAnswer | None]
) -> ProcessorAnswer | None:
    for each in things:
        if _kind(each.metadata, key) is not None:
            return read(each)
    return None


def _of_intent(intent: PaymentIntent, key: OperationId) -> ProcessorAnswer | None:
    kind = _kind(intent.metadata, key)
    return None if kind is None else intents.answered(intent, kind)


def _kind(marks: StripeObject | None, key: OperationId) -> str | None:
    """Which call left its *key* among these marks."""
    return None if marks is None or str(key) not in marks else str(marks[str(key)])
