"""Free time as the public sees it, and until when the answer holds. Source: AV-36, AV-38."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from attrs import field, frozen

from instainstru_core.availability.model.days import (
    START_GRID_SECONDS,
    LocalDay,
    days_between,
    local_day,
)
from instainstru_core.availability.model.facts import CalendarFacts
from instainstru_core.availability.model.free import (
    FreeStart,
    FreeWindow,
    free_slots,
    free_starts,
    free_windows,
    start_slots,
)
from instainstru_core.availability.model.gaps import best_starts, ranked_starts
from instainstru_core.availability.model.planes import (
    CLOSED,
    SLOT_MINUTES,
    SLOTS_PER_DAY,
    Slots,
    ones,
    span,
)
from instainstru_core.availability.model.rules import PublicDetail
from instainstru_core.availability.model.settings import grid_instant
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.zones import Zone

_GRID = timedelta(seconds=START_GRID_SECONDS)
_NOON, _FIVE = 12 * 60 // SLOT_MINUTES, 17 * 60 // SLOT_MINUTES
_PARTS = (span(0, _NOON), span(_NOON, _FIVE), span(_FIVE, SLOTS_PER_DAY))


@frozen(kw_only=True)
class DayParts:
    """Whether anything is free before noon, from noon to five, and later. Source: AV-37."""

    morning: bool
    afternoon: bool
    evening: bool


@frozen(kw_only=True)
class OpenDay:
    """One local date: what is free, and where lessons can start if their length was given."""

    date: date
    blackout: bool
    free_minutes: int
    parts: DayParts
    windows: tuple[FreeWindow, ...]
    starts: tuple[FreeStart, ...] | None


@frozen(kw_only=True, eq=False)
class OpenTimes:
    """An instructor's free time from *first* to *last*; the same from *since* until *until*."""

    detail: PublicDetail
    name: str | None
    zone: Zone
    first: date
    last: date
    bookable: bool
    formats: tuple[Format, ...]
    minutes: int | None
    days: tuple[OpenDay, ...]
    earliest_date: date | None
    free_minutes: int
    since: datetime = field(repr=False)
    until: datetime = field(repr=False)

    @property
    def weight(self) -> int:
        """How many parts it has."""
        return sum(1 + len(each.windows) + len(each.starts or ()) for each in self.days)

    def holds_at(self, now: datetime) -> bool:
        """Whether it is still the answer at *now*, if the calendar is the same."""
        return self.since <= now < self.until


def open_times(
    facts: CalendarFacts,
    *,
    wanted: Format | None,
    minutes: int | None,
    bookable: bool,
    now: datetime,
    recommend: bool = False,
    name: str | None = None,
) -> OpenTimes:
    """The free time that follows from *facts* at *now*, for one format or for all on offer.

    *recommend* says which starts leave no gap that nobody can fill. It holds for as long as
    nothing can change, and at most for as long as the platform keeps an answer.
    """
    formats = tuple(each for each in facts.formats if wanted in (None, each)) if bookable else ()
    days = tuple(
        _open_day(facts, day, formats, minutes, now, recommend=recommend)
        for day in days_between(facts.first, facts.last)
    )
    free = [each.date for each in days if each.windows]
    if minutes is not None:
        free = [each.date for each in days if each.starts]
    since, until = _holds_between(facts, formats, now)
    kept_until = now + timedelta(seconds=facts.settings.rules.public_cache_ttl_s)
    return OpenTimes(
        detail=facts.settings.rules.public_detail_level,
        name=name,
        zone=facts.settings.zone,
        first=facts.first,
        last=facts.last,
        bookable=bookable,
        formats=formats,
        minutes=minutes,
        days=days,
        earliest_date=min(free, default=None),
        free_minutes=sum(each.free_minutes for each in days),
        since=since,
        until=min(until, kept_until),
    )


def _open_day(
    facts: CalendarFacts,
    day: date,
    formats: Sequence[Format],
    minutes: int | None,
    now: datetime,
    *,
    recommend: bool,
) -> OpenDay:
    local = local_day(facts.settings.zone, day)
    blocked = day in facts.blackouts
    slots: list[tuple[Format, Slots]] = []
    anywhere = 0
    for each in formats:
        free = _free(facts, local, each, now)
        slots.append((each, free))
        anywhere |= free
    return OpenDay(
        date=day,
        blackout=blocked,
        free_minutes=SLOT_MINUTES * anywhere.bit_count(),
        parts=_parts(local, anywhere),
        windows=free_windows(local, slots) if anywhere else (),
        starts=None
        if minutes is None
        else free_starts(
            local,
            slots,
            minutes=minutes,
            rules=facts.settings.rules,
            best=_best(facts, local, slots, minutes) if recommend else None,
        ),
    )


def _parts(day: LocalDay, free: Slots) -> DayParts:
    morning, afternoon, evening = (bool(free & day.instants(each)) for each in _PARTS)
    return DayParts(morning=morning, afternoon=afternoon, evening=evening)


def _best(
    facts: CalendarFacts, day: LocalDay, slots: Sequence[tuple[Format, Slots]], minutes: int
) -> Slots:
    """The starts that strand least time, for one format or another."""
    best = 0
    for each, free in slots:
        ranked = ranked_starts(
            free,
            day=day,
            wanted=each,
            minutes=minutes,
            shortest=facts.shortest_minutes,
            settings=facts.settings,
        )
        best |= best_starts(ranked)
    return best


def first_start(
    facts: CalendarFacts, *, wanted: Format, minutes: int, now: datetime
) -> FreeStart | None:
    """The first instant at which such a lesson can start; later days are not looked at. AV-39."""
    if wanted not in facts.formats:
        return None
    for day in days_between(facts.first, facts.last):
        local = local_day(facts.settings.zone, day)
        free, rules = _free(facts, local, wanted, now), facts.settings.rules
        slots = start_slots(free, day=local, minutes=minutes, rules=rules)
        for slot in ones(slots):
            return FreeStart(local.label(slot), local.instant(slot), (wanted,))
    return None


def _free(facts: CalendarFacts, day: LocalDay, wanted: Format, now: datetime) -> Slots:
    return free_slots(
        facts.days.get(day.date, CLOSED),
        day=day,
        wanted=wanted,
        busy=facts.busy_on(day.date),
        settings=facts.settings,
        blocked=day.date in facts.blackouts,
        private_busy=facts.private_busy,
        now=now,
    )


def _holds_between(
    facts: CalendarFacts, formats: Sequence[Format], now: datetime
) -> tuple[datetime, datetime]:
    """Two instants between which *now* makes no difference.

    `now` enters AV-34 in four ways only. (1) A hold is live until it expires. (2) The first start
    leaves the notice: the grid instant not before `now + notice`, the same for every `now` in
    `(grid instant - notice - 15 min, grid instant - notice]`. (3) Overnight protection depends on
    the local hour, and (4) the horizon on the local date; both change on quarter-hours of UTC only.
    """
    quarter = grid_instant(now)
    quarter = quarter if quarter > now else quarter + _GRID
    sinces, untils = [quarter - _GRID], [quarter]
    step = timedelta(minutes=facts.settings.rules.booking_start_step_minutes)
    for each in formats:
        until = facts.settings.first_start(each, now) - facts.settings.notice(each)
        # Exact to the microsecond: at *until* itself the answer is still the same.
        instant = timedelta(microseconds=1)
        untils.append(until + instant)
        sinces.append(until - step + instant)
    for expiry in _expiries(facts):
        (sinces if expiry <= now else untils).append(expiry)
    return max(sinces), min(untils)


def _expiries(facts: CalendarFacts) -> Iterator[datetime]:
    for each in facts.busy:
        if each.hold_expires_at is not None:
            yield each.hold_expires_at
