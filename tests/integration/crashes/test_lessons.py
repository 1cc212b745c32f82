"""A process dies between any two steps of a lesson's money, and nobody can tell. PY-6, property 8.

Every point is tried, not some: a process that is left in peace says first which there are.
"""

import pytest
from sqlalchemy import Engine

from tests.integration.crashes.dying import dies_everywhere, documented
from tests.integration.crashes.stories import LESSONS

# What happens here is counted by tests of each step; counting it again would take twice as long.
pytestmark = pytest.mark.no_cover


@pytest.mark.parametrize("name", LESSONS)
def test_property_8_killed_anywhere(name: str, engine: Engine) -> None:
    points = dies_everywhere(LESSONS[name], engine)
    print(f"{name}: {points} points")
    assert points >= documented(name), "a step has vanished: is it still one, and in the guide?"
