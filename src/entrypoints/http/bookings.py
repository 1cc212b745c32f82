"""Lessons: booked, looked at, called off, given. Source: spec 01 §5, §6."""

from datetime import date, datetime, time
from typing import Annotated, Final, Literal

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType, field

from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import REQUIRED, policy, requires
from entrypoints.http.problems import Violation, invalid
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission, Principal, Role
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking, Place
from instainstru_core.booking.model.states import Cancelled, Completed, Pending
from instainstru_core.booking.mutex import alone_with
from instainstru_core.booking.policies.facts import AskedPlace, LocalStart, Proposal
from instainstru_core.booking.policies.views import View, phase, shows_place
from instainstru_core.booking.queries import BookingCard, BookingList, BookingPage
from instainstru_core.booking.terms import BookingStatus, Party
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking, cancel_booking
from instainstru_core.booking.use_cases.complete_lesson import CompleteLesson, complete_lesson
from instainstru_core.booking.use_cases.create_booking import CreateBooking, create_booking
from instainstru_core.booking.use_cases.read_bookings import get_booking, list_bookings
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.ports import Ports

_READERS: Final = requires(
    Permission.VIEW_OWN_BOOKINGS, Permission.VIEW_INCOMING_BOOKINGS, any_of=True
)
_CANCELLERS: Final = requires(
    Permission.CANCEL_OWN_BOOKINGS, Permission.CANCEL_STUDENT_BOOKINGS, any_of=True
)


class PlaceBody(Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Where the lesson shall be; online and in a studio it is ignored."""

    address: Annotated[str, Meta(max_length=300, examples=["200 8th Avenue, New York"])] | None = (
        None
    )
    lat: Annotated[float, Meta(ge=-90, le=90, examples=[40.745])] | None = None
    lng: Annotated[float, Meta(ge=-180, le=180, examples=[-74.0])] | None = None
    place_id: Annotated[str, Meta(max_length=255)] | None = None


class CreateBookingBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """One lesson: its start as an instant, or as date and time on the instructor's clock."""

    instructor_id: InstructorId
    service_id: ServiceId
    start: (
        Annotated[
            datetime, Meta(tz=True, description="RFC 3339", examples=["2026-12-08T15:00:00Z"])
        ]
        | UnsetType
    ) = UNSET
    day: Annotated[date, Meta(examples=["2026-12-08"])] | UnsetType = field(
        default=UNSET, name="date"
    )
    wall: (
        Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["10:00"])] | UnsetType
    ) = field(default=UNSET, name="time")
    duration_minutes: Annotated[int, Meta(ge=1, le=1440, examples=[60])]
    location_type: LocationType
    place: PlaceBody = PlaceBody()
    note: Annotated[str, Meta(max_length=1000)] = ""

    def starting(self) -> datetime | LocalStart:
        """The start, in whichever way it was given.

        Raises:
            Refusal: In neither way, or in both.
        """
        if isinstance(self.start, datetime) and self.day is UNSET and self.wall is UNSET:
            return self.start
        if self.start is UNSET and isinstance(self.day, date) and isinstance(self.wall, str):
            return LocalStart(self.day, time.fromisoformat(self.wall))
        message = "give either start, or date and time"
        raise invalid([Violation(pointer="/start", code="invalid", message=message)])

    def proposal(self, principal: Principal) -> Proposal:
        """What is asked for, by whom."""
        return Proposal(
            student=StudentId(principal.account_id.value),
            instructor=self.instructor_id,
            service_id=self.service_id,
            start=self.starting(),
            duration_minutes=self.duration_minutes,
            location_type=self.location_type,
            place=AskedPlace(
                address=self.place.address,
                lat=self.place.lat,
                lng=self.place.lng,
                place_id=self.place.place_id,
            ),
            note=self.note,
        )


class CancelBookingBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """Why it is called off."""

    reason: Annotated[
        str,
        Meta(min_length=1, max_length=500, pattern=r"\S", examples=["I caught a cold."]),
    ]


class CompleteLessonBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A note for the instructor alone."""

    note: Annotated[str, Meta(max_length=1000)] | None = None


class PlaceView(Struct, kw_only=True, frozen=True):
    """Where the lesson is."""

    address: str
    lat: float
    lng: float
    place_id: str | None

    @classmethod
    def of(cls, place: Place) -> "PlaceView":
        """The view of *place*."""
        return cls(address=place.address, lat=place.lat, lng=place.lng, place_id=place.place_id)


class CancellationView(Struct, kw_only=True, frozen=True):
    """How a booking ended."""

    at: datetime
    kind: Annotated[str, Meta(examples=["by_student"])]
    by: Annotated[str | None, Meta(examples=["student"])]
    reason: str | None
    policy_case: Annotated[str | None, Meta(examples=["student_ge24"])]


class BookingView(Struct, kw_only=True, frozen=True):
    """A lesson, as one of its parties sees it."""

    booking_id: BookingId
    status: Annotated[str, Meta(examples=["PENDING"])]
    phase: Annotated[str | None, Meta(examples=["upcoming"])]
    student_id: StudentId
    instructor_id: InstructorId
    service_id: ServiceId
    service_name: Annotated[str, Meta(examples=["Piano"])]
    start: datetime
    end: datetime
    duration_minutes: int
    zone: Annotated[str, Meta(examples=["America/New_York"])]
    local_start: Annotated[str, Meta(examples=["2026-12-08T10:00"])]
    location_type: LocationType
    place: PlaceView | None
    service_area: str | None
    hourly_rate_cents: int
    price_cents: int
    note: str | None
    instructor_note: str | None
    created_at: datetime
    hold_expires_at: datetime | None
    confirmed_at: datetime | None
    completed_at: datetime | None
    cancellation: CancellationView | None
    chain_id: BookingId
    version: int
    counterpart: Annotated[str | None, Meta(description="The other party.", examples=["Jane S."])]

    @classmethod
    def of(
        cls, booking: Booking, viewer: Party, now: datetime, counterpart: str | None = None
    ) -> "BookingView":
        """The view that *viewer* has of *booking* at *now*."""
        place, current, state = booking.place, phase(booking, now), booking.state
        shown = place is not None and shows_place(booking, viewer, now)
        local_start = booking.zone.local(booking.lesson.starts_at)
        return cls(
            booking_id=booking.booking_id,
            status=booking.status.value,
            phase=None if current is None else current.value,
            student_id=booking.student,
            instructor_id=booking.instructor,
            service_id=booking.service_id,
            service_name=booking.service_name,
            start=booking.lesson.starts_at,
            end=booking.lesson.ends_at,
            duration_minutes=booking.lesson.minutes,
            zone=booking.zone.name,
            local_start=f"{local_start:%Y-%m-%dT%H:%M}",
            location_type=booking.location_type,
            place=PlaceView.of(place) if place is not None and shown else None,
            service_area=booking.service_area,
            hourly_rate_cents=booking.hourly_rate.cents,
            price_cents=booking.price.cents,
            note=booking.note,
            instructor_note=None if viewer is Party.STUDENT else booking.instructor_note,
            created_at=booking.created_at,
            hold_expires_at=state.hold_expires_at if isinstance(state, Pending) else None,
            confirmed_at=booking.confirmed_at,
            completed_at=state.at if isinstance(state, Completed) else None,
            cancellation=_cancellation(state) if isinstance(state, Cancelled) else None,
            chain_id=booking.chain.chain_id,
            version=booking.version,
            counterpart=counterpart,
        )

    @classmethod
    def of_card(cls, card: BookingCard, now: datetime) -> "BookingView":
        """The view of a booking that was looked up, with the other party's name."""
        mine = card.viewer is Party.STUDENT
        counterpart = card.instructor_name if mine else card.student_name
        return cls.of(card.booking, card.viewer, now, counterpart)


class BookingPageView(Struct, kw_only=True, frozen=True):
    """Part of a list of bookings."""

    items: list[BookingView]
    total: int
    page: int
    per_page: int
    has_next: bool
    has_prev: bool

    @classmethod
    def of(cls, page: BookingPage, now: datetime) -> "BookingPageView":
        """The view of *page* at *now*."""
        return cls(
            items=[BookingView.of_card(each, now) for each in page.items],
            total=page.total,
            page=page.page,
            per_page=page.per_page,
            has_next=page.has_next,
            has_prev=page.has_prev,
        )


def _cancellation(state: Cancelled) -> CancellationView:
    return CancellationView(
        at=state.at,
        kind=state.kind.value,
        by=None if state.by is None else state.by.value,
        reason=state.reason,
        policy_case=None if state.policy_case is None else state.policy_case.value,
    )


def _party(booking: Booking, principal: Principal) -> Party:
    return booking.party_of(principal.account_id) or Party.ADMIN


@post(
    "/",
    sync_to_thread=True,
    opt=policy(access=requires(Permission.CREATE_BOOKINGS), bucket="booking", idempotency=REQUIRED),
    **documented("Book a lesson", refusals=(404, 409)),
)
def create(
    data: JSONBody[CreateBookingBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> BookingView:
    """Hold the time for 30 minutes, at today's price; confirming it needs a payment method."""

    def view(booking: Booking) -> BookingView:
        return BookingView.of(booking, Party.STUDENT, booking.created_at)

    booking = create_booking(
        CreateBooking(principal=principal, proposal=data.proposal(principal)),
        begin=ports.begin,
        places=ports.places,
        ids=ports.ids,
        clock=ports.clock,
        pricing=ports.pricing,
        answer=keyed.answer(view),
    )
    return view(booking)


@get(
    "/",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("List my bookings"),
)
def list_mine(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    role: FromQuery[Literal["student", "instructor"] | None] = None,
    view: FromQuery[View | None] = None,
    status: FromQuery[BookingStatus | None] = None,
    page: Annotated[int, QueryParameter(ge=1, le=10_000)] = 1,
    per_page: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
) -> BookingPageView:
    """My lessons as a student or as an instructor; without a view, all of them, latest first."""
    teaches = principal.role is Role.INSTRUCTOR if role is None else role == "instructor"
    wanted = BookingList(
        account_id=principal.account_id,
        role=Party.INSTRUCTOR if teaches else Party.STUDENT,
        view=view,
        status=status,
        page=page,
        per_page=per_page,
    )
    found = list_bookings(wanted, read=ports.read, clock=ports.clock)
    return BookingPageView.of(found, ports.clock.now())


@get(
    "/{booking_id:str}",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("Show a booking", refusals=(404,)),
)
def show(
    booking_id: FromPath[BookingId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> BookingView:
    """One of my lessons."""
    card = get_booking(booking_id, viewer=principal.account_id, read=ports.read)
    return BookingView.of_card(card, ports.clock.now())


@post(
    "/{booking_id:str}/cancel",
    sync_to_thread=True,
    status_code=200,
    opt=policy(access=_CANCELLERS, bucket="booking", idempotency=REQUIRED),
    **documented("Cancel a booking", refusals=(404, 409)),
)
def cancel(
    booking_id: FromPath[BookingId],
    data: JSONBody[CancelBookingBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> BookingView:
    """Call a lesson off, or give up a hold; a booking cancelled before stays as it is."""

    def view(booking: Booking) -> BookingView:
        return BookingView.of(booking, _party(booking, principal), ports.clock.now())

    with alone_with(booking_id, ports.mutexes):
        booking = cancel_booking(
            CancelBooking(principal=principal, booking_id=booking_id, reason=data.reason),
            begin=ports.begin,
            clock=ports.clock,
            answer=keyed.answer(view),
        )
    return view(booking)


@post(
    "/{booking_id:str}/complete",
    sync_to_thread=True,
    status_code=200,
    opt=policy(
        access=requires(Permission.COMPLETE_BOOKINGS), bucket="booking", idempotency=REQUIRED
    ),
    **documented("Complete a lesson", refusals=(404, 409)),
)
def complete(
    booking_id: FromPath[BookingId],
    data: JSONBody[CompleteLessonBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> BookingView:
    """Say that the lesson was given, from its end on."""

    def view(booking: Booking) -> BookingView:
        return BookingView.of(booking, _party(booking, principal), ports.clock.now())

    with alone_with(booking_id, ports.mutexes):
        booking = complete_lesson(
            CompleteLesson(principal=principal, booking_id=booking_id, note=data.note),
            begin=ports.begin,
            clock=ports.clock,
            answer=keyed.answer(view),
        )
    return view(booking)


ROUTER: Final = Router(
    "/bookings", route_handlers=[create, list_mine, show, cancel, complete], tags=["bookings"]
)
