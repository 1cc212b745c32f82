"""A proposed document tried on past lessons, and where an instructor stands. Spec 02 §5, §11."""

from datetime import datetime, timedelta
from uuid import UUID

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.offering import Floors
from instainstru_core.kernel.lessons import Format, Modality
from instainstru_core.kernel.money import Money
from instainstru_core.pricing.model.config import DEFAULT_PRICING, PricingConfig, Tier
from instainstru_core.pricing.model.quotes import quote
from instainstru_core.pricing.model.raised import OfferedRates, priced_out
from instainstru_core.pricing.model.replay import PricedLesson, Totals, replay_pricing
from instainstru_core.pricing.model.standing import Forecast, commission_standing
from instainstru_core.pricing.model.tiers import Commission, TierFacts
from instainstru_core.testing.strategies.pricing import NOW

PIANO = ServiceId(UUID(int=1))
JANE, JOHN = InstructorId(UUID(int=2)), InstructorId(UUID(int=3))
ENTRY = Commission(tier="entry", bps=1500)
DAY = timedelta(days=1)


def lesson(
    who: InstructorId = JANE,
    *,
    at: datetime = NOW,
    rate: int = 12_000,
    commission: Commission = ENTRY,
    modality: Modality = Modality.IN_PERSON,
) -> PricedLesson:
    """An hour as it was priced by the built-in document."""
    price = quote(Money(rate), 60, modality, commission=commission, config=DEFAULT_PRICING)
    return PricedLesson(
        instructor_id=who,
        service_id=PIANO,
        ended_at=at,
        hourly_rate=price.hourly_rate,
        minutes=60,
        modality=modality,
        tier=commission.tier,
        lesson_price=price.lesson_price,
        student_fee=price.student_fee,
        commission=price.commission,
    )


class TestReplay:
    def test_nothing_taught_changes_nothing(self) -> None:
        replay = replay_pricing([], DEFAULT_PRICING)
        nothing = Totals(student_cost=0, instructor_pay=0, platform_take=0)
        assert (replay.before, replay.after, replay.instructors) == (nothing, nothing, 0)
        assert set(replay.student_change) == set(replay.instructor_change) == {0}

    def test_another_fee_is_what_students_pay_and_the_platform_keeps(self) -> None:
        dearer = evolve(DEFAULT_PRICING, version=2, student_fee_bps=1300)
        replay = replay_pricing([lesson(), lesson(JOHN)], dearer)
        assert replay.before == Totals(
            student_cost=26_880, instructor_pay=20_400, platform_take=6480
        )
        assert replay.after == Totals(
            student_cost=27_120, instructor_pay=20_400, platform_take=6720
        )
        assert replay.student_change == (120,) * 5
        assert replay.instructor_change == (0,) * 5

    def test_a_level_is_earned_by_the_lessons_of_the_window(self) -> None:
        """The fifth lesson within 30 days is priced with the second level, as a quote would."""
        week = [lesson(at=NOW + hour * timedelta(hours=1)) for hour in range(5)]
        assert replay_pricing(week, DEFAULT_PRICING).instructor_change[2] == 360
        spread = [lesson(at=NOW + number * 8 * DAY) for number in range(5)]
        assert replay_pricing(spread, DEFAULT_PRICING).instructor_change[2] == 0

    def test_founding_rates_are_replayed_as_such(self) -> None:
        founder = lesson(commission=Commission(tier="founding", bps=800))
        lower = evolve(DEFAULT_PRICING, founding_rate_bps=700)
        assert replay_pricing([founder], lower).instructor_change == (120,) * 5

    def test_what_could_not_be_sold_is_counted(self) -> None:
        higher = evolve(DEFAULT_PRICING, floor_in_person=Money(12_001))
        assert replay_pricing([lesson(), lesson(modality=Modality.REMOTE)], higher).below_floor == 1

    @given(st.lists(st.integers(8000, 40_000), min_size=1, max_size=30))
    def test_what_students_pay_is_what_the_others_get(self, rates: list[int]) -> None:
        proposed = evolve(
            DEFAULT_PRICING,
            student_fee_bps=999,
            tiers=(Tier(name="one", minimum=1, commission_bps=777),),
        )
        replay = replay_pricing([lesson(rate=rate) for rate in rates], proposed)
        for totals in (replay.before, replay.after):
            assert totals.student_cost == totals.instructor_pay + totals.platform_take
        assert replay.after.platform_take == sum(
            Money(rate).share(999).cents + Money(rate).share(777).cents for rate in rates
        )


class TestStanding:
    def test_how_many_more_lower_it_and_when_they_roll_off(self) -> None:
        """Spec 02 §5, §11.6: the next lesson is counted, as a quote counts it."""
        taught = [NOW - 20 * DAY, NOW - 3 * DAY]
        facts = TierFacts(completed=2, last_completed_at=taught[-1])
        standing = commission_standing(facts, taught, now=NOW, config=DEFAULT_PRICING)
        assert standing.commission == ENTRY
        assert standing.next_tier == DEFAULT_PRICING.tiers[1]
        assert standing.lessons_to_next == 2
        assert standing.resets_at == NOW + 87 * DAY
        assert standing.forecast == (
            Forecast(at=NOW + 10 * DAY, lessons=1),
            Forecast(at=NOW + 27 * DAY, lessons=0),
        )

    def test_on_the_highest_level_there_is_no_next(self) -> None:
        facts = TierFacts(completed=30, last_completed_at=NOW)
        standing = commission_standing(facts, [], now=NOW, config=DEFAULT_PRICING)
        assert (standing.next_tier, standing.lessons_to_next) == (None, None)

    def test_a_founding_rate_never_changes(self) -> None:
        facts = TierFacts(is_founding=True, completed=1, last_completed_at=NOW)
        standing = commission_standing(facts, [], now=NOW, config=DEFAULT_PRICING)
        assert standing.commission.bps == 800
        assert (standing.next_tier, standing.resets_at) == (None, None)


class TestRaisedFloors:
    """PR-8: who can't be booked any more hears of it; who could not before does not."""

    def offered(self, who: InstructorId, cents: int) -> OfferedRates:
        return OfferedRates(
            instructor_id=who, service_id=PIANO, rates={Format.STUDIO: Money(cents)}
        )

    def test_only_those_between_the_floors_are_priced_out(self) -> None:
        higher = evolve(DEFAULT_PRICING, floor_in_person=Money(9000))
        offers = [
            self.offered(JANE, 8000),
            self.offered(JANE, 8999),
            self.offered(JOHN, 9000),
            self.offered(JOHN, 7999),
        ]
        assert priced_out(offers, DEFAULT_PRICING, higher) == {JANE: 2}
        assert priced_out(offers, higher, DEFAULT_PRICING) == {}

    def test_a_category_has_floors_of_its_own(self) -> None:
        """PR-7: they stand in the place of the default, lower ones too; 0 is no floor."""
        own = Floors(in_person=Money(10_000), remote=Money(0))
        config = PricingConfig(version=2, category_floors={"music": own})
        music = config.for_services({PIANO: "music"})
        assert music.floor(Modality.IN_PERSON, 30, PIANO) == Money(5000)
        assert music.floor(Modality.REMOTE, 60, PIANO) == Money(0)
        assert music.floor(Modality.IN_PERSON, 60) == Money(8000)
        assert music.floor(Modality.IN_PERSON, 60, ServiceId(UUID(int=9))) == Money(8000)
        assert priced_out([self.offered(JANE, 9999)], DEFAULT_PRICING, music) == {JANE: 1}
