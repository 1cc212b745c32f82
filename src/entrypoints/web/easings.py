"""Help where nobody is free: what left nobody, and what is found with one thing less.

Source: SR-33, spec 04 §11.5.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from attrs import evolve, frozen

from entrypoints.web.asked import Asked
from entrypoints.web.formats import Formats
from entrypoints.web.marks import N_
from instainstru_core.places.model.gazetteer import Region
from instainstru_core.search.model.finding import SearchPage

TotalOf = Callable[[Asked, Region | None], int]
"""How many a search finds in a region."""

NEARBY_DAYS: Final = (-1, 1, 2)
_EASED: Final = {
    "where": N_("Anywhere in the city"),
    "hours": N_("Any time of the day"),
    "format": N_("In any way, online too"),
    "minutes": N_("Of any length"),
    "most": N_("At any price"),
    "day": N_("Any day of the next week"),
}


@frozen(kw_only=True)
class Easing:
    """One thing less, and how many are free then. *day* stands for itself."""

    text: str
    way: str
    total: int


@frozen(kw_only=True)
class Help:
    """Why nobody was found, and what leads to somebody."""

    why: str
    left: int
    """Of how many it left nobody."""
    easings: Sequence[Easing]
    days: Sequence[Easing]


def why_nobody(asked: Asked, page: SearchPage) -> tuple[str, int]:
    """The filter that left nobody, in words, and how many there were before it."""
    first = N_("Nobody offers it at that price and of that length.")
    if asked.length is None:
        first = N_("Nobody offers it at that price.")
    elif not asked.dollars:
        first = N_("Nobody offers it of that length.")
    steps = [
        (page.after_price, first),
        (page.after_format, N_("Nobody of them teaches it that way.")),
        (page.after_location, N_("Nobody of them comes there, or has a studio there.")),
    ]
    before = 0
    for left, text in steps:
        if not left:
            return text, before
        before = left
    return N_("Everybody who fits is away or booked then."), before


def help_of(
    asked: Asked,
    page: SearchPage,
    *,
    total_of: TotalOf,
    region: Region | None,
    today: date,
    formats: Formats,
) -> Help:
    """Each thing that alone stands in the way, and the days around the one that was asked for."""
    why, left = why_nobody(asked, page)
    easings = [
        Easing(text=text, way=asked.way(**{name: ""}), total=total)
        for name, text in _EASED.items()
        if _given(asked)[name]
        and (total := total_of(asked.without(name), None if name == "where" else region))
    ]
    if not easings:
        easings = _bare(asked, total_of, region)
    return Help(
        why=why,
        left=left,
        easings=sorted(easings, key=lambda each: -each.total),
        days=_days(asked, total_of, region, today, formats) if asked.on else [],
    )


def _bare(asked: Asked, total_of: TotalOf, region: Region | None) -> list[Easing]:
    """What is left where one thing less is not enough: the search without any filter."""
    filters = [name for name in _EASED if name != "where"]
    bare = [(N_("Without any filter"), asked.without(*filters), region)]
    if region is not None:
        nowhere = asked.without(*_EASED)
        bare.append((N_("Anywhere in the city, without any filter"), nowhere, None))
    return [
        Easing(text=text, way=eased.way(), total=total)
        for text, eased, place in bare
        if (total := total_of(eased, place))
    ]


def _given(asked: Asked) -> Mapping[str, str]:
    return {name: getattr(asked, name) for name in _EASED}


def _days(
    asked: Asked, total_of: TotalOf, region: Region | None, today: date, formats: Formats
) -> list[Easing]:
    found = []
    for ahead in NEARBY_DAYS:
        day = (asked.on or today) + timedelta(days=ahead)
        if day < today:
            continue
        if total := total_of(evolve(asked.without("day"), day=str(day)), region):
            way = asked.way(day=str(day))
            found.append(Easing(text=formats.day(day), way=way, total=total))
    return found
