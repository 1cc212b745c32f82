"""One instructor as the public sees them: about, prices, calendar of starts, map. Source: IN-8."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from attrs import evolve, frozen
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from markupsafe import Markup

from entrypoints.http.policy import PUBLIC, policy
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.pictures.fortnight import DayOfTwo, fortnight
from entrypoints.web.pictures.maps import area_map
from entrypoints.web.ways_to_meet import USUAL_LOCATION
from instainstru_core.availability.errors import OutOfHorizon
from instainstru_core.availability.model.open_times import OpenDay, OpenTimes
from instainstru_core.availability.use_cases.find_open_times import FindOpenTimes, find_open_times
from instainstru_core.instructors.errors import InstructorNotFound
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.offering import Offering
from instainstru_core.instructors.model.profile import Instructor, areas_summary
from instainstru_core.instructors.queries import InstructorPage
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.places.model.point import Point
from instainstru_core.ports import Ports

_DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
FORTNIGHT: Final = timedelta(days=14)
WEEKS_AHEAD: Final = 12
AHEAD: Final = timedelta(days=55)
"""How far the next free day is looked for."""
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

    @property
    def price(self) -> Money:
        """What the lesson costs."""
        return self.offering.session_price(self.format, self.minutes)

    def way(self, instructor: Instructor) -> str:
        """The profile with this lesson chosen."""
        return (
            f"/instructors/{instructor.instructor_id}?service={self.offering.service_slug}"
            f"&format={self.format}&minutes={self.minutes}"
        )


@frozen(kw_only=True)
class Calendar:
    """When the chosen lesson can start: a week of times in the picture of two."""

    week: OpenTimes
    first: date
    picture: Markup
    next_free: Sequence[datetime]
    is_open: bool
    earliest: date | None
    earlier: date | None
    later: date | None


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
    return frame.page(
        "instructor",
        instructor=instructor,
        offerings=page.active_offerings,
        chosen=chosen,
        calendar=None if chosen is None else _calendar(frame, ports, instructor, chosen),
        areas_summary=areas_summary(gazetteer.boroughs_of(instructor.service_area)),
        map=_map(frame, instructor, gazetteer),
        own=frame.viewer is not None
        and frame.viewer.account_id.value == instructor.instructor_id.value,
    )


def _calendar(frame: Frame, ports: Ports, instructor: Instructor, chosen: Chosen) -> Calendar:
    today = instructor.zone.today(frame.now)
    asked = frame.request.query_params.get("from", "")
    first = _first(asked, today)
    # The two weeks that the day lies in, counted from today: they stand still from day to day.
    begin = first - (first - today) % FORTNIGHT
    until = max(begin + FORTNIGHT, first + WEEK) - _DAY
    times = _times(ports, instructor.instructor_id, chosen, begin, until)
    week = [each for each in times.days if first <= each.date < first + WEEK]
    two = [each for each in times.days if each.date < begin + FORTNIGHT]
    last = today + WEEK * WEEKS_AHEAD
    label = frame.words(N_("Two weeks: the higher the bar, the more times"))
    return Calendar(
        week=evolve(times, days=tuple(week)),
        first=first,
        picture=fortnight(
            [_of_two(frame, each) for each in two],
            way=lambda day: f"{chosen.way(instructor)}&from={day}#times",
            shown=(first, first + WEEK - _DAY),
            label=label,
        ),
        next_free=[each.starts[0].starts_at for each in times.days if each.starts][:STRIPS]
        if first == today
        else [],
        is_open=any(each.starts for each in week),
        earliest=times.earliest_date or _earliest(ports, instructor, chosen, until + _DAY),
        earlier=max(today, first - WEEK) if first > today else None,
        later=first + WEEK if first < last else None,
    )


def _of_two(frame: Frame, day: OpenDay) -> DayOfTwo:
    count, fmt = len(day.starts or ()), frame.formats
    said = frame.words(N_("Away") if day.blackout else N_("Nothing free"))
    if count:
        translated = frame.tongue.translations.ngettext("%(num)d time", "%(num)d times", count)
        said = translated % {"num": count}
    words = f"{fmt.day_long(day.date)}: {said}"
    return DayOfTwo(date=day.date, weekday=fmt.weekday(day.date), words=words, starts=count)


def _earliest(ports: Ports, instructor: Instructor, chosen: Chosen, first: date) -> date | None:
    """The first day with a time after two weeks without any."""
    try:
        later = _times(ports, instructor.instructor_id, chosen, first, first + AHEAD)
    except OutOfHorizon:
        return None
    return later.earliest_date


def _map(frame: Frame, instructor: Instructor, gazetteer: Gazetteer) -> Markup | str:
    """Where lessons are given; the studio stands where the public may know it. Source: PL-28."""
    slugs = set(gazetteer.served(instructor.service_area))
    place = instructor.teaching_place
    if place is not None and not slugs:
        slugs.add(place.region)
    if not slugs:
        return ""
    label = frame.words(N_("Where %(name)s teaches")) % {"name": instructor.public_name}
    spot = None if place is None else Point(*place.shown)
    return area_map(gazetteer, slugs, label=label, spot=spot)


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
