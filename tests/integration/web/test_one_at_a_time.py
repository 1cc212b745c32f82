"""What moves money is asked one at a time by one person, by a page or by the API. Source: SE-12."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from attrs import define, evolve, field
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from entrypoints.http.config import PREFIX
from entrypoints.http.policy import OPT, Operation, RoutePolicy
from instainstru_core.booking.terms import BookingStatus
from instainstru_core.kernel.mutex import MUTEX_LIFE, Mutexes
from tests.integration.http.people import Client
from tests.integration.http.serving import lent
from tests.integration.http.town import Ask, Town
from tests.integration.web.conftest import CONFIG, app_of, browser
from tests.integration.web.seen import look, send
from tests.integration.web.signing import sign_in


@define
class Watched:
    """Real locks; what is asked *meanwhile* is asked while the next one is held."""

    locks: Mutexes
    meanwhile: Callable[[], Any] | None = None
    answers: list[Any] = field(factory=list)

    @contextmanager
    def hold(self, name: str, *, life: timedelta = MUTEX_LIFE) -> Iterator[None]:
        """Hold it, and ask."""
        ask, self.meanwhile = self.meanwhile, None
        with self.locks.hold(name, life=life):
            if ask is not None:
                self.answers.append(ask())
            yield


@pytest.fixture
def watched(beginning: Town) -> Watched:
    return Watched(beginning.ports.operation_locks)


@pytest.fixture
def anna(beginning: Town, watched: Watched) -> Iterator[Client]:
    """Anna's browser, before an app whose locks are watched; the town's own API has the same."""
    with browser(evolve(beginning.ports, operation_locks=watched)) as client:
        yield sign_in(client, beginning, "anna")


def cancel(booking: str) -> Ask:
    return Ask(
        who="anna", method="POST", path=f"/bookings/{booking}/cancel", body={"reason": "I am ill."}
    )


def test_while_a_page_cancels_a_lesson_the_api_does_not(
    anna: Client, beginning: Town, watched: Watched
) -> None:
    booked = beginning.book()
    form = look(anna, f"/lessons/{booked}/cancel").form(f"/lessons/{booked}/cancel")
    watched.meanwhile = lambda: beginning.send(cancel(booked))
    assert send(anna, form, reason="I am ill.").status_code == 303
    (refused,) = watched.answers
    assert (refused.status_code, refused.json()["code"]) == (409, "operation_in_progress")
    assert refused.headers["Retry-After"] == "1"
    assert beginning.kept(booked).status is BookingStatus.CANCELLED


def test_while_the_api_cancels_a_lesson_a_page_does_not(
    anna: Client, web: Client, beginning: Town, watched: Watched
) -> None:
    booked = beginning.book()
    sign_in(web, beginning, "anna")
    form = look(web, f"/lessons/{booked}/cancel").form(f"/lessons/{booked}/cancel")
    watched.meanwhile = lambda: send(web, form, reason="I am ill.")
    sent = {"Idempotency-Key": "a-key-of-the-tests-1"}
    path = f"{PREFIX}/bookings/{booked}/cancel"
    assert anna.post(path, json={"reason": "I am ill."}, headers=sent).status_code == 200
    (refused,) = watched.answers
    assert refused.status_code == 409
    assert "The lesson is cancelled" not in refused.text
    assert beginning.kept(booked).status is BookingStatus.CANCELLED


@pytest.fixture
def app(place: Town) -> Iterator[Litestar]:
    with lent(place.ports, CONFIG, app_of) as found:
        yield found


def routes_of(app: Litestar) -> Iterator[tuple[str, HTTPRouteHandler, RoutePolicy]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if OPT in handler.opt:
                    yield route.path, handler, handler.opt[OPT]


def test_each_operation_is_asked_for_by_a_page_and_by_the_api(app: Litestar) -> None:
    asked = defaultdict(set)
    for path, _, declared in routes_of(app):
        asked[declared.operation].add("api" if path.startswith(PREFIX) else "page")
    assert {each: asked[each] for each in Operation} == {
        each: {"api", "page"} for each in Operation
    }


def test_every_page_that_moves_money_says_which_operation_it_is(app: Litestar) -> None:
    """A page of the bucket `financial` that asks for nothing of its own looks how it ended."""
    unnamed = {
        path
        for path, _, declared in routes_of(app)
        if declared.page and declared.money and declared.operation is None
    }
    assert unnamed == {"/debts/{debt_id:str}/verify"}
