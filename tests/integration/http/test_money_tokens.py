"""What proves that the staff saw an act of money first, and every way in which it does not.

Source: AD-7, MC-6, PY-52.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest

from entrypoints.http.app import create_app
from entrypoints.http.config import PREFIX, HttpConfig
from instainstru_core.testing.world import World
from tests.integration.http.money_stories import (
    DEARER,
    Act,
    granting,
    holding,
    promoting,
    publishing,
    refunding,
    resolving,
    revoking,
    rolling_back,
    settling_a_tip,
    tightening,
)
from tests.integration.http.routes import routes_of
from tests.integration.http.town import Ask, Town

ACTS: Final[dict[str, Callable[[Town], Act]]] = {
    "POST /admin/payments/{payment_id}/refunds": refunding,
    "POST /admin/payments/{payment_id}/resolutions": resolving,
    "POST /admin/tips/{tip_id}/resolutions": settling_a_tip,
    "POST /admin/students/{student_id}/credits": granting,
    "POST /admin/credits/{credit_id}/revocations": revoking,
    "PUT /admin/instructors/{instructor_id}/payout-hold": holding,
    "PUT /admin/instructors/{instructor_id}/tier": promoting,
    "PUT /admin/config/pricing": publishing,
    "POST /admin/config/pricing/rollback": rolling_back,
    "PUT /admin/config/four-eyes": tightening,
}
"""Every act of money in two steps, by its address."""

AGAIN: Final = {
    "POST /admin/payments/{payment_id}/refunds": 200,
    "POST /admin/payments/{payment_id}/resolutions": 409,
}
"""Where the same token again says something else than that it was used: spec 02 §9."""


def refuses(town: Town, ask: Ask) -> tuple[int, str]:
    """How *ask* is refused; no row is touched, and no money moves."""
    token = town.token(ask.who or "")
    before = town.state(), town.moved()
    answer = town.send(ask, token)
    assert (town.state(), town.moved()) == before
    return answer.status_code, str(answer.json().get("code"))


@pytest.fixture(params=ACTS)
def act(request: pytest.FixtureRequest, beginning: Town) -> Act:
    """One of them, ready to be looked at."""
    return ACTS[request.param](beginning)


def test_every_act_in_two_steps_is_here() -> None:
    """AD-7: those on bookings have scenarios of their own (`refused_acts.py`)."""
    app = create_app(World().ports, HttpConfig(mode="int", threads=4))
    found = {
        str(route)
        for route in routes_of(app)
        if any(field.encode_name == "confirm_token" for field in route.fields)
    }
    assert {each for each in found if "/admin/bookings" not in each} == set(ACTS)
    assert PREFIX == "/api/v1"


@pytest.mark.parametrize(
    ("token", "status", "code"),
    [
        ("half", 400, "invalid_format"),
        ("", 422, "validation_failed"),
        ("x" * 201, 422, "validation_failed"),
        ("é" * 60, 400, "invalid_format"),
    ],
)
def test_what_is_no_token(beginning: Town, act: Act, token: str, status: int, code: str) -> None:
    assert refuses(beginning, act.doing(token)) == (status, code)


def test_a_forged_token(beginning: Town, act: Act) -> None:
    """AD-7: 400, whatever else is right."""
    token = act.seen(beginning)
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert refuses(beginning, act.doing(forged)) == (400, "invalid_signature")


def test_a_colleagues_token(beginning: Town, act: Act) -> None:
    """AD-7: who does it has seen it."""
    token = act.seen(beginning)
    assert refuses(beginning, act.doing(token, "rob")) == (403, "actor_mismatch")


def test_a_token_that_is_too_old(beginning: Town, act: Act) -> None:
    """AD-7: five minutes."""
    token = act.seen(beginning)
    beginning.world.clock.move(timedelta(minutes=5, seconds=1))
    assert refuses(beginning, act.doing(token)) == (409, "expired")


def test_a_token_of_other_words(beginning: Town, act: Act) -> None:
    """AD-7: a note is a word too."""
    token = act.seen(beginning)
    ask = act.with_words(note="something else").doing(token)
    assert refuses(beginning, ask) == (409, "payload_mismatch")


def test_a_token_of_another_act(beginning: Town, act: Act) -> None:
    """AD-7: seeing a small thing proves nothing of a large one."""
    small = granting(beginning, 1)
    token = small.seen(beginning)
    assert refuses(beginning, act.doing(token)) == (409, "payload_mismatch")


@pytest.mark.parametrize("name", ACTS)
def test_a_token_is_good_once(beginning: Town, name: str) -> None:
    """AD-7: with another key, and so no replay, nothing is done twice."""
    act = ACTS[name](beginning)
    token = act.seen(beginning)
    assert beginning.send(act.doing(token)).status_code == 200
    status, code = refuses(beginning, act.doing(token))
    assert status == AGAIN.get(name, 409)
    if name not in AGAIN:
        assert code == "already_used"


def _grant(town: Town) -> None:
    other = granting(town, 700)
    assert town.send(other.doing(other.seen(town))).status_code == 200


def _refund(town: Town, act: Act) -> None:
    other = act.with_words(amount_cents=100)
    assert town.send(other.doing(other.seen(town))).status_code == 200


def test_credit_that_would_come_to_something_else(beginning: Town) -> None:
    """AD-7: somebody granted in between, and the balance shown is not the balance any more."""
    act = granting(beginning)
    token = act.seen(beginning)
    _grant(beginning)
    assert refuses(beginning, act.doing(token)) == (409, "conflict")


def test_a_refund_that_would_come_to_something_else(beginning: Town) -> None:
    """AD-7: a part was given back in between."""
    act = refunding(beginning)
    whole: Any = {name: word for name, word in act.body.items() if name != "amount_cents"}
    every = Act(method=act.method, path=act.path, preview=act.preview, body=whole)
    token = every.seen(beginning)
    _refund(beginning, act)
    assert refuses(beginning, every.doing(token)) == (409, "conflict")


def test_prices_that_somebody_else_changed(beginning: Town) -> None:
    """AD-10: the version that was seen is not the one that holds."""
    act = publishing(beginning)
    token = act.seen(beginning)
    other = act.with_words(body={**DEARER, "student_fee_bps": 1400})
    assert beginning.send(other.doing(other.seen(beginning))).status_code == 200
    assert refuses(beginning, act.doing(token)) == (412, "version_conflict")


def test_an_act_that_others_did_meanwhile(beginning: Town) -> None:
    """PY-73, PR-18: held and promoted by a colleague, who saw the same."""
    hold, tier = holding(beginning), promoting(beginning)
    mine = hold.seen(beginning), tier.seen(beginning)
    for act in (hold, tier):
        done = beginning.send(act.doing(act.seen(beginning, "rob"), "rob"))
        assert done.status_code == 200, done.text
    assert refuses(beginning, hold.doing(mine[0])) == (409, "payouts_already_held")
    assert refuses(beginning, tier.doing(mine[1])) == (409, "conflict")
