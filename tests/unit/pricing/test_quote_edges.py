"""Quotes at their edges: defaults, floors of a service, facts of refusals. PR-4…PR-8."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.offering import Floors
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Format, Modality
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.pricing.errors import NegativeCredit, PriceBelowFloor
from instainstru_core.pricing.model.config import DEFAULT_PRICING, PricingConfig
from instainstru_core.pricing.model.quotes import PriceBreakdown, price_lesson, quote
from instainstru_core.pricing.model.raised import OfferedRates, priced_out
from instainstru_core.pricing.model.replay import PricedLesson, replay_pricing
from instainstru_core.pricing.model.tiers import Commission
from instainstru_core.testing.strategies.pricing import NOW, WITHOUT_FLOORS

PIANO = ServiceId(UUID(int=1))
GROWTH = Commission(tier="growth", bps=1200)
DAY = timedelta(days=1)


def of_music(in_person: int, remote: int) -> PricingConfig:
    """The default document, but for what an hour of piano must cost."""
    floors = Floors(in_person=Money(in_person), remote=Money(remote))
    music = evolve(DEFAULT_PRICING, category_floors={"music": floors})
    return music.for_services({PIANO: "music"})


def a_quote(cents: int, modality: Modality = Modality.REMOTE, **asked: Any) -> PriceBreakdown:
    """The price of an hour at *cents*."""
    return quote(
        Money(cents),
        60,
        modality,
        commission=GROWTH,
        config=asked.pop("config", DEFAULT_PRICING),
        **asked,
    )


class TestQuotes:
    def test_pr_10_the_level_and_the_document_are_named(self) -> None:
        priced = a_quote(12_000, config=evolve(DEFAULT_PRICING, version=7))
        assert (priced.tier, priced.commission_bps, priced.config_version) == ("growth", 1200, 7)

    def test_pr_5_no_credit_is_spent_unless_it_is_asked_for(self) -> None:
        assert a_quote(12_000, available_credit=Money(5000)).credit == NOTHING

    def test_pr_5_a_refusal_says_what_was_asked_for(self) -> None:
        with pytest.raises(NegativeCredit) as refused:
            a_quote(12_000, credit_cents=-1)
        assert refused.value.credit_cents == -1

    def test_pr_4_what_is_left_for_the_card_may_be_the_smallest_charge(self) -> None:
        priced = {
            asked: a_quote(
                100, config=WITHOUT_FLOORS, credit_cents=asked, available_credit=Money(100)
            )
            for asked in (61, 62, 63)
        }
        assert [each.credit.cents for each in priced.values()] == [61, 62, 62]
        assert [each.card_amount.cents for each in priced.values()] == [51, 50, 50]

    def test_pr_6_each_format_goes_by_its_own_floor(self) -> None:
        assert a_quote(7999).lesson_price == Money(7999)
        with pytest.raises(PriceBelowFloor) as refused:
            a_quote(7999, Modality.IN_PERSON)
        assert refused.value.modality is Modality.IN_PERSON

    def test_pr_7_a_service_goes_by_the_floor_of_its_category(self) -> None:
        music = of_music(10_000, 9000)
        assert price_lesson(Money(8999), 60, Modality.REMOTE, music) == Money(8999)
        with pytest.raises(PriceBelowFloor) as refused:
            price_lesson(Money(8999), 60, Modality.REMOTE, music, PIANO)
        assert refused.value.required_floor == Money(9000)
        with pytest.raises(PriceBelowFloor):
            a_quote(8999, config=music, service_id=PIANO)
        assert a_quote(8999, config=music).lesson_price == Money(8999)
        assert a_quote(9000, config=music, service_id=PIANO).lesson_price == Money(9000)

    def test_pr_4_what_cannot_be_charged_is_refused_with_its_facts(self) -> None:
        """44 and 12 % are 49 cents, 45 and 12 % are 50."""
        with pytest.raises(PriceBelowFloor) as refused:
            price_lesson(Money(44), 60, Modality.REMOTE, WITHOUT_FLOORS)
        assert refused.value.facts() == {
            "modality": "remote",
            "duration_minutes": 60,
            "base_price_cents": 44,
            "required_floor_cents": 50,
        }
        assert price_lesson(Money(45), 60, Modality.REMOTE, WITHOUT_FLOORS) == Money(45)

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            (
                {"payout": Money(1)},
                r"^payout and commission must make up the lesson price$",
            ),
            (
                {"credit": Money(1)},
                r"^card amount and credit must make up the lesson price and the fee$",
            ),
            (
                {"credit": Money(12_001), "card_amount": Money(1439)},
                r"^credit can't exceed the lesson price$",
            ),
        ],
    )
    def test_figures_that_do_not_add_up_say_which(self, wrong: Any, words: str) -> None:
        with pytest.raises(Malformed, match=words):
            evolve(a_quote(12_000), **wrong)


def test_pr_8_who_was_below_the_old_floor_of_the_category_is_not_priced_out() -> None:
    offered = [
        OfferedRates(
            instructor_id=InstructorId(UUID(int=2)),
            service_id=PIANO,
            rates={Format.STUDIO: Money(9000)},
        )
    ]
    raised = of_music(11_000, 11_000)
    assert priced_out(offered, of_music(10_000, 10_000), raised) == {}
    assert priced_out(offered, of_music(9000, 9000), raised) == {InstructorId(UUID(int=2)): 1}


def test_section_11_2_a_window_leaves_behind_what_is_too_old_and_nothing_else() -> None:
    """The first lesson is left behind on day 31: of that day's two the second is the fifth."""

    def taught(who: int, day: int) -> PricedLesson:
        return PricedLesson(
            instructor_id=InstructorId(UUID(int=who)),
            service_id=PIANO,
            ended_at=NOW + day * DAY,
            hourly_rate=Money(12_000),
            minutes=60,
            modality=Modality.REMOTE,
            tier="entry",
            lesson_price=Money(12_000),
            student_fee=Money(1440),
            commission=Money(1800),
        )

    others = [taught(2, 60), taught(2, 60)]
    own = [taught(3, day) for day in (0, 20, 20, 20, 31, 31)]
    replay = replay_pricing([*others, *own], DEFAULT_PRICING)
    assert replay.before.platform_take - replay.after.platform_take == 360
    # On day 62 the first five are too old, on day 31 none but the first was.
    later = replay_pricing([*others, *own, taught(3, 62)], DEFAULT_PRICING)
    assert later.before.platform_take - later.after.platform_take == 360
