"""How long one search takes over 10 000 instructors, without HTTP and database. Source: SR-31…48.

Run it with `PYTHONPATH=src python -m benchmarks.search_core`.
"""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from instainstru_core.availability.model.days import days_between
from instainstru_core.availability.model.roster import Roster, RosterCalendar
from instainstru_core.availability.model.settings import CalendarSettings
from instainstru_core.availability.model.windows import Window, encode
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.kernel.lessons import Format
from instainstru_core.places.model.gazetteer import Gazetteer, Region
from instainstru_core.search.model.finding import SearchPage, find
from instainstru_core.search.model.query import LessonType, SearchQuery
from instainstru_core.search.model.supply import Listed, Listing, Supply

INSTRUCTORS = 10_000
SERVICES = 264
POPULAR = 20
REGIONS = 294
DAYS = 60
ROUNDS = 200
NOW = datetime(2027, 3, 10, 15, 7, tzinfo=UTC)
TODAY = date(2027, 3, 10)


def gazetteer() -> Gazetteer:
    """One borough of many regions: only their numbers matter here."""
    ring = [[-74, 40], [-73, 40], [-73, 41], [-74, 41], [-74, 40]]
    outline = f'{{"type":"Polygon","coordinates":[{ring}]}}'
    town = Region(slug="town", name="Town", borough="town", lat=40.5, lng=-73.5, outline=outline)
    random = Random(1)
    inner = [
        Region(
            slug=f"r{n}",
            name=f"R{n}",
            borough="town",
            lat=40 + random.random(),
            lng=-74 + random.random(),
        )
        for n in range(REGIONS)
    ]
    return Gazetteer([town, *inner])


def market(random: Random) -> tuple[Supply, Roster]:
    """Everybody offers three services, one of them popular, and is open most days."""
    supply = Supply(regions=REGIONS + 1)
    dates = days_between(TODAY, TODAY + timedelta(days=DAYS - 1))
    roster = Roster(dates[0], dates[-1])
    calendars = []
    for number in range(INSTRUCTORS):
        instructor_id = InstructorId(UUID(int=number + 1))
        supply.put(listing(random, instructor_id))
        calendars.append(calendar(random, instructor_id, dates))
    roster.put(calendars, now=NOW)
    return supply, roster


def listing(random: Random, instructor_id: InstructorId) -> Listing:
    """One instructor."""
    chosen = {random.randrange(POPULAR), random.randrange(SERVICES), random.randrange(SERVICES)}
    travel, studio = (random.choice((0, 9000, 12_000, 15_000)) for _ in range(2))
    offerings = tuple(
        Listed(
            offering_id=OfferingId(UUID(int=each + 1)),
            service=f"s{each}",
            service_name=f"S{each}",
            rates=(travel, studio, 8000),
            durations=random.choice(((60,), (45, 60), (30, 60, 90))),
        )
        for each in chosen
    )
    return Listing(
        instructor_id=instructor_id,
        name="Maya R.",
        bio="",
        founding=random.random() < 0.01,
        went_live_at=NOW - timedelta(days=random.randrange(900)),
        areas=frozenset(random.randrange(1, REGIONS + 1) for _ in range(4)),
        studio=random.randrange(1, REGIONS + 1),
        zone="America/New_York",
        offerings=offerings,
    )


def calendar(
    random: Random, instructor_id: InstructorId, dates: tuple[date, ...]
) -> RosterCalendar:
    """One instructor's open days."""
    start = random.randrange(96, 160)
    planes = encode([Window(start, start + 96, tuple(Format))])
    days = [day for day in dates if random.random() < 0.7]
    return RosterCalendar(
        instructor_id=instructor_id,
        version=1,
        settings=CalendarSettings(),
        days=days,
        planes=planes.to_bytes() * len(days),
    )


def measured(name: str, run: Callable[[], SearchPage]) -> None:
    """Print how long *run* takes."""
    total = run().total
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        run()
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    median, p95 = statistics.median(times), times[int(len(times) * 0.95)]
    print(f"{name:<42} {total:>6} found   median {median:6.2f} ms   p95 {p95:6.2f} ms")


def main() -> None:
    """Build the market and search it."""
    random = Random(7)
    began = time.perf_counter()
    supply, roster = market(random)
    print(f"{INSTRUCTORS} instructors in {time.perf_counter() - began:.1f} s")
    city = gazetteer()
    week = days_between(TODAY, TODAY + timedelta(days=6))

    def run(query: SearchQuery) -> Callable[[], SearchPage]:
        return lambda: find(
            query,
            supply.of(query.service),
            ask=lambda question, among: roster.ask(question, among=among),
            gazetteer=city,
            now=NOW,
        )

    one_day = SearchQuery(service="s3", dates=week[2:3], after=1080, before=1260)
    there = SearchQuery(service="s3", dates=week[2:3], region="r7", lesson_type=LessonType.TRAVEL)
    measured("popular service, a week, any format", run(SearchQuery(service="s3", dates=week)))
    measured("popular service, one evening", run(one_day))
    measured("popular service, one day, one region", run(there))
    measured("rare service, a week, any format", run(SearchQuery(service="s200", dates=week)))


if __name__ == "__main__":
    main()
