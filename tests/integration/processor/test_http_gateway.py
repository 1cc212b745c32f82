"""The simulated processor behind HTTP keeps the same contract as in memory."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import define, frozen
from litestar.testing import TestClient

from adapters.simulator.payment_gateway import SimulatedGateway, processor_client
from entrypoints.processor.app import create_app
from entrypoints.processor.counter import Counter
from entrypoints.processor.courier import HEADER, Courier, Manners, body_of
from entrypoints.processor.log import CommandLog
from entrypoints.processor.teller import Teller
from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.inbox.signatures import SignedWebhooks
from instainstru_core.payments.model.processor import (
    Authorised,
    CardDetails,
    DisputeStatus,
    PayoutStatus,
    RefundStatus,
    RequiresAction,
)
from instainstru_core.testing.contracts.gateway_banking import Banker, BankingContract
from instainstru_core.testing.contracts.gateway_charges import ChargesContract
from instainstru_core.testing.contracts.payment_gateway import (
    CUSTOMER,
    GROUP,
    PRICE,
    VISA,
    key,
)
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.processor.account_commands import OpenAccount
from instainstru_core.testing.fakes.processor.commands import AttachCard, Charge, Fault, Refund
from instainstru_core.testing.fakes.processor.refunds import FAILS_AFTER

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
API_KEY = "sk_test_of_the_platform"
SECRET = b"whsec_of_the_platform"
WAIT_SECONDS = 10.0


def counter(path: Path, *, courier: Courier | None = None) -> Counter:
    """A counter over the log in this file."""
    teller = Teller.of(CommandLog.at(path), HandMovedClock(NOON))
    return Counter(teller=teller, courier=courier, hang_seconds=0, api_key=API_KEY)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    with TestClient(create_app(counter(tmp_path / "log"))) as served:
        served.headers["Authorization"] = f"Bearer {API_KEY}"
        served.follow_redirects = False
        yield served


@define
class Counterpart(Banker):
    client: httpx.Client

    def fail_next(self, kind: str, fault: Fault, *, calls: int = 1) -> None:
        body = {"kind": kind, "fault": fault, "calls": calls}
        self.client.post("/faults", json=body).raise_for_status()

    def confirm(self, intent: str, client_secret: str) -> None:
        body = {"client_secret": client_secret}
        self.client.post(f"/intents/{intent}/confirm", json=body).raise_for_status()

    def onboard(self, link: str) -> str:
        page = self.client.get(link)
        assert "Complete onboarding" in page.text
        done = self.client.post(link)
        assert done.status_code == 303
        return done.headers["location"]

    def count(self, effect: str) -> int:
        return sum(each["kind"] == effect for each in self.client.get("/effects").json())

    def fill_in(self, setup: str, client_secret: str, token: str) -> None:
        self.tell(f"/setups/{setup}/confirm", client_secret=client_secret, token=token)

    def pay_out(self, account: str) -> str:
        return str(self.tell(f"/accounts/{account}/payouts")["payout"])

    def land_payout(self, payout: str, status: PayoutStatus) -> None:
        assert self.tell(f"/payouts/{payout}/land", status=status)["status"] == status

    def fail_refund(self, refund: str) -> None:
        assert self.tell(f"/refunds/{refund}/fail")["status"] == "failed"

    def open_dispute(self, intent: str, *, inquiry: bool = False) -> str:
        return str(self.tell("/disputes", intent=intent, inquiry=inquiry)["dispute"])

    def close_dispute(self, dispute: str, status: DisputeStatus) -> None:
        assert self.tell(f"/disputes/{dispute}/close", status=status)["status"] == status

    def restrict(self, account: str) -> None:
        papers = ["individual.verification.document"]
        self.tell(f"/accounts/{account}/change", requirements=papers, charges_enabled=False)

    def deauthorise(self, account: str) -> None:
        assert self.tell(f"/accounts/{account}/deauthorise")["deauthorised"] is True

    def tell(self, path: str, **body: Any) -> dict[str, Any]:
        """Do something on the processor's side."""
        answer = self.client.post(path, json=body).raise_for_status()
        document: dict[str, Any] = answer.json()
        return document


class TestSimulatedGateway(ChargesContract, BankingContract):
    @pytest.fixture
    def gateway(self, client: httpx.Client) -> PaymentGateway:
        return SimulatedGateway(client)

    @pytest.fixture
    def bank(self, client: httpx.Client) -> Banker:
        return Counterpart(client)


def test_without_the_key_no_money_moves(client: httpx.Client) -> None:
    """SE-42: the platform proves itself to the processor."""
    client.headers["Authorization"] = "Bearer guess"
    assert client.get("/effects").status_code == 401
    card = client.post(f"/customers/{CUSTOMER}/cards", json={"token": VISA})
    assert card.status_code == 401
    assert client.get("/health").status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/faults", {"kind": "dance", "fault": "slow"}),
        ("/faults", {"kind": "capture", "fault": "explode"}),
        ("/webhooks", {"copies": -1}),
        ("/intents/pi_1/capture", {"amount_cents": 0}),
        ("/accounts/acct_1/onboarding-links", {"return_url": "javascript:alert(1)"}),
        ("/accounts/acct_1/schedule", {"interval": "hourly"}),
        ("/accounts/acct_1/schedule", {"interval": "monthly", "month_day": 29}),
        ("/payouts/po_1/land", {"status": "pending"}),
        ("/disputes/dp_1/close", {"status": "open"}),
        ("/platform-payouts", {"amount_cents": 0}),
    ],
)
def test_nonsense_is_refused(client: httpx.Client, path: str, body: dict[str, Any]) -> None:
    refused = client.post(path, json=body, headers={"Idempotency-Key": "k" * 16})
    assert refused.status_code in {400, 422}
    assert client.get("/effects").json() == []


def test_a_stale_onboarding_link_is_closed(client: httpx.Client) -> None:
    """PY-3."""
    assert client.post("/onboarding/onb_none").status_code == 404


def test_everything_accepted_survives_a_restart(tmp_path: Path) -> None:
    """PY-60: after a crash the same keys answer as before it, and nothing happens twice."""
    path = tmp_path / "log"
    with TestClient(create_app(counter(path))) as client:
        client.headers["Authorization"] = f"Bearer {API_KEY}"
        gateway = SimulatedGateway(client)
        card = gateway.attach_card(customer=CUSTOMER, token=VISA)
        assert isinstance(card, CardDetails)
        held = _hold(gateway, card)
        taken = gateway.capture(key(2), intent=held.intent, amount=PRICE)
        client.post("/faults", json={"kind": "refund", "fault": "timeout_after", "calls": 1})
        with pytest.raises(OutcomeUnknown):
            gateway.refund(key(3), intent=held.intent, amount=Money(1))
        effects = client.get("/effects").json()
        balance = client.get("/balance-transactions").json()
        events = client.get("/events").json()["events"]
    with TestClient(create_app(counter(path))) as client:
        client.headers["Authorization"] = f"Bearer {API_KEY}"
        gateway = SimulatedGateway(client)
        assert _hold(gateway, card) == held
        assert gateway.capture(key(2), intent=held.intent, amount=PRICE) == taken
        gateway.refund(key(3), intent=held.intent, amount=Money(1))
        assert client.get("/effects").json() == effects
        assert client.get("/balance-transactions").json() == balance
        assert client.get("/events").json()["events"] == events


def _hold(gateway: PaymentGateway, card: CardDetails) -> Authorised:
    held = gateway.authorise(
        key(1), customer=CUSTOMER, card=card.token, amount=PRICE, off_session=False, group=GROUP
    )
    assert isinstance(held, Authorised)
    return held


def test_what_is_due_happens_by_itself_and_once(tmp_path: Path) -> None:
    """PY-54, PY-65: with nobody asking; after a restart it has not happened again."""
    clock = HandMovedClock(NOON)
    teller = Teller.of(CommandLog.at(tmp_path / "log"), clock)
    teller.execute(AttachCard(customer=CUSTOMER, token="pm_card_refund_fails"))
    (card,) = teller.books.cards
    charge = Charge(
        key="charge", customer=CUSTOMER, card=card, amount_cents=80, off_session=True, group=GROUP
    )
    teller.execute(charge)
    (intent,) = teller.books.intents
    teller.execute(Refund(key="refund", intent=intent, amount_cents=80))
    (refund,) = teller.books.refunds
    clock.move(FAILS_AFTER + timedelta(minutes=1))
    for _ in range(2):
        teller = Teller.of(CommandLog.at(tmp_path / "log"), clock)
        served = Counter(teller=teller, courier=None, hang_seconds=0, api_key=API_KEY)
        with TestClient(create_app(served)) as client:
            client.headers["Authorization"] = f"Bearer {API_KEY}"
            wait_for(partial(_is_told, client, "refund.failed"))
            failures = [at for kind, at in _news(client) if kind == "refund.failed"]
            assert [datetime.fromisoformat(at) for at in failures] == [NOON + FAILS_AFTER]
            seen = SimulatedGateway(client).find_refund(refund)
            assert seen is not None
            assert seen.status is RefundStatus.FAILED


def _news(client: httpx.Client) -> list[tuple[str, str]]:
    """The types and moments of what the platform should hear."""
    return [(each["type"], each["at"]) for each in client.get("/events").json()["events"]]


def _is_told(client: httpx.Client, kind: str) -> bool:
    return any(kind == told for told, _at in _news(client))


def test_an_instructor_sees_their_account(client: httpx.Client) -> None:
    """PY-3: for five minutes; what it has, and what became of its payouts."""
    gateway = SimulatedGateway(client)
    account = gateway.open_account(key(1), instructor=CUSTOMER).account
    Counterpart(client).onboard(
        gateway.onboarding_link(account=account, return_url="https://app.test/back")
    )
    gateway.transfer(key(2), account=account, amount=Money(80_50), group=GROUP, charge=None)
    gateway.instant_payout(key(3), account=account, amount=Money(30_00))
    link = gateway.dashboard_link(account=account)
    del client.headers["Authorization"]
    page = client.get(link)
    assert page.headers["content-type"].startswith("text/html")
    assert "50.50" in page.text
    assert "30.00, in_transit" in page.text
    assert client.get("/dashboard/dash_none").status_code == 404


def test_what_a_bank_says_needs_the_key(client: httpx.Client) -> None:
    """SE-42: the controls are no public's."""
    client.headers["Authorization"] = "Bearer guess"
    controls = [
        "/disputes",
        "/disputes/dp_1/close",
        "/disputes/dp_1/escalate",
        "/refunds/re_1/fail",
        "/accounts/acct_1/change",
        "/accounts/acct_1/deauthorise",
        "/accounts/acct_1/payouts",
        "/payouts/po_1/land",
        "/platform-payouts",
        "/tick",
    ]
    assert {client.post(path, json={}).status_code for path in controls} == {401}


def test_the_banks_controls(client: httpx.Client) -> None:
    """PY-56, PY-85: an inquiry that becomes a dispute; the platform's own payout; a tick."""
    bank = Counterpart(client)
    _take_money(client)
    intent = client.get("/events").json()["events"][0]["object_id"]
    dispute = bank.open_dispute(intent, inquiry=True)
    assert bank.tell(f"/disputes/{dispute}/escalate")["status"] == "open"
    assert client.post("/disputes", json={"intent": "pi_none"}).status_code == 404
    refused = bank.tell("/platform-payouts", amount_cents=1)
    assert refused == {"kind": "Refused", "reason": "insufficient_balance"}
    assert bank.tell("/tick") == {"kind": "Nothing"}


def test_two_logs_share_no_id(tmp_path: Path) -> None:
    """A processor started anew never gives out an id of its predecessor's."""
    names: set[str] = set()
    for number in range(2):
        teller = Teller.of(CommandLog.at(tmp_path / f"{number}"), HandMovedClock(NOON))
        teller.execute(OpenAccount(key="k", instructor=CUSTOMER))
        names.update(teller.books.accounts)
    assert len(names) == 2


def test_a_command_is_on_disk_before_it_is_done(tmp_path: Path) -> None:
    """What can't be written down does not happen."""
    log = CommandLog.at(tmp_path / "log")
    teller = Teller.of(log, HandMovedClock(NOON))
    log.close()
    with pytest.raises(sqlite3.ProgrammingError):
        teller.execute(AttachCard(customer=CUSTOMER, token=VISA))
    assert teller.books.cards == {}


def test_a_processor_that_is_down_leaves_the_outcome_unknown() -> None:
    """PY-62."""
    with processor_client("http://127.0.0.1:9", api_key=None, seconds=1) as client:
        gateway = SimulatedGateway(client)
        with pytest.raises(OutcomeUnknown):
            gateway.find_account("acct_1")


def test_a_secret_never_shows(client: httpx.Client) -> None:
    """SE-35: client secrets are for the cardholder alone."""
    gateway = SimulatedGateway(client)
    card = gateway.attach_card(customer=CUSTOMER, token="pm_card_three_d_secure")
    assert isinstance(card, CardDetails)
    waiting = gateway.authorise(
        key(1), customer=CUSTOMER, card=card.token, amount=PRICE, off_session=False, group=GROUP
    )
    assert isinstance(waiting, RequiresAction)
    Counterpart(client).confirm(waiting.intent, waiting.client_secret)
    assert waiting.client_secret not in repr(waiting)
    for path in ("/effects", "/events", "/balance-transactions"):
        assert waiting.client_secret not in client.get(path).text
    wrong = client.post(f"/intents/{waiting.intent}/confirm", json={"client_secret": "guess"})
    assert wrong.status_code == 404


@frozen
class Delivery:
    body: bytes
    signature: str


@define
class Platform:
    """A server that takes webhooks; *refusals* is how many it answers with 503 first."""

    server: HTTPServer
    taken: list[Delivery]
    refusals: list[int]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def names(self) -> list[str]:
        return [json.loads(each.body)["id"] for each in self.taken]


@pytest.fixture
def platform() -> Iterator[Platform]:
    taken: list[Delivery] = []
    refusals: list[int] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if refusals:
                self.send_response(refusals.pop())
            else:
                taken.append(Delivery(body, self.headers[HEADER]))
                self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Platform(server, taken, refusals)
    server.shutdown()
    server.server_close()
    thread.join()


def delivering(path: Path, platform: Platform, manners: Manners) -> Counter:
    """A counter whose courier walks to *platform*."""
    log = CommandLog.at(path)
    teller = Teller.of(log, HandMovedClock(NOON))
    courier = Courier(log, teller.books, platform.url, SECRET, manners)
    return Counter(teller=teller, courier=courier, hang_seconds=0, api_key=None)


def wait_for(what: Callable[[], bool]) -> None:
    """Return as soon as it is true; fail when it isn't in time."""
    patience = threading.Event()
    for _ in range(int(WAIT_SECONDS / 0.02)):
        if what():
            return
        patience.wait(0.02)
    pytest.fail("it did not happen in time")


def _take_money(client: httpx.Client) -> list[str]:
    """Hold and take money; the events this makes."""
    gateway = SimulatedGateway(client)
    card = gateway.attach_card(customer=CUSTOMER, token=VISA)
    assert isinstance(card, CardDetails)
    held = _hold(gateway, card)
    gateway.capture(key(2), intent=held.intent, amount=PRICE)
    return [each["event_id"] for each in client.get("/events").json()["events"]]


def _all_delivered(client: httpx.Client) -> Callable[[], bool]:
    return lambda: client.get("/events").json()["waiting"] == 0


def test_every_event_is_delivered_signed(tmp_path: Path, platform: Platform) -> None:
    """SE-30: signed over the raw bytes, by the machine's own clock."""
    served = delivering(tmp_path / "log", platform, Manners())
    with TestClient(create_app(served)) as client:
        made = _take_money(client)
        wait_for(_all_delivered(client))
    assert platform.names() == made
    here_and_now = HandMovedClock(datetime.now(UTC) + timedelta(seconds=1))
    verifier = SignedWebhooks(secrets=(SECRET,), clock=here_and_now)
    for each in platform.taken:
        verifier.verify(each.signature, each.body)


def test_a_refused_event_comes_again(tmp_path: Path, platform: Platform) -> None:
    """PY-64: until it is acknowledged."""
    platform.refusals.extend([503, 500])
    served = delivering(tmp_path / "log", platform, Manners())
    with TestClient(create_app(served)) as client:
        made = _take_money(client)
        wait_for(_all_delivered(client))
    assert sorted(platform.names()) == sorted(made)


def test_a_rude_courier_brings_copies_in_any_order(tmp_path: Path, platform: Platform) -> None:
    """PY-65: what the platform must bear."""
    served = delivering(tmp_path / "log", platform, Manners())
    with TestClient(create_app(served)) as client:
        manners = {"copies": 3, "delay_ms": 200, "shuffled": True}
        assert client.post("/webhooks", json=manners).json() == manners
        made = _take_money(client)
        assert client.get("/events").json()["waiting"] == len(made)
        wait_for(_all_delivered(client))
    assert sorted(platform.names()) == sorted(made * 3)


def test_what_was_not_acknowledged_is_delivered_after_a_restart(
    tmp_path: Path, platform: Platform
) -> None:
    path = tmp_path / "log"
    with TestClient(create_app(counter(path))) as client:
        client.headers["Authorization"] = f"Bearer {API_KEY}"
        made = _take_money(client)
    for _ in range(2):
        served = delivering(path, platform, Manners())
        with TestClient(create_app(served)) as client:
            wait_for(_all_delivered(client))
    assert platform.names() == made


def test_an_event_says_what_changed_not_what_it_is_now(tmp_path: Path) -> None:
    """PY-65: handlers ask; so nothing else is told."""
    teller = Teller.of(CommandLog.at(tmp_path / "log"), HandMovedClock(NOON))
    teller.books.emit("transfer.created", "tr_1", at=NOON)
    (event,) = teller.books.events
    document = json.loads(body_of(event))
    assert document == {
        "id": event.event_id,
        "type": "transfer.created",
        "created": int(NOON.timestamp()),
        "data": {"object": {"id": "tr_1"}},
    }
