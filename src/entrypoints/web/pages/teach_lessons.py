"""An instructor's lessons: lists, one of them, calling it off. Source: BK-42…BK-45, spec 01 §6."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.policy import Operation, policy, requires
from entrypoints.http.problems import status_of
from entrypoints.web.desk import Desk, Keep
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.teaching import TaughtLesson, payment_of, standing
from entrypoints.web.ways_to_meet import LOCATIONS
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.parts import MAX_NOTE_LENGTH
from instainstru_core.booking.model.states import MAX_REASON_LENGTH, Cancelled
from instainstru_core.booking.policies.views import Phase, View, phase, shows_place
from instainstru_core.booking.queries import BookingCard, BookingList
from instainstru_core.booking.terms import NoShowType, Party
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking
from instainstru_core.booking.use_cases.read_bookings import get_booking, list_bookings
from instainstru_core.booking.use_cases.read_claims import LessonClaims, read_claims
from instainstru_core.kernel.errors import Conflict, DomainError
from instainstru_core.payments.use_cases.cancel_lesson import cancel_lesson
from instainstru_core.payments.use_cases.preview_cancellation import preview_cancellation
from instainstru_core.ports import Ports

_VIEWERS: Final = requires(Permission.VIEW_INCOMING_BOOKINGS)
_CANCELLERS: Final = requires(Permission.CANCEL_STUDENT_BOOKINGS)
_PER_PAGE: Final = 12
_LAST_PAGE: Final = 10_000
_HOME: Final = "/teach/lessons"

TABS: Final[Mapping[str, tuple[str, View]]] = {
    "upcoming": (N_("Upcoming"), View.UPCOMING),
    "completion": (N_("Needs completion"), View.AWAITING_COMPLETION),
    "past": (N_("Past"), View.HISTORY),
}
_NOTHING: Final = {
    "upcoming": N_("When a student books, the lesson is here at once."),
    "completion": N_("Every lesson that is over has been completed."),
    "past": N_("Lessons that you gave will be here."),
}

ENDS: Final = {
    "by_student": N_("The student called it off."),
    "by_instructor": N_("You called it off."),
    "by_admin": N_("We called it off for you."),
    "payment_failed": N_("The student's card could not pay, so it did not take place."),
    "hold_expired": N_("The student did not finish booking it."),
    "superseded": N_("The student booked another time instead."),
    "aborted": N_("The student did not finish moving it."),
    "rescheduled": N_("The student moved it to another time."),
}
"""Why a lesson did not take place, by kind."""


def lesson_of(booking_id: BookingId, principal: Principal, ports: Ports) -> BookingCard:
    """A lesson that *principal* gives; Raises: BookingNotFound: None, or they don't."""
    card = get_booking(booking_id, viewer=principal.account_id, read=ports.read)
    if card.viewer is not Party.INSTRUCTOR:
        raise BookingNotFound(booking_id)
    return card


@get(_HOME, sync_to_thread=True, opt=policy(access=_VIEWERS, bucket="read", page=True))
def show_lessons(
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Upcoming, waiting to be completed, and past."""
    asked = frame.request.query_params
    tab = asked.get("view", "")
    tab = tab if tab in TABS else "upcoming"
    number = asked.get("page", "")
    page = int(number) if number.isascii() and number.isdecimal() and len(number) < 5 else 1
    found = list_bookings(
        BookingList(
            account_id=principal.account_id,
            role=Party.INSTRUCTOR,
            view=TABS[tab][1],
            page=min(max(page, 1), _LAST_PAGE),
            per_page=_PER_PAGE,
        ),
        read=ports.read,
        clock=ports.clock,
    )
    return frame.page(
        "teach_lessons",
        tab=tab,
        tabs={name: text for name, (text, _) in TABS.items()},
        found=found,
        lessons=[TaughtLesson.of(each, frame.now) for each in found.items],
        nothing=_NOTHING[tab],
        locations=LOCATIONS,
    )


@get(
    _HOME + "/{booking_id:str}",
    sync_to_thread=True,
    opt=policy(access=_VIEWERS, bucket="read", page=True),
)
def show_lesson(
    booking_id: FromPath[BookingId],
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Everything about one lesson, and what can be done about it now."""
    return lesson_page(frame, booking_id, principal, ports)


def lesson_page(
    frame: Frame,
    booking_id: BookingId,
    principal: Principal,
    ports: Ports,
    *,
    form: Form | None = None,
    status: int = 200,
) -> Response[Any]:
    """The page of a lesson, with a *form* that was refused."""
    card = lesson_of(booking_id, principal, ports)
    booking, now = card.booking, frame.now
    claims = read_claims(booking_id, viewer=principal.account_id, begin=ports.begin)
    current = phase(booking, now)
    state = booking.state
    return frame.page(
        "teach_lesson",
        status=status,
        form=form or Form(),
        saved_notes=Form(
            fields={
                "meeting_details": (booking.meeting_details or "",),
                "instructor_note": (booking.instructor_note or "",),
            }
        ),
        card=card,
        booking=booking,
        standing=standing(booking, now),
        location=LOCATIONS[booking.location_type],
        place=booking.place if shows_place(booking, Party.INSTRUCTOR, now) else None,
        payment=payment_of(booking_id, principal, ports),
        end=ENDS[state.kind.value] if isinstance(state, Cancelled) else None,
        reason=state.reason if isinstance(state, Cancelled) else None,
        claims=claims,
        may=_possible(card, claims, current, principal),
        note_length=MAX_NOTE_LENGTH,
        reason_length=MAX_REASON_LENGTH,
    )


def _possible(
    card: BookingCard, claims: LessonClaims, current: Phase | None, principal: Principal
) -> Mapping[str, bool]:
    """Which forms the lesson's page shows; the use cases decide when one is sent."""
    report = claims.report
    mine = report is not None and report.reporter == principal.account_id
    about_me = report is not None and report.type in {NoShowType.INSTRUCTOR, NoShowType.MUTUAL}
    undecided = report is not None and report.is_open and report.dispute is None
    begun = current in {Phase.IN_PROGRESS, Phase.AWAITING_COMPLETION}
    quarrel = report is not None and report.is_open
    return {
        "cancel": current is Phase.UPCOMING,
        "complete": current is Phase.AWAITING_COMPLETION and not quarrel,
        "report": begun and report is None,
        "withdraw": mine and undecided,
        "dispute": about_me and undecided,
        "write": not isinstance(card.booking.state, Cancelled),
    }


@get(
    _HOME + "/{booking_id:str}/cancel",
    sync_to_thread=True,
    opt=policy(access=_CANCELLERS, bucket="read", page=True),
)
def show_cancelling(
    booking_id: FromPath[BookingId],
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """What calling the lesson off would do, before it is done. Source: BK-29."""
    return _cancelling(frame, booking_id, principal, ports)


def _cancelling(
    frame: Frame,
    booking_id: BookingId,
    principal: Principal,
    ports: Ports,
    *,
    form: Form | None = None,
    status: int = 200,
) -> Response[Any]:
    card = lesson_of(booking_id, principal, ports)
    try:
        preview = preview_cancellation(
            booking_id, principal=principal, begin=ports.begin, clock=ports.clock
        )
    except Conflict as refusal:
        return _back(frame, booking_id, principal, ports, refusal)
    return frame.page(
        "teach_lesson_cancel",
        status=status,
        form=form or Form(),
        card=card,
        booking=card.booking,
        plan=preview.now.plan,
        payment=payment_of(booking_id, principal, ports),
        reason_length=MAX_REASON_LENGTH,
    )


@post(
    _HOME + "/{booking_id:str}/cancel",
    sync_to_thread=True,
    opt=policy(access=_CANCELLERS, bucket="booking", operation=Operation.CANCEL, page=True),
)
def do_cancel(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """Call the lesson off: the student gets everything back."""
    frame, form, principal, ports = desk.frame, desk.form, desk.principal, desk.ports
    lesson_of(booking_id, principal, ports)
    reason = form.text("reason", most=MAX_REASON_LENGTH)
    if form.refused:
        return _cancelling(frame, booking_id, principal, ports, form=form, status=422)

    def cancel(answer: Keep) -> None:
        cancel_lesson(
            CancelBooking(principal=principal, booking_id=booking_id, reason=reason),
            begin=ports.begin,
            ids=ports.ids,
            clock=ports.clock,
            answer=answer,
        )

    def again(status: int) -> Response[Any]:
        return lesson_page(frame, booking_id, principal, ports, form=form, status=status)

    return desk.act(
        cancel,
        again=again,
        leads_to=f"{_HOME}/{booking_id}",
        said="lesson_cancelled",
        lesson=booking_id,
    )


def _back(
    frame: Frame, booking_id: BookingId, principal: Principal, ports: Ports, refusal: DomainError
) -> Response[Any]:
    """The lesson as it stands now, and why it could not be called off."""
    form = Form()
    form.refused_by(refusal)
    return lesson_page(frame, booking_id, principal, ports, form=form, status=status_of(refusal))


PAGES: Final = [show_lessons, show_lesson, show_cancelling, do_cancel]
