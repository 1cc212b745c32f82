"""Doing one due thing. Source: OP-12, OP-13."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from attrs import Factory, define

from instainstru_core.due_work.ids import WorkId
from instainstru_core.due_work.model import (
    CONTENTION_PAUSE,
    MAX_ATTEMPTS,
    MAX_ERROR_LENGTH,
    CallsOut,
    InTransaction,
    NewWork,
    Payload,
    Periodic,
    WorkItem,
)
from instainstru_core.due_work.ports import DueWork
from instainstru_core.due_work.use_cases.claim_due_work import claim_due_work
from instainstru_core.due_work.use_cases.file_periodic_work import file_periodic_work
from instainstru_core.due_work.use_cases.perform_work import (
    Handler,
    Outcome,
    Performed,
    perform_work,
)
from instainstru_core.kernel.errors import Conflict, OperationInProgress
from instainstru_core.reactions import PERIODIC
from instainstru_core.testing.contracts.work_items import NOON
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore

HOUR = timedelta(hours=1)


@define
class Diary:
    """The world of these handlers: what they did outside."""

    lines: list[str] = Factory(list)


@define
class Platform:
    """A store, a clock and a few handlers."""

    handlers: Mapping[str, Handler[DueWork, Diary]]
    periodic: Mapping[str, Periodic] = Factory(dict)
    diary: Diary = Factory(Diary)
    clock: HandMovedClock = Factory(lambda: HandMovedClock(NOON))
    store: InMemoryStore = Factory(
        lambda self: InMemoryStore(ids=CountedIds(), clock=self.clock), takes_self=True
    )

    def file(self, handler: str, **payload: object) -> WorkId:
        with self.store.begin() as work:
            work.work_items.file(NewWork(handler=handler, payload=payload, due_at=self.clock.now()))
        return self.claim()[-1]

    def claim(self) -> list[WorkId]:
        return list(claim_due_work(begin=self.store.begin, clock=self.clock))

    def perform(self, work_id: WorkId) -> Performed:
        return perform_work(
            work_id,
            handlers=self.handlers,
            periodic=self.periodic,
            ports=self.diary,
            begin=self.store.begin,
            clock=self.clock,
        )

    def find(self, work_id: WorkId) -> WorkItem | None:
        with self.store.begin() as work:
            return work.work_items.find(work_id)


def follow_up(name: str) -> NewWork:
    return NewWork(handler=name, payload={}, due_at=NOON)


def files_more(item: WorkItem, work: DueWork, diary: Diary) -> None:
    work.work_items.file(follow_up("next"))


def notes(item: WorkItem, diary: Diary) -> None:
    diary.lines.append(item.text("line"))


def rest(item: WorkItem, diary: Diary) -> None:
    """Nothing to do this time."""


def raising(error: Exception) -> Callable[[WorkItem, DueWork, Diary], None]:
    def run(item: WorkItem, work: DueWork, diary: Diary) -> None:
        work.work_items.file(follow_up("never kept"))
        raise error

    return run


def test_keeps_effect_and_end_together() -> None:
    platform = Platform({"more": InTransaction(files_more)})
    work_id = platform.file("more")
    assert platform.perform(work_id) == Performed(outcome=Outcome.DONE, handler="more")
    assert platform.find(work_id) is None
    (following,) = platform.claim()
    assert following != work_id


def test_a_duplicate_finds_nothing_to_do() -> None:
    platform = Platform({"note": CallsOut(notes)})
    work_id = platform.file("note", line="once")
    assert platform.perform(work_id).outcome is Outcome.DONE
    assert platform.perform(work_id) == Performed(outcome=Outcome.GONE)
    assert platform.diary.lines == ["once"]


def test_undoes_the_effect_and_tries_again_later() -> None:
    platform = Platform({"fails": InTransaction(raising(Conflict("the lesson moved")))})
    work_id = platform.file("fails")
    performed = platform.perform(work_id)
    assert performed.outcome is Outcome.FAILED
    assert isinstance(performed.error, Conflict)
    item = platform.find(work_id)
    assert item is not None
    assert item.last_error == "invalid_state: the lesson moved"
    assert item.due_at == NOON + timedelta(seconds=30)
    assert platform.claim() == []


def test_the_fifth_failure_is_dead_and_visible() -> None:
    """Source: OP-12."""
    platform = Platform({"fails": InTransaction(raising(Conflict("no")))})
    work_id = platform.file("fails")
    outcomes = []
    for _ in range(MAX_ATTEMPTS):
        outcomes.append(platform.perform(work_id).outcome)
        platform.clock.move(HOUR)
    assert outcomes == [Outcome.FAILED] * (MAX_ATTEMPTS - 1) + [Outcome.DEAD]
    assert platform.perform(work_id).outcome is Outcome.GONE
    with platform.store.read() as reads:
        assert [item.work_id for item in reads.due_work.dead_work()] == [work_id]


def test_waiting_for_another_is_no_failure() -> None:
    """PY-61: who finds the thing in another's hands skips it, and comes back."""

    def busy(_item: WorkItem, _work: DueWork, _world: Diary) -> None:
        raise OperationInProgress("somebody else is at it")

    platform = Platform({"busy": InTransaction(busy)})
    work_id = platform.file("busy")
    for _ in range(MAX_ATTEMPTS + 1):
        assert platform.perform(work_id).outcome is Outcome.PUT_OFF
        item = platform.find(work_id)
        assert item is not None
        assert (item.attempts, item.dead) == (0, False)
        assert item.due_at == platform.clock.now() + CONTENTION_PAUSE
        platform.clock.move(CONTENTION_PAUSE)
        assert platform.claim() == [work_id]


def test_poison_does_not_block_others() -> None:
    platform = Platform({"fails": InTransaction(raising(Conflict("no"))), "note": CallsOut(notes)})
    platform.file("fails")
    platform.perform(platform.file("note", line="after poison"))
    assert platform.diary.lines == ["after poison"]


def test_an_unknown_handler_is_a_failure_that_says_so() -> None:
    platform = Platform({})
    work_id = platform.file("from_tomorrow")
    assert platform.perform(work_id).outcome is Outcome.FAILED
    item = platform.find(work_id)
    assert item is not None
    assert item.last_error == "handler_unknown: no handler is called 'from_tomorrow'"


def test_errors_of_others_keep_their_secrets() -> None:
    """Only our own errors are known to carry no secrets."""
    platform = Platform({"leaks": InTransaction(raising(RuntimeError("password=hunter2")))})
    work_id = platform.file("leaks")
    platform.perform(work_id)
    item = platform.find(work_id)
    assert item is not None
    assert item.last_error is not None
    assert item.last_error.startswith(f"builtins.RuntimeError in {__name__}, line ")
    assert "hunter2" not in item.last_error


def test_a_long_error_is_cut() -> None:
    platform = Platform({"fails": InTransaction(raising(Conflict("x" * 2000)))})
    work_id = platform.file("fails")
    platform.perform(work_id)
    item = platform.find(work_id)
    assert item is not None
    assert item.last_error is not None
    assert len(item.last_error) == MAX_ERROR_LENGTH


def test_periodic_work_comes_back_at_the_next_multiple() -> None:
    """Source: OP-13."""
    job = Periodic(handler="note", every=timedelta(minutes=10))
    platform = Platform({"note": CallsOut(rest)}, {"note": job})
    platform.clock.set(NOON + timedelta(minutes=3))
    for _ in range(2):
        file_periodic_work([job], begin=platform.store.begin, clock=platform.clock)
    (work_id,) = platform.claim()
    assert platform.perform(work_id).outcome is Outcome.DONE
    item = platform.find(work_id)
    assert item is not None
    assert item.due_at == NOON + timedelta(minutes=10)
    assert item.attempts == item.claims == 0


def test_periodic_work_is_never_given_up() -> None:
    job = Periodic(handler="fails", every=HOUR)
    platform = Platform({"fails": InTransaction(raising(Conflict("no")))}, {"fails": job})
    file_periodic_work([job], begin=platform.store.begin, clock=platform.clock)
    (work_id,) = platform.claim()
    for _ in range(2 * MAX_ATTEMPTS):
        assert platform.perform(work_id).outcome is Outcome.FAILED
        platform.clock.move(HOUR)
    assert platform.claim() == [work_id]


@pytest.mark.parametrize("at", [timedelta(0), timedelta(seconds=1), timedelta(minutes=59)])
def test_a_run_is_due_at_the_first_multiple_after_now(at: timedelta) -> None:
    job = Periodic(handler="sweep", every=HOUR)
    assert job.next_run(NOON + at) == NOON + HOUR


def test_a_payload_is_read_with_its_types() -> None:
    payload: Payload = {"id": str(WorkId.parse("0" * 26)), "at": "2030-01-07T12:00:00Z", "n": 1}
    platform = Platform({})
    item = platform.find(platform.file("any", **payload))
    assert item is not None
    assert item.id(WorkId, "id") == WorkId.parse("0" * 26)
    assert item.instant("at") == NOON


@pytest.mark.parametrize("key", ["id", "at", "n", "missing"])
def test_an_unreadable_payload_is_a_failure(key: str) -> None:
    def read(item: WorkItem, diary: Diary) -> None:
        item.instant(key) if key == "at" else item.id(WorkId, key)

    platform = Platform({"read": CallsOut(read)})
    work_id = platform.file("read", id="not an id", at="yesterday", n=1)
    assert platform.perform(work_id).outcome is Outcome.FAILED
    item = platform.find(work_id)
    assert item is not None
    assert item.last_error is not None
    assert item.last_error.startswith("payload_unreadable")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2030, 1, 7, 1, 59, tzinfo=UTC), datetime(2030, 1, 7, 2, tzinfo=UTC)),
        (datetime(2030, 1, 7, 2, tzinfo=UTC), datetime(2030, 1, 8, 2, tzinfo=UTC)),
        (datetime(2030, 1, 7, 23, tzinfo=UTC), datetime(2030, 1, 8, 2, tzinfo=UTC)),
    ],
)
def test_av29_a_daily_job_runs_at_its_hour(now: datetime, expected: datetime) -> None:
    """Spec 01 §7: the retention of availability runs daily at 02:00 UTC."""
    assert PERIODIC["availability_retention"].next_run(now) == expected
