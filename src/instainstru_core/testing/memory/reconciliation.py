"""Comparisons with the processor in memory."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from attrs import define, evolve

from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.payments.ids import JournalId, OperationId, PaymentId
from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line
from instainstru_core.payments.model.operation import IN_FLIGHT, OperationKind, PaymentOperation
from instainstru_core.payments.model.processor import BalanceKind, BalanceTransaction
from instainstru_core.payments.reconciliation.balance import BALANCE, BalanceFacts
from instainstru_core.payments.reconciliation.errors import DifferenceNotFound
from instainstru_core.payments.reconciliation.events import BalanceDiffers, DifferencesOverdue
from instainstru_core.payments.reconciliation.model import (
    OVERDUE_NIGHTS,
    Item,
    ItemClass,
    Resolution,
    ResolutionKind,
    Run,
    Standing,
    compared_cents,
    day_of,
    fee_cents,
    is_posted_from_here,
)
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables


@define
class InMemoryReconciliations:
    """The `Reconciliations` port."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def import_transactions(self, moved: Sequence[BalanceTransaction]) -> None:
        known, unposted = _moved(self._tables), self._unposted()
        for each in moved:
            if each.reference not in known:
                known[each.reference] = each
                if is_posted_from_here(each):
                    unposted[each.reference] = each

    def latest_import(self) -> datetime | None:
        return max((each.occurred_at for each in _moved(self._tables).values()), default=None)

    def unposted(
        self, limit: int, *, before: datetime
    ) -> Sequence[tuple[BalanceTransaction, PaymentId | None]]:
        waiting = sorted(
            (each for each in self._unposted().values() if each.occurred_at < before),
            key=lambda each: (each.occurred_at, each.reference),
        )[:limit]
        if not waiting:
            return []
        payments = {
            line.processor_ref: line.payment_id
            for _, line in _balance_lines(self._tables)
            if line.payment_id is not None
        }
        return [(each, payments.get(each.source)) for each in waiting]

    def mark_posted(self, references: Sequence[str]) -> None:
        for reference in references:
            self._unposted().pop(reference, None)

    def standings(self, day: date) -> Sequence[Standing]:
        since, until = day_of(day)
        items = _items(self._tables)
        wanted = {item.reference for item in items.values() if item.day == day}
        wanted |= {
            item.reference for item in items.values() if item.day <= day and _is_unsettled(item)
        }
        ours: dict[str, list[tuple[Journal, Line]]] = {}
        for journal, line in _balance_lines(self._tables):
            if journal.journal_type is not JournalType.PROCESSING_FEE:
                reference = line.processor_ref or f"journal:{journal.journal_id.value}"
                ours.setdefault(reference, []).append((journal, line))
                if since <= journal.occurred_at < until:
                    wanted.add(reference)
        theirs: dict[str, list[BalanceTransaction]] = {}
        for moved in _moved(self._tables).values():
            if compared_cents(moved) is not None:
                theirs.setdefault(moved.source, []).append(moved)
                if since <= moved.occurred_at < until:
                    wanted.add(moved.source)
        return [
            self._standing(reference, day, ours.get(reference, []), theirs.get(reference, []))
            for reference in sorted(wanted & (ours.keys() | theirs.keys()))
        ]

    def _standing(
        self,
        reference: str,
        day: date,
        ours: list[tuple[Journal, Line]],
        theirs: list[BalanceTransaction],
    ) -> Standing:
        prior = max(
            (
                item
                for item in _items(self._tables).values()
                if item.reference == reference and item.day < day and _is_going_on(item)
            ),
            key=lambda item: item.day,
            default=None,
        )
        return Standing(
            reference=reference,
            ledger_cents=sum(line.cents for _, line in ours) if ours else None,
            processor_cents=sum(compared_cents(each) or 0 for each in theirs) if theirs else None,
            latest_at=max(
                *(journal.occurred_at for journal, _ in ours),
                *(each.occurred_at for each in theirs),
                day_of(date.min)[0],
            ),
            payment_id=next(
                (line.payment_id for _, line in ours if line.payment_id is not None), None
            ),
            kinds=tuple(sorted({each.kind for each in theirs})),
            first_day=None if prior is None else prior.first_day,
            nights=0 if prior is None else prior.nights,
        )

    def ledger_balance(self, until: datetime) -> int:
        lines = _balance_lines(self._tables)
        return sum(line.cents for journal, line in lines if journal.occurred_at < until)

    def imported_balance(self, until: datetime | None = None) -> int:
        moved = _moved(self._tables).values()
        return sum(each.net_cents for each in moved if until is None or each.occurred_at < until)

    def run(self, day: date) -> Run | None:
        return _run(self._tables, day)

    def latest_day(self) -> date | None:
        return max(_runs(self._tables), default=None)

    def keep(self, run: Run, items: Sequence[Item]) -> Run:
        _runs(self._tables)[run.day] = run
        kept = _items(self._tables)
        for item in items:
            before = kept.get((run.day, item.reference))
            resolution = None if before is None else before.resolution
            if resolution is None or resolution.kind is not ResolutionKind.EXPLAINED:
                kept[run.day, item.reference] = evolve(item, resolution=resolution)
        now = {item.reference: kept[run.day, item.reference] for item in items}
        for key, earlier in list(kept.items()):
            if earlier.day < run.day and _is_unsettled(earlier) and earlier.reference in now:
                agreed = now[earlier.reference].item_class is ItemClass.MATCHED
                kind = ResolutionKind.AGREED if agreed else ResolutionKind.CARRIED
                kept[key] = evolve(earlier, resolution=Resolution(kind=kind, at=run.made_at))
        return self.run(run.day) or run

    def balance_facts(self, *, since: datetime) -> BalanceFacts:
        items = _items(self._tables).values()
        listed = {item.reference for item in items if _is_unsettled(item) or _is_explained(item)}
        ours: Counter[str] = Counter()
        theirs: Counter[str] = Counter()
        ledger = 0
        for journal, line in _balance_lines(self._tables):
            ledger += line.cents
            if journal.journal_type is not JournalType.PROCESSING_FEE:
                reference = line.processor_ref or f"journal:{journal.journal_id.value}"
                ours[reference] += line.cents
                if journal.occurred_at >= since:
                    listed.add(reference)
        for moved in _moved(self._tables).values():
            if (cents := compared_cents(moved)) is not None:
                if not (_is_payout(moved) and moved.reference in self._unposted()):
                    theirs[moved.source] += cents
                if moved.occurred_at >= since:
                    listed.add(moved.source)
        operations = self._tables.of("payment_operations", OperationId, PaymentOperation)
        return BalanceFacts(
            ledger_cents=ledger,
            unposted_cents=sum(_to_post(each) for each in self._unposted().values()),
            listed_cents=sum(theirs[each] - ours[each] for each in listed),
            explained_cents=sum(
                item.difference_cents
                for item in items
                if item.reference.startswith(BALANCE) and _is_explained(item)
            ),
            in_flight_cents=sum(
                each.amount.cents
                for each in operations.values()
                if each.state in IN_FLIGHT
                and each.kind not in {OperationKind.AUTHORISE, OperationKind.VOID}
            ),
        )

    def open_balance(self) -> Item | None:
        for item in _items(self._tables).values():
            if item.reference.startswith(BALANCE) and item.is_open:
                return item
        return None

    def add_item(self, item: Item) -> None:
        _items(self._tables)[item.day, item.reference] = item

    def tell(self, news: BalanceDiffers | DifferencesOverdue) -> None:
        self._outbox.record((news,))

    def get_item(self, day: date, reference: str) -> Item:
        try:
            return _items(self._tables)[day, reference]
        except KeyError:
            raise DifferenceNotFound from None

    def save_item(self, item: Item) -> None:
        _items(self._tables)[item.day, item.reference] = item

    def _unposted(self) -> dict[str, BalanceTransaction]:
        return self._tables.of("unposted_transactions", str, BalanceTransaction)


@define
class InMemoryReconciliationQueries:
    """The `ReconciliationQueries` query."""

    _tables: Tables

    def runs(self, page: PageRequest) -> Page[Run]:
        days = sorted(_runs(self._tables), reverse=True)
        if page.cursor is not None:
            before = date.fromisoformat(str(page.cursor.key[0]))
            days = [day for day in days if day < before]
        shown = days[: page.limit]
        return Page(
            items=[run for day in shown if (run := _run(self._tables, day)) is not None],
            next_cursor=Cursor((shown[-1].isoformat(),)) if len(days) > len(shown) else None,
        )

    def run(self, day: date) -> Run | None:
        return _run(self._tables, day)

    def items(
        self, day: date, page: PageRequest, *, item_class: ItemClass | None = None
    ) -> Page[Item]:
        after = "" if page.cursor is None else str(page.cursor.key[0])
        rows = sorted(
            (
                item
                for item in _items(self._tables).values()
                if item.day == day
                and item.reference > after
                and item_class in {None, item.item_class}
            ),
            key=lambda item: item.reference,
        )
        shown = rows[: page.limit]
        return Page(
            items=shown,
            next_cursor=Cursor((shown[-1].reference,)) if len(rows) > len(shown) else None,
        )

    def differences(self, day: date, limit: int) -> Sequence[Item]:
        rows = (
            item
            for item in _items(self._tables).values()
            if item.day == day and item.item_class is not ItemClass.MATCHED
        )
        return sorted(rows, key=lambda item: (-abs(item.difference_cents), item.reference))[:limit]

    def open_items(self, limit: int) -> Sequence[Item]:
        rows = (item for item in _items(self._tables).values() if item.is_open)
        return sorted(rows, key=lambda item: (item.first_day, item.reference))[:limit]

    def moved_for(self, payment_id: PaymentId) -> Sequence[BalanceTransaction]:
        named = {
            line.processor_ref
            for _, line in _balance_lines(self._tables)
            if line.payment_id == payment_id
        }
        rows = (each for each in _moved(self._tables).values() if each.source in named)
        return sorted(rows, key=lambda each: (each.occurred_at, each.reference))


def _moved(tables: Tables) -> dict[str, BalanceTransaction]:
    return tables.of("processor_transactions", str, BalanceTransaction)


def _runs(tables: Tables) -> dict[date, Run]:
    return tables.of("reconciliation_runs", date, Run)


def _items(tables: Tables) -> dict[tuple[date, str], Item]:
    return tables.of("reconciliation_items", tuple[date, str], Item)


def _run(tables: Tables, day: date) -> Run | None:
    run = _runs(tables).get(day)
    if run is None:
        return None
    still = [item for item in _items(tables).values() if item.day == day and item.is_open]
    overdue = sum(item.nights >= OVERDUE_NIGHTS for item in still)
    return evolve(run, open_items=len(still), overdue_items=overdue)


def _is_unsettled(item: Item) -> bool:
    return item.resolution is None and item.item_class is not ItemClass.MATCHED


def _is_explained(item: Item) -> bool:
    return item.resolution is not None and item.resolution.kind is ResolutionKind.EXPLAINED


def _to_post(moved: BalanceTransaction) -> int:
    """What the night will post of it to our account of the processor."""
    return (moved.amount_cents if _is_payout(moved) else 0) - fee_cents(moved)


def _is_payout(moved: BalanceTransaction) -> bool:
    return moved.kind in {BalanceKind.PAYOUT, BalanceKind.PAYOUT_FAILURE}


def _is_going_on(item: Item) -> bool:
    carried = item.resolution is not None and item.resolution.kind is ResolutionKind.CARRIED
    return item.item_class is not ItemClass.MATCHED and (item.resolution is None or carried)


def _balance_lines(tables: Tables) -> Iterator[tuple[Journal, Line]]:
    for journal in tables.of("journals", JournalId, Journal).values():
        for line in journal.lines:
            if line.account is Account.PROCESSOR_BALANCE:
                yield journal, line
