"""What pages and their files cost of the rate that an address has."""

from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from entrypoints.http.app import create_app
from entrypoints.http.config import HttpConfig
from entrypoints.web.app import website
from entrypoints.web.assets import asset_url
from instainstru_core.testing.world import World

LEFT = "X-RateLimit-Remaining"
PERSON = {"Accept": "text/html"}


@pytest.fixture
def limited() -> Iterator[TestClient[Litestar]]:
    """The pages over a world in memory, with its limits."""
    world, config = World(), HttpConfig()
    pages = website(world.ports, config)
    app = create_app(
        world.ports,
        config,
        more=pages.routes,
        lost=pages.lost,
        on_error=pages.on_error,
        refused=pages.refused,
    )
    with TestClient(app) as client:
        yield client


def test_a_page_costs_its_address_once(limited: TestClient[Litestar]) -> None:
    """SE-4: each request consumes `edge`, and consumes it once."""
    left = [int(limited.get("/sign-in", headers=PERSON).headers[LEFT]) for _ in range(3)]
    assert [left[0] - each for each in left] == [0, 1, 2]


def test_files_that_are_kept_for_ever_cost_nothing(limited: TestClient[Litestar]) -> None:
    """ADR 0043: a page fetches many at once, and then none."""
    answers = [limited.get(asset_url("style.css")) for _ in range(120)]
    assert {each.status_code for each in answers} == {200}
    assert all(LEFT not in each.headers for each in answers)
