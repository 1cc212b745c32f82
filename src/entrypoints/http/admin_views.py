"""What the staff sees of bookings: money for those alone who may see it. Source: BK-50…BK-52."""

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from entrypoints.http.booking_views import CancellationView, PlaceView
from entrypoints.http.claims import BookingIssueView, NoShowReportView
from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.model.files import (
    BookingFigures,
    BookingRow,
    BookingRows,
    Cause,
    Someone,
    Takings,
)
from instainstru_core.admin.policies.timeline import Moment
from instainstru_core.admin.use_cases.read_booking_file import WholeBooking
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Completed, NoShow
from instainstru_core.booking.policies.views import phase
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.queries import PaymentView


def sees_money(principal: Principal) -> bool:
    """Whether money is shown to *principal*. Source: spec 01 §5."""
    return principal.may(Permission.VIEW_FINANCIALS)


class SomeoneView(Struct, kw_only=True, frozen=True):
    """A party of a booking by full name; empty once the account is gone."""

    account_id: AccountId
    name: Annotated[str, Meta(examples=["Jane Smith"])]
    email: Annotated[str, Meta(examples=["jane@example.com"])]

    @classmethod
    def of(cls, someone: Someone) -> "SomeoneView":
        """The view of *someone*."""
        return cls(account_id=someone.account_id, name=someone.name, email=someone.email)


class BookingMoneyView(Struct, kw_only=True, frozen=True):
    """What a booking costs."""

    hourly_rate_cents: Annotated[int, Meta(examples=[12000])]
    price_cents: Annotated[int, Meta(examples=[12000])]
    card_amount_cents: Annotated[int | None, Meta(examples=[13440])]


class AdminBookingView(Struct, kw_only=True, frozen=True):
    """A booking, as the staff lists it. `money` is there for those who may see money."""

    booking_id: BookingId
    status: Annotated[str, Meta(examples=["CONFIRMED"])]
    phase: Annotated[str | None, Meta(examples=["awaiting_completion"])]
    needs_action: list[Cause]
    student: SomeoneView
    instructor: SomeoneView
    service_id: ServiceId
    service_name: Annotated[str, Meta(examples=["Piano"])]
    start: datetime
    end: datetime
    zone: Annotated[str, Meta(examples=["America/New_York"])]
    local_start: Annotated[str, Meta(examples=["2026-12-08T10:00"])]
    location_type: LocationType
    place: PlaceView | None
    note: str | None
    instructor_note: str | None
    meeting_details: str | None
    created_at: datetime
    confirmed_at: datetime | None
    completed_at: datetime | None
    no_show_type: Annotated[str | None, Meta(examples=["student"])]
    cancellation: CancellationView | None
    chain_id: BookingId
    reschedule_count: int
    payment_id: PaymentId | None
    payment_status: Annotated[str | None, Meta(examples=["authorized"])]
    version: int
    money: BookingMoneyView | UnsetType = UNSET

    @classmethod
    def of(cls, row: BookingRow, now: datetime, *, money: bool) -> "AdminBookingView":
        """The view of *row* at *now*, with or without its *money*."""
        booking, place, state = row.booking, row.booking.place, row.booking.state
        current = phase(booking, now)
        local_start = booking.zone.local(booking.lesson.starts_at)
        return cls(
            booking_id=booking.booking_id,
            status=booking.status.value,
            phase=None if current is None else current.value,
            needs_action=list(row.causes),
            student=SomeoneView.of(row.student),
            instructor=SomeoneView.of(row.instructor),
            service_id=booking.service_id,
            service_name=booking.service_name,
            start=booking.lesson.starts_at,
            end=booking.lesson.ends_at,
            zone=booking.zone.name,
            local_start=f"{local_start:%Y-%m-%dT%H:%M}",
            location_type=booking.location_type,
            place=None if place is None else PlaceView.of(place),
            note=booking.note,
            instructor_note=booking.instructor_note,
            meeting_details=booking.meeting_details,
            created_at=booking.created_at,
            confirmed_at=booking.confirmed_at,
            completed_at=state.at if isinstance(state, Completed) else None,
            no_show_type=state.type.value if isinstance(state, NoShow) else None,
            cancellation=CancellationView.of(state) if isinstance(state, Cancelled) else None,
            chain_id=booking.chain.chain_id,
            reschedule_count=booking.chain.reschedule_count,
            payment_id=row.payment_id,
            payment_status=None if row.payment_state is None else row.payment_state.value,
            version=booking.version,
            money=_money(row) if money else UNSET,
        )


class AdminBookingPageView(Struct, kw_only=True, frozen=True):
    """Part of the list of all bookings, newest first."""

    items: list[AdminBookingView]
    total: int
    page: int
    per_page: int
    has_next: bool
    has_prev: bool

    @classmethod
    def of(cls, page: BookingRows, now: datetime, *, money: bool) -> "AdminBookingPageView":
        """The view of *page* at *now*."""
        return cls(
            items=[AdminBookingView.of(each, now, money=money) for each in page.items],
            total=page.total,
            page=page.page,
            per_page=page.per_page,
            has_next=page.has_next,
            has_prev=page.has_prev,
        )


class ChainMemberView(Struct, kw_only=True, frozen=True):
    """One of the bookings that a lesson was, before it was moved or after."""

    booking_id: BookingId
    status: str
    start: datetime
    late_reschedule: bool
    lock_funded: bool

    @classmethod
    def of(cls, booking: Booking) -> "ChainMemberView":
        """The view of *booking*."""
        return cls(
            booking_id=booking.booking_id,
            status=booking.status.value,
            start=booking.lesson.starts_at,
            late_reschedule=booking.chain.late_reschedule,
            lock_funded=booking.chain.lock_funded,
        )


class MomentView(Struct, kw_only=True, frozen=True):
    """One thing that happened; without an actor, the platform did it."""

    at: datetime
    source: Annotated[str, Meta(examples=["booking"])]
    what: Annotated[str, Meta(examples=["confirmed"])]
    actor_id: AccountId | None
    details: dict[str, str]
    cents: int | UnsetType | None = UNSET

    @classmethod
    def of(cls, moment: Moment, *, money: bool) -> "MomentView":
        """The view of *moment*."""
        return cls(
            at=moment.at,
            source=moment.source.value,
            what=moment.what,
            actor_id=moment.actor,
            details=dict(moment.details),
            cents=moment.cents if money else UNSET,
        )


class AdminPaymentView(Struct, kw_only=True, frozen=True):
    """The money of a booking, whole."""

    payment_id: PaymentId
    state: Annotated[str, Meta(examples=["authorized"])]
    outcome: Annotated[str | None, Meta(examples=["lesson_completed_full_payout"])]
    review_reason: Annotated[str | None, Meta(examples=["no_show_reported"])]
    resumes_as: Annotated[str | None, Meta(description="Where it goes on once it is unfrozen.")]
    failure: str | None
    lesson_price_cents: int
    student_fee_cents: int
    commission_cents: int
    payout_cents: int
    credit_cents: int
    card_amount_cents: int
    captured_cents: int
    held_cents: int
    processor_reference: Annotated[
        str | None, Meta(description="What the processor calls it.", examples=["pi_1"])
    ]
    auth_due_at: datetime
    capture_due_at: datetime
    settled_at: datetime | None

    @classmethod
    def of(cls, found: PaymentView) -> "AdminPaymentView":
        """The view of *found*."""
        payment, price = found.payment, found.payment.breakdown
        return cls(
            payment_id=payment.payment_id,
            state=payment.state.value,
            outcome=None if payment.outcome is None else payment.outcome.value,
            review_reason=payment.review_reason,
            resumes_as=None if payment.resume_state is None else payment.resume_state.value,
            failure=None if payment.failure is None else payment.failure.category,
            lesson_price_cents=price.lesson_price.cents,
            student_fee_cents=price.student_fee.cents,
            commission_cents=price.commission.cents,
            payout_cents=price.payout.cents,
            credit_cents=price.credit.cents,
            card_amount_cents=price.card_amount.cents,
            captured_cents=payment.captured.cents,
            held_cents=payment.held.cents,
            processor_reference=None if payment.hold is None else payment.hold.intent,
            auth_due_at=payment.auth_due_at,
            capture_due_at=payment.capture_due_at,
            settled_at=payment.settled_at,
        )


class AdminBookingFileView(Struct, kw_only=True, frozen=True):
    """Everything about a booking; the timeline has the newest last."""

    booking: AdminBookingView
    report: NoShowReportView | None
    report_notes: str | None
    issue: BookingIssueView | None
    issue_notes: str | None
    chain: list[ChainMemberView]
    timeline: list[MomentView]
    payment: AdminPaymentView | UnsetType | None = UNSET

    @classmethod
    def of(cls, whole: WholeBooking, now: datetime, *, money: bool) -> "AdminBookingFileView":
        """The view of *whole* at *now*."""
        file, paid = whole.file, whole.money
        report, issue = file.report, file.issue
        verdict = None if report is None else report.verdict
        settlement = None if issue is None else issue.settlement
        return cls(
            booking=AdminBookingView.of(file.row, now, money=money),
            report=None if report is None else NoShowReportView.of(report),
            report_notes=None if verdict is None else verdict.notes,
            issue=None if issue is None else BookingIssueView.of(issue),
            issue_notes=None if settlement is None else settlement.notes,
            chain=[ChainMemberView.of(each) for each in file.chain],
            timeline=[MomentView.of(each, money=money) for each in whole.timeline],
            payment=_paid(paid) if money else UNSET,
        )


class TakingsView(Struct, kw_only=True, frozen=True):
    """Lessons that start in a time, what they cost, and what the platform earned in it."""

    lessons: int
    gross_cents: int | UnsetType = UNSET
    revenue_cents: int | UnsetType = UNSET

    @classmethod
    def of(cls, takings: Takings, *, money: bool) -> "TakingsView":
        """The view of *takings*."""
        if not money:
            return cls(lessons=takings.lessons)
        return cls(
            lessons=takings.lessons,
            gross_cents=takings.gross.cents,
            revenue_cents=takings.revenue_cents,
        )


class NeedsActionView(Struct, kw_only=True, frozen=True):
    """How many bookings wait for somebody, by cause."""

    awaits_completion: int
    no_show_disputed: int
    issue_open: int
    payment_in_review: int


class BookingFiguresView(Struct, kw_only=True, frozen=True):
    """Today and this week, by the clocks of New York."""

    today: TakingsView
    week: TakingsView
    needs_action: NeedsActionView

    @classmethod
    def of(cls, figures: BookingFigures, *, money: bool) -> "BookingFiguresView":
        """The view of *figures*."""
        waiting = {cause.value: count for cause, count in figures.needs_action.items()}
        return cls(
            today=TakingsView.of(figures.today, money=money),
            week=TakingsView.of(figures.week, money=money),
            needs_action=NeedsActionView(**waiting),
        )


def _money(row: BookingRow) -> BookingMoneyView:
    return BookingMoneyView(
        hourly_rate_cents=row.booking.hourly_rate.cents,
        price_cents=row.booking.price.cents,
        card_amount_cents=None if row.card_amount is None else row.card_amount.cents,
    )


def _paid(found: PaymentView | None) -> AdminPaymentView | None:
    return None if found is None else AdminPaymentView.of(found)
