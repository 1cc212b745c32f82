"""My lessons: ahead, over, and each by itself. Source: BK-5, BK-42…BK-44, spec 01 §6."""

from datetime import timedelta
from typing import Any, Final

from attrs import frozen
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from entrypoints.http.policy import policy, requires
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.lesson_money import dollars_of, sides_of
from entrypoints.web.lesson_words import (
    clock_picture,
    consequences,
    cost_of,
    lesson_chip,
    payment_chip,
    stage_said,
)
from entrypoints.web.ways import see
from entrypoints.web.ways_to_meet import LOCATIONS, SIGNS
from instainstru_core.accounts.model import Permission, Principal, Role
from instainstru_core.booking.claims.model.saying import REPORT_WITHIN, SETTLED
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Completed, Confirmed, Pending
from instainstru_core.booking.policies.views import View, shows_place
from instainstru_core.booking.queries import BookingCard, BookingList
from instainstru_core.booking.terms import Party
from instainstru_core.booking.use_cases.read_bookings import get_booking, list_bookings
from instainstru_core.booking.use_cases.read_claims import LessonClaims, read_claims
from instainstru_core.kernel.errors import Conflict
from instainstru_core.payments.model.outcomes import Share, share_of
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.planner import SettlementPlan, stored_plan
from instainstru_core.payments.queries import PaymentView
from instainstru_core.payments.statements.errors import ReceiptNotFound
from instainstru_core.payments.tips.model import Tip, TipState
from instainstru_core.payments.use_cases.preview_cancellation import (
    CancellationPreview,
    preview_cancellation,
)
from instainstru_core.payments.use_cases.read_payment import find_payment
from instainstru_core.payments.use_cases.statements.read_receipt import read_receipt
from instainstru_core.payments.use_cases.tips.read_tips import read_tips
from instainstru_core.ports import Ports

READERS: Final = requires(
    Permission.VIEW_OWN_BOOKINGS, Permission.VIEW_INCOMING_BOOKINGS, any_of=True
)
PER_PAGE: Final = 10
LAST_PAGE: Final = 1_000_000
TIPS: Final = (500, 1000, 2000)
"""What is suggested as a tip, in cents."""


@frozen(kw_only=True)
class Row:
    """One lesson of a list, and its money where there is any."""

    card: BookingCard
    payment: Payment | None


@get("/lessons", sync_to_thread=True, opt=policy(access=READERS, bucket="read", page=True))
def show_lessons(
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    view: FromQuery[str] = "upcoming",
    page: FromQuery[str] = "1",
) -> Response[Any]:
    """Upcoming ones, those not paid for yet among them, or those that were."""
    if principal.role is Role.INSTRUCTOR:
        return see("/teach/lessons")
    history = view == "history"
    number = min(int(page), LAST_PAGE) if page.isdecimal() and len(page) < 8 else 1

    def rows(wanted: View, number: int) -> Any:
        asked = BookingList(
            account_id=principal.account_id,
            role=Party.STUDENT,
            view=wanted,
            page=max(1, number),
            per_page=PER_PAGE,
        )
        return list_bookings(asked, read=ports.read, clock=ports.clock)

    found = rows(View.HISTORY if history else View.UPCOMING, number)
    waiting = [] if history or number > 1 else rows(View.PENDING, 1).items
    with ports.read() as reads:
        money = {
            card.booking.booking_id: reads.payment_queries.of_booking(
                card.booking.booking_id, viewer=principal.account_id
            )
            for card in found.items
        }
    return frame.page(
        "lessons",
        history=history,
        waiting=waiting,
        found=found,
        rows=[
            Row(
                card=each,
                payment=seen.payment if (seen := money[each.booking.booking_id]) else None,
            )
            for each in found.items
        ],
        lesson_chip=lesson_chip,
        payment_chip=payment_chip,
        locations=LOCATIONS,
        signs=SIGNS,
    )


@get(
    "/lessons/{booking_id:str}",
    sync_to_thread=True,
    opt=policy(access=READERS, bucket="read", page=True),
)
def show_lesson(
    booking_id: FromPath[BookingId],
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """One lesson as its student sees it; its instructor has a page of their own for it."""
    return lesson_page(booking_id, frame=frame, principal=principal, ports=ports)


def lesson_page(
    booking_id: BookingId,
    *,
    frame: Frame,
    principal: Principal,
    ports: Ports,
    form: Form | None = None,
    status: int = 200,
) -> Response[Any]:
    """The page of a lesson, with what was typed into a *form* of it that was refused."""
    card = get_booking(booking_id, viewer=principal.account_id, read=ports.read)
    if card.viewer is not Party.STUDENT:
        return see(f"/teach/lessons/{booking_id}")
    booking = card.booking
    money = find_payment(booking_id, viewer=principal.account_id, read=ports.read)
    payment = None if money is None else money.payment
    preview = _preview(booking, principal, ports)
    tips = _tips(booking, money, principal, ports)
    claims = read_claims(booking_id, viewer=principal.account_id, begin=ports.begin)
    most = booking.price if payment is None else payment.breakdown.lesson_price
    if payment is not None:
        most += payment.breakdown.student_fee
    sides = () if payment is None else sides_of(frame, payment, booking, tips)
    return frame.page(
        "lesson",
        status=status,
        form=form or Form(),
        card=card,
        booking=booking,
        state=booking.state,
        money=money,
        payment=payment,
        lesson_chip=lesson_chip(booking, frame.now),
        payment_chip=None if payment is None else payment_chip(payment),
        preview=preview,
        clock="" if preview is None else clock_picture(frame, preview, booking, most),
        stage_said=stage_said,
        cost_of=cost_of,
        consequences=consequences,
        dollars=dollars_of(frame, sides),
        sides=sides,
        ended=None if payment is None else _ended(payment, booking),
        tips=[tip for tip in tips if tip.succeeded],
        tip_waits=any(tip.state is TipState.REQUIRES_ACTION for tip in tips),
        may_tip=_may_tip(booking, tips, frame, ports),
        suggested=TIPS,
        claims=claims,
        may_object=may_object(booking, payment, claims, frame),
        mine=claims.report is not None and claims.report.reporter == principal.account_id,
        has_receipt=payment is not None and _has_receipt(booking_id, principal, ports),
        place=booking.place if shows_place(booking, Party.STUDENT, frame.now) else None,
        locations=LOCATIONS,
        signs=SIGNS,
        is_pending=isinstance(booking.state, Pending) and booking.is_live_hold(frame.now),
        is_ahead=isinstance(booking.state, Confirmed) and frame.now < booking.lesson.starts_at,
        cancelled=booking.state if isinstance(booking.state, Cancelled) else None,
    )


def may_object(
    booking: Booking, payment: Payment | None, claims: LessonClaims, frame: Frame
) -> bool:
    """Whether anything can be said against the lesson now. Source: BK-36, BK-41, PY-40."""
    within = booking.lesson.starts_at <= frame.now <= booking.lesson.ends_at + REPORT_WITHIN
    settled = payment is not None and payment.state.value in SETTLED
    said = claims.report is not None and claims.issue is not None
    return isinstance(booking.state, Confirmed | Completed) and within and not settled and not said


def _preview(booking: Booking, principal: Principal, ports: Ports) -> CancellationPreview | None:
    if not isinstance(booking.state, Confirmed):
        return None
    try:
        return preview_cancellation(
            booking.booking_id, principal=principal, begin=ports.begin, clock=ports.clock
        )
    except Conflict:  # It has begun, or is over.
        return None


def _tips(
    booking: Booking, money: PaymentView | None, principal: Principal, ports: Ports
) -> list[Tip]:
    if money is None or not isinstance(booking.state, Completed):
        return []
    return list(read_tips(booking.booking_id, viewer=principal.account_id, read=ports.read))


def _may_tip(booking: Booking, tips: list[Tip], frame: Frame, ports: Ports) -> bool:
    """Whether a tip can be given now. Source: PY-50."""
    window = timedelta(days=ports.pricing.tip_window_days)
    given = isinstance(booking.state, Completed) and frame.now - booking.state.at <= window
    return given and not any(tip.succeeded for tip in tips)


def _has_receipt(booking_id: BookingId, principal: Principal, ports: Ports) -> bool:
    try:
        read_receipt(booking_id, viewer=principal, read=ports.read)
    except ReceiptNotFound:
        return False
    return True


def _ended(payment: Payment, booking: Booking) -> SettlementPlan | None:
    """How its money ended, where it is not simply paid; None: it is, or nothing is decided."""
    plan = stored_plan(payment, booking)
    return None if plan is None or share_of(plan.outcome) is Share.FULL_PAYOUT else plan


PAGES: Final = [show_lessons, show_lesson]
