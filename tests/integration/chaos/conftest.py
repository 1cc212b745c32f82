"""One platform of real processes for all that is broken here."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.integration.chaos.evidence import Evidence
from tests.integration.chaos.people import Crowd
from tests.integration.chaos.stack import Stack, running

KILLED: Final = frozenset({"test_crashes.py", "test_moves.py", "test_cancellations.py"})
"""Whole processes die here, which takes seconds each; every point between two steps is tried in
`tests/integration/crashes`, in processes that are forked."""

ONE_IN: Final = 1 if os.environ.get("CHAOS") == "all" else 6
"""How many of them are left for `CHAOS=all`, plus one."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Kill whole processes at every sixth point; at each with `CHAOS=all`."""
    here = Path(__file__).parent
    deaths = [each for each in items if each.path.parent == here and each.path.name in KILLED]
    left = [each for number, each in enumerate(deaths) if number % ONE_IN]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [each for each in items if each not in left]


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    with running() as stack:
        stack.processor.start()
        stack.api.start()
        stack.processor.wait()
        yield stack


@pytest.fixture(scope="package")
def crowd(stack: Stack) -> Iterator[Crowd]:
    crowd = Crowd.gather(stack.settings)
    stack.api.wait()
    yield crowd
    crowd.leave()


@pytest.fixture(scope="package")
def evidence(stack: Stack, crowd: Crowd) -> Iterator[Evidence]:
    evidence = Evidence.of(stack.settings, crowd.ports)
    yield evidence
    evidence.close()


@pytest.fixture(autouse=True)
def whole(stack: Stack, crowd: Crowd) -> None:
    """Every test finds everything running, whatever the one before did."""
    stack.api.mend()
    stack.worker.mend()
