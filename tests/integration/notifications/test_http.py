"""The bell and the demonstration's pages over HTTP, on the world in memory."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve, fields
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.testing import TestClient

from adapters.system.clock import FURTHEST, MovableClock
from entrypoints.http import dev
from entrypoints.http.idempotency import Keyed
from entrypoints.http.notifications import ROUTER
from entrypoints.http.parameters import refuse_bad_addresses
from entrypoints.http.problems import Refusal, on_domain_error, on_http_error, on_refusal
from entrypoints.http.webhooks import simulator
from entrypoints.http.wire import TYPE_DECODERS, TYPE_ENCODERS, StrictBody, Values
from instainstru_core.accounts.ids import AccountId, SessionId
from instainstru_core.accounts.model import GRANTS, Principal, Role
from instainstru_core.kernel.errors import DomainError
from instainstru_core.payments.inbox.signatures import SignedWebhooks, sign
from instainstru_core.ports import Ports
from instainstru_core.testing.contracts.mailbox import some_mail
from instainstru_core.testing.contracts.notifications import ANNA, BORIS, some_notification
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.fakes.mailer import InMemoryMailbox
from instainstru_core.testing.memory.store import InMemoryStore

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
SECRET = b"whsec_of_the_platform"
NOWHERE = str(AccountId(UUID(int=99)))
Client = TestClient[Litestar]


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore(CountedIds(), HandMovedClock(NOON))


@pytest.fixture
def ports(store: InMemoryStore, tmp_path: Path) -> Ports:
    unused: dict[str, Any] = dict.fromkeys((each.name for each in fields(Ports)), None)
    machine = MovableClock.at(tmp_path / "clock")
    verifier = SignedWebhooks(secrets=(SECRET,), clock=HandMovedClock(NOON))
    mailbox = InMemoryMailbox(HandMovedClock(NOON))
    given = {
        "begin": store.begin,
        "read": store.read,
        "ids": store.ids,
        "clock": store.clock,
        "webhook_verifier": verifier,
        "mailer": mailbox,
        "mailbox": mailbox,
        "time_machine": machine,
    }
    return Ports(**unused | given)


@pytest.fixture
def serve() -> Iterator[Callable[[Ports], Client]]:
    """Opens the routes alone on a world, called by Anna."""
    opened: list[Client] = []

    def open_on(ports: Ports) -> Client:
        principal = Principal(
            account_id=ANNA,
            role=Role.STUDENT,
            permissions=GRANTS[Role.STUDENT],
            session_id=SessionId(UUID(int=5)),
        )
        app = Litestar(
            [Router("/", route_handlers=[ROUTER, simulator.ROUTER]), dev.ROUTER],
            dependencies={
                "ports": Provide(lambda: ports, sync_to_thread=False),
                "principal": Provide(lambda: principal, sync_to_thread=False),
                "keyed": Provide(lambda: Keyed(ports, None, 200), sync_to_thread=False),
            },
            before_request=refuse_bad_addresses,
            exception_handlers={
                Refusal: on_refusal,
                DomainError: on_domain_error,
                HTTPException: on_http_error,
            },
            dto=StrictBody,
            return_dto=None,
            type_decoders=TYPE_DECODERS,
            type_encoders=TYPE_ENCODERS,
            plugins=[Values()],
            openapi_config=None,
        )
        client = TestClient(app).__enter__()
        client.follow_redirects = False
        opened.append(client)
        return client

    yield open_on
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def client(serve: Callable[[Ports], Client], ports: Ports) -> Client:
    return serve(ports)


@pytest.fixture
def told(store: InMemoryStore) -> list[str]:
    """Three things Anna was told, and one that Boris was; hers, newest first."""
    hers = [some_notification(number) for number in (1, 2, 3)]
    with store.begin() as work:
        for each in [*hers, some_notification(4, account_id=BORIS)]:
            work.notifications.add(each)
    return [str(each.notification_id) for each in reversed(hers)]


def names(page: dict[str, Any]) -> list[str]:
    return [each["notification_id"] for each in page["items"]]


def test_the_inbox_is_paged(client: Client, told: list[str]) -> None:
    """NT-17: newest first, by cursor."""
    first = client.get("/notifications", params={"limit": 2}).json()
    assert names(first) == told[:2]
    assert first["items"][0]["kind"] == "booking_confirmed"
    assert first["items"][0]["read_at"] is None
    second = client.get("/notifications", params={"cursor": first["next_cursor"]}).json()
    assert names(second) == told[2:]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    "query",
    [{"limit": 0}, {"limit": 51}, {"cursor": "x"}, {"cursor": "WzFd"}, {"unread": "true"}],
)
def test_a_bad_query_is_refused(client: Client, query: dict[str, Any]) -> None:
    """NT-17: at most 50 a page; SE-21: unknown parameters are named."""
    refused = client.get("/notifications", params=query)
    assert refused.status_code == 422
    assert refused.headers["content-type"].startswith("application/problem+json")


def test_reading_one(client: Client, told: list[str]) -> None:
    """NT-17: 204, again 204; the count follows."""
    for _ in range(2):
        assert client.put(f"/notifications/{told[0]}/read").status_code == 204
    assert client.get("/notifications/unread-count").json() == {"unread": 2}
    unread = client.get("/notifications", params={"unread_only": "true"}).json()
    assert names(unread) == told[1:]


def test_reading_all(client: Client, told: list[str]) -> None:
    """NT-17."""
    assert client.post("/notifications/read-all").json() == {"marked": len(told)}
    assert client.post("/notifications/read-all").json() == {"marked": 0}
    assert client.get("/notifications/unread-count").json() == {"unread": 0}


def test_removing(client: Client, told: list[str]) -> None:
    """NT-17."""
    assert client.delete(f"/notifications/{told[0]}").status_code == 204
    assert client.delete(f"/notifications/{told[0]}").status_code == 404
    assert names(client.get("/notifications").json()) == told[1:]
    assert client.delete("/notifications").status_code == 204
    assert client.get("/notifications").json()["items"] == []


def test_another_persons_is_not_found(client: Client, told: list[str]) -> None:
    """NT-17, AC-41."""
    his = some_notification(4, account_id=BORIS).notification_id
    for path in (f"/notifications/{his}", f"/notifications/{NOWHERE}"):
        assert client.put(f"{path}/read").status_code == 404
        assert client.delete(path).status_code == 404


def event(event_id: str = "evt_1", kind: str = "transfer.created") -> bytes:
    return (
        f'{{"id": "{event_id}", "type": "{kind}", "data": {{"object": {{"id": "tr_1"}}}}}}'
    ).encode()


def post(client: Client, body: bytes, signature: str | None = None) -> Any:
    headers = {"Content-Type": "application/json"}
    if signature is not None:
        headers["Simulator-Signature"] = signature
    return client.post("/webhooks/simulator", content=body, headers=headers)


def test_a_webhook_is_kept_once(client: Client, store: InMemoryStore) -> None:
    """PY-63, PY-64: 200 for every copy, one piece of work."""
    signature = sign(event(), secret=SECRET, at=NOON)
    first = post(client, event(), signature)
    assert (first.status_code, first.json()) == (200, {"status": "received", "duplicate": False})
    assert post(client, event(), signature).json()["duplicate"] is True
    with store.begin() as work:
        assert len(work.work_items.claim(now=NOON, limit=10)) == 1


def test_a_forged_webhook_is_refused(client: Client) -> None:
    """SE-30."""
    for signature in (None, "t=1,v1=00", sign(event("evt_2"), secret=SECRET, at=NOON)):
        refused = post(client, event(), signature)
        assert refused.status_code == 400
        assert refused.json()["code"] == "webhook_signature_invalid"


def test_a_signed_riddle_is_refused(client: Client) -> None:
    refused = post(client, b"{}", sign(b"{}", secret=SECRET, at=NOON))
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed_json")


def test_an_unconfigured_webhook_believes_nobody(
    serve: Callable[[Ports], Client], ports: Ports
) -> None:
    """SE-30."""
    nobody = SignedWebhooks(secrets=(), clock=HandMovedClock(NOON))
    client = serve(evolve(ports, webhook_verifier=nobody))
    refused = post(client, event(), sign(event(), secret=SECRET, at=NOON))
    assert (refused.status_code, refused.json()["code"]) == (503, "webhook_unconfigured")


def test_what_can_not_be_stored_is_asked_for_again(
    serve: Callable[[Ports], Client], ports: Ports
) -> None:
    """PY-63: 503, so that the processor comes back."""

    def no_database() -> Any:
        raise ConnectionError("the database is away")

    client = serve(evolve(ports, begin=no_database))
    refused = post(client, event(), sign(event(), secret=SECRET, at=NOON))
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "2"


def test_programs_read_the_outbox(client: Client, ports: Ports) -> None:
    """NT-15."""
    assert client.get("/dev/outbox.json").json() == {"items": []}
    ports.mailer.send(some_mail("<b>First</b>"), key="a")
    ports.mailer.send(some_mail("Second", to="boris@example.com"), key="b")
    hers = client.get("/dev/outbox.json", params={"to": "ANNA@example.com"}).json()
    assert [each["subject"] for each in hers["items"]] == ["<b>First</b>"]
    assert hers["items"][0]["text"] == "Hi <Anna>"


def test_programs_push_the_clock_forward(client: Client, ports: Ports) -> None:
    moved = client.post("/dev/clock", json={"advance_seconds": 86_400})
    assert (moved.status_code, moved.json()["ahead_seconds"]) == (200, 86_400)
    assert ports.time_machine is not None
    assert ports.time_machine.offset == timedelta(days=1)


def test_an_outbox_page_is_bounded(client: Client) -> None:
    for query in ({"limit": 0}, {"limit": 201}, {"to": "x" * 255}):
        assert client.get("/dev/outbox.json", params=query).status_code == 422


@pytest.mark.parametrize("seconds", [-1, 366 * 86_400 + 1, "1", 1.5, None])
def test_the_clock_never_goes_back(client: Client, seconds: object) -> None:
    refused = client.post("/dev/clock", json={"advance_seconds": seconds})
    assert refused.status_code == 422


def test_the_clock_has_its_bound(client: Client, ports: Ports) -> None:
    assert ports.time_machine is not None
    ports.time_machine.move(FURTHEST)
    refused = client.post("/dev/clock", json={"advance_seconds": 60})
    assert (refused.status_code, refused.json()["code"]) == (422, "clock_refused")


def test_outside_the_demo_there_is_nothing(serve: Callable[[Ports], Client], ports: Ports) -> None:
    """OP-2: the time machine and the mailbox are the demonstration's."""
    client = serve(evolve(ports, mailbox=None, time_machine=None))
    assert client.get("/dev/outbox.json").status_code == 404
    assert client.post("/dev/clock", json={"advance_seconds": 1}).status_code == 404
