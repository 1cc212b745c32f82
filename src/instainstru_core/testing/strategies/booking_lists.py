"""Lives of bookings, at random: what lists, files and figures are made of. Source: BK-42, BK-46."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, frozen
from hypothesis import strategies as st

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import (
    Cancelled,
    Completed,
    Confirmed,
    NoShow,
    Pending,
    State,
)
from instainstru_core.booking.terms import BookingStatus, CancelKind, NoShowType, Party
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.testing.strategies.booking import NOON, a_booking

BEFORE: Final = NOON - timedelta(days=7)
STEP: Final = timedelta(hours=5)
"""Longer than the longest lesson, so that two lives with different numbers never collide."""

MOST_LIVES: Final = 12
_UNAGREED: Final = frozenset({CancelKind.HOLD_EXPIRED, CancelKind.SUPERSEDED, CancelKind.ABORTED})
_SERVICES: Final = tuple(ServiceId.parse(f"0100000000000000000000000{n}") for n in (3, 4))


@frozen(kw_only=True)
class Life:
    """What became of one booking: its last status, and how it got there."""

    status: BookingStatus
    kind: CancelKind
    service: int
    teacher: int
    held_minutes: int
    agreed: bool

    def state(self, booking: Booking) -> State:
        """The state of *booking* after such a life."""
        agreed_at = booking.created_at + timedelta(minutes=5)
        ends_at = booking.lesson.ends_at
        match self.status:
            case BookingStatus.PENDING:
                return Pending(booking.created_at + timedelta(minutes=self.held_minutes))
            case BookingStatus.CONFIRMED:
                return Confirmed(agreed_at)
            case BookingStatus.COMPLETED:
                return Completed(at=ends_at, confirmed_at=agreed_at)
            case BookingStatus.NO_SHOW:
                return NoShow(at=ends_at, confirmed_at=agreed_at, type=NoShowType.STUDENT)
            case BookingStatus.CANCELLED:
                was_agreed = self.kind not in _UNAGREED and (
                    self.agreed or self.kind is CancelKind.RESCHEDULED
                )
                return Cancelled(
                    at=agreed_at, kind=self.kind, confirmed_at=agreed_at if was_agreed else None
                )


@frozen(kw_only=True)
class Company:
    """Two students, two instructors, and all their bookings: everybody's with everybody."""

    students: Sequence[StudentId]
    instructors: Sequence[InstructorId]
    bookings: Sequence[Booking]

    def roles(self) -> Sequence[tuple[AccountId, Party]]:
        """Whose lists there are."""
        return [
            *((AccountId(who.value), Party.STUDENT) for who in self.students),
            *((AccountId(who.value), Party.INSTRUCTOR) for who in self.instructors),
        ]


def lives() -> st.SearchStrategy[list[Life]]:
    """Some lives, long and short."""
    life = st.builds(
        Life,
        status=st.sampled_from(BookingStatus),
        kind=st.sampled_from(CancelKind),
        service=st.integers(0, 1),
        teacher=st.integers(0, 1),
        held_minutes=st.sampled_from((10, 30)),
        agreed=st.booleans(),
    )
    return st.lists(life, max_size=MOST_LIVES)


def moments() -> st.SearchStrategy[datetime]:
    """When people look: while holds live, and at and around every start and end."""
    hours = st.integers(-6, 5 * MOST_LIVES + 2).map(lambda n: NOON + timedelta(hours=n))
    early = st.sampled_from((5, 10, 29, 30)).map(lambda n: BEFORE + timedelta(minutes=n))
    return st.one_of(hours, early)


def company(plan: Sequence[Life], ids: Ids) -> Company:
    """New people who lived through *plan*; cancelled lessons share one start: their ids decide."""
    students = [ids.new(StudentId) for _ in range(2)]
    instructors = [ids.new(InstructorId) for _ in range(2)]
    bookings = []
    for number, life in enumerate(plan):
        cancelled = life.status is BookingStatus.CANCELLED
        held = a_booking(
            ids.new(BookingId),
            student=students[number % 2],
            instructor=instructors[life.teacher],
            starts_at=NOON + STEP * (-1 if cancelled else number),
            created_at=BEFORE,
            service_id=_SERVICES[life.service],
        )
        bookings.append(evolve(held, state=life.state(held), events=()))
    return Company(students=students, instructors=instructors, bookings=bookings)
