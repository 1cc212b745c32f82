"""What somebody typed and chose on the search page, as the search understands it. Source: SR-34."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any, Final, Self
from urllib.parse import urlencode

from attrs import evolve, field, frozen
from litestar.datastructures import MultiDict

from entrypoints.web.kept import Kept
from instainstru_core.catalog.model import Catalog, Service, normal
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import MAX_CURSOR_LENGTH, Cursor
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
_LENGTHS: Final = frozenset(map(str, LENGTHS))
PRICES: Final = (70, 90, 110, 140, 180)
_DIGITS: Final = 5
HOURS: Final = {
    "morning": (0, 12 * 60),
    "afternoon": (12 * 60, 17 * 60),
    "evening": (17 * 60, 1440),
}
_ALIKE: Final = 6
_LIKENESS: Final = 0.72
_ALL_DAY: Final = (0, SLOTS_PER_DAY * SLOT_MINUTES)


@frozen(kw_only=True)
class Asked:
    """The fields of the search; what can't be meant is passed over."""

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
        """What stands in the address, as far as it can be meant: every link carries it along."""

        def given(name: str) -> str:
            return str(query.get(name, ""))[:MAX_TEXT].strip()

        def chosen(name: str, known: Collection[str]) -> str:
            return found if (found := given(name)) in known else ""

        asked = cls(
            what=given("what"),
            where=given("where"),
            day=given("date"),
            hours=chosen("hours", HOURS),
            format=chosen("format", frozenset(LessonType)),
            minutes=chosen("minutes", _LENGTHS),
            most=given("most"),
            sort=chosen("sort", frozenset(Sort)),
            after=str(query.get("after", ""))[:MAX_CURSOR_LENGTH],
        )
        return evolve(
            asked, day=asked.day if asked.on else "", most=asked.most if asked.dollars else ""
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

    def without(self, *names: str) -> Self:
        """This search from its beginning, with fewer filters."""
        return evolve(self, after="", **dict.fromkeys(names, ""))

    @property
    def on(self) -> date | None:
        """The day that is asked for."""
        try:
            return date.fromisoformat(self.day)
        except ValueError:
            return None

    @property
    def length(self) -> int | None:
        """The minutes that are asked for."""
        return int(self.minutes) if self.minutes in _LENGTHS else None

    @property
    def dollars(self) -> int:
        """The most that an hour may cost; 0 where anything may be."""
        fits = self.most.isascii() and self.most.isdecimal() and len(self.most) <= _DIGITS
        return int(self.most) if fits else 0

    def query(self, service: Service, region: Region | None, today: date) -> SearchQuery:
        """The search for *service* in *region*.

        Raises:
            InvalidFilter: A value that can never match.
        """
        day, dollars = self.on, self.dollars
        least, most = HOURS.get(self.hours, _ALL_DAY)
        dates = (today + timedelta(days=n) for n in range(DEFAULT_DAYS))
        return SearchQuery(
            service=service.slug,
            dates=tuple(dates) if day is None or not _within(day, today) else (day,),
            after=least,
            before=most,
            minutes=self.length,
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


def _within(day: date, today: date) -> bool:
    return today <= day <= today + timedelta(days=HORIZON_DAYS)


def _cursor(text: str) -> Cursor | None:
    try:
        return Cursor.parse(text) if text else None
    except Malformed:
        return None


_IDLE: Final = frozenset(
    {
        "lesson",
        "lessons",
        "class",
        "classes",
        "teacher",
        "teachers",
        "instructor",
        "coach",
        "clases",
        "for",
        "in",
        "to",
        "learn",
        "a",
        "an",
        "the",
        "with",
        "near",
        "me",
        "de",
    }
)
"""Words that say nothing about a subject."""


@frozen(eq=False)
class _Names:
    """Every name of what can be learned."""

    exact: Mapping[str, Service]
    words: Sequence[tuple[str, Service]]


def _names(catalog: Catalog) -> _Names:
    exact: dict[str, Service] = {}
    words = []
    for each in catalog.shown_services():
        group = catalog.subcategory(each.subcategory)
        own = (each.name, each.slug, *each.terms)
        for name in own:
            exact.setdefault(normal(name), each)
        words.append((" ".join(map(normal, (*own, group.name, *group.terms))), each))
    return _Names(exact, words)


_NAMES: Final = Kept(_names)


def services_named(text: str, catalog: Catalog) -> tuple[Service, ...]:
    """The service that *text* names; else all that its words fit, or that are spelled like it."""
    names, wanted, telling = _NAMES.of(catalog), normal(text), _telling(text)
    for name in (wanted, " ".join(telling)):
        if (exact := names.exact.get(name)) is not None:
            return (exact,)
    if not telling:
        return ()
    near = [each for words, each in names.words if all(word in words for word in telling)]
    if near:
        return tuple(near)
    alike = get_close_matches(" ".join(telling), names.exact, n=_ALIKE, cutoff=_LIKENESS)
    return tuple({names.exact[name].slug: names.exact[name] for name in alike}.values())


def is_guessed(text: str, service: Service, catalog: Catalog) -> bool:
    """Whether *text* is but spelled like *service*: then something else may be meant."""
    words = next(words for words, each in _NAMES.of(catalog).words if each.slug == service.slug)
    return not all(word in words for word in _telling(text))


def _telling(text: str) -> list[str]:
    return [word for word in normal(text).split() if word not in _IDLE]


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
