"""The same request with the same key: one effect, and the same bytes again.

Source: BK-57, SE-13, spec 01 §10.15.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from attrs import evolve

from entrypoints.http.app import create_app
from entrypoints.http.config import PREFIX, HttpConfig
from entrypoints.http.policy import Idempotency
from instainstru_core.testing.world import HOUR, MONDAY, World
from tests.integration.http.refused_acts import REASON, doing
from tests.integration.http.refused_bookings import LATER, START, WHY, acting, at, booking
from tests.integration.http.refused_calendars import AVAILABILITY, FEED, ME, WEEK
from tests.integration.http.refused_claims import MISSED, SAID
from tests.integration.http.routes import NOTHING, routes_of
from tests.integration.http.town import TUESDAY, Ask, Town

KEY: Final = "the-same-key-again"
AGAIN: Final = timedelta(minutes=10)
NEXT: Final = MONDAY + timedelta(weeks=5)
GOOD: Final = {200, 201, 202, 402}
"""What is answered for good; a bank that refuses has answered."""


def _booked(town: Town, moment: timedelta = timedelta()) -> str:
    """A paid lesson, *moment* from its start."""
    booked = town.book()
    town.world.settle()
    if moment:
        town.world.clock.set(START + moment)
    return booked


def _confirm(town: Town) -> Ask:
    held = town.hold()
    return acting("anna", held, "confirm", town.agreed("anna", held))


def _retry(town: Town) -> Ask:
    """The bank wanted the cardholder, and says so again."""
    bad = town.do("anna", "POST", "/payment-methods", {"token": "pm_card_three_d_secure"})
    held = town.hold("anna", **at(START + 24 * HOUR))
    body = {**town.agreed("anna", held), "payment_method_id": bad["payment_method_id"]}
    town.do("anna", "POST", f"/bookings/{held}/confirm", body)
    town.world.advance(25 * HOUR)
    return acting("anna", held, "payment-retries")


def _refresh(town: Town) -> Ask:
    made = town.do("jane", "POST", f"{ME}/external-calendars", {"url": FEED})
    town.world.clock.move(AGAIN)
    path = f"{ME}/external-calendars/{made['external_calendar_id']}/refresh"
    return Ask(who="jane", method="POST", path=path)


def _dispute(town: Town) -> Ask:
    booked = _booked(town, HOUR)
    town.do("anna", "POST", f"/bookings/{booked}/no-show", MISSED)
    return acting("jane", booked, "no-show/dispute", SAID)


def _undo(town: Town) -> Ask:
    step = {"op": "close", "date": str(TUESDAY), "start": "09:00", "end": "10:00"}
    saved = town.do("jane", "PATCH", WEEK, {"operations": [step]})
    return Ask(who="jane", method="POST", path=f"{AVAILABILITY}/history/{saved['edit_id']}/undo")


def _wait(town: Town) -> Ask:
    days = {"from": str(TUESDAY), "to": str(TUESDAY)}
    asked = {"instructor_id": town.id_of("jane"), "location_type": "online", "duration": 60}
    return Ask(who="anna", method="POST", path="/waitlist", body={**asked, **days})


def _act(what: str, *words: tuple[str, str], after: timedelta = HOUR) -> Callable[[Town], Ask]:
    """Ada does what she saw, so long after the start."""

    def acted(town: Town) -> Ask:
        booked, body = _booked(town, after), {**REASON, **dict(words)}
        if what == "issue":
            town.do("anna", "POST", f"/bookings/{booked}/issue", SAID)
        shown = town.do("ada", "POST", f"/admin/bookings/{booked}/{what}-preview", body)
        return doing(booked, what, body, shown["confirm_token"])

    return acted


def _teach(path: str, body: Any) -> Callable[[Town], Ask]:
    return lambda _: Ask(who="jane", method="POST", path=path, body=body)


_WINDOW: Final = {str(TUESDAY): [{"start": "09:00", "end": "10:00"}]}
REQUESTS: Final[dict[str, Callable[[Town], Ask]]] = {
    "/bookings": booking,
    "/bookings/{booking_id}/confirm": _confirm,
    "/bookings/{booking_id}/payment-retries": _retry,
    "/bookings/{booking_id}/cancel": lambda town: acting("anna", _booked(town), "cancel", WHY),
    "/bookings/{booking_id}/reschedule": lambda town: acting(
        "anna", _booked(town), "reschedule", LATER
    ),
    "/bookings/{booking_id}/complete": lambda town: acting(
        "jane", _booked(town, HOUR), "complete", {"note": "well played"}
    ),
    "/bookings/{booking_id}/no-show": lambda town: acting(
        "anna", _booked(town, HOUR), "no-show", MISSED
    ),
    "/bookings/{booking_id}/no-show/dispute": _dispute,
    "/bookings/{booking_id}/issue": lambda town: acting("jane", _booked(town, HOUR), "issue", SAID),
    "/instructors/me/availability/copies": _teach(
        f"{AVAILABILITY}/copies", {"from_week": str(MONDAY), "to_week": str(NEXT)}
    ),
    "/instructors/me/availability/patterns": _teach(
        f"{AVAILABILITY}/patterns",
        {"from_week": str(MONDAY), "start_date": str(NEXT), "end_date": str(NEXT)},
    ),
    "/instructors/me/availability/weeks/{monday}/merge": _teach(
        f"{WEEK}/merge", {"base": {}, "mine": _WINDOW}
    ),
    "/instructors/me/availability/history/{edit_id}/undo": _undo,
    "/instructors/me/external-calendars": _teach(f"{ME}/external-calendars", {"url": FEED}),
    "/instructors/me/external-calendars/{external_calendar_id}/refresh": _refresh,
    "/waitlist": _wait,
    "/admin/bookings/{booking_id}/cancel": _act("cancel", ("policy", "full_refund"), after=-HOUR),
    "/admin/bookings/{booking_id}/complete": _act("complete"),
    "/admin/bookings/{booking_id}/no-show": _act("no-show", ("type", "instructor")),
    "/admin/bookings/{booking_id}/issue": _act("issue", ("outcome", "dismiss")),
}
"""A request that is answered for good, for every address of ours that takes a key."""

OURS: Final = (
    "/bookings",
    "/instructors/me/availability",
    "/waitlist",
    f"{ME}/external",
    "/admin/bookings",
)


def test_every_route_with_a_key_is_here() -> None:
    """BK-57: those where it is mandatory, and those of SE-13 where it is not."""
    app = create_app(World().ports, HttpConfig(mode="int", threads=4))
    keyed = {
        route.template.removeprefix(PREFIX)
        for route in routes_of(app)
        if route.policy.idempotency is not Idempotency.NONE
    }
    assert {path for path in keyed if path.startswith(OURS)} == set(REQUESTS)


@pytest.mark.parametrize("path", REQUESTS)
def test_a_key_is_for_one_request_of_one_person(beginning: Town, path: str) -> None:
    """Spec 01 §10.15: a replay is the same to the byte, even when what it did has gone on.

    Other words with the key are refused, nothing is done twice, and another person's key of the
    same name is another key. Source: SE-13.
    """
    ask = evolve(REQUESTS[path](beginning), key=KEY)
    token = beginning.token(ask.who or "")
    first = beginning.send(ask, token)
    assert first.status_code in GOOD, first.text
    assert "Idempotency-Replayed" not in first.headers
    beginning.world.clock.move(AGAIN)
    after = beginning.state()
    again = beginning.send(ask, token)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    if ask.body:
        other = beginning.send(evolve(ask, body=_other(ask.body)), token)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert beginning.state() == after
    stranger = {"anna": "bob", "jane": "mary", "ada": "rob"}[ask.who or ""]
    assert "Idempotency-Replayed" not in beginning.send(evolve(ask, who=stranger)).headers


def _other(body: Any) -> Any:
    """Another body that can be read as well."""
    changed = dict(body)
    name = next(iter(changed))
    said = changed[name]
    if name == "type":
        changed[name] = "student"
    elif name == "start":
        changed[name] = said.replace("T17", "T18")
    elif name == "from_week":
        changed[name] = str(MONDAY + timedelta(weeks=1))
    elif name == "base":
        changed[name] = _WINDOW
    elif name == "instructor_id":
        changed[name] = NOTHING
    elif name == "fingerprint":
        changed[name] = "0" * len(said)
    else:
        changed[name] = f"{said}!"
    return changed
