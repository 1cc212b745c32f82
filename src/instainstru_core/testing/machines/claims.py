"""Claims on lessons that are going on: any sequence of them ends each lesson once.

Source: spec 01 §3, §10.12.
"""

from contextlib import suppress
from datetime import timedelta
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal, Role
from instainstru_core.booking.claims.events import BookingIssueResolved, NoShowResolved
from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import BookingStatus, NoShowType, Party
from instainstru_core.booking.use_cases.create_booking import CreateBooking, create_booking
from instainstru_core.booking.use_cases.dispute_no_show import DisputeNoShow, dispute_no_show
from instainstru_core.booking.use_cases.open_issue import OpenIssue, open_issue
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.booking.use_cases.resolve_issue import ResolveIssue, resolve_issue
from instainstru_core.booking.use_cases.resolve_no_show import ResolveNoShow, resolve_no_show
from instainstru_core.booking.use_cases.resolve_undisputed import resolve_undisputed
from instainstru_core.booking.use_cases.withdraw_no_show import WithdrawNoShow, withdraw_no_show
from instainstru_core.kernel.errors import DomainError
from instainstru_core.testing.machines.booking import BookingMachine, Known
from instainstru_core.testing.memory.accounts import InMemoryMutexes
from instainstru_core.testing.strategies import booking as given

FIRST = given.NOON + timedelta(hours=21)
"""Tuesday at nine."""
REASON = "nobody was there, I waited"
SAID: tuple[tuple[Party | None, NoShowType], ...] = (
    (Party.STUDENT, NoShowType.INSTRUCTOR),
    (Party.STUDENT, NoShowType.MUTUAL),
    (Party.INSTRUCTOR, NoShowType.STUDENT),
    (Party.ADMIN, NoShowType.STUDENT),
    (None, NoShowType.MUTUAL),
)
"""Who says what; the second is refused."""


class ClaimsMachine(BookingMachine):
    """The machine of bookings, which begins as three lessons do."""

    def __init__(self) -> None:
        super().__init__()
        for number, student in enumerate(self.students):
            room = self.rooms[number % 2]
            proposal = room.proposal(student, FIRST + (number // 2) * timedelta(minutes=90))
            booking = create_booking(
                CreateBooking(principal=given.signed_in(student), proposal=proposal),
                begin=self.store.begin,
                places=given.TOWN,
                ids=self.ids,
                clock=self.clock,
            )
            with self.store.begin() as work:
                held = work.bookings.get_for_update(booking.booking_id)
                work.bookings.save(held.confirm(at=self.clock.now()))
            self.known[booking.booking_id] = Known(BookingStatus.CONFIRMED)
        self.clock.set(FIRST)
        self.admin = given.signed_in(self.ids.new(StudentId), Role.ADMIN)
        self.mutexes = InMemoryMutexes()

    @rule(data=st.data(), said=st.sampled_from(SAID))
    def report(self, data: st.DataObject, said: tuple[Party | None, NoShowType]) -> None:
        """Somebody, or the platform, says who did not come."""
        by, kind = said
        if (booking := self.agreed(data)) is None:
            return
        request = ReportNoShow(
            principal=None if by is None else self.acting(booking, by),
            booking_id=booking.booking_id,
            type=kind,
        )
        with suppress(DomainError):
            report_no_show(request, begin=self.store.begin, clock=self.clock)
        assert self.now_is(booking)

    @rule(data=st.data(), by=st.sampled_from(Party))
    def dispute(self, data: st.DataObject, by: Party) -> None:
        """One of the two objects, or tries to."""
        if (booking := self.agreed(data)) is None:
            return
        request = DisputeNoShow(
            principal=self.acting(booking, by), booking_id=booking.booking_id, reason=REASON
        )
        with suppress(DomainError):
            dispute_no_show(request, begin=self.store.begin, clock=self.clock)
        assert self.now_is(booking)

    @rule(data=st.data(), by=st.sampled_from(Party))
    def withdraw(self, data: st.DataObject, by: Party) -> None:
        """Whoever reported takes it back; nobody else can."""
        if (booking := self.agreed(data)) is None:
            return
        request = WithdrawNoShow(principal=self.acting(booking, by), booking_id=booking.booking_id)
        with suppress(DomainError):
            withdraw_no_show(request, begin=self.store.begin, clock=self.clock)
        assert self.now_is(booking)

    @rule(data=st.data(), resolution=st.sampled_from(Resolution))
    def resolve(self, data: st.DataObject, resolution: Resolution) -> None:
        """An admin decides about a report."""
        if (booking := self.agreed(data)) is None:
            return
        request = ResolveNoShow(
            principal=self.acting(booking, Party.ADMIN),
            booking_id=booking.booking_id,
            resolution=resolution,
        )
        try:
            resolve_no_show(request, begin=self.store.begin, clock=self.clock)
        except DomainError:
            assert self.now_is(booking)

    @rule(data=st.data(), by=st.sampled_from(Party))
    def object(self, data: st.DataObject, by: Party) -> None:
        """One of the two opens an issue."""
        if (booking := self.agreed(data)) is None:
            return
        request = OpenIssue(
            principal=self.acting(booking, by), booking_id=booking.booking_id, reason=REASON
        )
        with suppress(DomainError):
            open_issue(request, begin=self.store.begin, clock=self.clock)
        assert self.now_is(booking)

    @rule(
        data=st.data(),
        outcome=st.sampled_from(IssueOutcome),
        kind=st.sampled_from((*NoShowType, None)),
    )
    def settle_issue(
        self, data: st.DataObject, outcome: IssueOutcome, kind: NoShowType | None
    ) -> None:
        """An admin decides about an issue."""
        if (booking := self.agreed(data)) is None:
            return
        request = ResolveIssue(
            principal=self.acting(booking, Party.ADMIN),
            booking_id=booking.booking_id,
            outcome=outcome,
            no_show_type=kind,
        )
        try:
            resolve_issue(request, begin=self.store.begin, clock=self.clock)
        except DomainError:
            assert self.now_is(booking)

    @rule()
    def take_the_undisputed_for_true(self) -> None:
        """The hourly job; nothing is left for it after it ran."""
        run = partial(
            resolve_undisputed, begin=self.store.begin, mutexes=self.mutexes, clock=self.clock
        )
        run()
        assert run() == 0

    def acting(self, booking: Booking, party: Party) -> Principal:
        """*party* of the booking, signed in."""
        match party:
            case Party.STUDENT:
                return given.signed_in(booking.student)
            case Party.INSTRUCTOR:
                return given.signed_in(booking.instructor, Role.INSTRUCTOR)
            case Party.ADMIN:
                return self.admin

    @invariant()
    def claims_are_settled_once(self) -> None:
        """Each resolved report and issue was told of once, and none other. Source: BK-39, BK-41."""
        with self.store.begin() as work:
            reports = [work.claims.report_on(each) for each in self.known]
            issues = [work.claims.issue_on(each) for each in self.known]
        resolved = sum(each is not None and not each.is_open for each in reports)
        settled = sum(each is not None and not each.is_open for each in issues)
        told = self.told()
        mine = [str(each) for each in self.known]
        assert sum(told[NoShowResolved.name, each] for each in mine) == resolved
        assert sum(told[BookingIssueResolved.name, each] for each in mine) == settled
