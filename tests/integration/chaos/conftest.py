"""One platform of real processes for all that is broken here."""

from collections.abc import Iterator

import pytest

from tests.integration.chaos.evidence import Evidence
from tests.integration.chaos.people import Crowd
from tests.integration.chaos.stack import Stack, running


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
