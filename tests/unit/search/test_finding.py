"""Queries, order and cursors. Source: SR-34…49."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.availability.model.who import FirstStarts
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.pagination import Cursor
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.search.errors import InvalidCursor, InvalidFilter, UnknownService
from instainstru_core.search.model.finding import find
from instainstru_core.search.model.query import LessonType, SearchQuery
from instainstru_core.search.model.ranking import Weights, price_fit, scores
from instainstru_core.search.model.supply import bits
from instainstru_core.testing.contracts.instructors import NOON
from instainstru_core.testing.contracts.regions import SMALL_CITY

TODAY = date(2030, 1, 7)


@pytest.mark.parametrize(
    "changes",
    [
        {"dates": ()},
        {"dates": tuple(TODAY + timedelta(days=n) for n in range(32))},
        {"after": 600, "before": 600},
        {"after": 601},
        {"before": 1445},
        {"minutes": 25},
        {"minutes": 61},
        {"minutes": 245},
        {"limit": 0},
        {"limit": 51},
    ],
)
def test_queries_have_limits(changes: dict[str, object]) -> None:
    """SR-37, SR-49."""
    details: dict[str, object] = {"service": "piano", "dates": (TODAY,)}
    with pytest.raises(InvalidFilter) as refused:
        SearchQuery(**details | changes)  # type: ignore[arg-type]
    assert set(refused.value.facts()) == {"filter", "reason", "errors"}


def test_refusals_say_what_they_refuse() -> None:
    assert str(UnknownService("x")) == "the catalogue has no service 'x'"
    assert UnknownService("x").facts() == {"service": "x"}
    assert str(InvalidFilter("to", "too late")) == "to: too late"


def test_a_window_too_short_is_stretched() -> None:
    """SR-36: to after + D, never past midnight."""
    query = SearchQuery(service="piano", dates=(TODAY,), after=1080, before=1100)
    assert query.window(60) == (216, 228)
    late = SearchQuery(service="piano", dates=(TODAY,), after=1410, before=1440)
    assert late.window(60) == (282, 288)


def test_lesson_types_are_formats() -> None:
    """SR-34."""
    assert LessonType.ANY.formats == tuple(Format)
    assert LessonType.IN_PERSON.formats == (Format.TRAVEL, Format.STUDIO)


@given(st.sets(st.integers(0, 319)), st.sets(st.integers(0, 319)))
def test_bits_meet_where_sets_do(one: set[int], other: set[int]) -> None:
    meet = bool((bits(one, 5) & bits(other, 5)).any())
    assert meet == bool(one & other)


@given(st.lists(st.integers(1, 400_000), min_size=2, max_size=20), st.integers(1, 400_000))
def test_a_lower_price_never_fits_worse(prices: list[int], most: int) -> None:
    """04 §10, property 6; SR-43."""
    ordered = np.array(sorted(prices), dtype=np.int64)
    fits = price_fit(ordered, most)
    assert ((fits >= 0) & (fits <= 1)).all()
    assert (np.diff(fits) <= 1e-12).all()


def test_the_weights_are_one_whole() -> None:
    """04 §8."""
    weights = Weights()
    parts = (weights.relevance, weights.quality, weights.distance)
    rest = (weights.price, weights.freshness, weights.completeness)
    assert sum((*parts, *rest)) == pytest.approx(1)


@given(st.lists(st.booleans(), min_size=1, max_size=8), st.booleans())
def test_founding_multiplies_the_score(complete: list[bool], has_target: bool) -> None:
    """SR-47; 04 §10, property 6: it changes no order inside the founding set."""
    flags = np.array(complete)
    size = len(complete)

    def scored(founding: bool) -> list[int]:
        found: list[int] = scores(
            rates=np.full(size, 9000, dtype=np.int64),
            most=None,
            has_target=has_target,
            online=np.zeros(size, dtype=np.bool_),
            complete=flags,
            founding=np.full(size, founding),
        ).tolist()
        return found

    plain, boosted = scored(founding=False), scored(founding=True)
    assert np.argsort(plain, kind="stable").tolist() == np.argsort(boosted, kind="stable").tolist()
    assert all(abs(b - 1.5 * p) <= 1 for p, b in zip(plain, boosted, strict=True))


@pytest.mark.parametrize(
    "key",
    [
        ("soonest", 1, 2, 3, "ff"),
        ("best", 1, 2, "ff"),
        ("best", 1, 2, 3, "xyz"),
        ("best", "a", 2, 3, "ff"),
        ("best",),
        (1,),
    ],
)
def test_foreign_cursors_are_refused(key: tuple[str | int, ...]) -> None:
    """04 §9: even where nobody is found."""
    query = SearchQuery(service="piano", dates=(TODAY,), cursor=Cursor(key))

    def nobody(*_: object) -> FirstStarts:
        return FirstStarts(dates=(), ids=(), seconds=np.zeros((0, 0), dtype=np.int64))

    with pytest.raises(InvalidCursor, match="another search"):
        find(query, None, ask=nobody, gazetteer=Gazetteer(SMALL_CITY), now=NOON)
