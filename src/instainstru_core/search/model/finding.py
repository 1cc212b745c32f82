"""From a query to results: price, format, place, free time, order. Source: SR-33…36, SR-48."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from instainstru_core.availability.model.who import FirstStarts, WhoIsFree
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import Cursor
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.search.errors import InvalidCursor
from instainstru_core.search.model.query import SearchQuery, Sort
from instainstru_core.search.model.ranking import scores
from instainstru_core.search.model.supply import FORMATS, Candidates, Listed, Listing

Ask = Callable[[WhoIsFree, Collection[InstructorId]], FirstStarts]
"""Who is free, of some instructors."""

SOON_DATES = 2
_NEVER = np.iinfo(np.int64).max


@frozen(kw_only=True)
class Found:
    """One instructor who is really free: what, when, how, for how much. Source: SR-49."""

    listing: Listing
    offering: Listed
    format: Format
    minutes: int
    first_start: datetime
    rate: Money
    price: Money
    score: int


@frozen(kw_only=True)
class SearchPage:
    """One page of results, how many there are, and how many passed each filter. Source: SR-33.

    *everyone* is who was found, on this page and on all others, in order.
    """

    results: tuple[Found, ...]
    total: int
    next_cursor: Cursor | None
    after_price: int
    after_format: int
    after_location: int
    everyone: tuple[Listing, ...] = ()


@frozen(kw_only=True, eq=False)
class _Lessons:
    """The candidates' lessons as asked for: how long, and for how much in each format."""

    minutes: NDArray[np.int64]
    prices: NDArray[np.int64]
    allowed: NDArray[np.bool_]


@frozen(kw_only=True, eq=False)
class _Chosen:
    """The format in which each row is found, -1 for none, and its first start in seconds."""

    format_of: NDArray[np.int64]
    starts: NDArray[np.int64]


def find(
    query: SearchQuery,
    candidates: Candidates | None,
    *,
    ask: Ask,
    gazetteer: Gazetteer,
    now: datetime,
) -> SearchPage:
    """Everybody of *candidates* whom the query describes and who is free then.

    Raises:
        RegionNotFound: The gazetteer has no such region.
        InvalidCursor: The cursor ends no page of such a search.
    """
    near = _near(query, candidates, gazetteer)
    behind = None if query.cursor is None else _key(query, query.cursor)
    if candidates is None:
        return SearchPage(
            results=(), total=0, next_cursor=None, after_price=0, after_format=0, after_location=0
        )
    lessons = _lessons(query, candidates)
    after_price = _rows(lessons.allowed)
    lessons.allowed[:, [n for n in range(3) if FORMATS[n] not in query.lesson_type.formats]] = False
    after_format = _rows(lessons.allowed)
    if near is not None:
        lessons.allowed[:] &= near
    after_location = _rows(lessons.allowed)
    chosen = _choose(query, candidates, lessons, ask, now)
    rows, keys, score = _ordered(query, candidates, chosen)
    first = 0 if behind is None else bisect_right(keys, behind)
    page = range(first, min(first + query.limit, len(rows)))
    more = page.stop < len(rows)
    return SearchPage(
        results=tuple(
            _found(candidates, lessons, chosen, int(rows[n]), int(score[n])) for n in page
        ),
        total=len(rows),
        next_cursor=_cursor(query, keys[page.stop - 1]) if more else None,
        after_price=after_price,
        after_format=after_format,
        after_location=after_location,
        everyone=tuple(candidates.listings[row] for row in rows.tolist()),
    )


def _rows(allowed: NDArray[np.bool_]) -> int:
    return int(allowed.any(axis=1).sum())


def _lessons(query: SearchQuery, candidates: Candidates) -> _Lessons:
    if query.minutes is None:
        minutes = candidates.usual_minutes
        fits = np.ones(len(candidates), dtype=np.bool_)
    else:
        minutes = np.full(len(candidates), query.minutes, dtype=np.int64)
        fits = candidates.last(query.minutes)
    # Half up, as Money.for_minutes does. Source: CA-9, PR-2.
    prices = (2 * candidates.rates * minutes[:, None] + 60) // 120
    allowed = (candidates.rates > 0) & fits[:, None]
    if query.min_rate is not None:
        allowed &= candidates.rates >= query.min_rate.cents
    if query.max_rate is not None:
        allowed &= candidates.rates <= query.max_rate.cents
    return _Lessons(minutes=minutes, prices=prices, allowed=allowed)


def _near(
    query: SearchQuery, candidates: Candidates | None, gazetteer: Gazetteer
) -> NDArray[np.bool_] | None:
    """Which row comes, or has a studio, where the student is; online alone goes anywhere."""
    if query.region is None:
        return None
    meets = [gazetteer.numbers[slug] for slug in gazetteer.meets(query.region)]
    inside = [gazetteer.numbers[slug] for slug in gazetteer.within(query.region)]
    if candidates is None or query.lesson_type.formats == (Format.ONLINE,):
        return None
    nowhere = np.zeros(len(candidates), dtype=np.bool_)
    studio = np.isin(candidates.studio, inside)
    return np.stack([candidates.serve(meets), studio, nowhere], axis=1)


def _choose(
    query: SearchQuery, candidates: Candidates, lessons: _Lessons, ask: Ask, now: datetime
) -> _Chosen:
    """Each row's cheapest format that is free. Source: SR-34, SR-36.

    A row is asked for its cheapest format first, and for a dearer one only if that is never free:
    most are asked once.
    """
    format_of = np.full(len(candidates), -1, dtype=np.int64)
    starts = np.zeros(len(candidates), dtype=np.int64)
    untried = lessons.allowed.copy()
    while untried.any():
        cheapest = np.where(untried, candidates.rates, _NEVER).argmin(axis=1)
        (waiting,) = np.nonzero(untried.any(axis=1))
        for index, minutes in sorted(
            set(zip(cheapest[waiting].tolist(), lessons.minutes[waiting].tolist(), strict=True))
        ):
            same = (cheapest[waiting] == index) & (lessons.minutes[waiting] == minutes)
            rows = waiting[same]
            found = _first_starts(query, candidates, FORMATS[index], minutes, rows, ask, now)
            starts[rows] = found
            free = rows[found > 0]
            format_of[free] = index
            untried[rows, index] = False
            untried[free] = False
    return _Chosen(format_of=format_of, starts=starts)


def _first_starts(
    query: SearchQuery,
    candidates: Candidates,
    wanted: Format,
    minutes: int,
    rows: NDArray[np.int64],
    ask: Ask,
    now: datetime,
) -> NDArray[np.int64]:
    """The first start of each of *rows* in seconds since 1970; 0 where there is none.

    Only the first is wanted, and most have one soon: the later dates are asked of the others.
    """
    after, before = query.window(minutes)
    found = np.zeros(rows.size, dtype=np.int64)
    dates = tuple(sorted(query.dates))
    for some in (dates[:SOON_DATES], dates[SOON_DATES:]):
        (waiting,) = np.nonzero(found == 0)
        if not some or not waiting.size:
            break
        question = WhoIsFree(
            format=wanted, dates=some, minutes=minutes, after=after, before=before, now=now
        )
        ids = [candidates.listings[row].instructor_id for row in rows[waiting].tolist()]
        found[waiting] = _earliest(ask(question, ids), ids)
    return found


def _earliest(answer: FirstStarts, ids: Sequence[InstructorId]) -> NDArray[np.int64]:
    if not answer.dates or not answer.ids:
        return np.zeros(len(ids), dtype=np.int64)
    first: NDArray[np.int64] = np.where(answer.seconds == 0, _NEVER, answer.seconds).min(axis=0)
    first[first == _NEVER] = 0
    if len(answer.ids) == len(ids):
        return first
    # Whoever the roster doesn't know has never opened a day.
    known: Mapping[InstructorId, int] = dict(zip(answer.ids, first.tolist(), strict=True))
    return np.array([known.get(each, 0) for each in ids], dtype=np.int64)


def _ordered(
    query: SearchQuery,
    candidates: Candidates,
    chosen: _Chosen,
) -> tuple[NDArray[np.int64], list[tuple[int, ...]], NDArray[np.int64]]:
    """The rows in order, each with the key by which it stands there. Source: SR-48."""
    (rows,) = np.nonzero(chosen.format_of >= 0)
    formats = chosen.format_of[rows]
    rate = candidates.rates[rows, formats]
    score = scores(
        rates=rate,
        most=None if query.max_rate is None else query.max_rate.cents,
        has_target=query.region is not None,
        online=formats == FORMATS.index(Format.ONLINE),
        complete=candidates.complete[rows],
        founding=candidates.founding[rows],
    )
    leading = {
        Sort.BEST: [],
        Sort.PRICE_ASC: [rate],
        Sort.PRICE_DESC: [-rate],
        Sort.SOONEST: [chosen.starts[rows]],
    }[query.sort]
    # Rows are sorted by id already: a stable sort leaves the id as the last word.
    columns = [*leading, -score, rate, candidates.went_live[rows]]
    order = np.lexsort(columns[::-1])
    keys = list(zip(*(column[order].tolist() for column in columns), strict=True))
    return rows[order], _with_ids(keys, candidates, rows[order]), score[order]


def _with_ids(
    keys: list[tuple[int, ...]], candidates: Candidates, rows: NDArray[np.int64]
) -> list[tuple[int, ...]]:
    listings = candidates.listings
    return [
        (*key, listings[row].instructor_id.value.int)
        for key, row in zip(keys, rows.tolist(), strict=True)
    ]


def _cursor(query: SearchQuery, key: tuple[int, ...]) -> Cursor:
    # The id as text: 128 bits are more than JSON numbers are trusted with.
    return Cursor((str(query.sort), *key[:-1], f"{key[-1]:x}"))


def _key(query: SearchQuery, cursor: Cursor) -> tuple[int, ...]:
    """Where the page before ended: whoever left meanwhile is skipped, not replaced."""
    sort, *numbers, last = cursor.key if len(cursor.key) > 1 else ("", "")
    expected = 3 if query.sort is Sort.BEST else 4
    if sort != str(query.sort) or len(numbers) != expected:
        raise InvalidCursor
    try:
        return (*(int(each) for each in numbers), int(str(last), 16))
    except ValueError:
        raise InvalidCursor from None


def _found(
    candidates: Candidates,
    lessons: _Lessons,
    chosen: _Chosen,
    row: int,
    score: int,
) -> Found:
    index = int(chosen.format_of[row])
    return Found(
        listing=candidates.listings[row],
        offering=candidates.offerings[row],
        format=FORMATS[index],
        minutes=int(lessons.minutes[row]),
        first_start=datetime.fromtimestamp(int(chosen.starts[row]), UTC),
        rate=Money(int(candidates.rates[row, index])),
        price=Money(int(lessons.prices[row, index])),
        score=score,
    )
