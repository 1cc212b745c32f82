"""Webhooks of processors over HTTP, and the ledger that the staff sees. Source: SE-30, AD-16."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from attrs import define, evolve
from litestar import Litestar
from litestar.testing import TestClient

from entrypoints.http.app import MAX_BODY_BYTES
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.model import Effect, Override, Permission
from instainstru_core.accounts.use_cases.create_admin import CreateAdmin, create_admin
from instainstru_core.accounts.use_cases.sign_in import SignIn, sign_in
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.inbox.model import MAX_ATTEMPTS
from instainstru_core.payments.inbox.signatures import (
    NO_WEBHOOKS,
    TOLERANCE_SECONDS,
    SignedWebhooks,
    sign,
)
from instainstru_core.testing.ports import STRIPE_SECRET, WEBHOOK_SECRET
from instainstru_core.testing.world import PASSWORD, World
from tests.integration.http.conftest import Unlimited
from tests.integration.http.people import Client
from tests.integration.http.serving import serving

API = "/api/v1"
SECRETS = {"simulator": WEBHOOK_SECRET, "stripe": STRIPE_SECRET}
OLD_SECRET = b"what Stripe's endpoint signed with last year"
WHY = {"reason_code": "handler_fixed", "note": "it knows the payment by now"}
ROOT = Email.parse("root@example.com")
NOWHERE = "00000000000000000000000009"


def event(event_id: str = "evt_1", kind: str = "transfer.created", name: str = "tr_1") -> bytes:
    return json.dumps({"id": event_id, "type": kind, "data": {"object": {"id": name}}}).encode()


@define
class Office:
    """A world with one of the staff, and two processors that tell it things."""

    client: Client
    world: World
    access: str = ""

    def sign_in(self) -> None:
        """Somebody of the staff comes to work; a session lasts a quarter of an hour."""
        ports = self.world.ports
        session = sign_in(
            SignIn(email=ROOT, password=PASSWORD),
            begin=ports.begin,
            read=ports.read,
            passwords=ports.passwords,
            secrets=ports.secrets,
            tokens=ports.tokens,
            ids=ports.ids,
            clock=ports.clock,
        )
        self.access = session.tokens.access

    def post(
        self, body: bytes, *, provider: str = "simulator", signature: str | None = None
    ) -> Any:
        """The *provider* posts *body*, signed as it should be unless it is said how."""
        good = sign(body, secret=SECRETS[provider], at=self.world.clock.now())
        headers = {"Content-Type": "application/json"}
        if (given := good if signature is None else signature) != "":
            headers[f"{provider}-signature"] = given
        return self.client.post(f"{API}/webhooks/{provider}", content=body, headers=headers)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What the staff is answered."""
        headers = {
            "X-Client": "tests",
            "Authorization": f"Bearer {self.access}",
            "Idempotency-Key": uuid4().hex,
        }
        return self.client.request(
            method, f"{API}/admin/webhooks{path}", json=body, headers=headers
        )

    def rows(self, query: str = "") -> list[dict[str, Any]]:
        """The ledger, newest first."""
        answer = self.ask("GET", query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    def replay(self, name: str, *, dry_run: bool = False) -> Any:
        return self.ask("POST", f"/{name}/replay", {**WHY, "dry_run": dry_run})


def office_on(world: World, **changes: Any) -> AbstractContextManager[TestClient[Litestar]]:
    ports = evolve(world.ports, rates=Unlimited(), **changes)
    return serving(ports)


@pytest.fixture
def office() -> Iterator[Office]:
    world = World()
    ports = world.ports
    create_admin(
        CreateAdmin(
            email=ROOT,
            password=PASSWORD,
            first_name="Ada",
            last_name="Root",
        ),
        begin=ports.begin,
        passwords=ports.passwords,
        ids=ports.ids,
        clock=ports.clock,
    )
    with office_on(world) as client:
        made = Office(client, world)
        made.sign_in()
        yield made


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("provider", sorted(SECRETS))
def test_an_event_is_kept_once(office: Office, provider: str) -> None:
    """PY-63, PY-64: 200 for each copy, one row, its provider's name on it."""
    first = office.post(event(), provider=provider)
    assert (first.status_code, first.json()) == (200, {"status": "received", "duplicate": False})
    again = office.post(event(), provider=provider)
    assert again.json() == {"status": "received", "duplicate": True}
    (row,) = office.rows()
    assert (row["provider"], row["event_id"], row["status"]) == (provider, "evt_1", "received")


def test_two_processors_may_use_one_name(office: Office) -> None:
    """AD-16: unique by provider and event."""
    for provider in SECRETS:
        assert not office.post(event(), provider=provider).json()["duplicate"]
    assert len(office.rows()) == 2


@pytest.mark.parametrize("provider", sorted(SECRETS))
@pytest.mark.parametrize("why", ["missing", "garbled", "forged", "stale", "early", "another"])
def test_what_is_not_theirs_is_refused(office: Office, provider: str, why: str) -> None:
    """SE-30: judged over the raw bytes, before anything is parsed; nothing is kept."""
    now, secret = office.world.clock.now(), SECRETS[provider]
    late = timedelta(seconds=TOLERANCE_SECONDS + 1)
    signature = {
        "missing": "",
        "garbled": "t=now,v1=yes",
        "forged": sign(event(), secret=b"guessed", at=now),
        "stale": sign(event(), secret=secret, at=now - late),
        "early": sign(event(), secret=secret, at=now + late),
        "another": sign(event("evt_2"), secret=secret, at=now),
    }[why]
    answer = office.post(event(), provider=provider, signature=signature)
    assert refused(answer) == (400, "webhook_signature_invalid")
    assert office.rows() == []


def test_one_processors_secret_opens_no_other(office: Office) -> None:
    """SE-30."""
    theirs = sign(event(), secret=WEBHOOK_SECRET, at=office.world.clock.now())
    answer = office.post(event(), provider="stripe", signature=theirs)
    assert refused(answer) == (400, "webhook_signature_invalid")


def test_each_of_stripes_secrets_is_tried(office: Office) -> None:
    """SE-30: platform, connect, and the one before."""
    clock = office.world.clock
    verifier = SignedWebhooks(secrets=(STRIPE_SECRET, b"connect", OLD_SECRET), clock=clock)
    with office_on(office.world, stripe_verifier=verifier) as client:
        for number, secret in enumerate((STRIPE_SECRET, b"connect", OLD_SECRET)):
            body = event(f"evt_{number}")
            headers = {"stripe-signature": sign(body, secret=secret, at=clock.now())}
            answer = client.post(f"{API}/webhooks/stripe", content=body, headers=headers)
            assert answer.status_code == 200, answer.text
    assert len(office.rows()) == 3


def test_without_a_secret_nobody_is_believed(office: Office) -> None:
    """SE-30."""
    body = event()
    headers = {"stripe-signature": sign(body, secret=b"", at=office.world.clock.now())}
    with office_on(office.world, stripe_verifier=NO_WEBHOOKS) as client:
        answer = client.post(f"{API}/webhooks/stripe", content=body, headers=headers)
    assert refused(answer) == (503, "webhook_unconfigured")


def test_a_huge_body_is_refused(office: Office) -> None:
    answer = office.post(b" " * (MAX_BODY_BYTES + 1))
    assert answer.status_code == 413
    assert office.rows() == []


def test_a_signed_riddle_is_refused(office: Office) -> None:
    for body in (b"[]", b"{", b'{"id": "evt_1"}'):
        assert refused(office.post(body)) == (400, "malformed_json")


def test_what_can_not_be_kept_is_asked_for_again(office: Office) -> None:
    """PY-63."""

    def no_database() -> Any:
        raise ConnectionError("the database is away")

    body = event()
    headers = {"stripe-signature": sign(body, secret=STRIPE_SECRET, at=office.world.clock.now())}
    with office_on(office.world, begin=no_database) as client:
        answer = client.post(f"{API}/webhooks/stripe", content=body, headers=headers)
    assert refused(answer) == (503, "unavailable")
    assert answer.headers["retry-after"] == "2"


def test_an_unknown_type_is_kept_as_ignored(office: Office) -> None:
    """PY-63."""
    answer = office.post(event(kind="radar.early_fraud_warning.created"))
    assert answer.json() == {"status": "ignored", "duplicate": False}
    (row,) = office.rows()
    assert row["status"] == "ignored"
    office.world.advance()
    assert office.rows() == [row]


def test_an_unknown_object_is_tried_again_and_at_last_given_up(office: Office) -> None:
    """PY-65, AD-16: eight times; then it is a dead letter until somebody replays it."""
    office.post(event(kind="payment_intent.succeeded", name="pi_of_nobody"))
    office.world.settle()
    (row,) = office.rows()
    assert (row["status"], row["attempts"]) == ("failed", 1)
    assert "pi_of_nobody" in row["last_error"]
    office.world.advance(timedelta(hours=4))
    office.sign_in()
    (row,) = office.rows("?statuses=dead_letter")
    assert row["attempts"] == MAX_ATTEMPTS
    done = office.replay(row["webhook_id"])
    assert done.status_code == 200, done.text
    again = office.rows()[0]
    assert again["replay_of"] == row["webhook_id"]
    office.world.settle()
    assert office.rows()[0]["status"] == "failed"


def test_an_event_shows_as_it_came(office: Office) -> None:
    """AD-16: what could open something is hidden."""
    office.post(event())
    (row,) = office.rows()
    seen = office.ask("GET", f"/{row['webhook_id']}").json()
    assert seen["event"] == row
    assert seen["headers"]["simulator-signature"] == "***"
    assert seen["headers"]["content-type"] == "application/json"
    assert json.loads(seen["body"])["id"] == "evt_1"
    assert seen["replays"] == []


def test_a_replay_is_tried_dry_first(office: Office) -> None:
    """AD-16."""
    office.post(event())
    office.world.settle()
    (row,) = office.rows()
    assert row["status"] == "processed"
    path = f"/{row['webhook_id']}/replay"
    dry = office.ask("POST", path, WHY)
    assert dry.json() == {
        "webhook_id": row["webhook_id"],
        "event_id": f"replay_{row['webhook_id']}_1",
        "type": "transfer.created",
        "object_id": "tr_1",
        "status_before": "processed",
        "runs": "transfer",
        "dry_run": True,
        "replayed_as": None,
    }
    assert office.rows() == [row]
    done = office.replay(row["webhook_id"]).json()
    again, original = office.rows()
    assert (original["status"], again["status"]) == ("replayed", "received")
    assert done["replayed_as"] == again["webhook_id"]
    office.world.settle()
    assert office.rows()[0]["status"] == "processed"
    seen = office.ask("GET", f"/{row['webhook_id']}").json()
    assert seen["replays"] == [again["webhook_id"]]


def test_a_replay_sent_twice_runs_once(office: Office) -> None:
    """SE-13: with the same Idempotency-Key."""
    office.post(event())
    (row,) = office.rows()
    headers = {
        "X-Client": "tests",
        "Authorization": f"Bearer {office.access}",
        "Idempotency-Key": "k" * 20,
    }
    path = f"{API}/admin/webhooks/{row['webhook_id']}/replay"
    body = {**WHY, "dry_run": False}
    answers = [office.client.post(path, json=body, headers=headers).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(office.rows()) == 2


def test_what_is_being_processed_is_not_replayed(office: Office) -> None:
    """AD-16."""
    office.post(event())
    (row,) = office.rows()
    with office.world.ports.begin() as work:
        name = WebhookId.parse(row["webhook_id"])
        assert work.webhooks.claim(name, now=office.world.clock.now())
    for dry_run in (True, False):
        answer = office.replay(row["webhook_id"], dry_run=dry_run)
        assert refused(answer) == (409, "operation_in_progress")


def test_the_ledger_is_looked_through(office: Office) -> None:
    """AD-16: each filter by itself, paged, counted."""
    office.post(event("evt_1"))
    office.post(event("evt_2", kind="radar.warned", name="rw_1"))
    office.post(event("evt_3", kind="payout.paid", name="po_1"), provider="stripe")

    def found(query: str) -> list[str]:
        return [row["event_id"] for row in office.rows(f"?{query}")]

    assert found("") == ["evt_3", "evt_2", "evt_1"]
    assert found("provider=stripe") == ["evt_3"]
    assert found("statuses=ignored&statuses=failed") == ["evt_2"]
    assert found("type=payout.paid") == found("name=po_1") == found("name=evt_3") == ["evt_3"]
    assert found("received_from=2000-01-01T00:00:00Z") == ["evt_3", "evt_2", "evt_1"]
    assert found("received_until=2000-01-01T00:00:00Z") == []
    page = office.ask("GET", "?limit=2").json()
    rest = office.ask("GET", f"?limit=2&cursor={page['next_cursor']}").json()
    assert [row["event_id"] for row in rest["items"]] == ["evt_1"]
    assert rest["next_cursor"] is None
    assert office.ask("GET", "/stats").json()["counts"] == [
        {"provider": "simulator", "status": "ignored", "count": 1},
        {"provider": "simulator", "status": "received", "count": 1},
        {"provider": "stripe", "status": "received", "count": 1},
    ]


@pytest.mark.parametrize(
    "query", ["?statuses=lost", "?limit=0", "?received_from=yesterday", "?cursor=x", "?since=1"]
)
def test_a_bad_search_is_refused(office: Office, query: str) -> None:
    """SE-21."""
    assert office.ask("GET", query).status_code == 422


def test_what_never_came_is_not_found(office: Office) -> None:
    assert refused(office.ask("GET", f"/{NOWHERE}")) == (404, "not_found")
    assert refused(office.replay(NOWHERE)) == (404, "not_found")


def test_who_does_not_watch_sees_nothing(office: Office) -> None:
    """AD-2: the ledger needs `access_monitoring`."""
    office.post(event())
    (row,) = office.rows()
    ports = office.world.ports
    with ports.begin() as work:
        account = work.accounts.find_by_email(ROOT.key)
        assert account is not None
        override = Override(Permission.ACCESS_MONITORING, Effect.REVOKE)
        work.accounts.override(account.account_id, override, by="tests", at=ports.clock.now())
    for path in ("", "/stats", f"/{row['webhook_id']}"):
        assert office.ask("GET", path).status_code == 403
    assert office.replay(row["webhook_id"]).status_code == 403
