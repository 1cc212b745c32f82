"""Configuration documents in memory, and the figures that come from them. Source: AD-10."""

import pytest

from instainstru_core.config.model import ConfigKey, differences
from instainstru_core.config.use_cases.publish_config import PublishConfig, publish_config
from instainstru_core.kernel.money import Money
from instainstru_core.pricing.model.config import DEFAULT_PRICING
from instainstru_core.pricing.model.document import document_of
from instainstru_core.testing.contracts.config import ConfigContract
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.ports import store
from instainstru_core.testing.world import World


@pytest.fixture
def keeper() -> InMemoryStore:
    return store(World().clock)


class TestInMemoryConfig(ConfigContract):
    """The suite on the twin."""


def test_another_document_holds_at_once() -> None:
    """PR-10: the next quote goes by it."""
    world = World()
    assert world.ports.pricing == DEFAULT_PRICING
    body = {**document_of(DEFAULT_PRICING), "student_fee_bps": 1300}
    with world.ports.begin() as work:
        request = PublishConfig(
            key=ConfigKey.PRICING, body=body, expected=1, author="ada", reason="costs"
        )
        publish_config(request, work=work, now=world.clock.now())
    assert world.ports.pricing.student_fee_bps == 1300
    assert world.ports.pricing.version == 2


def test_a_raised_floor_is_told_to_whom_it_prices_out() -> None:
    """PR-8: once, in the app and by mail; what is not affected is not told."""
    world = World()
    world.instructor("Jane")
    world.instructor("Dear", hourly_rate=Money(20_000))
    body = document_of(DEFAULT_PRICING)
    body["floors"] = {"in_person_cents": 8000, "remote_cents": 9001}
    for expected in (1, 2):
        with world.ports.begin() as work:
            request = PublishConfig(
                key=ConfigKey.PRICING, body=body, expected=expected, author="ada", reason="costs"
            )
            publish_config(request, work=work, now=world.clock.now())
        world.settle()
    mails = [each.mail.template for each in world.mailbox.latest(limit=100)]
    assert mails.count("floor_raised") == 1
    assert world.mailbox.latest(to="jane.1@example.com", limit=1)[0].mail.template == "floor_raised"


def test_differences_name_what_changed_inside() -> None:
    before = {"a": 1, "b": {"c": 2, "d": 3}, "e": [1]}
    after = {"b": {"c": 2, "d": 4}, "e": [1, 2], "f": 5}
    assert differences(before, after) == (
        ("/a", 1, None),
        ("/b/d", 3, 4),
        ("/e", [1], [1, 2]),
        ("/f", None, 5),
    )
