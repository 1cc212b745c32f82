"""Why nobody was found, and what is kept between pages."""

import pytest

from entrypoints.web.asked import Asked
from entrypoints.web.easings import why_nobody
from entrypoints.web.kept import Kept
from instainstru_core.search.model.finding import SearchPage


def page(price: int, way: int, place: int) -> SearchPage:
    return SearchPage(
        results=(),
        total=0,
        next_cursor=None,
        after_price=price,
        after_format=way,
        after_location=place,
    )


@pytest.mark.parametrize(
    ("found", "said", "before"),
    [
        (page(0, 0, 0), "price", 0),
        (page(7, 0, 0), "that way", 7),
        (page(7, 5, 0), "there", 5),
        (page(7, 5, 2), "booked", 2),
    ],
)
def test_the_first_filter_that_leaves_nobody_is_named(
    found: SearchPage, said: str, before: int
) -> None:
    """SR-33."""
    why, left = why_nobody(Asked(most="20"), found)
    assert said in why
    assert left == before


def test_what_is_made_is_kept_for_the_very_same_thing() -> None:
    made: list[str] = []

    def make(thing: list[int]) -> int:
        made.append(str(thing))
        return sum(thing)

    kept, one, other = Kept(make), [1, 2], [1, 2]
    assert [kept.of(one), kept.of(one), kept.of(other)] == [3, 3, 3]
    assert len(made) == 2
