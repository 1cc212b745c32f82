"""A process dies between any two steps of what comes after a lesson. PY-6, property 8."""

import pytest
from sqlalchemy import Engine

from tests.integration.crashes.afterwards import AFTERWARDS
from tests.integration.crashes.dying import dies_everywhere, documented

# What happens here is counted by tests of each step; counting it again would take twice as long.
pytestmark = pytest.mark.no_cover


@pytest.mark.parametrize("name", AFTERWARDS)
def test_property_8_killed_anywhere(name: str, engine: Engine) -> None:
    points = dies_everywhere(AFTERWARDS[name], engine)
    print(f"{name}: {points} points")
    assert points >= documented(name), "a step has vanished: is it still one, and in the guide?"
