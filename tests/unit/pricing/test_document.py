"""The pricing document: its two directions, and every rule that it can break. AD-11, PR-16."""

from typing import Any

import pytest
from hypothesis import given

from instainstru_core.config.errors import InvalidConfig
from instainstru_core.instructors.model.offering import Floors
from instainstru_core.kernel.money import Money
from instainstru_core.pricing.model.config import DEFAULT_PRICING, PricingConfig
from instainstru_core.pricing.model.document import document_of, pricing_of
from instainstru_core.testing.strategies.pricing import configs


def document(**changes: Any) -> dict[str, Any]:
    """The built-in document with some fields changed; `...` takes one away."""
    changed = {**document_of(DEFAULT_PRICING), **changes}
    return {name: value for name, value in changed.items() if value is not ...}


def tiers(*changes: tuple[int, str, Any]) -> list[dict[str, Any]]:
    """The built-in tiers with some fields changed."""
    rows: list[dict[str, Any]] = document_of(DEFAULT_PRICING)["tiers"]
    for index, name, value in changes:
        rows[index][name] = value
    return rows


def broken(body: dict[str, Any]) -> list[str]:
    """The paths of everything that is wrong with *body*."""
    with pytest.raises(InvalidConfig) as refused:
        pricing_of(body, version=2)
    facts = refused.value.facts()["fields"]
    assert isinstance(facts, list)
    return [flaw["path"] for flaw in facts]


def test_the_built_in_document_is_that_of_the_specification() -> None:
    """AD-11's defaults, and those of spec 02 §8."""
    assert document_of(DEFAULT_PRICING) == {
        "student_fee_bps": 1200,
        "founding_rate_bps": 800,
        "founding_cap": 100,
        "founding_search_boost": 1.5,
        "tiers": [
            {"name": "entry", "minimum": 1, "maximum": 4, "commission_bps": 1500},
            {"name": "growth", "minimum": 5, "maximum": 10, "commission_bps": 1200},
            {"name": "pro", "minimum": 11, "maximum": None, "commission_bps": 1000},
        ],
        "tier_activity_window_days": 30,
        "tier_stepdown_max": 1,
        "tier_stepdown_pause_days": 30,
        "tier_inactivity_reset_days": 90,
        "floors": {"in_person_cents": 8000, "remote_cents": 6000},
        "category_floors": {},
        "credit_cycle_lessons": 11,
        "credit_milestones": [
            {"offset": 5, "amount_cents": 1000},
            {"offset": 0, "amount_cents": 2000},
        ],
        "credit_expiry_days": 365,
        "release_grace_days": 30,
        "tip_minimum_cents": 100,
        "tip_maximum_cents": 50000,
        "tip_window_days": 30,
        "refund_window_days": 180,
    }


@given(configs)
def test_a_document_means_what_it_was_made_of(config: PricingConfig) -> None:
    assert pricing_of(document_of(config), version=config.version) == config


def test_pr_7_a_category_overrides_one_modality_or_both() -> None:
    """What it leaves out is the default's of the same document."""
    config = pricing_of(
        document(
            floors={"in_person_cents": 8500, "remote_cents": 6500},
            category_floors={"music": {"in_person_cents": 9000}},
        ),
        version=2,
    )
    assert config.category_floors == {"music": Floors(in_person=Money(9000), remote=Money(6500))}
    assert pricing_of(document_of(config), version=2) == config


def test_category_floors_are_kept_by_slug() -> None:
    """PR-7."""
    floors = {"music": {"in_person_cents": 9000, "remote_cents": 0}}
    config = pricing_of(document(category_floors=floors), version=2)
    assert config.category_floors == {"music": Floors(in_person=Money(9000), remote=Money(0))}
    assert document_of(config)["category_floors"] == floors


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"student_fee_bps": 0}, ["/student_fee_bps"]),
        ({"student_fee_bps": 10_000}, ["/student_fee_bps"]),
        ({"student_fee_bps": True}, ["/student_fee_bps"]),
        ({"student_fee_bps": 12.5}, ["/student_fee_bps"]),
        ({"student_fee_bps": ...}, ["/student_fee_bps"]),
        ({"founding_cap": 0}, ["/founding_cap"]),
        ({"founding_search_boost": 0.99}, ["/founding_search_boost"]),
        ({"founding_search_boost": 3.01}, ["/founding_search_boost"]),
        ({"founding_search_boost": "1.5"}, ["/founding_search_boost"]),
        ({"tier_activity_window_days": 0}, ["/tier_activity_window_days"]),
        ({"tip_minimum_cents": 200, "tip_maximum_cents": 199}, ["/tip_maximum_cents"]),
        ({"floors": None}, ["/floors"]),
        ({"floors": {"in_person_cents": -1, "remote_cents": 0}}, ["/floors/in_person_cents"]),
        ({"floors": {"in_person_cents": 1}}, ["/floors/remote_cents"]),
        (
            {"category_floors": {"music": {"in_person_cents": 1, "remote_cents": 1, "x": 1}}},
            ["/category_floors/music/x"],
        ),
        ({"category_floors": []}, ["/category_floors"]),
        ({"tiers": []}, ["/tiers"]),
        ({"tiers": "none"}, ["/tiers", "/tiers"]),
        ({"tiers": [1]}, ["/tiers/0", "/tiers"]),
        ({"tiers": tiers((0, "minimum", -1))}, ["/tiers/0/minimum"]),
        ({"tiers": tiers((1, "minimum", 1))}, ["/tiers/1/minimum"]),
        ({"tiers": tiers((0, "maximum", 5))}, ["/tiers/1/minimum"]),
        ({"tiers": tiers((0, "maximum", 0))}, ["/tiers/0/maximum"]),
        ({"tiers": tiers((0, "maximum", None))}, ["/tiers/0/maximum"]),
        ({"tiers": tiers((2, "maximum", 20))}, ["/tiers/2/maximum"]),
        ({"tiers": tiers((1, "commission_bps", 1500))}, ["/tiers/1/commission_bps"]),
        ({"tiers": tiers((1, "name", "entry"))}, ["/tiers/1/name"]),
        ({"tiers": tiers((1, "name", ""))}, ["/tiers/1/name"]),
        ({"tiers": tiers((1, "colour", "red"))}, ["/tiers/1/colour"]),
        (
            {"credit_milestones": [{"offset": 11, "amount_cents": 1}]},
            ["/credit_milestones/0/offset"],
        ),
        (
            {"credit_milestones": [{"offset": 1, "amount_cents": 1}] * 2},
            ["/credit_milestones/1/offset"],
        ),
        (
            {"credit_milestones": [{"offset": 1, "amount_cents": -1}]},
            ["/credit_milestones/0/amount_cents"],
        ),
        ({"discount": 1}, ["/discount"]),
        (
            {"discount": 1, "student_fee_bps": 0, "tiers": [], "floors": 3},
            ["/discount", "/student_fee_bps", "/tiers", "/floors"],
        ),
    ],
)
def test_every_broken_field_is_named(changes: dict[str, Any], paths: list[str]) -> None:
    """AD-11: a 422 that lists them all; nothing is published."""
    assert broken(document(**changes)) == paths


def test_a_gap_between_tiers_is_allowed() -> None:
    """AD-11: each minimum is above the maximum before, not next to it."""
    config = pricing_of(document(tiers=tiers((0, "maximum", 3))), version=2)
    assert [tier.minimum for tier in config.tiers] == [1, 5, 11]
