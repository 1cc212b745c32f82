"""PR-1…6, PR-14, PR-15 and the properties 1 and 2 of spec 02 §10."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import LocationType, Modality
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.pricing.errors import NegativeCredit, PriceBelowFloor
from instainstru_core.pricing.model.config import DEFAULT_PRICING, PricingConfig, Tier
from instainstru_core.pricing.model.quotes import (
    PriceBreakdown,
    instructor_lines,
    percent,
    price_lesson,
    quote,
    student_lines,
)
from instainstru_core.pricing.model.tiers import Commission
from instainstru_core.testing.strategies.pricing import (
    WITHOUT_FLOORS,
    breakdowns,
    commissions,
    minutes,
    modalities,
)

GROWTH = Commission(tier="growth", bps=1200)
credit_cents = st.integers(0, 60_000)


def a_quote(rate: int = 12_000, length: int = 60, **more: int) -> PriceBreakdown:
    return quote(
        Money(rate),
        length,
        Modality.IN_PERSON,
        commission=GROWTH,
        credit_cents=more.get("credit", 0),
        available_credit=Money(more.get("available", more.get("credit", 0))),
        config=DEFAULT_PRICING,
    )


class TestFigures:
    def test_worked_figures_of_appendix_b_without_credit(self) -> None:
        price = a_quote()
        assert (price.lesson_price, price.student_fee) == (Money(12_000), Money(1440))
        assert (price.card_amount, price.payout) == (Money(13_440), Money(10_560))
        assert price.application_fee == Money(2880)
        assert (price.charge_transfer, price.top_up_transfer) == (Money(10_560), NOTHING)

    def test_worked_figures_of_appendix_b_with_credit(self) -> None:
        price = a_quote(credit=5000)
        assert price.card_amount == Money(8440)
        assert (price.charge_transfer, price.top_up_transfer) == (Money(8440), Money(2120))
        assert price.application_fee == NOTHING
        assert a_quote(credit=12_000).card_amount == Money(1440)

    @pytest.mark.parametrize(
        ("rate", "length", "price"),
        [(8001, 45, 6001), (9999, 50, 8333), (10_001, 30, 5001), (12_345, 35, 7201)],
    )
    def test_pr_2_rounds_the_lesson_price_half_up(self, rate: int, length: int, price: int) -> None:
        assert a_quote(rate, length).lesson_price == Money(price)

    def test_pr_3_rounds_fee_and_commission_but_never_the_payout(self) -> None:
        price = quote(
            Money(8004),
            60,
            Modality.IN_PERSON,
            commission=Commission(tier="entry", bps=1231),
            config=DEFAULT_PRICING,
        )
        assert price.student_fee == Money(960)  # 960.48
        assert price.commission == Money(985)  # 985.2924
        assert price.payout == Money(8004 - 985)

    def test_pr_5_applies_no_more_credit_than_there_is(self) -> None:
        assert a_quote(credit=5000, available=300).credit == Money(300)
        assert a_quote(credit=99_999, available=99_999).credit == Money(12_000)

    def test_pr_5_refuses_negative_credit(self) -> None:
        with pytest.raises(NegativeCredit) as refused:
            quote(
                Money(12_000),
                60,
                Modality.REMOTE,
                commission=GROWTH,
                credit_cents=-1,
                config=DEFAULT_PRICING,
            )
        assert refused.value.code == "negative_credit"

    def test_pr_4_takes_less_credit_until_the_rest_can_be_charged(self) -> None:
        tiny = quote(
            Money(100),
            60,
            Modality.REMOTE,
            commission=GROWTH,
            credit_cents=100,
            available_credit=Money(100),
            config=WITHOUT_FLOORS,
        )
        assert (tiny.credit, tiny.card_amount) == (Money(62), Money(50))

    def test_pr_4_refuses_a_lesson_the_processor_cannot_charge(self) -> None:
        with pytest.raises(PriceBelowFloor) as refused:
            price_lesson(Money(44), 60, Modality.REMOTE, WITHOUT_FLOORS)
        assert refused.value.required_floor == Money(50)
        assert price_lesson(Money(45), 60, Modality.REMOTE, WITHOUT_FLOORS) == Money(45)

    def test_pr_4_a_free_lesson_needs_no_card(self) -> None:
        free = quote(Money(0), 60, Modality.REMOTE, commission=GROWTH, config=WITHOUT_FLOORS)
        assert free.card_amount == NOTHING


class TestFloors:
    @pytest.mark.parametrize(
        ("modality", "length", "floor"),
        [
            (Modality.IN_PERSON, 60, 8000),
            (Modality.REMOTE, 60, 6000),
            (Modality.IN_PERSON, 45, 6000),
            (Modality.REMOTE, 30, 3000),
            (Modality.IN_PERSON, 35, 4667),
        ],
    )
    def test_pr_6_the_floor_itself_passes(
        self, modality: Modality, length: int, floor: int
    ) -> None:
        assert DEFAULT_PRICING.floor(modality, length) == Money(floor)
        hourly = Money(DEFAULT_PRICING.floor(modality, 60).cents)
        assert price_lesson(hourly, length, modality, DEFAULT_PRICING) == Money(floor)

    def test_pr_6_a_cent_less_is_refused_with_its_facts(self) -> None:
        with pytest.raises(PriceBelowFloor) as refused:
            price_lesson(Money(7999), 60, Modality.IN_PERSON, DEFAULT_PRICING)
        assert refused.value.code == "price_below_floor"
        assert refused.value.facts() == {
            "modality": "in_person",
            "duration_minutes": 60,
            "base_price_cents": 7999,
            "required_floor_cents": 8000,
        }

    @pytest.mark.parametrize(
        ("location", "modality"),
        [
            (LocationType.ONLINE, Modality.REMOTE),
            (LocationType.STUDENT_LOCATION, Modality.IN_PERSON),
            (LocationType.INSTRUCTOR_LOCATION, Modality.IN_PERSON),
            (LocationType.NEUTRAL_LOCATION, Modality.IN_PERSON),
        ],
    )
    def test_pr_9_modality(self, location: LocationType, modality: Modality) -> None:
        assert location.modality is modality


class TestLines:
    def test_pr_15_the_students_lines_sum_to_the_card_amount(self) -> None:
        price = a_quote(credit=5000)
        lines = student_lines(price)
        assert [line.label for line in lines] == ["Lesson", "Booking Protection (12%)", "Credit"]
        assert sum(line.cents for line in lines) == price.card_amount.cents

    def test_pr_15_the_instructors_lines_sum_to_the_payout(self) -> None:
        lines = instructor_lines(a_quote())
        assert [line.label for line in lines] == ["Lesson", "Platform fee (12%)"]
        assert sum(line.cents for line in lines) == 10_560

    @pytest.mark.parametrize(
        ("bps", "text"), [(1200, "12%"), (1250, "12.5%"), (1005, "10.05%"), (0, "0%"), (5, "0.05%")]
    )
    def test_pr_15_percentages_have_no_trailing_zeros(self, bps: int, text: str) -> None:
        assert percent(bps) == text


class TestFingerprint:
    def test_pr_14_is_the_same_for_the_same_figures(self) -> None:
        assert a_quote().fingerprint == a_quote().fingerprint
        assert len(a_quote().fingerprint) == 64

    def test_pr_14_differs_with_the_figures_and_the_version(self) -> None:
        price = a_quote()
        others = {
            a_quote(12_001).fingerprint,
            a_quote(credit=1).fingerprint,
            evolve(price, config_version=2).fingerprint,
            evolve(price, tier="pro").fingerprint,
        }
        assert len(others | {price.fingerprint}) == 5


class TestConfig:
    def test_pr_16_tier_rates_must_strictly_fall(self) -> None:
        with pytest.raises(Malformed):
            PricingConfig(
                version=1,
                tiers=(
                    Tier(name="entry", minimum=1, commission_bps=1000),
                    Tier(name="growth", minimum=5, commission_bps=1000),
                ),
            )

    def test_figures_that_do_not_add_up_are_no_breakdown(self) -> None:
        price = a_quote(credit=5000)
        with pytest.raises(Malformed):
            evolve(price, payout=Money(1))
        with pytest.raises(Malformed):
            evolve(price, card_amount=Money(1))
        with pytest.raises(Malformed):
            evolve(price, credit=Money(12_001), card_amount=Money(1439))


@given(
    rate=st.integers(0, 50_000).map(Money),
    length=minutes,
    modality=modalities,
    commission=commissions,
    credit=credit_cents,
    available=credit_cents,
)
def test_property_1_every_quote_adds_up(
    rate: Money,
    length: int,
    modality: Modality,
    commission: Commission,
    credit: int,
    available: int,
) -> None:
    try:
        price = quote(
            rate,
            length,
            modality,
            commission=commission,
            credit_cents=credit,
            available_credit=Money(available),
            config=WITHOUT_FLOORS,
        )
    except PriceBelowFloor:
        total = rate.for_minutes(length)
        assert NOTHING < total + total.share(1200) < Money(50)
        return
    assert price.lesson_price + price.student_fee == price.card_amount + price.credit
    assert price.payout + price.commission == price.lesson_price
    assert price.charge_transfer + price.top_up_transfer == price.payout
    assert price.credit <= min(Money(credit), Money(available), price.lesson_price)
    assert not NOTHING < price.card_amount < Money(50)


@given(price=breakdowns(), less=credit_cents, more=credit_cents)
def test_property_2_more_credit_never_costs_more(
    price: PriceBreakdown, less: int, more: int
) -> None:
    less, more = sorted((less, more))

    def with_credit(cents: int) -> PriceBreakdown:
        return quote(
            price.hourly_rate,
            price.minutes,
            price.modality,
            commission=Commission(tier=price.tier, bps=price.commission_bps),
            credit_cents=cents,
            available_credit=Money(cents),
            config=DEFAULT_PRICING,
        )

    assert with_credit(more).card_amount <= with_credit(less).card_amount
    assert with_credit(more).payout == with_credit(less).payout == price.payout
