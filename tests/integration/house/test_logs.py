"""What logs say and never say: SE-35, SE-36, OP-8."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.redaction import REDACTED, is_secret_key, redact, scrub

KEYS = st.sampled_from(["email", "Set-Cookie", "note", "payment_status", "API-Key", "items", "otp"])
TREES = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(max_size=30)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=12,
)
PROGRAM = """
import logging, structlog
from entrypoints.logs import start_logs
start_logs(level="info", site_mode="int", release="1.2.3")
structlog.contextvars.bind_contextvars(request_id="R1")
log = structlog.get_logger("shop")
log.info("lesson_reserved", booking_id="B1", email="a@b.example", nested={"token": "t0"})
log.debug("unheard")
logging.getLogger("library").warning("first\\nsecond for %s", "me@example.com")
try:
    raise ValueError("card 4242 4242 4242 4242")
except ValueError:
    log.exception("lesson_lost")
"""


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    """What a program writes that logs in every way."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == ""
    return [json.loads(line) for line in run.stderr.splitlines()]


def test_each_event_is_one_json_line(lines: list[dict[str, Any]]) -> None:
    """Source: SE-36."""
    assert [line["event"] for line in lines] == [
        "lesson_reserved",
        f"first\nsecond for {REDACTED}",
        "lesson_lost",
    ]


def test_lines_carry_the_keys(lines: list[dict[str, Any]]) -> None:
    """Source: OP-8."""
    for line in lines:
        assert line["site_mode"] == "int"
        assert line["release"] == "1.2.3"
        assert line["request_id"] == "R1"
        assert line["ts"].endswith("Z")
    assert [line["level"] for line in lines] == ["info", "warning", "error"]
    assert [line["logger"] for line in lines] == ["shop", "library", "shop"]


def test_secrets_are_redacted_in_events_and_tracebacks(lines: list[dict[str, Any]]) -> None:
    """Source: SE-35."""
    assert lines[0]["email"] == REDACTED
    assert lines[0]["nested"] == {"token": REDACTED}
    assert lines[0]["booking_id"] == "B1"
    assert "4242" not in lines[2]["exception"]
    assert "ValueError" in lines[2]["exception"]


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("email", True),
        ("Set-Cookie", True),
        ("AUTHORIZATION", True),
        ("refresh-token", True),
        ("webhook-secret", True),
        ("payment_method", True),
        ("payment_status", False),
        ("payment_outcome", False),
        ("code", False),
        ("booking_id", False),
        ("status", False),
    ],
)
def test_keys(key: str, *, secret: bool) -> None:
    """Source: SE-35."""
    assert is_secret_key(key) is secret


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("write to ann@mail.example now", f"write to {REDACTED} now"),
        ("Authorization: Bearer abc.def-123_456", f"Authorization: Bearer {REDACTED}"),
        ("paid with 4242-4242-4242-4242.", f"paid with {REDACTED}."),
        ("paid with 4242 4242 4242 4241.", "paid with 4242 4242 4242 4241."),
        (
            "booking 01HZY3V9T0000000000000000A at 12:00",
            "booking 01HZY3V9T0000000000000000A at 12:00",
        ),
    ],
)
def test_free_text_is_scrubbed(text: str, clean: str) -> None:
    """Source: SE-35."""
    assert scrub(text) == clean


@given(TREES)
def test_redaction_is_idempotent_and_leaves_no_secret(tree: object) -> None:
    """Property 10 of spec 06."""
    once = redact(tree)
    assert redact(once) == once
    assert_clean(once)


def assert_clean(tree: object) -> None:
    """No secret key keeps its value, at any depth."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if is_secret_key(key):
                assert value == REDACTED
            else:
                assert_clean(value)
    elif isinstance(tree, list):
        for value in tree:
            assert_clean(value)
