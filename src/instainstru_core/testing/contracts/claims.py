"""What every keeper of claims must do."""

from datetime import timedelta

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.booking.claims.errors import AlreadyReported
from instainstru_core.booking.claims.model.issues import Settlement
from instainstru_core.booking.claims.model.reports import Dispute, Verdict
from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.errors import StaleAggregate
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.stories.bookings import enrolled
from instainstru_core.testing.stories.claims import a_report, an_issue, paid
from instainstru_core.testing.strategies.booking import NOON, ClassroomWork, a_booking
from instainstru_core.testing.strategies.payments import TillWork

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


class ClaimsContract:
    """Inherit, and provide `begin`."""

    @pytest.fixture
    def ids(self) -> CountedIds:
        return CountedIds()

    @pytest.fixture
    def booking(self, ids: CountedIds, begin: Begin[ClassroomWork]) -> Booking:
        return booked(begin, ids)

    def test_returns_what_was_added(
        self, begin: Begin[ClassroomWork], booking: Booking, ids: CountedIds
    ) -> None:
        report, issue = a_report(booking, ids), an_issue(booking, ids)
        with begin() as work:
            assert work.claims.report_on(booking.booking_id) is None
            assert work.claims.issue_on(booking.booking_id) is None
            assert not work.claims.open_on(booking.booking_id)
            kept = work.claims.add_report(report)
            work.claims.add_issue(issue)
        with begin() as work:
            assert work.claims.report_on(booking.booking_id) == kept == report
            assert work.claims.issue_on(booking.booking_id) == issue
            assert work.claims.open_on(booking.booking_id)
        assert (kept.version, kept.events) == (1, ())

    def test_returns_every_state(
        self, begin: Begin[ClassroomWork], booking: Booking, ids: CountedIds
    ) -> None:
        """What was objected, and what became of it, stays with it."""
        admin = ids.new(AccountId)
        with begin() as work:
            report = work.claims.add_report(a_report(booking, ids))
            issue = work.claims.add_issue(an_issue(booking, ids))
        disputed = evolve(report, dispute=Dispute(at=NOON + DAY / 2, reason="but I was there"))
        with begin() as work:
            disputed = work.claims.save_report(disputed)
            assert work.claims.report_on(booking.booking_id) == disputed
        verdict = Verdict(
            at=NOON + DAY, resolution=Resolution.DISPUTE_UPHELD, resolver=admin, notes="they were"
        )
        settlement = Settlement(
            at=NOON + DAY, outcome=IssueOutcome.DISMISS, resolver=admin, notes="no issue"
        )
        with begin() as work:
            resolved = work.claims.save_report(evolve(disputed, verdict=verdict))
            assert work.claims.open_on(booking.booking_id)
            settled = work.claims.save_issue(evolve(issue, settlement=settlement))
            assert not work.claims.open_on(booking.booking_id)
        with begin() as work:
            assert work.claims.report_on(booking.booking_id) == resolved
            assert work.claims.issue_on(booking.booking_id) == settled
        assert (resolved.version, settled.version) == (3, 2)

    def test_keeps_one_of_each_a_booking(
        self, begin: Begin[ClassroomWork], booking: Booking, ids: CountedIds
    ) -> None:
        """BK-36, BK-41: the key is the last line; the unit can go on."""
        with begin() as work:
            report = work.claims.add_report(a_report(booking, ids))
            work.claims.add_issue(an_issue(booking, ids))
            with pytest.raises(AlreadyReported):
                work.claims.add_report(a_report(booking, ids))
            with pytest.raises(AlreadyReported):
                work.claims.add_issue(an_issue(booking, ids))
            assert work.claims.report_on(booking.booking_id) == report

    def test_lets_only_the_first_of_two_writers_win(
        self, begin: Begin[ClassroomWork], booking: Booking, ids: CountedIds
    ) -> None:
        with begin() as work:
            report = work.claims.add_report(a_report(booking, ids))
            issue = work.claims.add_issue(an_issue(booking, ids))
            work.claims.save_report(report)
            work.claims.save_issue(issue)
            with pytest.raises(StaleAggregate):
                work.claims.save_report(report)
            with pytest.raises(StaleAggregate):
                work.claims.save_issue(issue)

    def test_undoes_everything_when_the_block_raises(
        self, begin: Begin[ClassroomWork], booking: Booking, ids: CountedIds
    ) -> None:
        with pytest.raises(RuntimeError, match="undo"), begin() as work:
            work.claims.add_report(a_report(booking, ids))
            raise RuntimeError("undo")
        with begin() as work:
            assert work.claims.report_on(booking.booking_id) is None

    def test_finds_what_nobody_disputed_the_oldest_first(
        self, begin: Begin[ClassroomWork], ids: CountedIds
    ) -> None:
        """BK-38: strictly more than a day ago, neither disputed nor resolved, so many at most."""
        late, early, disputed, resolved, fresh = [booked(begin, ids) for _ in range(5)]
        with begin() as work:
            work.claims.add_report(a_report(late, ids, reported_at=NOON + SECOND))
            work.claims.add_report(a_report(early, ids))
            objected = Dispute(at=NOON, reason="but I was there")
            work.claims.add_report(a_report(disputed, ids, dispute=objected))
            verdict = Verdict(at=NOON, resolution=Resolution.CANCELLED)
            work.claims.add_report(a_report(resolved, ids, verdict=verdict))
            work.claims.add_report(a_report(fresh, ids, reported_at=NOON + 2 * SECOND))
        with begin() as work:
            now = NOON + DAY + 2 * SECOND
            both = [early.booking_id, late.booking_id]
            assert work.claims.undisputed(now=now, limit=9) == both
            assert work.claims.undisputed(now=now, limit=1) == both[:1]


class OverdueContract:
    """Inherit, and provide `begin` of units that reach payments."""

    def test_bk22_finds_what_is_ready_to_be_counted_as_given(self, begin: Begin[TillWork]) -> None:
        """Confirmed, a day ago, its money there, and nothing open against it; so many at most."""
        ids = CountedIds()
        ready, locked, unpaid, reported, settled, moot = [booked(begin, ids) for _ in range(6)]
        with begin() as work:
            for each in (ready, reported, settled, moot):
                work.payments.add(paid(each, ids, PaymentState.AUTHORIZED))
            work.payments.add(paid(locked, ids, PaymentState.LOCKED))
            work.payments.add(paid(unpaid, ids, PaymentState.PAYMENT_METHOD_REQUIRED))
            work.claims.add_report(a_report(reported, ids))
            verdict = Verdict(at=NOON + DAY, resolution=Resolution.CANCELLED)
            work.claims.add_report(a_report(settled, ids, verdict=verdict))
            work.claims.add_issue(an_issue(moot, ids))
        end = ready.lesson.ends_at
        with begin() as work:
            found = work.payment_readiness.overdue
            every = [each.booking_id for each in (ready, locked, settled)]
            assert found(before=end, limit=9) == every
            assert found(before=end, limit=2) == every[:2]
            assert found(before=end - SECOND, limit=9) == []
            assert work.payment_readiness.status_of(unpaid.booking_id) == "payment_method_required"
            assert work.payment_readiness.status_of(ids.new(BookingId)) is None
            work.bookings.save(ready.complete(at=end))
            assert found(before=end, limit=9) == every[1:]


def booked(begin: Begin[ClassroomWork], ids: CountedIds) -> Booking:
    """A lesson that is agreed on, of people of its own."""
    booking = a_booking(
        ids.new(BookingId), student=ids.new(StudentId), instructor=enrolled(begin, ids)
    )
    with begin() as work:
        held = work.bookings.add(booking)
        return work.bookings.save(held.confirm(at=booking.created_at))
