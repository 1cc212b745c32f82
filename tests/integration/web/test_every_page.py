"""What holds for every page, asked of every page: its headers, its forms, and what may run in it.

The list is made of the routes, so a new page is asked by itself. Source: SE-15, SE-18, SE-20.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

import pytest
from attrs import define, evolve, field
from litestar import Litestar
from litestar.testing import TestClient

from tests.integration.http.people import Client
from tests.integration.http.town import Town
from tests.integration.web.conftest import ORIGIN, app_of
from tests.integration.web.live import HandDrivenTime
from tests.integration.web.signing import sign_in
from tests.integration.web.visits import COOKIES, Stage, Visit, all_visits

# What every page is asked: its lines are counted in tests of its own.
pytestmark = pytest.mark.no_cover
ACTS_ONCE_ANYWAY: Final = frozenset(
    {
        # Signing in and out, and what a reader prefers: the second time is as the first.
        *("/sign-in", "/sign-out", "/preferences"),
        # A code is mailed, checked and used up: it has a life of its own. Source: AC-1…AC-4.
        *("/sign-up", "/sign-up/code/{}", "/sign-up/details"),
        # What is written replaces what was there.
        *("/teach/profile", "/teach/profile/go-live", "/teach/profile/pause", "/teach/calendar"),
        *("/teach/areas", "/teach/areas/studio", "/teach/services/{}/withdraw"),
        *("/teach/payouts/account", "/teach/payouts/schedule", "/teach/lessons/{}/notes"),
        # The one address is replaced by another one; what is read anew is read anew.
        *("/teach/calendar/acknowledge", "/teach/calendar/feed", "/teach/calendar/feed/remove"),
        *("/teach/calendar/external/{}/remove", "/teach/calendar/external/{}/refresh"),
        # The demonstration's own.
        *("/dev/clock/advance", "/dev/outbox", "/demo/accounts", "/demo/tour"),
    }
)
"""Forms without a key, and why none is needed; every other form that does something has one."""

PERSONAL: Final = frozenset({"email", "to", "address", "note", "reason", "first_name", "last_name"})
"""Fields that never go into an address, where logs and histories keep them."""


@define
class Markup(HTMLParser):
    """What a page's tags say."""

    scripts: list[dict[str, str]] = field(factory=list)
    attributes: set[str] = field(factory=set)
    forms: list[tuple[str, str, set[str]]] = field(factory=list)
    """Method, address and the names of the fields."""
    fetched: list[str] = field(factory=list)

    def __attrs_pre_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.attributes |= set(found)
        if tag == "script":
            self.scripts.append(found)
        if tag == "form":
            self.forms.append((found.get("method", "get"), found.get("action", ""), set()))
        if tag in {"script", "img", "iframe"} or found.get("rel") in {"stylesheet", "preload"}:
            self.fetched.append(found.get("src") or found.get("href", ""))
        if self.forms and "name" in found and tag in {"input", "select", "textarea"}:
            self.forms[-1][2].add(found["name"])


@pytest.fixture(scope="module")
def stage(place: Town) -> Stage:
    return Stage.set_up(place)


@pytest.fixture(scope="module")
def demo(place: Town) -> Litestar:
    """What serves the town's pages, with a clock that can be pushed."""
    return app_of(evolve(place.ports, time_machine=HandDrivenTime(place.world.clock)))


@pytest.fixture(scope="module")
def looker(demo: Litestar) -> Iterator[Client]:
    """The browser of each who looks, one after the other."""
    with TestClient(demo, base_url=ORIGIN, raise_server_exceptions=False) as client:
        client.follow_redirects = False
        client.headers.update({"Accept": "text/html", "Origin": ORIGIN})
        yield client


@pytest.mark.parametrize("visit", all_visits(), ids=str)
def test_a_page_gives_nothing_away(visit: Visit, stage: Stage, looker: Client) -> None:
    looker.cookies.clear()
    if visit.who is not None:
        sign_in(looker, stage.town, visit.who)
    for name, value in COOKIES.get(visit.template, {}).items():
        looker.cookies.set(name, value)
    answer, again = looker.get(visit.path(stage)), looker.get(visit.path(stage))
    assert answer.status_code == visit.status
    policy = answer.headers["Content-Security-Policy"]
    (nonce,) = re.findall(r"'nonce-([^']+)'", policy)
    assert nonce not in again.headers["Content-Security-Policy"], "a nonce is used twice"
    assert "unsafe" not in policy
    assert {"frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"} <= set(
        policy.split("; ")
    )
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Referrer-Policy" in answer.headers
    found = Markup()
    found.feed(answer.text)
    assert answer.text.count('id="first-screen"') == 1, "what is waited for before it is painted"
    assert all(each.get("nonce") == nonce and each.get("src") for each in found.scripts)
    assert {each for each in found.attributes if each.startswith("on")} == set()
    assert "style" not in found.attributes
    assert all(each.startswith("/static/") for each in found.fetched), found.fetched
    for method, action, names in found.forms:
        assert action.startswith("/"), action
        assert not action.startswith("//"), action
        if method == "get":
            assert not names & PERSONAL, f"{action} puts {names & PERSONAL} into the address"
        elif not visit.template.startswith("/sign-in"):
            known = re.sub(r"(?<=/)[0-9A-HJKMNP-TV-Z]{26}(?=/|$)", "{}", action.partition("?")[0])
            assert "_key" in names or known in ACTS_ONCE_ANYWAY, f"{action} has no key"
