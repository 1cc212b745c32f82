"""The pages on real PostgreSQL and real Valkey: in process, and in a real browser."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from attrs import evolve
from litestar import Litestar
from litestar.testing import TestClient
from playwright.sync_api import Browser

from entrypoints.http.app import create_app
from entrypoints.http.config import HttpConfig
from entrypoints.web.app import website
from instainstru_core.ports import Ports
from tests.integration.http.conftest import beginning, place, settings, world
from tests.integration.http.people import Client
from tests.integration.http.serving import lent
from tests.integration.http.town import Town
from tests.integration.web.live import HandDrivenTime, free_port, served
from tests.integration.web.windows import Windows, chromium_at, chromium_path

__all__ = ["beginning", "place", "settings", "world"]

CONFIG: Final = HttpConfig(mode="int", threads=8)
ORIGIN: Final = "http://127.0.0.1:3000"


def app_of(ports: Ports, config: HttpConfig = CONFIG) -> Litestar:
    """The API and the pages on *ports*, as a process serves them."""
    pages = website(ports, config)
    return create_app(
        ports,
        config,
        more=pages.routes,
        lost=pages.lost,
        on_error=pages.on_error,
        refused=pages.refused,
    )


@contextmanager
def browser(ports: Ports, config: HttpConfig = CONFIG) -> Iterator[Client]:
    """Somebody's browser before the pages on *ports*; redirects are not followed."""
    with (
        lent(ports, config, app_of) as app,
        TestClient(app, base_url=ORIGIN, raise_server_exceptions=False) as client,
    ):
        client.follow_redirects = False
        client.headers.update({"Accept": "text/html", "Origin": ORIGIN})
        yield client


@pytest.fixture
def web(beginning: Town) -> Iterator[Client]:
    """Somebody's browser before the town as it was in the beginning."""
    with browser(beginning.ports) as client:
        yield client


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; wherever everything must hold, it must be there.

    It lasts a module: as long as it runs, no other event loop can run in this thread.
    """
    path = chromium_path()
    if path is None:
        without = "there is no chromium to look at pages with: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(without)
        pytest.skip(without)
    with chromium_at(path) as browser:
        yield browser


@pytest.fixture(scope="module")
def address(place: Town) -> Iterator[str]:
    """Where a real server shows the town's pages."""
    port = free_port()
    config = HttpConfig(mode="int", threads=8, origins=(f"http://127.0.0.1:{port}",))
    ports = evolve(place.ports, time_machine=HandDrivenTime(place.world.clock))
    with lent(ports, config, app_of) as app, served(app, port) as found:
        yield found


@pytest.fixture
def windows(chromium: Browser, address: str, beginning: Town) -> Iterator[Windows]:
    """Opens windows before the town as it was in the beginning; no script may have complained."""
    opener = Windows(chromium, beginning, address)
    yield opener
    opener.close()
    assert opener.troubles == []
