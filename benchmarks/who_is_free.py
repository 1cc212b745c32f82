"""How long it takes to ask 10 000 calendars who is free, beside the definition one by one.

Source: AV-41, AV-42. Run it with `PYTHONPATH=src python benchmarks/who_is_free.py`.
"""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

from instainstru_core.availability.model.days import days_between, local_day
from instainstru_core.availability.model.free import free_slots, start_slots
from instainstru_core.availability.model.planes import DayPlanes
from instainstru_core.availability.model.roster import Roster, RosterCalendar
from instainstru_core.availability.model.settings import Busy, CalendarSettings
from instainstru_core.availability.model.who import WhoIsFree
from instainstru_core.availability.model.windows import Window, encode
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import NEW_YORK

INSTRUCTORS = 10_000
SCALAR_INSTRUCTORS = 200
DAYS = 28
ASKED_DAYS = 7
MINUTES = 60
ROUNDS = 60
NOW = datetime(2027, 3, 10, 15, 7, tzinfo=UTC)
TODAY = date(2027, 3, 10)


def calendars(random: Random) -> list[RosterCalendar]:
    """Working weeks with breaks, and two lessons a week; the clocks change on the fifth day."""
    dates = days_between(TODAY, TODAY + timedelta(days=DAYS - 1))
    return [calendar(random, number, dates) for number in range(INSTRUCTORS)]


def calendar(random: Random, number: int, dates: tuple[date, ...]) -> RosterCalendar:
    """One instructor's."""
    planes = []
    for _ in dates:
        start, length = random.randrange(84, 180), random.randrange(24, 100)
        planes.append(encode([Window(start, start + length // 2), Window(start + length, 280)]))
    busy = [
        Busy(
            Interval.lasting(
                local_day(NEW_YORK, random.choice(dates)).instant(12 * random.randrange(8, 20)),
                timedelta(hours=1),
            ),
            random.choice(list(Format)),
        )
        for _ in range(2 * DAYS // 7)
    ]
    return RosterCalendar(
        instructor_id=InstructorId(UUID(int=number)),
        version=1,
        settings=CalendarSettings(min_advance_minutes=random.choice((0, 0, 720))),
        days=dates,
        planes=b"".join(each.to_bytes() for each in planes),
        busy=busy,
    )


def by_definition(known: list[RosterCalendar], question: WhoIsFree) -> int:
    """AV-35, instructor by instructor; how many dates qualify."""
    found = 0
    for each in known:
        for index, day in enumerate(each.days[:ASKED_DAYS]):
            local = local_day(each.settings.zone, day)
            slots = free_slots(
                DayPlanes.of_bytes(each.planes[120 * index : 120 * index + 120]),
                day=local,
                wanted=question.format,
                busy=each.busy,
                settings=each.settings,
                now=question.now,
            )
            found += bool(start_slots(slots, day=local, minutes=question.minutes))
    return found


def timed(work: Callable[[], object], rounds: int) -> list[float]:
    """Milliseconds of each round."""
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - started))
    return taken


def main() -> None:
    """Measure and print."""
    known = calendars(Random(41))
    roster = Roster(TODAY, TODAY + timedelta(days=DAYS - 1))
    (filling,) = timed(lambda: roster.put(known, now=NOW), 1)
    print(f"roster: {INSTRUCTORS} instructors x {DAYS} days filled in {filling:.0f} ms")
    one = timed(lambda: roster.put(known[5:6], now=NOW), ROUNDS)
    print(f"roster: one instructor again in {statistics.median(one):.2f} ms")
    for wanted in Format:
        question = WhoIsFree(
            format=wanted,
            dates=days_between(TODAY, TODAY + timedelta(days=ASKED_DAYS - 1)),
            minutes=MINUTES,
            now=NOW,
        )
        answer = roster.ask(question)
        some = [each.instructor_id for each in known[:SCALAR_INSTRUCTORS]]
        found = roster.ask(question, among=some).by_instructor()
        expected = by_definition(known[:SCALAR_INSTRUCTORS], question)
        assert sum(map(len, found.values())) == expected, "the fast answer is wrong"
        fast = timed(partial(roster.ask, question), ROUNDS)
        slow = timed(partial(by_definition, known[:SCALAR_INSTRUCTORS], question), 3)
        scalar = statistics.median(slow) * INSTRUCTORS / SCALAR_INSTRUCTORS
        median, p95 = statistics.median(fast), statistics.quantiles(fast, n=20)[-1]
        print(
            f"who_is_free {wanted:7}: {INSTRUCTORS} x {ASKED_DAYS} days x {MINUTES} min,"
            f" {int((answer.seconds > 0).sum())} hits: median {median:.2f} ms,"
            f" p95 {p95:.2f} ms; one by one {scalar:.0f} ms, {scalar / median:.0f} times as long"
        )
    question = WhoIsFree(
        format=Format.ONLINE, dates=tuple(known[0].days[:ASKED_DAYS]), minutes=MINUTES, now=NOW
    )
    among = [each.instructor_id for each in known[:100]]
    few = timed(lambda: roster.ask(question, among=among), ROUNDS)
    print(f"who_is_free among 100: median {statistics.median(few):.2f} ms")


if __name__ == "__main__":
    main()
