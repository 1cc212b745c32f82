"""What every `RateStore` and every `Mutexes` adapter must do."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from instainstru_core.accounts.ports import RateStore
from instainstru_core.accounts.rate_limits import MINUTE_MS, RatePolicy
from instainstru_core.kernel.errors import OperationInProgress
from instainstru_core.kernel.mutex import Mutexes
from instainstru_core.testing.fakes.clock import HandMovedClock

FINANCIAL = RatePolicy("financial", 5, MINUTE_MS, 0)
WRITE = RatePolicy("write", 30, MINUTE_MS, 10)
SHUT = RatePolicy("shut", 0, MINUTE_MS, 0)
RIVALS = 8


class RateStoreContract:
    """Inherit, and provide the fixtures `rates` and `clock`, by which the store goes."""

    def test_gives_exactly_what_the_policy_says(
        self, rates: RateStore, clock: HandMovedClock
    ) -> None:
        """SE-3: the second waits 12 s, and then passes."""
        (first,) = rates.decide([(FINANCIAL, "sarah")])
        assert (first.allowed, first.remaining, first.reset_after_ms) == (True, 0, 12_000)
        clock.move(timedelta(milliseconds=1))
        (second,) = rates.decide([(FINANCIAL, "sarah")])
        assert (second.allowed, second.retry_after_ms) == (False, 11_999)
        clock.move(timedelta(milliseconds=11_999))
        assert rates.decide([(FINANCIAL, "sarah")])[0].allowed

    def test_counts_each_key_by_itself(self, rates: RateStore) -> None:
        """SE-5."""
        assert rates.decide([(FINANCIAL, "sarah")])[0].allowed
        assert rates.decide([(FINANCIAL, "ana")])[0].allowed

    def test_the_first_denial_is_the_last_answer(self, rates: RateStore) -> None:
        """SE-4: edge, then the specific one; what comes after a denial costs nothing."""
        found = rates.decide([(WRITE, "a"), (SHUT, "b"), (WRITE, "c")])
        assert [decision.allowed for decision in found] == [True, False]
        assert found[1].retry_after_ms == MINUTE_MS
        assert rates.decide([(WRITE, "c")])[0].remaining == WRITE.burst

    def test_survives_a_clock_that_steps_back(
        self, rates: RateStore, clock: HandMovedClock
    ) -> None:
        """SE-2: never locked out for longer than a span."""
        for _ in range(WRITE.limit):
            assert rates.decide([(WRITE, "sarah")])[0].allowed
        clock.move(timedelta(hours=-1))
        denied = rates.decide([(WRITE, "sarah")])[0]
        assert denied.retry_after_ms == WRITE.interval_ms

    def test_rivals_together_get_no_more(self, rates: RateStore) -> None:
        """SE-2: one atomic step."""
        barrier = threading.Barrier(RIVALS)

        def ask() -> int:
            barrier.wait()
            return sum(rates.decide([(WRITE, "sarah")])[0].allowed for _ in range(5))

        with ThreadPoolExecutor(RIVALS) as pool:
            passed = [pool.submit(ask) for _ in range(RIVALS)]
        assert sum(one.result() for one in passed) == WRITE.limit

    def test_is_there(self, rates: RateStore) -> None:
        rates.check()


class MutexesContract:
    """Inherit, and provide the fixture `mutexes`."""

    def test_a_held_lock_is_refused_to_others(self, mutexes: Mutexes) -> None:
        """BK-56: 409 `operation_in_progress`."""
        with (
            mutexes.hold("booking:1"),
            mutexes.hold("booking:2"),
            pytest.raises(OperationInProgress),
            mutexes.hold("booking:1"),
        ):
            raise AssertionError("held twice")

    def test_a_lock_is_free_again_after_the_block_even_when_it_raises(
        self, mutexes: Mutexes
    ) -> None:
        with pytest.raises(RuntimeError, match="broken"), mutexes.hold("booking:1"):
            raise RuntimeError("broken")
        with mutexes.hold("booking:1"):
            pass

    def test_of_rivals_one_gets_it(self, mutexes: Mutexes) -> None:
        barrier, done = threading.Barrier(RIVALS), threading.Barrier(RIVALS)

        def take() -> bool:
            barrier.wait()
            try:
                with mutexes.hold("booking:1"):
                    done.wait()
                    return True
            except OperationInProgress:
                done.wait()
                return False

        with ThreadPoolExecutor(RIVALS) as pool:
            taken = [pool.submit(take) for _ in range(RIVALS)]
        assert sum(one.result() for one in taken) == 1
