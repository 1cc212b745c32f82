"""The simulated processor as a process: it may die at any moment, and knows everything after."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from adapters.simulator.payment_gateway import SimulatedGateway, processor_client
from entrypoints.keys import read_keys
from entrypoints.processor.__main__ import read_settings
from entrypoints.tiers import Refused
from instainstru_core.payments.model.processor import Authorised, CardDetails
from instainstru_core.testing.contracts.payment_gateway import CUSTOMER, GROUP, PRICE, VISA, key

SOURCES = Path(__file__).parents[3] / "src"
PATIENCE_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@contextmanager
def processor(data_dir: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process that answers; killed at the end if it still lives."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(SOURCES),
        "SITE_MODE": "int",
        "DATA_DIR": str(data_dir),
        "PROCESSOR_PORT": str(port),
        "PUBLIC_URL": "http://127.0.0.1:9",
    }
    command = [sys.executable, "-m", "entrypoints.processor"]
    process = subprocess.Popen(command, env=environment, cwd=data_dir)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _answers(port):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False).is_success
    except httpx.TransportError:
        return False


@pytest.mark.slow
def test_a_killed_processor_remembers_everything(tmp_path: Path) -> None:
    """PY-60, PY-62: after kill -9 the same key gives the same answer, and no second effect."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with processor(tmp_path, port) as process:
        api_key = read_keys({}, samples=tmp_path / "keys").processor.hex()
        with processor_client(url, api_key=api_key) as client:
            gateway = SimulatedGateway(client)
            card = gateway.attach_card(customer=CUSTOMER, token=VISA)
            assert isinstance(card, CardDetails)
            held = _hold(gateway, card.token)
            taken = gateway.capture(key(2), intent=held.intent, amount=PRICE)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with processor(tmp_path, port) as process:
        with processor_client(url, api_key=api_key) as client:
            gateway = SimulatedGateway(client)
            assert _hold(gateway, card.token) == held
            assert gateway.capture(key(2), intent=held.intent, amount=PRICE) == taken
            effects = [each["kind"] for each in client.get("/effects").json()]
            assert effects == ["card", "authorisation", "capture"]
        process.terminate()
        assert process.wait(timeout=PATIENCE_SECONDS) == 0


def _hold(gateway: SimulatedGateway, card: str) -> Authorised:
    held = gateway.authorise(
        key(1), customer=CUSTOMER, card=card, amount=PRICE, off_session=False, group=GROUP
    )
    assert isinstance(held, Authorised)
    return held


def test_where_money_is_real_it_does_not_start() -> None:
    """OP-2: the simulated processor is for the INT tier alone."""
    with pytest.raises(Refused, match="INT tier"):
        read_settings({"SITE_MODE": "prod"})
