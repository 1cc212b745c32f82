"""The simulated bank asks its cardholder on a page of its own: 3-D Secure."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from adapters.simulator.payment_gateway import SimulatedGateway
from entrypoints.processor.app import create_app
from instainstru_core.payments.model.processor import Authorised, CardDetails, RequiresAction
from instainstru_core.testing.contracts.payment_gateway import CUSTOMER, GROUP, PRICE, key
from tests.integration.processor.test_http_gateway import API_KEY, counter

BACK = "http://127.0.0.1:8000/checkout/1/verify"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    with TestClient(create_app(counter(tmp_path / "log"))) as served:
        served.headers["Authorization"] = f"Bearer {API_KEY}"
        served.follow_redirects = False
        yield served


@pytest.fixture
def waiting(client: httpx.Client) -> RequiresAction:
    """A hold that its cardholder must confirm."""
    gateway = SimulatedGateway(client)
    card = gateway.attach_card(customer=CUSTOMER, token="pm_card_three_d_secure")
    assert isinstance(card, CardDetails)
    held = gateway.authorise(
        key(1), customer=CUSTOMER, card=card.token, amount=PRICE, off_session=False, group=GROUP
    )
    assert isinstance(held, RequiresAction)
    del client.headers["Authorization"]
    return held


def standing(client: httpx.Client, waiting: RequiresAction) -> Any:
    client.headers["Authorization"] = f"Bearer {API_KEY}"
    return SimulatedGateway(client).find_authorisation(waiting.intent)


def answered(client: httpx.Client, waiting: RequiresAction, **form: str) -> httpx.Response:
    fields = {"client_secret": waiting.client_secret, "return_url": BACK, **form}
    return client.post(f"/challenges/{waiting.intent}", data=fields)


def test_py_9_the_cardholder_says_yes_and_goes_back(
    client: httpx.Client, waiting: RequiresAction
) -> None:
    asked = {"client_secret": waiting.client_secret, "return_url": BACK}
    page = client.get(f"/challenges/{waiting.intent}", params=asked)
    assert page.status_code == 200
    assert str(PRICE) in page.text
    assert "Yes, it is me" in page.text
    answer = answered(client, waiting, answer="yes")
    assert (answer.status_code, answer.headers["location"]) == (303, BACK)
    assert isinstance(standing(client, waiting), Authorised)


def test_a_no_changes_nothing_and_is_told(client: httpx.Client, waiting: RequiresAction) -> None:
    assert answered(client, waiting, answer="no").headers["location"] == f"{BACK}?bank=no"
    again = answered(client, waiting, answer="no", return_url=f"{BACK}?a=1&bank=no")
    assert again.headers["location"] == f"{BACK}?a=1&bank=no"
    assert isinstance(standing(client, waiting), RequiresAction)


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_secret": "guessed"},
        {"return_url": "javascript:alert(1)"},
        {"return_url": "/nowhere"},
    ],
)
def test_without_its_secret_or_a_way_back_it_is_closed(
    client: httpx.Client, waiting: RequiresAction, wrong: dict[str, str]
) -> None:
    asked = {"client_secret": waiting.client_secret, "return_url": BACK, **wrong}
    page = client.get(f"/challenges/{waiting.intent}", params=asked)
    assert page.status_code == 404
    assert waiting.client_secret not in page.text
    assert answered(client, waiting, answer="yes", **wrong).status_code == 404
    assert client.get("/challenges/pi_none", params=asked).status_code == 404
    assert isinstance(standing(client, waiting), RequiresAction)
