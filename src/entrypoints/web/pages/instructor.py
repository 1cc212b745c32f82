"""One instructor as the public sees them: about, prices, calendar of starts, map. Source: IN-8."""

from datetime import date, timedelta
from typing import Any, Final

from attrs import evolve
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.policy import PUBLIC, policy
from entrypoints.web.frame import Frame
from entrypoints.web.profiles import DAY, WEEK, WEEKS_AHEAD, Chosen, Look, drawn
from entrypoints.web.ways_to_meet import USUAL_LOCATION
from instainstru_core.availability.errors import OutOfHorizon
from instainstru_core.availability.model.open_times import OpenTimes
from instainstru_core.availability.use_cases.find_open_times import FindOpenTimes, find_open_times
from instainstru_core.instructors.errors import InstructorNotFound
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.instructors.queries import InstructorPage
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.ports import Ports

AHEAD: Final = timedelta(days=55)
"""How far the next free day is looked for."""


@get(
    "/instructors/{instructor_id:str}",
    sync_to_thread=True,
    opt=policy(access=PUBLIC, bucket="read", page=True),
)
def show_instructor(
    instructor_id: FromPath[InstructorId],
    frame: NamedDependency[Frame],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """A public profile; hidden ones are not there. Source: IN-9."""
    with ports.read() as reads:
        page = reads.instructor_pages.page(instructor_id)
    if not page.instructor.is_visible:
        raise InstructorNotFound(instructor_id)
    asked, gazetteer = frame.request.query_params, ports.places.gazetteer()
    chosen = Chosen.of(
        page, asked.get("service", ""), asked.get("format", ""), asked.get("minutes", "")
    )
    instructor = page.instructor
    own = frame.viewer is not None and frame.viewer.account_id.value == instructor_id.value
    look = _look(frame, page, chosen, gazetteer, ports, own=own)
    return frame.page("instructor", instructor=instructor, chosen=chosen, profile=drawn(look))


def _look(
    frame: Frame,
    page: InstructorPage,
    chosen: Chosen | None,
    gazetteer: Gazetteer,
    ports: Ports,
    *,
    own: bool,
) -> Look:
    instructor = page.instructor
    today = instructor.zone.today(frame.now)
    first = _first(frame.request.query_params.get("from", ""), today)
    look = Look(
        page=page,
        gazetteer=gazetteer,
        chosen=chosen,
        language=frame.tongue.language,
        today=today,
        first=first,
        own=own,
    )
    if chosen is None:
        return look
    times = _times(ports, instructor.instructor_id, chosen, look.begin, look.until)
    earliest = times.earliest_date or _earliest(ports, instructor, chosen, look.until + DAY)
    return evolve(look, times=times, earliest=earliest)


def _earliest(ports: Ports, instructor: Instructor, chosen: Chosen, first: date) -> date | None:
    """The first day with a time after two weeks without any."""
    try:
        later = _times(ports, instructor.instructor_id, chosen, first, first + AHEAD)
    except OutOfHorizon:
        return None
    return later.earliest_date


def _first(text: str, today: date) -> date:
    """The first day that is shown: never past, never beyond what can be looked at."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return today
    return min(max(asked, today), today + WEEK * WEEKS_AHEAD)


def _times(
    ports: Ports, instructor_id: InstructorId, chosen: Chosen, first: date, last: date
) -> OpenTimes:
    return find_open_times(
        FindOpenTimes(
            instructor_id=instructor_id,
            first=first,
            last=last,
            location_type=USUAL_LOCATION[chosen.format],
            minutes=chosen.minutes,
        ),
        read=ports.read,
        clock=ports.clock,
        rules=ports.rules,
    )


PAGES: Final = [show_instructor]
