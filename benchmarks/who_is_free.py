"""What everybody's free time costs in memory and time, beside two slower ways to the same answers.

One way is the definition, instructor by instructor. The other one is log-step erosion over the five
words of each plane, as AV-41 words it, with neither notice nor night to look at. Source: AV-41,
AV-42, spec 01 §11. Run it alone with `PYTHONPATH=src python -m benchmarks.who_is_free`.
"""

import gc
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.model.days import days_between, local_day
from instainstru_core.availability.model.free import free_slots, start_slots
from instainstru_core.availability.model.planes import DayPlanes, Slots, eroded, ones, span
from instainstru_core.availability.model.roster import Roster, RosterCalendar
from instainstru_core.availability.model.settings import Busy, CalendarSettings
from instainstru_core.availability.model.who import WhoIsFree
from instainstru_core.availability.model.windows import Window, encode
from instainstru_core.availability.model.words import WORD_BITS, Words, day_words, words_of
from instainstru_core.availability.waitlist.ids import SubscriptionId
from instainstru_core.availability.waitlist.model.matching import WaitingList
from instainstru_core.availability.waitlist.model.subscription import Subscription, Wish
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import NEW_YORK

INSTRUCTORS = 10_000
MANY = 100_000
DISTINCT = 2_000
BATCH = 500
SCALAR_INSTRUCTORS = 200
DAYS = 28
ASKED_DAYS = 7
MINUTES = 60
ROUNDS = 60
MASKS = 10_000
NOW = datetime(2027, 3, 10, 15, 7, tzinfo=UTC)
TODAY = date(2027, 3, 10)
ONLINE = Format.ONLINE
TITLE = "everybody's free time"


@frozen(kw_only=True)
class Figure:
    """One figure: the best of all rounds and the median, and what is wanted of it."""

    name: str
    best: float
    median: float
    unit: str = "ms"
    wanted: float | None = None
    beside: str = ""

    @property
    def right(self) -> bool:
        """Whether the best round kept what is wanted."""
        return self.wanted is None or self.best <= self.wanted


def calendars(random: Random, count: int, days: int) -> list[RosterCalendar]:
    """Working weeks with breaks, and two lessons a week; the clocks change on the fifth day."""
    dates = days_between(TODAY, TODAY + timedelta(days=days - 1))
    distinct = [calendar(random, number, dates) for number in range(min(count, DISTINCT))]
    return [
        evolve(distinct[number % DISTINCT], instructor_id=InstructorId(UUID(int=number)))
        for number in range(count)
    ]


def calendar(random: Random, number: int, dates: tuple[date, ...]) -> RosterCalendar:
    """One instructor's; every fiftieth has a lesson that is only held."""
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
            NOW + timedelta(minutes=30) if number % 50 == 0 and lesson == 0 else None,
        )
        for lesson in range(max(2, 2 * len(dates) // 7))
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


def five_words(planes: Words, minutes: int) -> NDArray[np.int64]:
    """First starts by log-step erosion of five words; -1 where there is none."""
    words, covered = planes.copy(), 1
    while covered < minutes // 5:
        step = min(covered, minutes // 5 - covered)
        for word in range(len(words)):
            later = words[word] >> np.uint64(step)
            if word + 1 < len(words):
                later |= words[word + 1] << np.uint64(WORD_BITS - step)
            words[word] &= later
        covered += step
    words &= words_of(sum(1 << slot for slot in range(0, 288, 3)))
    first = np.full(words.shape[1], -1)
    for word in range(len(words) - 1, -1, -1):
        (present,) = np.nonzero(words[word])
        some = words[word][present]
        below = np.bitwise_count((some & (~some + np.uint64(1))) - np.uint64(1))
        first[present] = below.astype(np.int64) + WORD_BITS * word
    return first


def timed(work: Callable[[], object], rounds: int) -> list[float]:
    """Milliseconds of each round."""
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - started))
    return taken


def question(
    wanted: Format = ONLINE, *, minutes: int = MINUTES, after: int = 0, before: int = 288
) -> WhoIsFree:
    """Who has so many minutes on one of the next seven days."""
    return WhoIsFree(
        format=wanted,
        dates=days_between(TODAY, TODAY + timedelta(days=ASKED_DAYS - 1)),
        minutes=minutes,
        after=after,
        before=before,
        now=NOW,
    )


def figure(name: str, taken: list[float], wanted: float | None = None, beside: str = "") -> Figure:
    """The figure of some rounds."""
    return Figure(
        name=name,
        best=min(taken),
        median=statistics.median(taken),
        wanted=wanted,
        beside=beside,
    )


def queries(known: list[RosterCalendar], roster: Roster) -> Iterator[Figure]:
    """Questions to 10 000, beside the definition and the five words."""
    some = known[:SCALAR_INSTRUCTORS]
    planes = day_words(b"".join(each.planes[: 120 * ASKED_DAYS] for each in known))[2]
    baseline = min(timed(lambda: five_words(planes, MINUTES), 10))
    yield figure("the same by five words, without filters", [baseline])
    for wanted in Format:
        asked = question(wanted)
        found = roster.ask(asked, among=[each.instructor_id for each in some]).by_instructor()
        if sum(map(len, found.values())) != by_definition(some, asked):
            raise SystemExit("the fast answer is wrong")
        slow = min(timed(partial(by_definition, some, asked), 3)) * INSTRUCTORS / len(some)
        taken = timed(partial(roster.ask, asked), ROUNDS)
        beside = f"one by one x {slow / min(taken):.0f}, five words x {baseline / min(taken):.1f}"
        yield figure(f"who is free: {wanted}, {MINUTES} min", taken, 3.0, beside)
    for name, asked in (
        ("50 min: a look behind the quarters", question(minutes=50)),
        ("from 17:05 to 20:20", question(after=205, before=244)),
    ):
        yield figure(f"who is free: {name}", timed(partial(roster.ask, asked), ROUNDS), 3.0)
    among = [each.instructor_id for each in known[:100]]
    taken = timed(lambda: roster.ask(question(), among=among), ROUNDS)
    yield figure("who is free: of 100", taken)


def memory() -> Iterator[Figure]:
    """Bytes of an instructor-day: the arrays alone, and all that is left of reading calendars."""
    gc.collect()
    tracemalloc.start()
    known = calendars(Random(41), DISTINCT, DAYS)
    roster = Roster(TODAY, TODAY + timedelta(days=DAYS - 1))
    roster.put(known, now=NOW)
    del known
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    cells = DISTINCT * DAYS
    for name, total in (("its arrays", roster.nbytes), ("all of it", kept)):
        each = total / cells
        yield Figure(
            name=f"instructor-day: {name}", best=each, median=each, unit="bytes", wanted=256.0
        )


def growth() -> Iterator[Figure]:
    """The same question to ten times as many, asked in turns: others may use the machine, too."""
    rosters = []
    for count in (INSTRUCTORS, MANY):
        roster = Roster(TODAY, TODAY + timedelta(days=ASKED_DAYS - 1))
        roster.put(calendars(Random(41), count, ASKED_DAYS), now=NOW)
        rosters.append(roster)
    few: list[float] = []
    many: list[float] = []
    for _ in range(ROUNDS):
        for roster, taken in zip(rosters, (few, many), strict=True):
            taken.extend(timed(partial(roster.ask, question()), 5))
    beside = f"{INSTRUCTORS:,} of them x {min(many) / min(few):.1f}"
    linear = min(few) * MANY / INSTRUCTORS
    yield figure(f"who is free: {MANY:,} instructors", many, linear, beside)


def waiting() -> Iterator[Figure]:
    """10 000 masks of people who wait, matched with one day, beside a loop over them."""
    random = Random(7)
    known = [wish(random, number) for number in range(MASKS)]
    day = local_day(NEW_YORK, TODAY + timedelta(days=1))
    free: dict[Format, Slots] = dict.fromkeys(Format, span(108, 132) | span(200, 228))
    everybody = WaitingList.of(known)
    loop = min(timed(lambda: one_by_one(known, free), 3))
    if len(everybody.matches(day, free.__getitem__)) != one_by_one(known, free):
        raise SystemExit("the fast match is wrong")
    taken = timed(lambda: everybody.matches(day, free.__getitem__), ROUNDS)
    beside = f"one by one x {loop / min(taken):.0f}"
    yield figure(f"{MASKS:,} masks of a waitlist, one day", taken, None, beside)
    yield figure("the same with making the arrays", timed(lambda: WaitingList.of(known), 10))


def wish(random: Random, number: int) -> Subscription:
    """Somebody waits for an hour or more, somewhere in the day."""
    start = random.randrange(0, 240)
    return Subscription(
        subscription_id=SubscriptionId(UUID(int=number)),
        student=StudentId(UUID(int=number)),
        instructor=InstructorId(UUID(int=1)),
        wish=Wish(
            location_type=random.choice(list(LocationType)),
            minutes=random.choice((45, 60, 90)),
            first=TODAY,
            last=TODAY + timedelta(days=6),
            mask=span(start, start + random.randrange(18, 48)),
        ),
        since=NOW,
    )


def one_by_one(known: list[Subscription], free: dict[Format, Slots]) -> int:
    """How many of *known* have a start, mask by mask."""
    grid = sum(1 << slot for slot in range(0, 288, 3))
    found = 0
    for each in known:
        length = each.wish.minutes // 5
        starts = eroded(each.wish.mask, length) & eroded(free[each.wish.format], length) & grid
        found += next(ones(starts), None) is not None
    return found


def filled(known: list[RosterCalendar]) -> Roster:
    """A roster, filled as from the database: some hundred at a time."""
    roster = Roster(TODAY, TODAY + timedelta(days=DAYS - 1))
    roster.reserve(len(known))
    for start in range(0, len(known), BATCH):
        roster.put(known[start : start + BATCH], now=NOW)
    return roster


def of_ten_thousand() -> Iterator[Figure]:
    """Filling, refreshing and asking."""
    known = calendars(Random(41), INSTRUCTORS, DAYS)
    roster = filled(known)
    filling = timed(lambda: filled(known), 3)
    yield figure(f"roster: {INSTRUCTORS:,} x {DAYS} days filled", filling, 5_000.0)
    refresh = timed(lambda: roster.put(known[5:6], now=NOW), ROUNDS)
    yield figure("roster: one instructor again", refresh, 1.0)
    yield from queries(known, roster)


def figures() -> Iterator[Figure]:
    """All of them, one after the other."""
    for some in (of_ten_thousand, growth, memory, waiting):
        yield from some()


def measure(console: Console) -> list[str]:
    """Print the figures, and say which of them are not as wanted."""
    found = [*track(figures(), TITLE, total=14, console=console, transient=True)]
    table = Table(title=f"{TITLE}: {ASKED_DAYS} days asked, best of all rounds")
    table.add_column("what")
    for name in ("best", "median", "", "beside it", "wanted"):
        table.add_column(name, justify="right")
    for each in found:
        mark = "✔" if each.right else "✘"
        wanted = "" if each.wanted is None else f"{mark} ≤ {each.wanted:,.1f}"
        table.add_row(
            each.name,
            f"{each.best:,.2f}",
            f"{each.median:,.2f}",
            each.unit,
            each.beside,
            wanted,
        )
    console.print(table)
    return [
        f"{each.name}: {each.best:.2f} {each.unit}, wanted at most {each.wanted:.2f}"
        for each in found
        if each.wanted is not None and not each.right
    ]


if __name__ == "__main__":
    slow = measure(Console(width=140, highlight=False))
    sys.stdout.writelines(f"{each}\n" for each in slow)
    sys.exit(1 if slow else 0)
