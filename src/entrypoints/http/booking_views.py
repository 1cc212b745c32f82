"""What a lesson looks like to its parties. Source: BK-5, BK-42…BK-44."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import Place
from instainstru_core.booking.model.states import Cancelled, Completed, Pending
from instainstru_core.booking.policies.clock import policy_clock
from instainstru_core.booking.policies.views import phase, shows_place
from instainstru_core.booking.queries import BookingCard, BookingPage
from instainstru_core.booking.terms import Party
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.payments.model.payment import Payment, PaymentState


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

    @classmethod
    def of(cls, state: Cancelled) -> "CancellationView":
        """The view of *state*."""
        return cls(
            at=state.at,
            kind=state.kind.value,
            by=None if state.by is None else state.by.value,
            reason=state.reason,
            policy_case=None if state.policy_case is None else state.policy_case.value,
        )


class PolicyStageView(Struct, kw_only=True, frozen=True):
    """What cancelling would be, until when. The start itself is too late."""

    until: datetime
    policy_case: Annotated[str, Meta(examples=["student_ge24"])]


class PaymentSummaryView(Struct, kw_only=True, frozen=True):
    """The money of a lesson in short, for its student; `/payment` has the rest."""

    state: Annotated[str, Meta(examples=["scheduled"])]
    outcome: Annotated[str | None, Meta(examples=["lesson_completed_full_payout"])]
    card_amount_cents: Annotated[int, Meta(examples=[13440])]
    credit_cents: int
    auth_due_at: datetime
    settled_at: datetime | None

    @classmethod
    def of(cls, payment: Payment) -> "PaymentSummaryView":
        """The view of *payment*."""
        return cls(
            state=payment.state.value,
            outcome=None if payment.outcome is None else payment.outcome.value,
            card_amount_cents=payment.breakdown.card_amount.cents,
            credit_cents=payment.breakdown.credit.cents,
            auth_due_at=payment.auth_due_at,
            settled_at=payment.settled_at,
        )


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
    instructor_note: Annotated[str | None, Meta(description="Never shown to the student.")]
    meeting_details: str | None
    created_at: datetime
    hold_expires_at: datetime | None
    confirmed_at: datetime | None
    completed_at: datetime | None
    cancellation: CancellationView | None
    chain_id: BookingId
    predecessor_id: BookingId | None
    predecessor_start: datetime | None
    successor_id: BookingId | None
    reschedule_count: int
    late_reschedule: bool
    lock_funded: bool
    policy_clock: Annotated[
        list[PolicyStageView],
        Meta(description="When the outcome of cancelling changes; of confirmed lessons ahead."),
    ]
    version: int
    counterpart: Annotated[str | None, Meta(description="The other party.", examples=["Jane S."])]
    payment: Annotated[
        PaymentSummaryView | None,
        Meta(description="For the student, when the booking is shown by itself."),
    ] = None

    @classmethod
    def of(
        cls,
        booking: Booking,
        viewer: Party,
        now: datetime,
        counterpart: str | None = None,
        payment: Payment | None = None,
    ) -> "BookingView":
        """The view that *viewer* has of *booking* at *now*; *payment* is for a student alone."""
        place, current, state = booking.place, phase(booking, now), booking.state
        chain = booking.chain
        locked = payment is not None and payment.standing is PaymentState.LOCKED
        mine = payment if viewer is Party.STUDENT else None
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
            meeting_details=booking.meeting_details,
            created_at=booking.created_at,
            hold_expires_at=state.hold_expires_at if isinstance(state, Pending) else None,
            confirmed_at=booking.confirmed_at,
            completed_at=state.at if isinstance(state, Completed) else None,
            cancellation=CancellationView.of(state) if isinstance(state, Cancelled) else None,
            chain_id=chain.chain_id,
            predecessor_id=chain.predecessor_id,
            predecessor_start=chain.predecessor_start,
            successor_id=chain.successor_id,
            reschedule_count=chain.reschedule_count,
            late_reschedule=chain.late_reschedule,
            lock_funded=chain.lock_funded,
            policy_clock=[
                PolicyStageView(until=each.until, policy_case=each.policy_case.value)
                for each in policy_clock(booking, viewer=viewer, now=now, payment_locked=locked)
            ],
            version=booking.version,
            counterpart=counterpart,
            payment=None if mine is None else PaymentSummaryView.of(mine),
        )

    @classmethod
    def of_card(
        cls, card: BookingCard, now: datetime, payment: Payment | None = None
    ) -> "BookingView":
        """The view of a booking that was looked up, with the other party's name."""
        mine = card.viewer is Party.STUDENT
        counterpart = card.instructor_name if mine else card.student_name
        return cls.of(card.booking, card.viewer, now, counterpart, payment)


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
