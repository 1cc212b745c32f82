"""The simulated processor is told what happened before its log began, and nothing else."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from adapters.simulator.past import SimulatedPast
from adapters.simulator.payment_gateway import AS_OF, processor_client
from entrypoints.processor.app import create_app
from entrypoints.processor.counter import Counter
from entrypoints.processor.log import CommandLog
from entrypoints.processor.teller import Teller
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.processor import Authorised, CardDetails
from instainstru_core.testing.contracts.payment_gateway import CUSTOMER, GROUP, PRICE, VISA, key
from instainstru_core.testing.fakes.clock import HandMovedClock

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=40)
CAPTURED = LONG_AGO + timedelta(days=2)
LATER = NOON + timedelta(days=3)
API_KEY = "sk_test_of_the_platform"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def client(log: Path) -> Iterator[httpx.Client]:
    with served(log, NOON) as client:
        yield client


@pytest.fixture
def past(client: httpx.Client) -> SimulatedPast:
    return SimulatedPast(client)


def served(log: Path, now: datetime) -> TestClient[Litestar]:
    """The processor over this log, started *now*."""
    teller = Teller.of(CommandLog.at(log), HandMovedClock(now))
    app = create_app(Counter(teller=teller, courier=None, hang_seconds=0, api_key=API_KEY))
    client: TestClient[Litestar] = TestClient(app)
    client.headers["Authorization"] = f"Bearer {API_KEY}"
    return client


def paid(past: SimulatedPast) -> str:
    """Money held long ago and taken two days later; the charge."""
    gateway: PaymentGateway = past.at(LONG_AGO)
    card = gateway.attach_card(customer=CUSTOMER, token=VISA)
    assert isinstance(card, CardDetails)
    held = gateway.authorise(
        key(1), customer=CUSTOMER, card=card.token, amount=PRICE, off_session=True, group=GROUP
    )
    assert isinstance(held, Authorised)
    taken = past.at(CAPTURED).capture(key(2), intent=held.intent, amount=PRICE)
    return str(getattr(taken, "charge", None))


def test_what_was_told_happened_then_with_its_fee(past: SimulatedPast) -> None:
    """PY-85: its balance transactions have the dates that our books have."""
    charge = paid(past)
    now = past.at(past.until() - timedelta(seconds=1))
    (moved,) = now.balance_transactions(since=LONG_AGO, until=NOON)
    assert (moved.source, moved.occurred_at) == (charge, CAPTURED)
    assert moved.amount_cents == PRICE.cents
    assert moved.fee_cents > 0


def test_told_again_it_answers_the_same(past: SimulatedPast, client: httpx.Client) -> None:
    """PY-60."""
    charge = paid(past)
    effects = client.get("/effects").json()
    assert paid(past) == charge
    assert client.get("/effects").json() == effects


def test_after_a_restart_the_past_is_the_same_and_ends_where_it_did(
    past: SimulatedPast, client: httpx.Client, log: Path
) -> None:
    charge, moved = paid(past), client.get("/balance-transactions").json()
    with served(log, LATER) as restarted:
        again = SimulatedPast(restarted)
        assert again.until() == NOON
        assert restarted.get("/balance-transactions").json() == moved
        assert paid(again) == charge


def test_a_log_without_a_beginning_began_with_its_first_command(log: Path) -> None:
    with served(log, NOON) as client:
        client.post(f"/customers/{CUSTOMER}/cards", json={"token": VISA}).raise_for_status()
    with closing(sqlite3.connect(log)) as kept, kept:
        kept.execute("DELETE FROM beginning")
    with served(log, LATER) as client:
        assert SimulatedPast(client).until() == NOON


@pytest.mark.parametrize("moment", [NOON, LATER, NOON.replace(tzinfo=None), "yesterday"])
def test_since_then_nothing_can_be_told(client: httpx.Client, moment: object) -> None:
    """What happened since the log began stands as it is written."""
    told = moment.isoformat() if isinstance(moment, datetime) else str(moment)
    refused = client.post(
        f"/customers/{CUSTOMER}/cards", json={"token": VISA}, headers={AS_OF: told}
    )
    assert refused.status_code == 422


def test_only_the_platform_tells(client: httpx.Client) -> None:
    """SE-42: also where the present needs no key."""
    client.headers["Authorization"] = "Bearer guess"
    headers = {AS_OF: LONG_AGO.isoformat()}
    told = client.post("/setups/seti_1/confirm", json={}, headers=headers)
    assert told.status_code == 401
    assert client.get("/past").status_code == 401


def test_a_processor_that_is_down_tells_of_no_past() -> None:
    """PY-62."""
    with (
        processor_client("http://127.0.0.1:9", api_key=None, seconds=1) as client,
        pytest.raises(OutcomeUnknown),
    ):
        SimulatedPast(client).until()
