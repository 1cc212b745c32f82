"""What somebody typed and chose on the search page, as the search understands it. Source: SR-34."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final, Self
from urllib.parse import urlencode

from attrs import evolve, field, frozen
from litestar.datastructures import MultiDict

from instainstru_core.catalog.model import Catalog, Service, normal
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import Cursor
from instainstru_core.places.model.gazetteer import Gazetteer, Region
from instainstru_core.places.model.point import zip_to_borough
from instainstru_core.search.model.query import (
    DEFAULT_DAYS,
    HORIZON_DAYS,
    SLOT_MINUTES,
    SLOTS_PER_DAY,
    LessonType,
    SearchQuery,
    Sort,
)

PER_PAGE: Final = 12
MAX_TEXT: Final = 100
LENGTHS: Final = (30, 45, 60, 90, 120)
HOURS: Final = {
    "morning": (0, 12 * 60),
    "afternoon": (12 * 60, 17 * 60),
    "evening": (17 * 60, 1440),
}
_ALL_DAY: Final = (0, SLOTS_PER_DAY * SLOT_MINUTES)


@frozen(kw_only=True)
class Asked:
    """The fields of the search, as they were given; what can't be meant is passed over."""

    what: str = ""
    where: str = ""
    day: str = ""
    hours: str = ""
    format: str = ""
    minutes: str = ""
    most: str = ""
    sort: str = ""
    after: str = field(default="")
    """Where the page before ended."""

    @classmethod
    def of(cls, query: MultiDict[Any]) -> Self:
        """What stands in the address."""

        def given(name: str) -> str:
            return str(query.get(name, ""))[: MAX_TEXT * 4].strip()

        return cls(
            what=given("what")[:MAX_TEXT],
            where=given("where")[:MAX_TEXT],
            day=given("date"),
            hours=given("hours"),
            format=given("format"),
            minutes=given("minutes"),
            most=given("most"),
            sort=given("sort"),
            after=given("after"),
        )

    def way(self, **changes: str) -> str:
        """The address of this search with *changes*; the pages of another search begin anew."""
        changed = evolve(self, **{"after": "", **changes})
        pairs = {name: value for name, value in _fields(changed).items() if value}
        return f"/search?{urlencode(pairs)}"

    def chosen(self) -> Mapping[str, str]:
        """The filters that are set, besides what and where."""
        return {
            name: value
            for name, value in _fields(self).items()
            if value and name not in {"what", "where", "after", "sort"}
        }

    def query(self, service: Service, region: Region | None, today: date) -> SearchQuery:
        """The search for *service* in *region*.

        Raises:
            InvalidFilter: A value that can never match.
        """
        day, least, most = _date(self.day), *HOURS.get(self.hours, _ALL_DAY)
        dates = (today + timedelta(days=n) for n in range(DEFAULT_DAYS))
        minutes = int(self.minutes) if self.minutes.isdecimal() else None
        dollars = int(self.most) if self.most.isdecimal() and len(self.most) <= 5 else None
        return SearchQuery(
            service=service.slug,
            dates=tuple(dates) if day is None or not _within(day, today) else (day,),
            after=least,
            before=most,
            minutes=minutes if minutes in LENGTHS else None,
            lesson_type=LessonType(self.format)
            if self.format in set(LessonType)
            else LessonType.ANY,
            region=None if region is None else region.slug,
            max_rate=None if not dollars else Money(dollars * 100),
            sort=Sort(self.sort) if self.sort in set(Sort) else Sort.BEST,
            limit=PER_PAGE,
            cursor=_cursor(self.after),
        )


def _fields(asked: Asked) -> dict[str, str]:
    return {
        "what": asked.what,
        "where": asked.where,
        "date": asked.day,
        "hours": asked.hours,
        "format": asked.format,
        "minutes": asked.minutes,
        "most": asked.most,
        "sort": asked.sort,
        "after": asked.after,
    }


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _within(day: date, today: date) -> bool:
    return today <= day <= today + timedelta(days=HORIZON_DAYS)


def _cursor(text: str) -> Cursor | None:
    try:
        return Cursor.parse(text) if text else None
    except Malformed:
        return None


def services_named(text: str, catalog: Catalog) -> tuple[Service, ...]:
    """The service that *text* names, or all whose names hold its words, or say what they teach."""
    wanted = normal(text)
    services = catalog.shown_services()
    exact = [
        each
        for each in services
        if wanted in {each.slug, normal(each.name), *map(normal, each.terms)}
    ]
    if exact or not wanted:
        return tuple(exact[:1])
    words = wanted.split()
    near = [each for each in services if all(word in _words(each) for word in words)]
    return tuple(near)


def _words(service: Service) -> str:
    return " ".join(map(normal, (service.name, *service.terms, service.subcategory)))


def region_named(text: str, gazetteer: Gazetteer) -> Region | None:
    """The neighborhood, borough or ZIP that *text* names."""
    wanted = text.casefold()
    if not wanted:
        return None
    if (borough := zip_to_borough(text)) is not None:
        wanted = borough
    for each in gazetteer.regions:
        if wanted in {each.slug, each.name.casefold()}:
            return each
    near = [each for each in gazetteer.regions if each.name.casefold().startswith(wanted)]
    return near[0] if len(near) == 1 else None
