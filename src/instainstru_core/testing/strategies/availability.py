"""Open time, lessons and rosters, as Hypothesis draws them."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from instainstru_core.availability.model.planes import (
    FORMATS,
    SLOTS_PER_DAY,
    DayPlanes,
    Slots,
    span,
)
from instainstru_core.availability.model.settings import Busy, CalendarSettings
from instainstru_core.availability.model.windows import Window
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import Zone

NEW_YORK = Zone("America/New_York")
ZONES = (NEW_YORK, Zone("Australia/Lord_Howe"), Zone("Asia/Kathmandu"), Zone("America/Havana"))

# Ordinary days, and days on which the clocks of one of the zones change.
DATES = (
    date(2027, 3, 13),
    date(2027, 3, 14),
    date(2027, 4, 3),
    date(2027, 4, 4),
    date(2027, 6, 9),
    date(2027, 10, 3),
    date(2027, 11, 7),
)

formats = st.sampled_from(FORMATS)
zones = st.sampled_from(ZONES)
dates = st.sampled_from(DATES)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """One window, of any length, for some formats."""
    start = draw(st.integers(0, SLOTS_PER_DAY - 1))
    end = draw(st.integers(start + 1, SLOTS_PER_DAY))
    wanted = draw(st.sets(formats, min_size=1))
    return Window(start, end, tuple(each for each in FORMATS if each in wanted))


@st.composite
def slot_sets(draw: st.DrawFn) -> Slots:
    """A plane of some long runs, as people's open hours are."""
    found = 0
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, SLOTS_PER_DAY - 1))
        found |= span(start, min(SLOTS_PER_DAY, start + draw(st.integers(1, 120))))
    return found


day_planes = st.builds(DayPlanes, slot_sets(), slot_sets(), slot_sets())


@st.composite
def calendar_settings(draw: st.DrawFn) -> CalendarSettings:
    """Buffers, notice and zone within their ranges."""
    other = draw(st.sampled_from((0, 15, 45)))
    return CalendarSettings(
        zone=draw(zones),
        non_travel_buffer_minutes=other,
        travel_buffer_minutes=draw(st.sampled_from((other, 60, 120))),
        min_advance_minutes=draw(st.sampled_from((0, 61, 720, 10_080))),
        overnight_protection_enabled=draw(st.booleans()),
    )


@st.composite
def lessons(draw: st.DrawFn, around: date) -> Busy:
    """A lesson within a day and a half of *around*; perhaps a hold that expires."""
    noon = datetime(around.year, around.month, around.day, 12, tzinfo=UTC)
    start = noon + timedelta(minutes=15 * draw(st.integers(-144, 144)))
    lasting = timedelta(minutes=draw(st.sampled_from((30, 45, 60, 75, 240))))
    hold = draw(st.sampled_from((None, None, -1, 0, 1)))
    expires = None if hold is None else moments_before(around) + timedelta(minutes=hold)
    return Busy(Interval.lasting(start, lasting), draw(formats), expires)


def moments_before(day: date) -> datetime:
    """A fixed instant in the evening before *day*, against which holds are drawn."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=3)


@st.composite
def nows(draw: st.DrawFn, around: date) -> datetime:
    """An instant shortly before or on *around*, on the minute, the second or the microsecond."""
    minutes = draw(st.one_of(st.integers(-2_000, 1_500), st.just(0)))
    odd = draw(st.sampled_from((timedelta(), timedelta(seconds=1), timedelta(microseconds=-1))))
    return moments_before(around) + timedelta(minutes=minutes) + odd
