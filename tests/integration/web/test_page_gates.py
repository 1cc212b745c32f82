"""Who may act and look: asked of every page's route, so that a new one is asked by itself.

Source: AC-41, AC-56, BK-44, SE-15, SE-19, AC-26.
"""

from collections.abc import Callable
from typing import Final

import pytest
from httpx import Response
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient

from entrypoints.http.config import HttpConfig
from entrypoints.http.policy import RoutePolicy
from entrypoints.web.app import PAGES
from entrypoints.web.frame import SAID_COOKIE
from instainstru_core.accounts.model import GRANTS, Role
from instainstru_core.testing.world import PASSWORD, World
from tests.integration.http.people import Client
from tests.integration.http.routes import NOTHING, Route
from tests.integration.http.test_strangers import OWNED as OF_THE_API
from tests.integration.http.town import Town
from tests.integration.web.conftest import app_of
from tests.integration.web.signing import sign_in
from tests.integration.web.windows import Windows

# Every route is asked the same: its lines are counted in the tests of its page.
pytestmark = pytest.mark.no_cover
PEOPLE: Final = {Role.STUDENT: "anna", Role.INSTRUCTOR: "jane"}
STRANGERS: Final = {Role.STUDENT: "bob", Role.INSTRUCTOR: "mary"}
ELSEWHERE: Final = (
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "/a\r\nSet-Cookie: sid=1",
)


def _template(path: str) -> str:
    parts = [part.partition(":")[0] + "}" if part[:1] == "{" else part for part in path.split("/")]
    return "/".join(parts)


def _routes() -> list[Route]:
    found = []
    for handler in PAGES:
        assert isinstance(handler, HTTPRouteHandler)
        for path in sorted(handler.paths):
            found += [
                Route(method, _template(path), handler)
                for method in sorted(handler.http_methods & {"GET", "POST"})
            ]
    return sorted(found, key=str)


ROUTES: Final = _routes()
ACTS: Final = [each for each in ROUTES if each.method == "POST"]
CLOSED: Final = [each for each in ROUTES if each.policy.access.signed_in]
OWNED: Final[dict[str, Callable[[Town], str]]] = {
    **OF_THE_API,
    "feed_id": OF_THE_API["external_calendar_id"],
}


def _admits(policy: RoutePolicy, role: Role) -> bool:
    access = policy.access
    if access.any_of:
        return not access.permissions.isdisjoint(GRANTS[role])
    return access.permissions <= GRANTS[role]


FOREIGN: Final = [
    (route, role)
    for route in CLOSED
    if route.names
    for role in STRANGERS
    if _admits(route.policy, role) and set(route.names) <= set(OWNED)
]
FORBIDDEN: Final = [
    (route, role) for route in CLOSED for role in PEOPLE if not _admits(route.policy, role)
]


def _ask(web: Client, route: Route, path: str | None = None, **more: str) -> Response:
    return web.request(route.method, path or route.path, headers=more)


def test_the_routes_are_there() -> None:
    assert len(ROUTES) > 80
    assert len(FOREIGN) > 20


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_page_declares_who_may_open_it(route: Route) -> None:
    """AC-41; and that it is looked at by people, who are signed in anew on the way."""
    assert route.policy.page


@pytest.mark.parametrize("route", ACTS, ids=str)
def test_a_form_of_another_site_does_nothing(web: Client, beginning: Town, route: Route) -> None:
    """SE-15: also where a browser says nothing of where the form was."""
    access = route.policy.access
    if access.signed_in:
        role = next(each for each in PEOPLE if _admits(route.policy, each))
        sign_in(web, beginning, PEOPLE[role])
    before = beginning.state()
    assert _ask(web, route, Origin="https://evil.example").status_code == 403
    assert _ask(web, route, Origin="null").status_code == 403
    web.headers.pop("Origin")
    assert _ask(web, route).status_code == 403
    assert beginning.state() == before


@pytest.mark.parametrize("route", CLOSED, ids=str)
def test_nobody_gets_in_without_signing_in(web: Client, route: Route) -> None:
    answer = _ask(web, route)
    if route.method == "GET":
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/sign-in?next=%2F")
    else:
        assert answer.status_code == 401


@pytest.mark.parametrize(("route", "role"), FORBIDDEN, ids=str)
def test_pages_of_another_role_are_closed(
    web: Client, place: Town, route: Route, role: Role
) -> None:
    sign_in(web, place, PEOPLE[role])
    assert _ask(web, route).status_code == 403


@pytest.mark.parametrize(("route", "role"), FOREIGN, ids=str)
def test_what_is_anothers_is_nowhere(
    web: Client, beginning: Town, route: Route, role: Role
) -> None:
    """AC-56, BK-44: not there, whatever is asked of it; and nothing changes."""
    path = route.template.format(**{name: OWNED[name](beginning) for name in route.names})
    sign_in(web, beginning, STRANGERS[role])
    before = beginning.state()
    answer = web.request(route.method, path, data={"_key": NOTHING} if route in ACTS else None)
    gone = path.endswith("/removal") and answer.status_code == 303
    assert answer.status_code == 404 or gone, answer.text[:2000]
    assert beginning.state() == before


@pytest.mark.parametrize("way", ELSEWHERE)
def test_nobody_is_led_away_from_here(web: Client, place: Town, way: str) -> None:
    """SE-19."""
    led = [web.post("/preferences", data={"theme": "dark", "next": way})]
    fields = {"email": place.emails["anna"], "password": PASSWORD, "next": way}
    led.append(web.post("/sign-in", data=fields))
    led.append(web.get("/sign-in", params={"next": way}))
    led.append(web.get("/sign-up", params={"next": way}))
    assert [each.headers["Location"] for each in led] == ["/"] * 4


def test_cookies_are_for_this_site_alone() -> None:
    """AC-26: on a hosted platform they go over TLS alone."""
    world = World()
    anna = world.student("Anna")
    with world.ports.read() as reads:
        email = str(reads.doors.account(anna.account_id).email)
    config = HttpConfig(mode="beta", hosted=True, threads=2, origins=("https://a.example",))
    with TestClient(app_of(world.ports, config), base_url="https://a.example") as web:
        web.follow_redirects = False
        web.headers.update({"Accept": "text/html", "Origin": "https://a.example"})
        answers = [
            web.post("/preferences", data={"theme": "dark", "language": "es"}),
            web.post("/sign-in", data={"email": email, "password": PASSWORD}),
            web.post("/sign-out"),
        ]
    told = [line for each in answers for line in each.headers.get_list("set-cookie")]
    assert {"__Host-sid", "__Host-rid", SAID_COOKIE} <= {line.partition("=")[0] for line in told}
    for line in told:
        name, flags = line.partition("=")[0], line.lower()
        assert "samesite=lax" in flags, line
        assert "domain" not in flags, line
        assert "secure" in flags, line
        assert "httponly" in flags or name in {"lang", "theme"}, line


def test_the_back_button_shows_nothing_after_a_sign_out(windows: Windows) -> None:
    """SE-20."""
    page = windows.open("anna")
    page.goto("/wallet")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/")
    page.go_back()
    page.get_by_role("heading", level=1, name="Sign in").wait_for()
    assert "You can spend" not in page.content()
