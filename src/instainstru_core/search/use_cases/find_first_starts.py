"""Find the first starts of some who were found, one for each of their next dates. Source: AV-41."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from instainstru_core.availability.model.who import WhoIsFree
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.time import Clock
from instainstru_core.search.model.finding import Found
from instainstru_core.search.model.query import SearchQuery
from instainstru_core.search.ports import Market


def find_first_starts(
    found: Sequence[Found], query: SearchQuery, *, most: int, market: Market, clock: Clock
) -> Mapping[InstructorId, tuple[datetime, ...]]:
    """For each of *found* up to *most* starts in order, each on another of the query's dates.

    The hours of the query hold for them, too. Somebody who was booked out since has none.
    """
    now, starts = clock.now(), dict[InstructorId, tuple[datetime, ...]]()
    groups: dict[tuple[Format, int], list[InstructorId]] = {}
    for each in found:
        groups.setdefault((each.format, each.minutes), []).append(each.listing.instructor_id)
    with market.look() as view:
        for (wanted, minutes), among in groups.items():
            after, before = query.window(minutes)
            question = WhoIsFree(
                format=wanted,
                dates=tuple(sorted(query.dates)),
                minutes=minutes,
                after=after,
                before=before,
                now=now,
            )
            for instructor, days in view.who_is_free(question, among).by_instructor().items():
                starts[instructor] = tuple(sorted(days.values()))[:most]
    return starts
