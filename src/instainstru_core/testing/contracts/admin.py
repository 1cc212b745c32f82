"""What every keeper of the staff's papers must do, and show. Source: BK-50…BK-53, MC-6."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from instainstru_core.admin.confirmations.ids import ConfirmationId
from instainstru_core.admin.confirmations.model import KEPT
from instainstru_core.admin.model.files import (
    BookingFigures,
    BookingFile,
    BookingRow,
    BookingSearch,
    Cause,
    PaymentStatus,
)
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import BookingStatus, CancelKind, ReminderKind
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.payments.ids import JournalId
from instainstru_core.payments.ledger.model import Account as BookAccount
from instainstru_core.payments.ledger.model import Journal, JournalType, Line
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.ports import Reads, Work
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.stories.claims import paid
from instainstru_core.testing.stories.papers import (
    DAY,
    MINUTE,
    Kept,
    Papers,
    a_confirmation,
    an_action,
    kept,
    papers,
    pay,
    reference_of,
)
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.booking_lists import Life, company, lives, moments

EXAMPLES: Final = 15
WORDS: Final = ("", "anna", "ANNA  berg ", "smith", "%", "_", "example.com", "PIANO", "no such")
BY_KEY: Final = ("booking", "payment", "processor")


def searches() -> st.SearchStrategy[dict[str, Any]]:
    """Any search; by key of a booking that there is, or by words."""
    days = st.none() | st.sampled_from([NOON.date() + n * DAY for n in range(-1, 3)])
    return st.fixed_dictionaries(
        {
            "search": st.sampled_from((*WORDS, *BY_KEY)),
            "statuses": st.frozensets(st.sampled_from(BookingStatus), max_size=2),
            "payment_statuses": st.frozensets(st.sampled_from(PaymentStatus), max_size=2),
            "first_day": days,
            "last_day": days,
            "needs_action": st.sampled_from((None, None, True, False)),
        }
    )


class AdminListContract:
    """Inherit, and provide `begin` and `read`."""

    def test_bk50_finds_what_is_asked_for(self, begin: Begin[Work], read: Begin[Reads]) -> None:
        """BK-50, BK-51: members, order and total of every search; counts by cause (BK-52)."""
        ids, everything = CountedIds(), list[Kept]()

        @given(
            plan=lives(),
            beside=st.lists(papers(), min_size=12, max_size=12),
            wanted=st.lists(searches(), min_size=1, max_size=6),
            now=moments(),
        )
        @settings(max_examples=EXAMPLES, deadline=None)
        def check(
            plan: Sequence[Life],
            beside: Sequence[Papers],
            wanted: Sequence[dict[str, Any]],
            now: datetime,
        ) -> None:
            everything.extend(kept(begin, company(plan, ids), beside, ids))
            for one in wanted:
                search = BookingSearch(**{**one, "search": _key(one["search"], everything)})
                search = evolve(search, per_page=200)
                with read() as reads:
                    page = reads.admin_queries.page(search, now=now)
                expected = [each for each in everything if each.is_found(search, now)]
                expected.sort(key=_newest, reverse=True)
                assert page.total == len(expected)
                assert [row.booking for row in page.items] == [e.booking for e in expected[:200]]
                assert [row.causes for row in page.items] == [
                    each.causes(now) for each in expected[:200]
                ]
                for row, each in zip(page.items, expected, strict=False):
                    _check_row(row, each)
            figures = _figures(read, now)
            assert figures.needs_action == {
                cause: sum(cause in each.causes(now) for each in everything) for cause in Cause
            }
            standing = [
                each.booking
                for each in everything
                if each.booking.status not in {BookingStatus.PENDING, BookingStatus.CANCELLED}
                and NEW_YORK.today(each.booking.lesson.starts_at) == NEW_YORK.today(now)
            ]
            assert figures.today.lessons == len(standing)
            assert figures.today.gross.cents == sum(each.price.cents for each in standing)

        check()

    def test_bk43_pages_are_slices_of_the_list(
        self, begin: Begin[Work], read: Begin[Reads]
    ) -> None:
        """BK-43, BK-50: whole, in order; empty beyond the end."""
        ids = CountedIds()
        bare = Papers(payment=None, refunded=False, report=None, issue=None)
        found = kept(begin, company([_given() for _ in range(5)], ids), [bare] * 5, ids)
        shown, totals = [], []
        for number in (1, 2, 3, 9):
            with read() as reads:
                page = reads.admin_queries.page(BookingSearch(page=number, per_page=2), now=NOON)
            shown.append([row.booking for row in page.items])
            totals.append((page.total, page.has_next, page.has_prev))
        assert [each for page in shown for each in page] == [
            each.booking for each in sorted(found, key=_newest, reverse=True)
        ]
        assert [len(each) for each in shown] == [2, 2, 1, 0]
        assert totals == [(5, True, False), (5, True, True), (5, False, True), (5, False, True)]

    def test_bk50_the_latest_payment_counts_and_every_key_finds(
        self, begin: Begin[Work], read: Begin[Reads]
    ) -> None:
        """BK-50: statuses are the latest payment's; ids and references are all of them's."""
        ids = CountedIds()
        bare = Papers(payment=None, refunded=False, report=None, issue=None)
        (one,) = kept(begin, company([_given()], ids), [bare], ids)
        given_back = evolve(bare, payment=PaymentState.CAPTURED, refunded=True)
        with begin() as work:
            first = pay(work, one.booking, given_back, ids)
            over = evolve(first, state=PaymentState.SETTLED, outcome=Outcome.ADMIN_REFUND)
            work.payments.save(evolve(over, settled_at=NOON))
            latest = work.payments.add(paid(one.booking, ids, PaymentState.AUTHORIZED))

        def total(**wanted: Any) -> int:
            with read() as reads:
                return reads.admin_queries.page(BookingSearch(**wanted), now=NOON).total

        found = {each: total(payment_statuses=frozenset({each})) for each in PaymentStatus}
        assert [each for each, count in found.items() if count] == [PaymentStatus.AUTHORIZED]
        for key in (first.payment_id, latest.payment_id, reference_of(one.booking)):
            assert total(search=str(key)) == 1

    def test_bk52_counts_what_the_books_say(self, begin: Begin[Work], read: Begin[Reads]) -> None:
        """BK-52: earned in the time, not before and not after; given back is taken off."""
        ids = CountedIds()
        day = NEW_YORK.day(NOON.date())
        fee, contra = BookAccount.STUDENT_FEE_REVENUE, BookAccount.REFUNDS_CONTRA
        with begin() as work:
            for at, account, cents in (
                (day.starts_at, fee, -600),
                (day.ends_at - MINUTE, BookAccount.COMMISSION_REVENUE, -400),
                (NOON, contra, 100),
                (day.ends_at, fee, -30),
                (day.starts_at - MINUTE, fee, -7),
                (NOON, BookAccount.INSTRUCTOR_PAYABLE, -5_000),
            ):
                work.ledger.post([_journal(ids, at, account, cents)])
        figures = _figures(read, NOON)
        assert (figures.today.revenue_cents, figures.week.revenue_cents) == (900, 930)
        assert (figures.today.lessons, figures.week.lessons) == (0, 0)

    def test_bk50_shows_everything_about_one(self, begin: Begin[Work], read: Begin[Reads]) -> None:
        """AD-6: claims, chain, acts of the staff in order, reminders; nothing of other bookings."""
        ids = CountedIds()
        full = Papers(
            payment=PaymentState.AUTHORIZED, refunded=False, report="disputed", issue="resolved"
        )
        one, other = kept(begin, company([_given(), _given()], ids), [full, full], ids)
        acts = [an_action(ids, one.booking, at=NOON + n * MINUTE) for n in range(2)]
        with begin() as work:
            for act in (*acts, an_action(ids, other.booking)):
                work.admin_actions.add(act)
        file = _file(read, one.booking)
        assert file.row.booking == one.booking
        assert list(file.actions) == acts
        assert file.chain == [one.booking]
        assert file.report is not None
        assert file.report.dispute is not None
        assert file.issue is not None
        assert not file.issue.is_open
        assert (dict[ReminderKind, datetime](file.reminders), list(file.told)) == ({}, [])
        with pytest.raises(BookingNotFound), read() as reads:
            reads.admin_queries.file(ids.new(BookingId), now=NOON)


class AdminPapersContract:
    """Inherit, and provide `begin` and `read`."""

    def test_mc6_returns_a_confirmation_once_used_as_used(self, begin: Begin[Work]) -> None:
        ids = CountedIds()
        seen = a_confirmation(ids)
        with begin() as work:
            work.confirmations.add(seen)
        with begin() as work:
            assert work.confirmations.find(seen.confirmation_id) == seen
            assert work.confirmations.find(ids.new(ConfirmationId)) is None
            used = evolve(seen, used_at=NOON + MINUTE)
            work.confirmations.save(used)
        with begin() as work:
            assert work.confirmations.find(seen.confirmation_id) == used

    def test_mc6_forgets_what_ended_a_day_ago(self, begin: Begin[Work]) -> None:
        ids = CountedIds()
        old = a_confirmation(ids)
        for later, remembered in ((KEPT, True), (KEPT + 6 * MINUTE, False)):
            with begin() as work:
                work.confirmations.add(old)
            with begin() as work:
                work.confirmations.add(a_confirmation(ids, at=NOON + later))
            with begin() as work:
                assert (work.confirmations.find(old.confirmation_id) is not None) is remembered
            old = a_confirmation(ids)

    def test_undoes_confirmations_and_actions(self, begin: Begin[Work], read: Begin[Reads]) -> None:
        ids = CountedIds()
        bare = Papers(payment=None, refunded=False, report=None, issue=None)
        (one,) = kept(begin, company([_given()], ids), [bare], ids)
        seen = a_confirmation(ids)
        with pytest.raises(InterruptedError), begin() as work:
            work.confirmations.add(seen)
            work.admin_actions.add(an_action(ids, one.booking))
            raise InterruptedError
        with begin() as work:
            assert work.confirmations.find(seen.confirmation_id) is None
        assert list(_file(read, one.booking).actions) == []


def _journal(ids: CountedIds, at: datetime, account: BookAccount, cents: int) -> Journal:
    return Journal(
        journal_id=ids.new(JournalId),
        journal_type=JournalType.SETTLE_FEE,
        source_id=str(ids.new(JournalId)),
        occurred_at=at,
        lines=(
            Line(account=account, cents=cents),
            Line(account=BookAccount.PROCESSOR_BALANCE, cents=-cents),
        ),
    )


def _key(word: str, everything: Sequence[Kept]) -> str:
    """What is typed: a word, or a key of the first booking that has one."""
    if word not in BY_KEY or not everything:
        return word
    one = next((each for each in everything if each.payment is not None), everything[0])
    if word == "booking" or one.payment is None:
        return str(one.booking.booking_id)
    return str(one.payment.payment_id) if word == "payment" else one.reference.upper()


def _newest(each: Kept) -> tuple[datetime, BookingId]:
    return each.booking.created_at, each.booking.booking_id


def _check_row(row: BookingRow, each: Kept) -> None:
    assert [row.student.name, row.instructor.name] == list(each.names)
    assert [row.student.email, row.instructor.email] == list(each.emails)
    payment = each.payment
    assert row.payment_id == (None if payment is None else payment.payment_id)
    assert row.payment_state == each.papers.payment
    assert row.card_amount == (None if payment is None else payment.breakdown.card_amount)


def _figures(read: Begin[Reads], now: datetime) -> BookingFigures:
    today = NEW_YORK.today(now)
    monday = today - timedelta(days=today.weekday())
    with read() as reads:
        return reads.admin_queries.figures(day=NEW_YORK.day(today), week=_week(monday), now=now)


def _week(monday: date) -> Interval:
    return Interval(NEW_YORK.midnight(monday), NEW_YORK.midnight(monday + 7 * DAY))


def _file(read: Begin[Reads], booking: Booking) -> BookingFile:
    with read() as reads:
        return reads.admin_queries.file(booking.booking_id, now=NOON)


def _given() -> Life:
    return Life(
        status=BookingStatus.COMPLETED,
        kind=CancelKind.BY_STUDENT,
        service=0,
        teacher=0,
        held_minutes=30,
        agreed=True,
    )
