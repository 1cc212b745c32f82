"""The money simulator: it is sound where the platform is, and a broken rule does not get past it.

Source: spec 02 §10 properties 3, 7, 8, 10 and 11; §11.4.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.kernel.money import Money
from instainstru_core.payments.credits.model import CreditLot, ReleaseFault
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model import planner
from instainstru_core.payments.model.operation import PaymentOperation
from instainstru_core.payments.model.outcomes import Share
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor import BankPayout, ProcessorAnswer, Refused
from instainstru_core.payments.reconciliation import postings
from instainstru_core.payments.use_cases import carry_out
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.pricing.model.quotes import PriceBreakdown
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.simulation.boundary import Boundary, Killed
from instainstru_core.testing.simulation.cast import ACTORS, WEATHER
from instainstru_core.testing.simulation.dice import Dice
from instainstru_core.testing.simulation.rows import LiveTables
from instainstru_core.testing.simulation.run import Told, simulate
from instainstru_core.testing.simulation.script import Script, Step
from instainstru_core.testing.simulation.shrink import shrink
from instainstru_core.testing.simulation.store import SimulatedStore
from instainstru_core.testing.simulation.town import Town
from instainstru_core.testing.simulation.turns import Turns
from instainstru_core.testing.simulation.writing import write_script

BOOKINGS = 40
SEEDS = range(1, 5)
MAX_SEEDS = 12


def tell(seed: int) -> Told:
    return simulate(write_script(seed, bookings=BOOKINGS))


def first_breach() -> Told:
    """The first seed that finds something."""
    for seed in range(1, MAX_SEEDS + 1):
        if not (told := tell(seed)).sound:
            return told
    raise AssertionError(f"nothing was found in {MAX_SEEDS} seeds")


@pytest.mark.parametrize("seed", SEEDS)
def test_properties_3_7_8_10_11_hold_whatever_goes_wrong(seed: int) -> None:
    told = tell(seed)
    assert told.breach is None
    assert told.bookings >= BOOKINGS
    assert min(told.events, told.commits) > told.steps
    assert told.outcomes["lesson_completed_full_payout"] > 0
    assert sum(cents for _, cents in told.flows.items()) > 0


def test_things_do_go_wrong() -> None:
    told = [tell(seed) for seed in SEEDS]
    assert sum(each.faults for each in told) > 0
    assert sum(each.deaths for each in told) > 0
    assert sum(each.notes["races"] for each in told) > 0
    assert sum(each.notes["webhooks lost"] for each in told) > 0
    assert sum(each.notes["webhooks repeated"] for each in told) > 0


def test_a_seed_always_tells_the_same_story() -> None:
    assert tell(7) == tell(7)
    assert write_script(7, bookings=10).steps != write_script(8, bookings=10).steps


@pytest.fixture
def off_by_a_cent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A split that gives the instructor a cent of the platform's. The books still balance."""
    right = planner._shares

    def wrong(share: Share, breakdown: PriceBreakdown) -> tuple[Money, Money, Money]:
        target, payout, commission = right(share, breakdown)
        if share is not Share.SPLIT:
            return target, payout, commission
        return target, payout + Money(1), commission - Money(1)

    monkeypatch.setattr(planner, "_shares", wrong)


class TestMutants:
    """Three rules of the platform, broken on purpose."""

    @pytest.mark.usefixtures("off_by_a_cent")
    def test_py_29_a_split_that_is_off_by_a_cent(self) -> None:
        assert "each gets what the table says" in str(first_breach().breach)

    def test_py_60_a_retry_with_a_new_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        right = carry_out._ask
        keys = iter(range(10**9, 2 * 10**9))

        def wrong(
            operation: PaymentOperation, payment: Payment, gateway: PaymentGateway
        ) -> ProcessorAnswer:
            if operation.attempts > 1:
                key = OperationId.parse(f"{next(keys):026}")
                operation = evolve(operation, operation_id=key)
            return right(operation, payment, gateway)

        monkeypatch.setattr(carry_out, "_ask", wrong)
        assert not first_breach().sound

    def test_cr_8_credit_that_comes_back_although_the_lesson_was_taught(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def wrong(till: CreditTill, payment: Payment) -> Money:
            return till.release(payment, fault=ReleaseFault.PLATFORM)

        monkeypatch.setattr(CreditTill, "apply", wrong)
        assert not first_breach().sound

    @pytest.mark.usefixtures("off_by_a_cent")
    def test_the_shortest_story_that_fails_is_short(self) -> None:
        found = first_breach()
        whole = write_script(found.seed, bookings=BOOKINGS)

        def fails(script: Script) -> bool:
            return not simulate(script).sound

        small = shrink(whole, fails, tries=60)
        assert fails(small)
        assert len(small.steps) < len(whole.steps) / 10
        assert whole.excerpt(small.named(whole)) == small


class TestExcerpts:
    def test_steps_are_named_alone_and_spared(self) -> None:
        whole = write_script(1, bookings=200)
        step = next(each for each in whole.steps if each.crash and each.beside)
        (told,) = whole.excerpt(f"{step.number}as").steps
        assert (told.number, told.crash, told.beside) == (step.number, 0, "")
        assert whole.excerpt(str(step.number)).steps == (step,)

    @pytest.mark.parametrize("named", ["", "x", "999999", "1b"])
    def test_what_names_no_step_is_refused(self, named: str) -> None:
        with pytest.raises(ValueError, match="there is no step"):
            write_script(1, bookings=5).excerpt(named)

    def test_a_step_says_who_does_what_and_what_goes_wrong(self) -> None:
        script = write_script(1, bookings=200)
        step: Step = next(each for each in script.steps if each.crash and each.beside)
        told = str(step)
        assert f"#{step.number} " in told
        assert f"[dies at boundary {step.crash}]" in told
        assert f"[at once with {step.beside}]" in told


class TestShrinking:
    @given(st.sets(st.integers(0, 60), min_size=1, max_size=4))
    def test_what_is_left_is_what_it_takes(self, needed: set[int]) -> None:
        whole = write_script(3, bookings=20)
        needed = {each for each in needed if each < len(whole.steps)} or {0}

        def fails(script: Script) -> bool:
            return needed <= {each.number for each in script.steps}

        small = shrink(whole, fails, tries=2000)
        assert {each.number for each in small.steps} == needed


class TestTurns:
    def _race(self, seed: int) -> list[str]:
        boundary, told = Boundary(), list[str]()

        def story(name: str) -> Callable[[], None]:
            def steps() -> None:
                for number in range(4):
                    boundary.reach()
                    told.append(f"{name}{number}")

            return steps

        Turns(boundary, Dice(seed)).run(story("a"), story("b"))
        return told

    def test_each_story_keeps_its_order(self) -> None:
        for seed in range(20):
            told = self._race(seed)
            assert [each for each in told if each[0] == "a"] == ["a0", "a1", "a2", "a3"]
            assert [each for each in told if each[0] == "b"] == ["b0", "b1", "b2", "b3"]

    def test_the_same_dice_make_the_same_race_and_others_another(self) -> None:
        assert self._race(1) == self._race(1)
        assert len({tuple(self._race(seed)) for seed in range(20)}) > 10

    def test_a_death_is_told_and_the_other_goes_on(self) -> None:
        boundary, told = Boundary(), list[str]()
        boundary.arm(1)

        def mortal() -> None:
            boundary.reach()
            told.append("lived")

        raised = Turns(boundary, Dice(1)).run(mortal, lambda: told.append("went on"))
        assert any(isinstance(each, Killed) for each in raised)
        assert told == ["went on"]
        assert boundary.killed == 1
        assert boundary.give_way is None


class TestRows:
    @given(
        st.lists(st.tuples(st.integers(0, 5), st.sampled_from((None, "x", "yy", "zzz")))),
        st.lists(st.tuples(st.integers(0, 5), st.sampled_from((None, "x", "yy", "zzz")))),
    )
    def test_what_is_taken_back_never_was(
        self, kept: list[tuple[int, str | None]], undone: list[tuple[int, str | None]]
    ) -> None:
        tables = LiveTables()
        rows = tables.of("words", int, str)
        plain: dict[int, str] = {}
        for key, value in kept:
            for each in (rows, plain):
                each.pop(key, None) if value is None else each.update({key: value})
        tables.keep()
        for key, value in undone:
            rows.pop(key, None) if value is None else rows.update({key: value})
        tables.take_back()
        assert rows == plain
        found = tables.where("words", int, str, "__class__", str)
        assert sorted(found) == sorted(plain.values())

    def test_every_way_to_change_a_table_is_undone(self) -> None:
        tables = LiveTables()
        rows = tables.of("words", int, str)
        rows.setdefault(1, "one")
        tables.keep()
        rows.clear()
        rows.setdefault(2, "two")
        rows.setdefault(3, "three")
        assert rows.popitem() == (3, "three")
        del rows[2]
        with pytest.raises(KeyError):
            rows.popitem()
        tables.take_back()
        assert rows == {1: "one"}


@pytest.fixture
def town() -> Town:
    return Town(evolve(write_script(1, bookings=5), faults=0.0))


def act(hours: float, name: str, choice: str = "", amount: int = 0) -> tuple[float, str, str, int]:
    """What happens to the one lesson, so many hours from the beginning."""
    return hours, name, choice, amount


def tell_of_one_lesson(card: str, *acts: tuple[float, str, str, int]) -> Told:
    """A lesson 26 hours from the beginning, and what is done about it; nothing goes wrong."""
    whole = write_script(1, bookings=4, faults=0.0)
    lesson = evolve(
        whole.lessons[0],
        card=card,
        student=0,
        instructor=0,
        booked_at=whole.begins_at,
        starts_at=whole.begins_at + timedelta(hours=26),
        minutes=60,
        credit_cents=0,
    )
    steps = tuple(
        Step(
            number=number,
            at=whole.begins_at + timedelta(hours=hours),
            act=name,
            lesson=None if name in WEATHER else 0,
            choice=choice,
            amount=amount,
        )
        for number, (hours, name, choice, amount) in enumerate(acts)
    )
    return simulate(evolve(whole, days=21, lessons=(lesson,), steps=steps))


def decided(told: Told) -> dict[str, int]:
    """What people of the staff decided, and how often."""
    return {
        name.partition(": ")[2]: count
        for name, count in told.notes.items()
        if name.startswith(("review decided", "tip decided"))
    }


BOOK = act(0.1, "book", "pm_card_visa")


class TestPeopleOfTheStaff:
    """PY-58: what nothing automatic ends, somebody decides, and everybody has their part."""

    FALLS_THROUGH = (
        act(0.1, "book", "pm_card_refund_fails"),
        act(10, "move", amount=72),
        act(20, "cancel", "instructor"),
    )

    def test_py_54_what_the_card_sent_back_ends_as_credit(self) -> None:
        told = tell_of_one_lesson("pm_card_refund_fails", *self.FALLS_THROUGH, act(40, "review"))
        assert told.breach is None
        assert decided(told) == {"retry_refund": 3, "give_credit": 1}

    def test_py_54_or_somebody_gives_the_credit_at_once(self) -> None:
        told = tell_of_one_lesson(
            "pm_card_refund_fails", *self.FALLS_THROUGH, act(40, "review", amount=1)
        )
        assert told.breach is None
        assert decided(told) == {"give_credit": 1}

    def test_py_51_a_tip_is_given_back(self) -> None:
        told = tell_of_one_lesson(
            "pm_card_visa",
            BOOK,
            act(27.5, "complete"),
            act(30, "tip", "pm_card_visa", 5_00),
            act(31, "mend tip"),
        )
        assert told.breach is None
        assert decided(told) == {"refund": 1}

    def test_nobody_gives_much_alone(self) -> None:
        told = tell_of_one_lesson("pm_card_visa", act(1, "give credit", "grant", 500_00))
        assert told.breach is None
        assert told.notes["acts of two people"] == 1

    def test_cr_15_goodwill_that_nobody_gave_is_found(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        right = CreditTill.grant

        def wrong(till: CreditTill, lot: CreditLot) -> None:
            more = Money(1)
            right(till, evolve(lot, amount=lot.amount + more, available=lot.available + more))

        monkeypatch.setattr(CreditTill, "grant", wrong)
        told = tell_of_one_lesson("pm_card_visa", act(1, "give credit", "grant", 50_00))
        assert "goodwill is what the staff gave" in str(told.breach)


def test_py_10_a_hold_that_ran_out_in_its_sleep_is_let_go_before_its_booking() -> None:
    told = tell_of_one_lesson(
        "pm_card_visa",
        act(10, "outage", "authorise", 5),
        act(10.01, "book", "pm_card_visa"),
        act(10.02, "sleep", amount=6),
    )
    assert told.breach is None
    assert told.outcomes == {"checkout_abandoned_no_charge": 1}


def test_py_62_the_sweeper_has_no_better_line() -> None:
    told = tell_of_one_lesson(
        "pm_card_visa",
        act(10, "outage", "authorise", 9),
        act(10.01, "book", "pm_card_visa"),
        act(12, "add credit"),
    )
    assert told.breach is None
    assert told.faults > 5


class TestMoneyOnItsWay:
    ASKED = (BOOK, act(60, "instant payout", amount=10_00))

    def test_py_49_an_instant_payout_is_made_once(self) -> None:
        told = tell_of_one_lesson("pm_card_visa", *self.ASKED)
        assert told.breach is None
        assert told.notes["instant payouts made"] == 1

    def test_py_62_one_that_is_made_twice_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        right = SimulatedProcessor.instant_payout

        def wrong(
            processor: SimulatedProcessor, key: OperationId, *, account: str, amount: Money
        ) -> BankPayout | Refused:
            right(processor, OperationId.parse(f"{7:026}"), account=account, amount=amount)
            return right(processor, key, account=account, amount=amount)

        monkeypatch.setattr(SimulatedProcessor, "instant_payout", wrong)
        told = tell_of_one_lesson("pm_card_visa", *self.ASKED)
        assert "nothing is paid out that nobody asked for" in str(told.breach)

    def test_py_84_fees_that_nobody_posts_are_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(postings, "fee_cents", lambda _moved: 0)
        told = tell_of_one_lesson("pm_card_visa", BOOK)
        assert "the books have the processor's balance" in str(told.breach)

    def test_py_66_who_left_is_owed_what_they_earned(self) -> None:
        told = tell_of_one_lesson("pm_card_visa", BOOK, act(40, "leave"))
        assert told.breach is None
        assert told.notes["accounts that left"] == 1
        assert told.notes["owed to who left"] == 1
        assert told.flows["booking_escrow", "instructor_payable"] > 0
        assert ("instructor_payable", "processor_balance") not in told.flows

    def test_py_66_who_leaves_afterwards_has_it(self) -> None:
        told = tell_of_one_lesson("pm_card_visa", BOOK, act(100, "leave"))
        assert told.breach is None
        assert told.notes["owed to who left"] == 0
        assert told.flows["instructor_payable", "processor_balance"] > 0


class TestSpareLessons:
    @pytest.mark.parametrize(("bookings", "booked"), [(100, 2), (1, 1)])
    def test_they_are_booked_only_while_there_are_too_few(self, bookings: int, booked: int) -> None:
        script = write_script(1, bookings=5, faults=0.0)
        town = Town(evolve(script, bookings=bookings))
        lesson = evolve(script.lessons[0], starts_at=script.begins_at + timedelta(hours=26))
        step = Step(number=0, at=script.begins_at, act="book", lesson=0, choice="pm_card_visa")
        town.pass_time(script.begins_at + timedelta(days=script.days - 1))
        for number in (0, 1):
            at = town.clock.now() + timedelta(days=1 + number)
            spare = evolve(lesson, number=number, spare=True, starts_at=at)
            ACTORS["book"].act(town, spare, step)
        assert len(town.store.tables.named("bookings")) == booked
        assert town.is_behind is (booked < bookings)


class TestTown:
    def test_no_unit_is_begun_inside_of_another(self, town: Town) -> None:
        store: SimulatedStore = town.store
        with store.begin(), pytest.raises(RuntimeError, match="inside of another"), store.begin():
            pass

    def test_what_a_unit_did_before_it_failed_is_not_kept(self, town: Town) -> None:
        before = dict(town.store.tables.named("instructors"))
        with pytest.raises(ZeroDivisionError), town.store.begin() as work:
            work.tables.of("instructors", int, str)[1] = "nobody"
            raise ZeroDivisionError
        assert town.store.tables.named("instructors") == before

    def test_time_passes_though_nothing_is_due(self, town: Town) -> None:
        until = town.clock.now() + timedelta(days=2)
        town.pass_time(until)
        assert town.clock.now() == until


class TestDice:
    def test_they_throw_all_there_is(self) -> None:
        dice = Dice("every", 1)
        assert {dice.below(6) for _ in range(200)} == set(range(6))
        assert {dice.between(3, 5) for _ in range(100)} == {3, 4, 5}
        assert {dice.choice("ab") for _ in range(50)} == {"a", "b"}
        assert all(0 <= dice.random() < 1 for _ in range(100))

    def test_what_is_likelier_comes_more_often(self) -> None:
        dice = Dice("odds")
        thrown = [dice.weighted((("seldom", 1), ("often", 9))) for _ in range(1000)]
        assert 50 < thrown.count("seldom") < 150
