"""What every test needs. Nothing here may need more than the wheel and its `testing` extra."""

import gc
import os
from collections.abc import Callable
from difflib import unified_diff
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("local", deadline=None, max_examples=60)
settings.register_profile("ci", deadline=None, max_examples=60, derandomize=True, database=None)
settings.register_profile("light", deadline=None, max_examples=5, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")

_SHOWN = 80

# What tests import stays to the end: to look for garbage among it takes a third of the time.
gc.disable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """From now on, garbage is looked for among what tests make.

    First goes what importing left, such as each class that `attrs` has made anew with slots.
    """
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make golden` writes the golden files anew, and shows what became of them."""
    parser.addoption("--renew-golden", action="store_true", help="write golden files anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str | bytes], None]:
    """Compare something with the file of that name beside the test, to the last byte."""
    folder = Path(request.path).with_name("files")
    renew = bool(request.config.getoption("--renew-golden"))

    def compare(name: str, made: str | bytes) -> None:
        file, found = folder / name, made.encode() if isinstance(made, str) else made
        if renew:
            folder.mkdir(exist_ok=True)
            file.write_bytes(found)
        kept = file.read_bytes() if file.exists() else b""
        if kept != found:
            pytest.fail(f"{file} is not what is made now:\n{_difference(kept, found)}")

    return compare


def _difference(kept: bytes, found: bytes) -> str:
    try:
        before, after = kept.decode().splitlines(), found.decode().splitlines()
    except UnicodeDecodeError:
        return f"{len(kept)} bytes were kept, {len(found)} are made"
    return "\n".join(islice(unified_diff(before, after, "kept", "made", lineterm=""), _SHOWN))
