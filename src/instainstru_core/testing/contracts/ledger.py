"""What every `Ledger` and its queries must do. Source: PY-80…PY-83."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from attrs import evolve

from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.payments.errors import BooksDontBalance
from instainstru_core.payments.ids import JournalId, PaymentId
from instainstru_core.payments.ledger.chart import JournalSearch
from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line
from instainstru_core.payments.use_cases.check_books import watch_books
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import Till


def a_journal(
    till: Till, source: str, cents: int = 100, payment_id: PaymentId | None = None
) -> Journal:
    """A hold of so many cents."""
    return Journal(
        journal_id=till.ids.new(JournalId),
        journal_type=JournalType.AUTHORISE,
        source_id=source,
        occurred_at=NOON,
        lines=(
            Line(account=Account.AUTH_HELD, cents=cents, payment_id=payment_id),
            Line(account=Account.AUTH_CONTRA, cents=-cents, payment_id=payment_id),
        ),
    )


class LedgerContract:
    """Inherit, and provide the `till` fixture."""

    def test_keeps_what_was_posted(self, till: Till) -> None:
        payment_id = till.ids.new(PaymentId)
        journal = a_journal(till, "one", payment_id=payment_id)
        with till.begin() as work:
            work.ledger.post([journal, a_journal(till, "two")])
        with till.read() as reads:
            assert list(reads.ledger_queries.of_payment(payment_id)) == [journal]
        assert till.balances() == {Account.AUTH_HELD: 200, Account.AUTH_CONTRA: -200}
        assert till.books().journals == 2

    def test_posting_nothing_is_nothing(self, till: Till) -> None:
        with till.begin() as work:
            work.ledger.post([])
        assert till.books().journals == 0

    def test_py_81_a_type_and_a_source_are_posted_once(self, till: Till) -> None:
        with till.begin() as work:
            work.ledger.post([a_journal(till, "one")])
            work.ledger.post([a_journal(till, "one", cents=700), a_journal(till, "two")])
        assert till.balances() == {Account.AUTH_HELD: 200, Account.AUTH_CONTRA: -200}

    def test_undoes_everything_when_the_block_raises(self, till: Till) -> None:
        with pytest.raises(RuntimeError), till.begin() as work:
            work.ledger.post([a_journal(till, "one")])
            raise RuntimeError
        assert till.books().journals == 0

    def test_py_81_of_many_rivals_one_posts(self, till: Till) -> None:
        together = threading.Barrier(8)

        def post(cents: int) -> None:
            together.wait()
            with till.begin() as work:
                work.ledger.post([a_journal(till, "one", cents=cents)])

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(post, range(1, 9)))
        assert till.books().journals == 1
        assert till.books().imbalance_cents == 0

    def test_lists_the_newest_first_page_by_page(self, till: Till) -> None:
        made = [a_journal(till, str(n)) for n in range(5)]
        with till.begin() as work:
            work.ledger.post(made)
        seen: list[Journal] = []
        page: PageRequest | None = PageRequest(limit=2)
        while page is not None:
            with till.read() as reads:
                found = reads.ledger_queries.journals(page)
            seen.extend(found.items)
            after = found.next_cursor
            page = None if after is None else PageRequest(limit=2, cursor=after)
        assert seen == made[::-1]

    def test_finds_journals_by_what_they_are_about(self, till: Till) -> None:
        payment_id = till.ids.new(PaymentId)
        mine = a_journal(till, "mine", payment_id=payment_id)
        gone = evolve(
            a_journal(till, "gone"),
            journal_type=JournalType.VOID,
            occurred_at=NOON + timedelta(hours=1),
        )
        fee = Journal(
            journal_id=till.ids.new(JournalId),
            journal_type=JournalType.SETTLE_FEE,
            source_id="mine",
            occurred_at=NOON + timedelta(hours=2),
            lines=(
                Line(account=Account.BOOKING_ESCROW, cents=5),
                Line(account=Account.STUDENT_FEE_REVENUE, cents=-5),
            ),
        )
        with till.begin() as work:
            work.ledger.post([mine, gone, fee])
        wanted = [
            (JournalSearch(), [fee, gone, mine]),
            (JournalSearch(payment_id=payment_id), [mine]),
            (JournalSearch(journal_type=JournalType.VOID), [gone]),
            (JournalSearch(account=Account.AUTH_HELD), [gone, mine]),
            (JournalSearch(source_id="mine"), [fee, mine]),
            (JournalSearch(since=gone.occurred_at), [fee, gone]),
            (JournalSearch(until=gone.occurred_at), [mine]),
            (JournalSearch(source_id="mine", account=Account.BOOKING_ESCROW), [fee]),
            (JournalSearch(payment_id=till.ids.new(PaymentId)), []),
        ]
        with till.read() as reads:
            for search, found in wanted:
                page = reads.ledger_queries.journals(PageRequest(limit=10), search)
                assert list(page.items) == found, search
            first = reads.ledger_queries.journals(
                PageRequest(limit=1), JournalSearch(source_id="mine")
            )
            rest = reads.ledger_queries.journals(
                PageRequest(limit=1, cursor=first.next_cursor), JournalSearch(source_id="mine")
            )
        assert [*first.items, *rest.items] == [fee, mine]

    def test_py_84_credit_that_no_lot_explains_is_a_breach(self, till: Till) -> None:
        """Each account of each student's credit is what their lots say."""
        assert till.books().credit_mismatches == 0
        lines = tuple(
            Line(account=account, cents=cents, student_id=till.student)
            for account, cents in (
                (Account.PROMO_CREDIT_EXPENSE, 500),
                (Account.CREDIT_AVAILABLE, -500),
            )
        )
        journal = Journal(
            journal_id=till.ids.new(JournalId),
            journal_type=JournalType.CREDIT_ISSUE_PROMO,
            source_id="no lot",
            occurred_at=NOON,
            lines=lines,
        )
        with till.begin() as work:
            work.ledger.post([journal])
        assert till.books().imbalance_cents == 0
        assert till.books().credit_mismatches == 1
        assert not till.books().balanced
        with pytest.raises(BooksDontBalance, match="1 accounts of credit"):
            watch_books(begin=till.begin, read=till.read, clock=till.clock)
        with till.begin() as work:
            assert work.ledger.is_breached()

    def test_py_83_reserved_credit_of_a_settled_payment_is_a_breach(self, till: Till) -> None:
        booking = till.hold()
        till.pay(booking)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.after(hours=25)
        assert till.books().balanced
        lines = tuple(
            Line(
                account=account,
                cents=cents,
                student_id=till.student,
                payment_id=till.payment(booking).payment_id,
            )
            for account, cents in ((Account.CREDIT_AVAILABLE, 5), (Account.CREDIT_RESERVED, -5))
        )
        journal = Journal(
            journal_id=till.ids.new(JournalId),
            journal_type=JournalType.CREDIT_RESERVE,
            source_id="too late",
            occurred_at=NOON,
            lines=lines,
        )
        with till.begin() as work:
            work.ledger.post([journal])
        assert till.books().unsettled == 1
        assert till.books().credit_mismatches == 2
