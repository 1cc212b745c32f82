"""Comparisons with the processor as they are read, in PostgreSQL."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from attrs import define
from sqlalchemy import Connection, Row, text

from instainstru_core.accounts.ids import AccountId
from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.processor import BalanceKind, BalanceTransaction
from instainstru_core.payments.reconciliation.model import (
    Balances,
    ClassTotal,
    Item,
    ItemClass,
    Resolution,
    ResolutionKind,
    Run,
    Standing,
)

RUN = """
    SELECT run.*, open.open_items, open.overdue_items
    FROM reconciliation_runs run
    CROSS JOIN LATERAL (
        SELECT count(*) AS open_items,
               count(*) FILTER (WHERE item.nights >= 2) AS overdue_items
        FROM reconciliation_items item
        WHERE item.day = run.day AND item.resolution IS NULL
            AND item.item_class <> 'matched' AND item.item_class <> 'pending'
    ) open
"""
ITEM = "SELECT * FROM reconciliation_items item"

_RUN = text(RUN + " WHERE run.day = :day")
_RUNS = text(
    RUN
    + """
    WHERE CAST(:before AS date) IS NULL OR run.day < CAST(:before AS date)
    ORDER BY run.day DESC
    LIMIT :rows
    """
)
_ITEMS = text(
    ITEM
    + """
    WHERE item.day = :day
        AND (CAST(:class AS text) IS NULL OR item.item_class = CAST(:class AS text))
        AND (
            CAST(:after AS text) IS NULL
            OR item.reference COLLATE "C" > CAST(:after AS text) COLLATE "C"
        )
    ORDER BY item.reference COLLATE "C"
    LIMIT :rows
    """
)
_DIFFERENCES = text(
    ITEM
    + """
    WHERE item.day = :day AND item.item_class <> 'matched'
    ORDER BY abs(coalesce(item.processor_cents, 0) - coalesce(item.ledger_cents, 0)) DESC,
             item.reference COLLATE "C"
    LIMIT :rows
    """
)
_OPEN = text(
    ITEM
    + """
    WHERE item.resolution IS NULL AND item.item_class <> 'matched'
        AND item.item_class <> 'pending'
    ORDER BY item.first_day, item.reference COLLATE "C"
    LIMIT :rows
    """
)
_MOVED_FOR = text(
    """
    SELECT * FROM processor_transactions
    WHERE source IN (
        SELECT processor_ref FROM journal_lines
        WHERE payment_id = :payment AND account = 'processor_balance'
            AND processor_ref IS NOT NULL
    )
    ORDER BY occurred_at, reference COLLATE "C"
    """
)


@define
class PostgresReconciliationQueries:
    """The `ReconciliationQueries` query."""

    _connection: Connection

    def runs(self, page: PageRequest) -> Page[Run]:
        before = None if page.cursor is None else str(page.cursor.key[0])
        values = {"before": before, "rows": page.limit + 1}
        rows = self._connection.execute(_RUNS, values).all()
        shown = [run_of(row) for row in rows[: page.limit]]
        return Page(
            items=shown,
            next_cursor=Cursor((shown[-1].day.isoformat(),)) if len(rows) > len(shown) else None,
        )

    def run(self, day: date) -> Run | None:
        row = self._connection.execute(_RUN, {"day": day}).one_or_none()
        return None if row is None else run_of(row)

    def items(
        self, day: date, page: PageRequest, *, item_class: ItemClass | None = None
    ) -> Page[Item]:
        values = {
            "day": day,
            "class": item_class and item_class.value,
            "after": None if page.cursor is None else str(page.cursor.key[0]),
            "rows": page.limit + 1,
        }
        rows = self._connection.execute(_ITEMS, values).all()
        shown = [item_of(row) for row in rows[: page.limit]]
        return Page(
            items=shown,
            next_cursor=Cursor((shown[-1].reference,)) if len(rows) > len(shown) else None,
        )

    def differences(self, day: date, limit: int) -> Sequence[Item]:
        rows = self._connection.execute(_DIFFERENCES, {"day": day, "rows": limit})
        return [item_of(row) for row in rows]

    def open_items(self, limit: int) -> Sequence[Item]:
        return [item_of(row) for row in self._connection.execute(_OPEN, {"rows": limit})]

    def moved_for(self, payment_id: PaymentId) -> Sequence[BalanceTransaction]:
        rows = self._connection.execute(_MOVED_FOR, {"payment": payment_id.value})
        return [moved_of(row) for row in rows]


def moved_of(row: Row[Any]) -> BalanceTransaction:
    """The movement in a row."""
    return BalanceTransaction(
        reference=row.reference,
        kind=BalanceKind(row.kind),
        source=row.source,
        amount_cents=row.amount_cents,
        fee_cents=row.fee_cents,
        occurred_at=row.occurred_at,
    )


def standing_of(row: Row[Any]) -> Standing:
    """The standing in a row."""
    return Standing(
        reference=row.reference,
        ledger_cents=None if row.ledger_cents is None else int(row.ledger_cents),
        processor_cents=None if row.processor_cents is None else int(row.processor_cents),
        latest_at=row.latest_at,
        payment_id=None if row.payment_id is None else PaymentId(row.payment_id),
        kinds=tuple(BalanceKind(kind) for kind in row.kinds or ()),
        first_day=row.first_day,
        nights=row.nights,
    )


def item_of(row: Row[Any]) -> Item:
    """The item in a row."""
    resolution = None
    if row.resolution is not None:
        resolution = Resolution(
            kind=ResolutionKind(row.resolution),
            at=row.resolved_at,
            note=row.note,
            actor=None if row.resolved_by is None else AccountId(row.resolved_by),
        )
    return Item(
        day=row.day,
        reference=row.reference,
        item_class=ItemClass(row.item_class),
        ledger_cents=row.ledger_cents,
        processor_cents=row.processor_cents,
        payment_id=None if row.payment_id is None else PaymentId(row.payment_id),
        kinds=tuple(BalanceKind(kind) for kind in row.kinds),
        first_day=row.first_day,
        nights=row.nights,
        resolution=resolution,
    )


def run_of(row: Row[Any]) -> Run:
    """The run in a row."""
    return Run(
        day=row.day,
        made_at=row.made_at,
        transactions=row.transactions,
        totals=tuple(
            ClassTotal(
                item_class=ItemClass(kind),
                count=count,
                ledger_cents=ledger,
                processor_cents=processor,
            )
            for kind, count, ledger, processor in row.totals
        ),
        fees_cents=row.fees_cents,
        payouts_cents=row.payouts_cents,
        balances=Balances(
            ledger_cents=row.ledger_cents,
            imported_cents=row.imported_cents,
            told_cents=row.told_cents,
            told_of_cents=row.told_of_cents,
        ),
        open_items=row.open_items,
        overdue_items=row.overdue_items,
    )
