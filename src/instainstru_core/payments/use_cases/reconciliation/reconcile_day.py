"""Compare the books with the processor's, for one day. Source: PY-85."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Final

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import BooksGateway
from instainstru_core.payments.model.processor import BalanceKind, BalanceTransaction
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.reconciliation.errors import DayNotOver
from instainstru_core.payments.reconciliation.events import DifferencesOverdue
from instainstru_core.payments.reconciliation.model import (
    Balances,
    Item,
    Run,
    compare,
    day_of,
    fee_cents,
    totals_of,
)
from instainstru_core.payments.reconciliation.postings import FeePostings

FIRST_DAY: Final = date(2020, 1, 1)
"""Before there was anything to reconcile."""
BATCH: Final = 5000
"""How many movements one unit takes."""
_OVERLAP: Final = timedelta(hours=1)


def reconcile_day(
    day: date,
    *,
    begin: Begin[PaymentWork],
    gateway: BooksGateway,
    ids: Ids,
    clock: Clock,
) -> Run:
    """Take in what the processor moved, post its fees and payouts, and compare.

    Doing so again takes in nothing twice, and keeps what operators explained. What happens while
    the processor is asked is left to the next night.

    Raises:
        DayNotOver: The day is today or later, or before the platform's time.
        OutcomeUnknown: The processor did not answer.
    """
    now = clock.now()
    if not FIRST_DAY <= day < now.astimezone(UTC).date():
        raise DayNotOver("only a day (UTC) that is over can be reconciled")
    told, moved = _take_in(day, begin=begin, gateway=gateway, now=now)
    _, until = day_of(day)
    _post_fees(begin=begin, ids=ids, before=until)
    with begin() as work:
        items = compare(work.reconciliations.standings(day), day=day, now=now)
        balances = Balances(
            ledger_cents=work.reconciliations.ledger_balance(until),
            imported_cents=work.reconciliations.imported_balance(until),
            told_cents=told,
            told_of_cents=None if told is None else work.reconciliations.imported_balance(),
        )
        before = work.reconciliations.run(day)
        run = work.reconciliations.keep(_run(day, moved, items, balances, now), items)
        if run.overdue_items > (0 if before is None else before.overdue_items):
            news = DifferencesOverdue(day=day, differences=run.overdue_items, occurred_at=now)
            work.reconciliations.tell(news)
    return run


def _take_in(
    day: date, *, begin: Begin[PaymentWork], gateway: BooksGateway, now: datetime
) -> tuple[int | None, list[BalanceTransaction]]:
    """Keep the day's movements and all later ones.

    The balance, if it stood still meanwhile, and the day's movements.
    """
    with begin() as work:
        latest = work.reconciliations.latest_import()
    midnight, until = day_of(day)
    since = day_of(FIRST_DAY)[0] if latest is None else midnight
    later = until if latest is None else max(until, latest - _OVERLAP)
    before = gateway.balance()
    of_the_day: list[BalanceTransaction] = []
    for start, end in ((since, until), (later, now + timedelta(seconds=1))):
        if start >= end:
            continue
        found = gateway.balance_transactions(since=start, until=end)
        for part in parts(found):
            with begin() as work:
                work.reconciliations.import_transactions(part)
            if start == since:
                of_the_day += [each for each in part if each.occurred_at >= midnight]
    return before if gateway.balance() == before else None, of_the_day


def _post_fees(*, begin: Begin[PaymentWork], ids: Ids, before: datetime) -> None:
    """Rows 4 and 21 of what was taken in.

    What came since the day ended has to wait for its own night: whose it is may not be written yet.
    """
    postings = FeePostings(ids)
    while True:
        with begin() as work:
            moved = work.reconciliations.unposted(BATCH, before=before)
            work.ledger.post(
                journal for each, payment_id in moved for journal in postings.of(each, payment_id)
            )
            work.reconciliations.mark_posted([each.reference for each, _ in moved])
        if len(moved) < BATCH:
            return


def _run(
    day: date,
    moved: Sequence[BalanceTransaction],
    items: Sequence[Item],
    balances: Balances,
    now: datetime,
) -> Run:
    return Run(
        day=day,
        made_at=now,
        transactions=len(moved),
        totals=totals_of(items),
        fees_cents=sum(fee_cents(each) for each in moved),
        payouts_cents=-sum(
            each.amount_cents
            for each in moved
            if each.kind in {BalanceKind.PAYOUT, BalanceKind.PAYOUT_FAILURE}
        ),
        balances=balances,
    )


def parts(moved: Iterator[BalanceTransaction]) -> Iterator[list[BalanceTransaction]]:
    """What one unit takes in at a time."""
    while part := list(islice(moved, BATCH)):
        yield part
