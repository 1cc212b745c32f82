"""Every address is put together once, with all that is asked for there."""

import re
from collections import Counter
from typing import Any

import pytest
from attrs import evolve
from litestar import Litestar, Router
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from instainstru_core.testing.world import World
from tests.integration.http.serving import lent
from tests.integration.web.conftest import CONFIG, app_of


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the app was given something at each address."""
    found: Counter[str] = Counter()
    register = Router.register

    def noted(self: Router, value: Any) -> Any:
        routes = register(self, value)
        if isinstance(self, Litestar):
            found.update(each.path for each in routes)
        return routes

    monkeypatch.setattr(Router, "register", noted)
    return found


def test_no_two_routers_share_an_address(registered: Counter[str]) -> None:
    """Litestar would take in what stands there once more, and wrap its threads in threads."""
    app_of(World().ports)
    assert {"/", "/dev/clock", "/api/v1/bookings"} <= set(registered)
    assert [path for path, times in registered.items() if times > 1] == []


def test_no_method_is_answered_twice_at_an_address() -> None:
    """Whatever the parts of it that vary are called."""
    found = Counter(
        (method, re.sub(r"{[^}]*}", "{}", route.path))
        for route in app_of(World().ports).routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods - {"OPTIONS"}
    )
    assert ("POST", "/dev/clock") in found
    assert [each for each, times in found.items() if times > 1] == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/dev/clock", {"advance_seconds": "1"}),
        ("POST", "/dev/clock", {"advance_seconds": 1, "back": True}),
        ("GET", "/dev/outbox.json?limit=1&more=1", None),
    ],
)
def test_programs_are_held_to_what_the_api_holds_them_to(
    method: str, path: str, body: object
) -> None:
    """SE-21: though their addresses stand among those of pages."""
    with lent(World().ports, CONFIG, app_of) as app, TestClient(app) as client:
        refused = client.request(method, path, json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "validation_failed")
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_outside_the_demonstration_programs_find_nothing() -> None:
    """OP-2."""
    with TestClient(app_of(evolve(World().ports, mailbox=None, time_machine=None))) as client:
        answers = [
            client.get("/dev/outbox.json"),
            client.post("/dev/clock", json={"advance_seconds": 1}),
        ]
    assert {each.status_code for each in answers} == {404}
