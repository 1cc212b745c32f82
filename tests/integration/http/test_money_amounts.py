"""Amounts that are none: below nothing, nothing, halves, text, too many digits, other currencies.

Each is sent where it would move money, with everything else right. Source: PR-1, SE-21.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec
import pytest

from entrypoints.http.app import create_app
from entrypoints.http.config import HttpConfig
from instainstru_core.testing.world import PIANO, World
from tests.integration.http.money_stories import (
    earned,
    given,
    granting,
    owing,
    refunding,
    revoking,
)
from tests.integration.http.refused_bookings import acting
from tests.integration.http.routes import routes_of
from tests.integration.http.town import API, Ask, Town


def _quote(town: Town) -> Ask:
    body = {
        "instructor_id": town.id_of("jane"),
        "service_id": str(PIANO),
        "location_type": "online",
        "duration_minutes": 60,
        "credit_cents": 0,
    }
    return Ask(who="anna", method="POST", path="/pricing/quotes", body=body)


def _checkout(town: Town) -> Ask:
    held = town.hold()
    return acting("anna", held, "confirm", {**town.agreed("anna", held), "credit_cents": 0})


def _tip(town: Town) -> Ask:
    return acting("anna", given(town), "tips", {"amount_cents": 500})


def _debt(town: Town) -> Ask:
    path = f"/debts/{owing(town)}/payments"
    return Ask(who="anna", method="POST", path=path, body={"amount_cents": 500})


def _write_off(town: Town) -> Ask:
    path = f"/admin/debts/{owing(town)}/write-offs"
    body = {"reason_code": "old", "amount_cents": 500}
    return Ask(who="ada", method="POST", path=path, body=body)


def _payout(town: Town) -> Ask:
    earned(town)
    path = "/connect/instant-payouts"
    return Ask(who="jane", method="POST", path=path, body={"amount_cents": 500})


PLACES: Final[dict[str, tuple[str, Callable[[Town], Ask]]]] = {
    "POST /pricing/quotes": ("credit_cents", _quote),
    "POST /bookings/{booking_id}/confirm": ("credit_cents", _checkout),
    "POST /bookings/{booking_id}/tips": ("amount_cents", _tip),
    "POST /debts/{debt_id}/payments": ("amount_cents", _debt),
    "POST /connect/instant-payouts": ("amount_cents", _payout),
    "POST /admin/debts/{debt_id}/write-offs": ("amount_cents", _write_off),
    "POST /admin/payments/{payment_id}/refund-previews": (
        "amount_cents",
        lambda town: refunding(town).looking(),
    ),
    "POST /admin/students/{student_id}/credit-previews": (
        "amount_cents",
        lambda town: granting(town).looking(),
    ),
    "POST /admin/credits/{credit_id}/revocation-previews": (
        "amount_cents",
        lambda town: revoking(town).looking(),
    ),
}
"""Where a caller says an amount, and a request that would be right. Acts in two steps stand here
by their previews: the same words are read again when they are done."""

NEITHER_MORE_NOR_LESS: Final = (-1, -(2**31), 2**31, 2**63, 10**18, 10**30)
OTHER_KINDS: Final = (0.5, 500.0, 1e300, "500", "500.00", "$5", True, [500], {"cents": 500})
SMUGGLED: Final = {"currency": "eur", "amount": 5, "amount_usd": 1, "Amount_Cents": 1}
RAW: Final = (b"NaN", b"Infinity", b"-Infinity", b"1e400", b"0500", b"+500", b"0x1f4", b"5_00")


def test_every_amount_is_here() -> None:
    """PR-1: whoever adds an amount tries what is none. Offerings have tests of their own."""
    app = create_app(World().ports, HttpConfig(mode="int", threads=4))
    found = {
        str(route)
        for route in routes_of(app)
        for field in route.fields
        if field.encode_name.endswith("_cents")
        and not any(each.encode_name == "confirm_token" for each in route.fields)
    }
    assert {each for each in found if "offerings" not in each} == set(PLACES)


@pytest.mark.parametrize("where", PLACES)
def test_no_amount_that_is_none_moves_anything(beginning: Town, where: str) -> None:
    """PR-1, SE-21: refused where it stands; no row is touched, and no money moves."""
    field, story = PLACES[where]
    ask = story(beginning)
    token = beginning.token(ask.who or "")
    before = beginning.state(), beginning.moved()
    for amount in (*NEITHER_MORE_NOR_LESS, *OTHER_KINDS):
        answer = beginning.send(_saying(ask, {field: amount}), token)
        assert answer.status_code == 422, (amount, answer.text)
    for name, value in SMUGGLED.items():
        answer = beginning.send(_saying(ask, {name: value}), token)
        assert answer.status_code == 422, (name, answer.text)
        assert [each["pointer"] for each in answer.json()["errors"]] == [f"/{name}"]
    for raw in RAW:
        answer = _raw(beginning, ask, field, raw, token)
        assert answer.status_code == 400, (raw, answer.text)
        assert answer.json()["code"] == "malformed_json"
    assert (beginning.state(), beginning.moved()) == before
    good = beginning.send(ask, token)
    assert good.status_code in {200, 201}, good.text


def _saying(ask: Ask, words: dict[str, Any]) -> Ask:
    return Ask(
        who=ask.who,
        method=ask.method,
        path=ask.path,
        body={**ask.body, **words},
        headers=ask.headers,
    )


def _raw(town: Town, ask: Ask, field: str, raw: bytes, token: str) -> Any:
    """What is answered when the amount is written as *raw*."""
    body = msgspec.json.encode({**ask.body, field: "HERE"}).replace(b'"HERE"', raw)
    headers = {
        "X-Client": "tests",
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": "a-raw-key-of-the-tests",
    }
    return town.client.request(ask.method, API + ask.path, content=body, headers=headers)
