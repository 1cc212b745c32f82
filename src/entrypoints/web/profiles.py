"""A public profile as it is drawn; what was drawn of the same isn't drawn again. Source: IN-8."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from attrs import evolve, frozen
from markupsafe import Markup

from entrypoints.web.frame import ENVIRONMENTS
from entrypoints.web.languages import TONGUES, Language, Tongue
from entrypoints.web.marks import N_
from entrypoints.web.pictures.fortnight import DayOfTwo, fortnight
from entrypoints.web.pictures.maps import area_map
from entrypoints.web.pieces import Piece
from instainstru_core.availability.model.open_times import OpenDay, OpenTimes
from instainstru_core.instructors.model.offering import Offering
from instainstru_core.instructors.model.profile import Instructor, areas_summary
from instainstru_core.instructors.queries import InstructorPage
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.places.model.point import Point

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
FORTNIGHT: Final = timedelta(days=14)
WEEKS_AHEAD: Final = 12
STRIPS: Final = 4
_KEPT: Final = 1024
"""How many profiles are kept as they were drawn."""


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


@frozen(kw_only=True, eq=False)
class Look:
    """Everything that a profile shows, and nothing else: what was drawn of it, it is drawn as.

    Profiles and calendars are replaced, never changed: the same object says the same.
    """

    page: InstructorPage
    gazetteer: Gazetteer
    chosen: Chosen | None
    language: Language
    today: date
    first: date
    """The first day whose times are shown."""
    own: bool
    times: OpenTimes | None = None
    earliest: date | None = None
    """The first day with a time, for where these have none."""

    @property
    def begin(self) -> date:
        """The two weeks that the day lies in, from today: they stand still from day to day."""
        return self.first - (self.first - self.today) % FORTNIGHT

    @property
    def until(self) -> date:
        """The last day that is looked at."""
        return max(self.begin + FORTNIGHT, self.first + WEEK) - DAY

    @property
    def _told(self) -> tuple[object, ...]:
        things = id(self.page), id(self.gazetteer), id(self.times)
        one = self.chosen
        lesson = None if one is None else (id(one.offering), one.format, one.minutes)
        return (*things, lesson, self.language, self.today, self.first, self.own, self.earliest)

    def __hash__(self) -> int:
        return hash(self._told)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Look) and self._told == other._told


@lru_cache(maxsize=_KEPT)
def drawn(look: Look) -> Piece:
    """The profile; its template is told no more than what it was looked up by."""
    tongue, page, gazetteer = TONGUES[look.language], look.page, look.gazetteer
    template = ENVIRONMENTS[look.language].get_template("profile.html.jinja")
    html = template.render(
        instructor=page.instructor,
        offerings=page.active_offerings,
        chosen=look.chosen,
        calendar=_calendar(look, tongue),
        areas_summary=areas_summary(gazetteer.boroughs_of(page.instructor.service_area)),
        map=_map(tongue, page.instructor, gazetteer),
        own=look.own,
    )
    return Piece(Markup(html))  # noqa: S704 - escaped by its template


def _calendar(look: Look, tongue: Tongue) -> Calendar | None:
    times, chosen, first, today = look.times, look.chosen, look.first, look.today
    if times is None or chosen is None:
        return None
    week = [each for each in times.days if first <= each.date < first + WEEK]
    two = [each for each in times.days if each.date < look.begin + FORTNIGHT]
    last = today + WEEK * WEEKS_AHEAD
    way = chosen.way(look.page.instructor)
    return Calendar(
        week=evolve(times, days=tuple(week)),
        first=first,
        picture=fortnight(
            [_of_two(tongue, each) for each in two],
            way=lambda day: f"{way}&from={day}#times",
            shown=(first, first + WEEK - DAY),
            label=tongue.words(N_("Two weeks: the higher the bar, the more times")),
        ),
        next_free=[each.starts[0].starts_at for each in times.days if each.starts][:STRIPS]
        if first == today
        else [],
        is_open=any(each.starts for each in week),
        earliest=look.earliest,
        earlier=max(today, first - WEEK) if first > today else None,
        later=first + WEEK if first < last else None,
    )


def _of_two(tongue: Tongue, day: OpenDay) -> DayOfTwo:
    count, fmt = len(day.starts or ()), tongue.formats
    said = tongue.words(N_("Away") if day.blackout else N_("Nothing free"))
    if count:
        translated = tongue.translations.ngettext("%(num)d time", "%(num)d times", count)
        said = translated % {"num": count}
    words = f"{fmt.day_long(day.date)}: {said}"
    return DayOfTwo(date=day.date, weekday=fmt.weekday(day.date), words=words, starts=count)


def _map(tongue: Tongue, instructor: Instructor, gazetteer: Gazetteer) -> Markup | str:
    """Where lessons are given; the studio stands where the public may know it. Source: PL-28."""
    slugs = set(gazetteer.served(instructor.service_area))
    place = instructor.teaching_place
    if place is not None and not slugs:
        slugs.add(place.region)
    if not slugs:
        return ""
    label = tongue.words(N_("Where %(name)s teaches")) % {"name": instructor.public_name}
    spot = None if place is None else Point(*place.shown)
    return area_map(gazetteer, slugs, label=label, spot=spot)
