"""A processor that only keeps books, and says in them what it is told to."""

from collections.abc import Iterator
from datetime import datetime

from attrs import Factory, define

from instainstru_core.payments.model.processor import (
    BalanceKind,
    BalanceTransaction,
    DisputeSeen,
)


@define
class FakeBooks:
    """The `BooksGateway` port."""

    moved: list[BalanceTransaction] = Factory(list)
    unlisted_cents: int = 0
    """What its balance has beyond what it lists."""

    def move(
        self,
        kind: BalanceKind,
        source: str,
        amount_cents: int,
        *,
        at: datetime,
        fee_cents: int = 0,
    ) -> BalanceTransaction:
        """Write a movement into the books."""
        made = BalanceTransaction(
            reference=f"txn_{len(self.moved) + 1}",
            kind=kind,
            source=source,
            amount_cents=amount_cents,
            fee_cents=fee_cents,
            occurred_at=at,
        )
        self.moved.append(made)
        return made

    def find_dispute(self, dispute: str) -> DisputeSeen | None:  # noqa: ARG002 - it has none
        return None

    def balance(self) -> int:
        return sum(each.net_cents for each in self.moved) + self.unlisted_cents

    def balance_transactions(
        self, *, since: datetime, until: datetime
    ) -> Iterator[BalanceTransaction]:
        found = (each for each in self.moved if since <= each.occurred_at < until)
        yield from sorted(found, key=lambda each: each.occurred_at)
