"""What every `WorkItems` adapter must do."""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from instainstru_core.due_work.ids import WorkId
from instainstru_core.due_work.model import (
    LEASE,
    LONGEST_DELAY,
    MAX_ATTEMPTS,
    MAX_CLAIMS,
    NewWork,
    delay_after,
)
from instainstru_core.due_work.ports import DueWork
from instainstru_core.due_work.queries import DueWorkReads
from instainstru_core.kernel.unit_of_work import Begin

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
RIVALS = 8


def file_work(begin: Begin[DueWork], *work: NewWork) -> None:
    """Keep *work* in a unit of its own."""
    with begin() as unit:
        for new in work:
            unit.work_items.file(new)


def some_work(name: str = "remind", **changes: object) -> NewWork:
    """Work due at noon, under a key of its own name."""
    details: dict[str, object] = {"handler": name, "payload": {"n": 1}, "due_at": NOON}
    return NewWork(**details | changes)  # type: ignore[arg-type]


def claimed(begin: Begin[DueWork], now: datetime, limit: int = 50) -> list[WorkId]:
    """What a pump gets at *now*."""
    with begin() as unit:
        return list(unit.work_items.claim(now=now, limit=limit))


class WorkItemsContract:
    """Inherit, and provide the fixtures `begin` and `read` on one empty store."""

    def test_files_as_the_unit_ends(self, begin: Begin[DueWork]) -> None:
        file_work(begin, some_work(payload={"booking_id": "x", "n": [1, None, {"a": True}]}))
        (work_id,) = claimed(begin, NOON)
        with begin() as unit:
            item = unit.work_items.find(work_id)
        assert item is not None
        assert item.handler == "remind"
        assert item.payload == {"booking_id": "x", "n": [1, None, {"a": True}]}
        assert (item.attempts, item.claims, item.dead, item.last_error) == (0, 1, False, None)

    def test_undoes_the_filing_when_the_block_raises(self, begin: Begin[DueWork]) -> None:
        with pytest.raises(ZeroDivisionError), begin() as unit:
            unit.work_items.file(some_work())
            raise ZeroDivisionError
        assert claimed(begin, NOON) == []

    def test_files_one_of_a_key_while_it_is_there(self, begin: Begin[DueWork]) -> None:
        file_work(begin, some_work("first", dedupe_key="k"), some_work("second", dedupe_key="k"))
        file_work(begin, some_work("third", dedupe_key="k"))
        (work_id,) = claimed(begin, NOON)
        with begin() as unit:
            item = unit.work_items.take(work_id)
            assert item is not None
            assert item.handler == "first"
            unit.work_items.finish(work_id)
            unit.work_items.file(some_work("fourth", dedupe_key="k"))
        (again,) = claimed(begin, NOON)
        assert again != work_id

    def test_claims_what_is_due_earliest_first(self, begin: Begin[DueWork]) -> None:
        for seconds in (3, 1, 2, 4):
            file_work(begin, some_work(str(seconds), due_at=NOON + seconds * SECOND))
        assert claimed(begin, NOON) == []
        first = claimed(begin, NOON + 3 * SECOND, limit=2)
        second = claimed(begin, NOON + 3 * SECOND, limit=2)
        with begin() as unit:
            items = [unit.work_items.find(work_id) for work_id in (*first, *second)]
        assert [item.handler for item in items if item is not None] == ["1", "2", "3"]

    def test_leases_what_it_hands_out(self, begin: Begin[DueWork]) -> None:
        """Source: OP-12: claimed work comes back when its worker was lost."""
        file_work(begin, some_work())
        first = claimed(begin, NOON)
        assert claimed(begin, NOON + LEASE - SECOND) == []
        assert claimed(begin, NOON + LEASE) == first

    def test_gives_up_what_takes_its_process_down(self, begin: Begin[DueWork]) -> None:
        """Claimed again and again without an outcome, it goes dead and says why."""
        file_work(begin, some_work())
        (work_id,) = claimed(begin, NOON)
        now = NOON + LEASE
        for _ in range(MAX_CLAIMS - 1):
            assert claimed(begin, now) == [work_id]
            now += LEASE
        assert claimed(begin, now) == []
        with begin() as unit:
            item = unit.work_items.find(work_id)
            assert unit.work_items.take(work_id) is None
        assert item is not None
        assert item.dead
        assert item.last_error is not None
        assert str(MAX_CLAIMS) in item.last_error

    def test_forgets_what_is_finished(self, begin: Begin[DueWork]) -> None:
        file_work(begin, some_work())
        (work_id,) = claimed(begin, NOON)
        with begin() as unit:
            unit.work_items.finish(work_id)
            assert unit.work_items.take(work_id) is None
        with begin() as unit:
            assert unit.work_items.find(work_id) is None
            unit.work_items.finish(work_id)
            unit.work_items.put_off(work_id, until=NOON)
            assert unit.work_items.fail(work_id, error="late", now=NOON) is None

    def test_keeps_what_a_failed_unit_had_finished(self, begin: Begin[DueWork]) -> None:
        file_work(begin, some_work())
        (work_id,) = claimed(begin, NOON)
        with pytest.raises(ZeroDivisionError), begin() as unit:
            unit.work_items.finish(work_id)
            raise ZeroDivisionError
        with begin() as unit:
            assert unit.work_items.take(work_id) is not None

    def test_tries_again_later_and_later(self, begin: Begin[DueWork]) -> None:
        """Source: OP-12: min(1800, 30 · 2^(n-1)) s after the n-th failure, dead at the 5th."""
        file_work(begin, some_work())
        now = NOON
        delays = []
        for n in range(1, MAX_ATTEMPTS + 1):
            (work_id,) = claimed(begin, now)
            with begin() as unit:
                item = unit.work_items.fail(work_id, error=f"failure {n}", now=now)
            assert item is not None
            assert (item.attempts, item.claims, item.last_error) == (n, 0, f"failure {n}")
            assert item.dead == (n == MAX_ATTEMPTS)
            delays.append((item.due_at - now) // SECOND)
            now = item.due_at
        assert delays == [30, 60, 120, 240, 480]
        assert claimed(begin, now + timedelta(days=1)) == []

    def test_keeps_the_dead_as_they_died(self, begin: Begin[DueWork]) -> None:
        file_work(begin, some_work())
        (work_id,) = claimed(begin, NOON)
        with begin() as unit:
            tries = range(MAX_ATTEMPTS)
            died = [unit.work_items.fail(work_id, error=str(n), now=NOON) for n in tries][-1]
            assert unit.work_items.fail(work_id, error="late", now=NOON + LEASE) == died
            assert unit.work_items.find(work_id) == died

    def test_never_gives_up_what_is_not_mortal(self, begin: Begin[DueWork]) -> None:
        file_work(begin, some_work())
        (work_id,) = claimed(begin, NOON)
        with begin() as unit:
            for n in range(1, 13):
                item = unit.work_items.fail(work_id, error="no", now=NOON, mortal=False)
                assert item is not None
                assert item.due_at == NOON + delay_after(n)
                assert not item.dead
        assert delay_after(12) == LONGEST_DELAY
        assert claimed(begin, NOON + LONGEST_DELAY) == [work_id]

    def test_puts_off_with_a_clean_record(self, begin: Begin[DueWork]) -> None:
        file_work(begin, some_work())
        (work_id,) = claimed(begin, NOON)
        with begin() as unit:
            unit.work_items.fail(work_id, error="once", now=NOON)
            unit.work_items.put_off(work_id, until=NOON + SECOND)
            item = unit.work_items.find(work_id)
        assert item is not None
        assert (item.due_at, item.attempts, item.claims) == (NOON + SECOND, 0, 0)
        assert item.last_error is None
        assert claimed(begin, NOON) == []
        assert claimed(begin, NOON + SECOND) == [work_id]

    def test_withdraws_by_key(self, begin: Begin[DueWork]) -> None:
        file_work(begin, some_work("a", dedupe_key="a"), some_work("b", dedupe_key="b"))
        with begin() as unit:
            unit.work_items.file(some_work("c", dedupe_key="c"))
            unit.work_items.withdraw("a")
            unit.work_items.withdraw("c")
            unit.work_items.withdraw("unknown")
            unit.work_items.file(some_work("a again", dedupe_key="a"))
        with begin() as unit:
            found = [unit.work_items.find(work_id) for work_id in claimed_in(unit)]
        assert sorted(item.handler for item in found if item is not None) == ["a again", "b"]

    def test_finds_nothing_under_an_unknown_id(self, begin: Begin[DueWork]) -> None:
        with begin() as unit:
            assert unit.work_items.find(WorkId(UUID(int=7))) is None
            assert unit.work_items.take(WorkId(UUID(int=7))) is None

    def test_gives_each_item_to_one_of_many_rivals(self, begin: Begin[DueWork]) -> None:
        file_work(begin, *(some_work(str(n)) for n in range(100)))
        together = threading.Barrier(RIVALS)

        def pump(_: int) -> list[WorkId]:
            together.wait()
            got: list[WorkId] = []
            while batch := claimed(begin, NOON, limit=7):
                got += batch
            return got

        with ThreadPoolExecutor(RIVALS) as pool:
            taken = [work_id for got in pool.map(pump, range(RIVALS)) for work_id in got]
        assert len(taken) == len(set(taken)) == 100

    def test_lets_one_of_many_rivals_do_it(self, begin: Begin[DueWork]) -> None:
        """Source: OP-13: a duplicate finds nothing to do."""
        file_work(begin, some_work())
        (work_id,) = claimed(begin, NOON)
        together = threading.Barrier(RIVALS)

        def perform(_: int) -> bool:
            together.wait()
            with begin() as unit:
                if unit.work_items.take(work_id) is None:
                    return False
                unit.work_items.finish(work_id)
                return True

        with ThreadPoolExecutor(RIVALS) as pool:
            assert sum(pool.map(perform, range(RIVALS))) == 1

    def test_shows_operators_the_backlog(
        self, begin: Begin[DueWork], read: Begin[DueWorkReads]
    ) -> None:
        """Source: OP-12: the dead stay visible, with their last error."""
        with read() as reads:
            assert reads.due_work.backlog(NOON).oldest_due_at is None
            assert reads.due_work.dead_work() == []
        file_work(begin, some_work("poison", due_at=NOON - SECOND), some_work("due"))
        file_work(begin, some_work("later", due_at=NOON + SECOND))
        (poison,) = claimed(begin, NOON, limit=1)
        with begin() as unit:
            for _ in range(MAX_ATTEMPTS):
                unit.work_items.fail(poison, error="bad", now=NOON)
        with read() as reads:
            backlog = reads.due_work.backlog(NOON)
            (dead,) = reads.due_work.dead_work()
        assert (backlog.waiting, backlog.due, backlog.dead) == (2, 1, 1)
        assert backlog.oldest_due_at == NOON
        assert (dead.work_id, dead.handler, dead.last_error) == (poison, "poison", "bad")


def claimed_in(unit: DueWork) -> Iterable[WorkId]:
    """What a pump gets at noon, in a unit that is open already."""
    return unit.work_items.claim(now=NOON, limit=50)
