"""Local days, exact across clock changes. Source: AV-9, AV-10, AV-11."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.zones import MINUTES_PER_DAY, NEW_YORK, NonexistentLocalTime, Zone

MINUTE = timedelta(minutes=1)
# Clock changes at 2, at midnight, by half an hour, to another date, and none at all.
ZONES = [
    "America/New_York",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "UTC",
]
CHANGES = [
    ("America/New_York", date(2030, 3, 10), 23),
    ("America/New_York", date(2030, 11, 3), 25),
    ("America/New_York", date(2030, 7, 1), 24),
    ("America/Santiago", date(2025, 9, 7), 23),
    ("America/Santiago", date(2025, 4, 5), 25),
    ("Asia/Beirut", date(2025, 3, 30), 23),
    ("Africa/Cairo", date(2025, 4, 25), 23),
    ("Australia/Lord_Howe", date(2025, 10, 5), 23.5),
    ("Australia/Lord_Howe", date(2025, 4, 6), 24.5),
]
START = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = st.dates(date(2024, 1, 1), date(2033, 12, 31))


def walk(zone: str, day: date) -> list[datetime]:
    """Every minute at which the clocks show *day*, found by asking each one."""
    first = datetime.combine(day, time(), UTC) - timedelta(hours=15)
    moments = (first + n * MINUTE for n in range(54 * 60))
    info = ZoneInfo(zone)
    return [moment for moment in moments if moment.astimezone(info).date() == day]


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_a_day_is_as_long_as_its_clocks_make_it(zone: str, day: date, hours: float) -> None:
    """Source: AV-10."""
    assert Zone(zone).day(day).duration == timedelta(hours=hours)


@given(st.sampled_from(ZONES), DAYS)
def test_a_day_is_every_minute_that_shows_its_date(zone: str, day: date) -> None:
    """Against a walk over the minutes. Source: AV-10."""
    minutes = walk(zone, day)
    found = Zone(zone).day(day)
    assert found.starts_at == minutes[0]
    assert found.ends_at == minutes[-1] + MINUTE


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_a_change_day_is_every_minute_that_shows_its_date(
    zone: str, day: date, hours: float
) -> None:
    minutes = walk(zone, day)
    found = Zone(zone).day(day)
    assert (found.starts_at, found.ends_at) == (minutes[0], minutes[-1] + MINUTE)


@given(st.sampled_from(ZONES), DAYS)
def test_days_follow_one_another_without_a_gap(zone: str, day: date) -> None:
    following = Zone(zone).day(day + timedelta(days=1))
    assert Zone(zone).day(day).ends_at == following.starts_at


@given(st.sampled_from(CHANGES), st.integers(0, MINUTES_PER_DAY - 1))
def test_a_wall_time_is_its_first_occurrence_or_none(
    change: tuple[str, date, float], minute: int
) -> None:
    """Source: AV-11."""
    zone, day, _ = change
    wall = time(minute // 60, minute % 60)
    info = ZoneInfo(zone)
    shown = [moment for moment in walk(zone, day) if moment.astimezone(info).time() == wall]
    if shown:
        assert Zone(zone).instant(day, wall) == shown[0]
    else:
        with pytest.raises(NonexistentLocalTime):
            Zone(zone).instant(day, wall)


@given(st.sampled_from(ZONES), DAYS, st.integers(0, MINUTES_PER_DAY - 1))
def test_prop9_there_and_back_is_the_same_wall_time(zone: str, day: date, minute: int) -> None:
    """Spec 01 §10.9, for times that exist; for the others there is no instant that shows them."""
    wall, info = time(minute // 60, minute % 60), ZoneInfo(zone)
    meant = datetime.combine(day, wall, info)
    exists = meant.astimezone(UTC).astimezone(info).replace(tzinfo=None) == meant.replace(
        tzinfo=None
    )
    if exists:
        shown = Zone(zone).local(Zone(zone).instant(day, wall))
        assert (shown.date(), shown.time()) == (day, wall)
    else:
        with pytest.raises(NonexistentLocalTime):
            Zone(zone).instant(day, wall)


def test_the_skipped_hour_does_not_exist() -> None:
    """Source: AV-11."""
    with pytest.raises(NonexistentLocalTime) as refused:
        NEW_YORK.instant(date(2030, 3, 10), time(2, 30))
    assert refused.value.code == "nonexistent_local_time"


def test_the_repeated_hour_is_its_first_turn() -> None:
    """Source: AV-11."""
    moment = NEW_YORK.instant(date(2030, 11, 3), time(1, 30))
    assert moment == datetime(2030, 11, 3, 5, 30, tzinfo=UTC)


@given(
    st.sampled_from(ZONES),
    st.integers(0, 9 * 365 * 86400).map(lambda n: START + timedelta(seconds=n)),
)
def test_today_is_the_day_that_holds_now(zone: str, now: datetime) -> None:
    today = Zone(zone).today(now)
    assert now in Zone(zone).day(today)
    assert Zone(zone).local(now).date() == today


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "america/new_york", "../etc/passwd", "EST5"])
def test_unknown_zones_are_refused(name: str) -> None:
    with pytest.raises(Malformed):
        Zone(name)


def test_a_zone_is_written_by_its_name() -> None:
    assert str(NEW_YORK) == "America/New_York"
