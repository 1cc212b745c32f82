"""Who asks for a quote is found out by the quote's own look, and as fresh as anywhere: AC-24."""

from typing import Any, Final

import pytest
from attrs import evolve
from litestar import get
from litestar.di import NamedDependency

from entrypoints.http.app import create_app
from entrypoints.http.auth import LateDoor
from entrypoints.http.config import HttpConfig
from entrypoints.http.policy import AUTHENTICATED, PUBLIC, REQUIRED, UndeclaredRoute, policy
from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.model import AccountStatus, Effect, Override, Permission
from instainstru_core.ports import Ports
from tests.integration.http.people import Person
from tests.integration.http.serving import serving
from tests.integration.http.test_budget import statements
from tests.integration.http.test_payments import Counter, counter

__all__ = ["counter"]

NOBODY_TEACHES_IT: Final[dict[str, Any]] = {"service_id": "01JZ8Q5H3M7YB2K4N6P8R0T1V3"}


def quote(counter: Counter, headers: dict[str, str] | None = None, **changes: Any) -> Any:
    """The answer to a quote of an ordinary lesson, but for *changes*."""
    body = {
        "instructor_id": str(counter.room.instructor),
        "service_id": str(counter.room.service_id),
        "location_type": "online",
        "duration_minutes": 60,
        **changes,
    }
    asked = counter.student.headers if headers is None else headers
    return counter.client.post("/api/v1/pricing/quotes", json=body, headers=asked)


def told(answer: Any) -> tuple[int, str]:
    """The status and the code of a refusal."""
    return answer.status_code, answer.json()["code"]


def test_a_quote_is_one_statement_and_nobody_else_s(counter: Counter) -> None:
    """Spec 02 §12: one statement says who asks and what the lesson costs."""
    quote(counter)
    with statements() as seen:
        answer = quote(counter)
    assert (answer.status_code, len(seen)) == (200, 1), "\n".join(seen)
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("asked", [{}, NOBODY_TEACHES_IT, {"credit_cents": -1}])
def test_signing_out_holds_from_the_next_quote(counter: Counter, asked: dict[str, Any]) -> None:
    """AC-24, AC-25: nothing is said any more, not even what is taught."""
    assert quote(counter).status_code == 200
    ended = counter.client.delete("/api/v1/auth/session", headers=counter.student.headers)
    assert ended.status_code == 204
    assert told(quote(counter, **asked)) == (401, "invalid_token")


def test_a_body_that_cannot_be_read_tells_strangers_nothing(counter: Counter) -> None:
    """SE-12: who is not signed in hears that, whatever they sent; whoever is, what is wrong."""
    assert told(quote(counter, surprise=1)) == (422, "validation_failed")
    for headers in ({"X-Client": "tests"}, {"Authorization": "Bearer x.y.z"}):
        assert told(quote(counter, headers=headers, surprise=1)) == (401, "invalid_token")
    assert counter.client.delete("/api/v1/auth/session", headers=counter.student.headers).is_success
    assert told(quote(counter, surprise=1)) == (401, "invalid_token")


def test_a_body_that_cannot_be_read_costs_rate(
    ports: Ports, config: HttpConfig, counter: Counter
) -> None:
    """SE-4: each request costs, and the limit answers before the mistake does."""
    with serving(ports, config) as client:
        headers = counter.student.headers
        path = "/api/v1/pricing/quotes"
        first = client.post(path, json={"surprise": 1}, headers=headers)
        second = client.post(path, json={"surprise": 1}, headers=headers)
        left = [int(each.headers["X-RateLimit-Remaining"]) for each in (first, second)]
        assert (first.status_code, left[0] - left[1]) == (422, 1)
        answers = (client.post(path, json={"surprise": 1}, headers=headers) for _ in range(400))
        assert told(next(each for each in answers if each.status_code != 422)) == (
            429,
            "rate_limited",
        )


def test_nobody_and_a_forger_are_sent_away_at_the_gate(counter: Counter) -> None:
    """AC-21, SE-15: no statement is spent on who shows no token of ours."""
    for headers in ({"X-Client": "tests"}, {"Authorization": "Bearer x.y.z"}):
        with statements() as seen:
            assert told(quote(counter, headers=headers)) == (401, "invalid_token")
        assert seen == []


def changed(ports: Ports, account_id: AccountId, **changes: Any) -> None:
    """Let the account be another from now on."""
    with ports.begin() as work:
        work.accounts.save(evolve(work.accounts.get(account_id), **changes))


def test_a_suspension_holds_from_the_next_quote(counter: Counter, ports: Ports) -> None:
    """AC-24, AC-40."""
    assert quote(counter).status_code == 200
    me = AccountId.parse(counter.student.account_id)
    changed(ports, me, status=AccountStatus.SUSPENDED)
    refused = quote(counter, **NOBODY_TEACHES_IT)
    assert told(refused) == (403, "account_suspended")
    changed(ports, me, status=AccountStatus.DEACTIVATED)
    assert told(quote(counter)) == (401, "invalid_token")


def test_the_end_of_every_session_holds_from_the_next_quote(counter: Counter, ports: Ports) -> None:
    """AC-24: a new epoch of the account, as a new password starts one."""
    changed(ports, AccountId.parse(counter.student.account_id), session_epoch=1)
    assert told(quote(counter)) == (401, "invalid_token")


def test_permissions_hold_from_the_next_quote(
    counter: Counter, admin: Person, ports: Ports
) -> None:
    """AC-24, AC-41, PR-15: who keeps the books sees the shares, until that is taken back."""
    assert "shares" in quote(counter, headers=admin.headers).json()
    revoke = Override(Permission.VIEW_FINANCIALS, Effect.REVOKE)
    with ports.begin() as work:
        work.accounts.override(
            AccountId.parse(admin.account_id), revoke, by="user:1", at=ports.clock.now()
        )
    assert "shares" not in quote(counter, headers=admin.headers).json()


def test_a_late_door_is_for_reads_of_somebody() -> None:
    """AC-41: where something is done, it is known before who does it."""
    with pytest.raises(ValueError, match="late door"):
        policy(access=PUBLIC, bucket="read", late_door=True)
    with pytest.raises(ValueError, match="late door"):
        policy(access=AUTHENTICATED, bucket="read", late_door=True, idempotency=REQUIRED)


def test_a_late_door_and_its_handler_belong_together(ports: Ports) -> None:
    """AC-41, SE-42: a handler that never looks who asks stops the start."""

    @get(
        "/open",
        sync_to_thread=False,
        opt=policy(access=AUTHENTICATED, bucket="read", late_door=True),
    )
    def forgetful() -> str:
        return "seen"

    @get("/shut", sync_to_thread=False, opt=policy(access=AUTHENTICATED, bucket="read"))
    def hopeful(door: NamedDependency[LateDoor]) -> str:
        return str(door)

    for handler in (forgetful, hopeful):
        with pytest.raises(UndeclaredRoute, match="late door"):
            create_app(ports, HttpConfig(mode="int"), more=[handler])
