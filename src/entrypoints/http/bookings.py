"""Lessons: booked, looked at, called off, given. Source: spec 01 §5, §6."""

from typing import Annotated, ClassVar, Final, Literal

from litestar import Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from entrypoints.http.booking_views import BookingPageView, BookingView
from entrypoints.http.idempotency import Keyed
from entrypoints.http.lesson_bodies import StartBody, trimmed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import REQUIRED, Operation, policy, requires
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission, Principal, Role
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import MAX_NOTE_LENGTH
from instainstru_core.booking.mutex import alone_with
from instainstru_core.booking.policies.facts import AskedPlace, Proposal
from instainstru_core.booking.policies.views import View
from instainstru_core.booking.queries import BookingList
from instainstru_core.booking.terms import BookingStatus, Party
from instainstru_core.booking.use_cases.complete_lesson import CompleteLesson, complete_lesson
from instainstru_core.booking.use_cases.create_booking import CreateBooking, create_booking
from instainstru_core.booking.use_cases.edit_booking import EditBooking, Note, edit_booking
from instainstru_core.booking.use_cases.read_bookings import get_booking, list_bookings
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.payments.use_cases.read_payment import find_payment
from instainstru_core.ports import Ports

_READERS: Final = requires(
    Permission.VIEW_OWN_BOOKINGS, Permission.VIEW_INCOMING_BOOKINGS, any_of=True
)

LAST_PAGE: Final = 1_000_000_000
"""Beyond the end of every list; a page there is empty, and no error. Source: BK-43."""


class PlaceBody(Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Where the lesson shall be; online and in a studio it is ignored."""

    address: Annotated[str, Meta(max_length=300, examples=["200 8th Avenue, New York"])] | None = (
        None
    )
    lat: Annotated[float, Meta(ge=-90, le=90, examples=[40.745])] | None = None
    lng: Annotated[float, Meta(ge=-180, le=180, examples=[-74.0])] | None = None
    place_id: Annotated[str, Meta(max_length=255)] | None = None


class CreateBookingBody(StartBody, kw_only=True, forbid_unknown_fields=True):
    """One lesson: its start as an instant, or as date and time on the instructor's clock."""

    OTHER_WAYS: ClassVar = frozenset({"date", "time"})
    """What says again, in another way, what the example says."""

    instructor_id: InstructorId
    service_id: ServiceId
    duration_minutes: Annotated[int, Meta(ge=1, le=1440, examples=[60])]
    location_type: LocationType
    place: PlaceBody = PlaceBody()
    note: Annotated[
        str,
        Meta(
            max_length=2 * MAX_NOTE_LENGTH,
            description="At most 1000 characters, the space around them aside.",
        ),
    ] = ""

    def proposal(self, principal: Principal) -> Proposal:
        """What is asked for, by whom.

        Raises:
            Refusal: There is no one start, or the note is too long.
        """
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
            note=trimmed(self.note, most=MAX_NOTE_LENGTH, pointer="/note"),
        )


class EditBookingBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """What the instructor writes on a lesson; what is left out stays, null or blanks clear it."""

    instructor_note: (
        Annotated[str, Meta(description="At most 1000 characters, for the instructor alone.")]
        | UnsetType
        | None
    ) = UNSET
    meeting_details: (
        Annotated[
            str,
            Meta(
                description="At most 500 characters, for both.",
                examples=["https://meet.example.com/jane"],
            ),
        ]
        | UnsetType
        | None
    ) = UNSET

    def texts(self) -> dict[Note, str | None]:
        """The texts that were given."""
        given = {
            Note.INSTRUCTOR_NOTE: self.instructor_note,
            Note.MEETING_DETAILS: self.meeting_details,
        }
        return {note: text for note, text in given.items() if not isinstance(text, UnsetType)}


class CompleteLessonBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A note for the instructor alone."""

    note: Annotated[str, Meta(max_length=1000)] | None = None


@post(
    "/",
    sync_to_thread=True,
    opt=policy(
        access=requires(Permission.CREATE_BOOKINGS),
        bucket="booking",
        idempotency=REQUIRED,
        operation=Operation.BOOK,
    ),
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
    include_rescheduled: FromQuery[bool] = False,
    page: Annotated[int, QueryParameter(ge=1, le=LAST_PAGE)] = 1,
    per_page: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
) -> BookingPageView:
    """My lessons as a student or as an instructor; without a view, all of them, latest first."""
    teaches = principal.role is Role.INSTRUCTOR if role is None else role == "instructor"
    wanted = BookingList(
        account_id=principal.account_id,
        role=Party.INSTRUCTOR if teaches else Party.STUDENT,
        view=view,
        status=status,
        include_rescheduled=include_rescheduled,
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
    found = find_payment(booking_id, viewer=principal.account_id, read=ports.read)
    payment = None if found is None else found.payment
    return BookingView.of_card(card, ports.clock.now(), payment)


@patch(
    "/{booking_id:str}",
    sync_to_thread=True,
    opt=policy(access=requires(Permission.VIEW_INCOMING_BOOKINGS), bucket="write"),
    **documented("Write on a booking", refusals=(404, 409)),
)
def edit(
    booking_id: FromPath[BookingId],
    data: JSONBody[EditBookingBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> BookingView:
    """A private note, and how to meet: the instructor's alone to write, until it is cancelled."""
    request = EditBooking(principal=principal, booking_id=booking_id, texts=data.texts())
    with alone_with(booking_id, ports.mutexes):
        booking = edit_booking(request, begin=ports.begin)
    return BookingView.of(booking, Party.INSTRUCTOR, ports.clock.now())


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
        return BookingView.of(booking, Party.INSTRUCTOR, ports.clock.now())

    with alone_with(booking_id, ports.mutexes):
        booking = complete_lesson(
            CompleteLesson(principal=principal, booking_id=booking_id, note=data.note),
            begin=ports.begin,
            clock=ports.clock,
            answer=keyed.answer(view),
        )
    return view(booking)


ROUTER: Final = Router(
    "/bookings", route_handlers=[create, list_mine, show, edit, complete], tags=["bookings"]
)
