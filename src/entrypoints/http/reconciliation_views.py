"""How a night's comparison with the processor is shown. Source: PY-85, spec 02 §6."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from instainstru_core.accounts.ids import AccountId
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.reconciliation.model import Item, Run
from instainstru_core.payments.reconciliation.proof import explained


class ClassTotalView(Struct, kw_only=True, frozen=True):
    """How many references fell into a class, and what both sides say of them."""

    item_class: Annotated[str, Meta(examples=["matched"])]
    count: int
    ledger_cents: int
    processor_cents: int


class RunView(Struct, kw_only=True, frozen=True):
    """One day's comparison with the processor's books.

    `processor_balance_cents` is what the processor stated as it was asked; null where money moved
    meanwhile. `unexplained_cents` is what that has beyond every movement it told of.
    """

    day: date
    made_at: datetime
    agrees: bool
    transactions: int
    totals: list[ClassTotalView]
    open_items: int
    overdue_items: int
    fees_cents: int
    payouts_cents: int
    ledger_cents: int
    imported_cents: int
    processor_balance_cents: int | None
    unexplained_cents: int

    @classmethod
    def of(cls, run: Run) -> "RunView":
        """The view of *run*."""
        return cls(
            day=run.day,
            made_at=run.made_at,
            agrees=run.agrees,
            transactions=run.transactions,
            totals=[
                ClassTotalView(
                    item_class=each.item_class.value,
                    count=each.count,
                    ledger_cents=each.ledger_cents,
                    processor_cents=each.processor_cents,
                )
                for each in run.totals
            ],
            open_items=run.open_items,
            overdue_items=run.overdue_items,
            fees_cents=run.fees_cents,
            payouts_cents=run.payouts_cents,
            ledger_cents=run.balances.ledger_cents,
            imported_cents=run.balances.imported_cents,
            processor_balance_cents=run.balances.told_cents,
            unexplained_cents=run.balances.unexplained_cents,
        )


class RunsView(Struct, kw_only=True, frozen=True):
    """The runs, the latest day first."""

    items: list[RunView]
    next_cursor: str | None


class ItemView(Struct, kw_only=True, frozen=True):
    """What both sides say of one reference, and why they differ if they do."""

    day: date
    reference: str
    item_class: Annotated[str, Meta(examples=["amount_mismatch"])]
    ledger_cents: int | None
    processor_cents: int | None
    difference_cents: int
    kinds: list[str]
    payment_id: PaymentId | None
    first_day: date
    nights: int
    explanation: str
    resolution: str | None
    resolved_at: datetime | None
    resolved_by: AccountId | None
    note: str | None

    @classmethod
    def of(cls, item: Item) -> "ItemView":
        """The view of *item*."""
        resolution = item.resolution
        return cls(
            day=item.day,
            reference=item.reference,
            item_class=item.item_class.value,
            ledger_cents=item.ledger_cents,
            processor_cents=item.processor_cents,
            difference_cents=item.difference_cents,
            kinds=[kind.value for kind in item.kinds],
            payment_id=item.payment_id,
            first_day=item.first_day,
            nights=item.nights,
            explanation=explained(item),
            resolution=None if resolution is None else resolution.kind.value,
            resolved_at=None if resolution is None else resolution.at,
            resolved_by=None if resolution is None else resolution.actor,
            note=None if resolution is None else resolution.note,
        )


class ItemsView(Struct, kw_only=True, frozen=True):
    """Part of what a run found, by reference."""

    items: list[ItemView]
    next_cursor: str | None
