"""Book a lesson: how, when, where, and a last look before the time is held. Source: BK-1…BK-16."""

from collections.abc import Callable
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.policy import PUBLIC, Operation, policy, requires
from entrypoints.http.problems import status_of
from entrypoints.web.choices import Choices, Step
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.free_times import is_free, starts_near, week_of
from entrypoints.web.last_look import (
    checked_now,
    held_already,
    lesson_price,
    price_now,
    proposal_of,
)
from entrypoints.web.lost_times import LOST
from entrypoints.web.marks import N_
from entrypoints.web.once import once
from entrypoints.web.pictures.maps import area_map
from entrypoints.web.ways import see
from entrypoints.web.ways_to_meet import FORMATS, LOCATIONS, SIGNS
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.errors.refusals import InPast, TimeNotOpen
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import MAX_NOTE_LENGTH
from instainstru_core.booking.use_cases.create_booking import CreateBooking, create_booking
from instainstru_core.instructors.errors import InstructorNotFound
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.lessons import Format
from instainstru_core.ports import Ports
from instainstru_core.pricing.errors import OfferingNotFound

MAX_ADDRESS: Final = 200
NO_FORM: Final = frozenset(
    {
        "account_locked",
        "account_restricted",
        "credit_balance_negative",
        "instructor_not_bookable",
        "self_booking",
        "service_mismatch",
    }
)
"""Refusals that no other answer of the form would mend."""

MENDABLE: Final = NO_FORM | {
    "address_required",
    "coordinates_required",
    "invalid_duration",
    "online_not_offered",
    "outside_service_area",
    "price_below_floor",
    "studio_not_offered",
    "too_many_holds",
    "travel_not_offered",
}
"""Refusals that are told on the review, beside what was typed."""

_AT_THE_ADDRESS: Final = frozenset({"address_required", "coordinates_required"})


@get(
    "/book/{instructor_id:str}/{service:str}",
    sync_to_thread=True,
    opt=policy(access=PUBLIC, bucket="read", page=True),
)
def show_step(
    instructor_id: FromPath[InstructorId],
    service: FromPath[str],
    frame: NamedDependency[Frame],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """What is to be chosen next, or again; when nothing is left, the review."""
    asked = frame.request.query_params
    choices = _choices(ports, instructor_id, service, lambda name: str(asked.get(name, "")))
    wanted = next((each for each in choices.steps if each == asked.get("change")), None)
    step = choices.next_step if wanted is None else wanted
    if choices.format is None:
        step = Step.HOW
    match step:
        case Step.HOW:
            return _page(frame, choices, step)
        case Step.TIME:
            week = week_of(choices, str(asked.get("from", "")), ports=ports, now=frame.now)
            return _page(frame, choices, step, week=week)
        case Step.PLACE:
            return _page(frame, choices, step, **_places(frame, ports, choices))
        case Step.REVIEW:
            return see(choices.review_way())


@get(
    "/book/{instructor_id:str}/{service:str}/review",
    sync_to_thread=True,
    opt=policy(access=PUBLIC, bucket="lookup", page=True),
)
def show_review(
    instructor_id: FromPath[InstructorId],
    service: FromPath[str],
    frame: NamedDependency[Frame],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Everything that was chosen, with its price, before anything is held. Source: PR-14, AV-40."""
    asked = frame.request.query_params
    choices = _choices(ports, instructor_id, service, lambda name: str(asked.get(name, "")))
    if choices.next_step is not Step.REVIEW:
        return see(choices.way())
    return _review(frame, ports, choices, Form())


@post(
    "/book/{instructor_id:str}/{service:str}",
    sync_to_thread=True,
    opt=policy(
        access=requires(Permission.CREATE_BOOKINGS),
        bucket="booking",
        operation=Operation.BOOK,
        page=True,
    ),
)
def hold_time(
    instructor_id: FromPath[InstructorId],
    service: FromPath[str],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Hold the time for 30 minutes, and go on to the payment. Source: BK-14…BK-16."""
    choices = _choices(ports, instructor_id, service, lambda name: form[name])
    if choices.next_step is not Step.REVIEW:
        return see(choices.way())
    if form["minutes"] != str(choices.minutes):
        form.refuse("", "invalid_duration")
    address = _address(choices, form)
    note = form.text("note", most=MAX_NOTE_LENGTH, least=0)
    if form.refused:
        return _review(frame, ports, choices, form, status=422)
    proposal = proposal_of(choices, principal, address=address, note=note)
    try:
        with once(frame.request, form, principal=principal, ports=ports) as sent:
            booking = create_booking(
                CreateBooking(principal=principal, proposal=proposal),
                begin=ports.begin,
                places=ports.places,
                ids=ports.ids,
                clock=ports.clock,
                pricing=ports.pricing,
                answer=sent.answer(_checkout),
            )
    except DomainError as error:
        return _not_held(frame, ports, choices, form, error)
    return see(_checkout(booking))


def _checkout(booking: Booking) -> str:
    return f"/checkout/{booking.booking_id}"


def _not_held(
    frame: Frame, ports: Ports, choices: Choices, form: Form, error: DomainError
) -> Response[Any]:
    """The refusal where it can be mended: at the time, or at what was typed."""
    if error.code in LOST:
        return _lost(frame, ports, choices, error, status=status_of(error))
    if error.code not in MENDABLE:
        raise error
    form.refused_by(error, "address" if error.code in _AT_THE_ADDRESS else "")
    return _review(frame, ports, choices, form, status=status_of(error))


def _choices(
    ports: Ports, instructor_id: InstructorId, service: str, given: Callable[[str], str]
) -> Choices:
    """What is chosen of what is on offer; a hidden instructor is not there. Source: IN-9."""
    with ports.read() as reads:
        page = reads.instructor_pages.page(instructor_id)
    if not page.instructor.is_visible:
        raise InstructorNotFound(instructor_id)
    for offering in page.active_offerings:
        if offering.service_slug == service:
            return Choices.of(page.instructor, offering, given, ports.places.gazetteer())
    raise OfferingNotFound


def _page(frame: Frame, choices: Choices, step: Step, **facts: Any) -> Response[Any]:
    given = {"week": None, "boroughs": (), "map": "", **facts}
    return frame.page("book", **_facts(choices, step), **given)


def _facts(choices: Choices, step: Step) -> dict[str, Any]:
    return {
        "choices": choices,
        "instructor": choices.instructor,
        "offering": choices.offering,
        "step": step.value,
        "formats": FORMATS,
        "signs": SIGNS,
        "locations": LOCATIONS,
    }


def _places(frame: Frame, ports: Ports, choices: Choices) -> dict[str, Any]:
    """The neighborhoods that the instructor comes to, by borough, and a map of them."""
    city = ports.places.gazetteer()
    area = choices.instructor.service_area
    slugs = [slug for slug in city.served(area) if not city.region(slug).is_borough]
    regions = sorted((city.region(slug) for slug in slugs), key=lambda each: each.name)
    boroughs = sorted({each.borough for each in regions})
    label = frame.words(N_("Where %(name)s comes to")) % {"name": choices.instructor.public_name}
    return {
        "boroughs": [
            (city.region(slug).name, [each for each in regions if each.borough == slug])
            for slug in boroughs
        ],
        "map": area_map(city, slugs, label=label),
    }


def _review(
    frame: Frame, ports: Ports, choices: Choices, form: Form, *, status: int = 200
) -> Response[Any]:
    student = _student(frame)
    checked = None if student is None else checked_now(ports, choices, student)
    failure = None if checked is None else next(iter(checked.failures), None)
    if failure is not None and failure.code in LOST and not form.refused:
        return _lost(frame, ports, choices, failure, status=200)
    if failure is not None:
        form.refused_by(failure)
    if student is None and not is_free(choices, ports=ports, now=frame.now):
        return _lost(frame, ports, choices, _gone(choices, frame), status=200)
    return frame.page(
        "book_review",
        status=status,
        **_facts(choices, Step.REVIEW),
        form=form,
        student=student,
        own=frame.viewer is not None
        and frame.viewer.account_id.value == choices.instructor.instructor_id.value,
        can_hold=student is not None and NO_FORM.isdisjoint(form.mistakes.values()),
        held=None if student is None else held_already(ports, choices, student),
        warnings=() if checked is None else checked.warnings,
        price=None if frame.viewer is None else price_now(ports, choices),
        lesson_price=lesson_price(choices),
        fee_bps=ports.pricing.student_fee_bps,
        max_address=MAX_ADDRESS,
        max_note=MAX_NOTE_LENGTH,
    )


def _lost(
    frame: Frame, ports: Ports, choices: Choices, error: DomainError, *, status: int
) -> Response[Any]:
    """The time can't be had: why, and the next ones that can."""
    return frame.page(
        "book_lost",
        status=status,
        **_facts(choices, Step.TIME),
        lost=LOST[error.code],
        near=starts_near(choices, ports=ports, now=frame.now),
        own_booking=error.facts().get("booking_id"),
    )


def _gone(choices: Choices, frame: Frame) -> DomainError:
    """What is said to those who can't book anyway: nothing but what everybody may see."""
    lesson = choices.lesson
    return InPast(lesson.starts_at) if lesson.starts_at < frame.now else TimeNotOpen(lesson)


def _student(frame: Frame) -> Principal | None:
    """Whoever looks, if they could book. Source: BK-11 row 1."""
    viewer = frame.viewer
    return viewer if viewer is not None and viewer.may(Permission.CREATE_BOOKINGS) else None


def _address(choices: Choices, form: Form) -> str:
    """What was typed, with the neighborhood that was chosen; nothing where nobody travels."""
    if choices.region is None or choices.format is not Format.TRAVEL:
        return ""
    typed = form.text("address", most=MAX_ADDRESS)
    named = choices.region.name
    return typed if named.casefold() in typed.casefold() else f"{typed}, {named}"


PAGES: Final = [show_step, show_review, hold_time]
