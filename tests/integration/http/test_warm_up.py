"""The roster is read anew every morning at 05:05 UTC. Source: AV-42, spec 01 §7."""

from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from attrs import define

from entrypoints.http import warm_up
from entrypoints.http.warm_up import MorningWarmUp, last_due
from instainstru_core.testing.fakes.clock import HandMovedClock

STARTED = datetime(2027, 3, 10, 4, 0, tzinfo=UTC)


@define
class CountingRoster:
    """Counts how often it was warmed up; the first times fail if told so."""

    failures: int = 0
    warmed: int = 0

    def warm_up(self) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("the database is away")
        self.warmed += 1


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2027, 3, 10, 5, 5, tzinfo=UTC), datetime(2027, 3, 10, 5, 5, tzinfo=UTC)),
        (datetime(2027, 3, 10, 5, 4, 59, tzinfo=UTC), datetime(2027, 3, 9, 5, 5, tzinfo=UTC)),
        (datetime(2027, 3, 10, 23, tzinfo=UTC), datetime(2027, 3, 10, 5, 5, tzinfo=UTC)),
    ],
)
def test_av42_the_moment_is_five_past_five(now: datetime, due: datetime) -> None:
    assert last_due(now) == due


def test_av42_once_a_morning() -> None:
    clock, roster = HandMovedClock(STARTED), CountingRoster()
    job = MorningWarmUp(roster, clock)
    assert not job.look(), "built at the start already"
    clock.move(timedelta(hours=1, minutes=5))
    assert job.look()
    assert not job.look()
    clock.move(timedelta(hours=23))
    assert not job.look()
    clock.move(timedelta(days=3))
    assert job.look(), "mornings that nobody saw are made up for once"
    assert not job.look()
    assert roster.warmed == 2


def test_av42_tried_again_after_a_failure() -> None:
    clock, roster = HandMovedClock(STARTED), CountingRoster(failures=1)
    job = MorningWarmUp(roster, clock)
    clock.move(timedelta(days=1))
    assert not job.look()
    assert job.look()
    assert roster.warmed == 1


def test_av42_the_thread_ends_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm_up, "LOOK_EVERY_SECONDS", 0.01)
    clock, roster, stop = HandMovedClock(STARTED), CountingRoster(), Event()
    job = MorningWarmUp(roster, clock)
    clock.move(timedelta(days=1))
    thread = job.start(stop)
    while not roster.warmed:
        thread.join(0.01)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    assert roster.warmed == 1
