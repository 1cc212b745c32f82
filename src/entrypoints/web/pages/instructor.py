"""One instructor as the public sees them: about, prices, calendar of starts, map. Source: IN-8."""

from datetime import date, timedelta
from typing import Any, Final

from attrs import frozen
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.policy import PUBLIC, policy
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.pictures.maps import area_map
from entrypoints.web.ways_to_meet import FORMATS, SIGNS, USUAL_LOCATION
from instainstru_core.availability.model.open_times import OpenTimes
from instainstru_core.availability.use_cases.find_open_times import FindOpenTimes, find_open_times
from instainstru_core.instructors.errors import InstructorNotFound
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.offering import Offering
from instainstru_core.instructors.model.profile import areas_summary
from instainstru_core.instructors.queries import InstructorPage
from instainstru_core.kernel.lessons import Format
from instainstru_core.ports import Ports

WEEK: Final = timedelta(days=7)
WEEKS_AHEAD: Final = 12
STRIPS: Final = 4


@frozen(kw_only=True)
class Chosen:
    """Which lesson the calendar is for: what is asked for, as far as it is offered."""

    offering: Offering
    format: Format
    minutes: int

    @classmethod
    def of(cls, page: InstructorPage, service: str, wanted: str, minutes: str) -> "Chosen | None":
        """The asked one, else the first that there is; None where nothing is offered."""
        offerings = page.active_offerings
        if not offerings:
            return None
        offering = next((each for each in offerings if each.service_slug == service), offerings[0])
        formats = list(offering.rates)
        lengths = offering.durations
        usual = 60 if 60 in lengths else lengths[0]
        asked = int(minutes) if minutes.isdecimal() and len(minutes) < 4 else usual
        return cls(
            offering=offering,
            format=next((each for each in formats if each == wanted), formats[0]),
            minutes=asked if asked in lengths else usual,
        )


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
    today = instructor.zone.today(frame.now)
    first = _first(asked.get("from", ""), today)
    times = None if chosen is None else _times(ports, instructor_id, chosen, first)
    areas = set(gazetteer.served(instructor.service_area))
    if instructor.teaching_place is not None:
        areas.add(instructor.teaching_place.region)
    summary = areas_summary(gazetteer.boroughs_of(instructor.service_area))
    label = frame.words(N_("Where %(name)s teaches")) % {"name": instructor.public_name}
    return frame.page(
        "instructor",
        instructor=instructor,
        offerings=page.active_offerings,
        chosen=chosen,
        times=times,
        first=first,
        earlier=max(today, first - WEEK) if first > today else None,
        later=first + WEEK if first < today + WEEK * WEEKS_AHEAD else None,
        areas_summary=summary,
        formats=FORMATS,
        signs=SIGNS,
        map=area_map(gazetteer, areas, label=label) if areas else "",
    )


def _first(text: str, today: date) -> date:
    """The first day that is shown: never past, never beyond what can be looked at."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return today
    return min(max(asked, today), today + WEEK * WEEKS_AHEAD)


def _times(ports: Ports, instructor_id: InstructorId, chosen: Chosen, first: date) -> OpenTimes:
    return find_open_times(
        FindOpenTimes(
            instructor_id=instructor_id,
            first=first,
            last=first + WEEK - timedelta(days=1),
            location_type=USUAL_LOCATION[chosen.format],
            minutes=chosen.minutes,
        ),
        read=ports.read,
        clock=ports.clock,
        rules=ports.rules,
    )


PAGES: Final = [show_instructor]
