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
from tests.integration.http.money_stories import REASON as CHECKED
from tests.integration.http.money_stories import (
    Act,
    earned,
    given,
    granting,
    holding,
    owing,
    paid,
    promoting,
    publishing,
    refunding,
    resolving,
    revoking,
    rolling_back,
    settling_a_tip,
    tightening,
)
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


def _decide(how: str) -> Callable[[Town], Ask]:
    """Rob wants something, and Ada decides it."""

    def decided(town: Town) -> Ask:
        act = granting(town, 30_000)
        wanted = town.send(act.doing(act.seen(town, "rob"), "rob")).json()
        path = f"/admin/approvals/{wanted['approval_id']}/{how}"
        return Ask(who="ada", method="POST", path=path, body=dict(CHECKED))

    return decided


def _teach(path: str, body: Any) -> Callable[[Town], Ask]:
    return lambda _: Ask(who="jane", method="POST", path=path, body=body)


def _seen(act: Callable[[Town], Act]) -> Callable[[Town], Ask]:
    """Ada does what she saw of somebody's money."""

    def done(town: Town) -> Ask:
        wanted = act(town)
        return wanted.doing(wanted.seen(town))

    return done


def _at_once(town: Town) -> Ask:
    earned(town)
    path = "/connect/instant-payouts"
    return Ask(who="jane", method="POST", path=path, body={"amount_cents": 500})


def _write_off(town: Town) -> Ask:
    path = f"/admin/debts/{owing(town)}/write-offs"
    return Ask(who="ada", method="POST", path=path, body={**CHECKED, "amount_cents": 500})


def _choose(town: Town) -> Ask:
    kept = town.do("anna", "POST", "/payment-methods", {"token": "pm_card_mastercard"})
    path = f"/payment-methods/{kept['payment_method_id']}"
    return Ask(who="anna", method="PATCH", path=path, body={"is_default": True})


def _standing(town: Town) -> Ask:
    path = f"/admin/students/{town.id_of('anna')}/payment-standing"
    return Ask(who="ada", method="PATCH", path=path, body={**CHECKED, "standing": "restricted"})


def _reconciled(town: Town) -> str:
    """A day with something to explain: a transfer that the books know nothing of."""
    paid(town)
    earned(town, 777)
    day = town.ports.clock.now().date()
    for _ in range(2):
        town.world.clock.move(timedelta(days=1))
    body = {**CHECKED, "day": str(day)}
    town.do("ada", "POST", "/admin/reconciliations", body)
    return str(day)


def _explain(town: Town) -> Ask:
    path = f"/admin/reconciliations/{_reconciled(town)}/items"
    items = town.do("ada", "GET", path)["items"]
    stray = next(each for each in items if each["item_class"] == "missing_in_ledger")
    path = f"{path}/{stray['reference']}/resolutions"
    return Ask(who="ada", method="POST", path=path, body=CHECKED)


def _reconcile(town: Town) -> Ask:
    paid(town)
    day = town.ports.clock.now().date() - timedelta(days=1)
    body = {**CHECKED, "day": str(day)}
    return Ask(who="ada", method="POST", path="/admin/reconciliations", body=body)


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
    "/bookings/{booking_id}/tips": lambda town: acting(
        "anna", given(town), "tips", {"amount_cents": 500}
    ),
    "/debts/{debt_id}/payments": lambda town: Ask(
        who="anna", method="POST", path=f"/debts/{owing(town)}/payments", body={"amount_cents": 500}
    ),
    "/payment-methods": lambda _: Ask(
        who="anna", method="POST", path="/payment-methods", body={"token": "pm_card_mastercard"}
    ),
    "/payment-methods/{card_id}": _choose,
    "/connect/instant-payouts": _at_once,
    "/connect/onboarding-links": _teach(
        "/connect/onboarding-links", {"return_url": "http://localhost:3000/payouts"}
    ),
    "/admin/config/pricing": _seen(publishing),
    "/admin/config/pricing/rollback": _seen(rolling_back),
    "/admin/config/four-eyes": _seen(tightening),
    "/admin/approvals/{approval_id}/approve": _decide("approve"),
    "/admin/approvals/{approval_id}/decline": _decide("decline"),
    "/admin/credits/{credit_id}/revocations": _seen(revoking),
    "/admin/debts/{debt_id}/write-offs": _write_off,
    "/admin/instructors/{instructor_id}/payout-hold": _seen(holding),
    "/admin/instructors/{instructor_id}/tier": _seen(promoting),
    "/admin/payments/{payment_id}/refunds": _seen(refunding),
    "/admin/payments/{payment_id}/resolutions": _seen(resolving),
    "/admin/tips/{tip_id}/resolutions": _seen(settling_a_tip),
    "/admin/reconciliations": _reconcile,
    "/admin/reconciliations/{day}/items/{reference}/resolutions": _explain,
    "/admin/students/{student_id}/credits": _seen(granting),
    "/admin/students/{student_id}/payment-standing": _standing,
}
"""A request that is answered for good, for every address of ours that takes a key."""

OURS: Final = (
    "/bookings",
    "/instructors/me/availability",
    "/waitlist",
    f"{ME}/external",
    "/payment-methods",
    "/debts",
    "/connect",
    "/admin",
)
ELSEWHERE: Final = {"/admin/webhooks/{webhook_id}/replay"}
"""test_webhooks.py does an event again: each time is a new one, so that its state moves on."""


def test_every_route_with_a_key_is_here() -> None:
    """BK-57: those where it is mandatory, and those of SE-13 where it is not."""
    app = create_app(World().ports, HttpConfig(mode="int", threads=4))
    keyed = {
        route.template.removeprefix(PREFIX)
        for route in routes_of(app)
        if route.policy.idempotency is not Idempotency.NONE
    }
    ours = {path for path in keyed if path.startswith(OURS)}
    assert ours - ELSEWHERE == set(REQUESTS)


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
    money = beginning.moved()
    assert "Idempotency-Replayed" not in first.headers
    beginning.world.clock.move(AGAIN)
    after = beginning.state()
    again = beginning.send(ask, token)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    if ask.body:
        other = beginning.send(evolve(ask, body=_other(ask.body)), token)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (beginning.state(), beginning.moved()) == (after, money)
    stranger = {"anna": "bob", "jane": "mary", "ada": "rob"}[ask.who or ""]
    assert "Idempotency-Replayed" not in beginning.send(evolve(ask, who=stranger)).headers


_TEXTS: Final = {"goodwill": "other", "pm_card_mastercard": "pm_card_visa"}


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
    elif isinstance(said, bool):
        changed[name] = not said
    elif isinstance(said, int):
        changed[name] = said + 1
    else:
        changed[name] = _TEXTS.get(said) or f"{said}!"
    return changed
