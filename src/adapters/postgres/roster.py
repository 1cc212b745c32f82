"""The roster, kept true to the database: one cheap statement tells what changed. Source: AV-42.

Every transaction that changes anything about an instructor writes its number into the instructor's
calendar. A transaction older than the oldest one still running has long been seen; so whatever
carries that number or a higher one is all that can be new.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Lock
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from attrs import Factory, define, field, frozen
from sqlalchemy import Connection, Engine, Row, text

from adapters.postgres.hot import HotRow
from adapters.postgres.queries.availability import (
    FACTS,
    busy_of,
    facts_range,
    private_busy_of,
    settings_of,
)
from instainstru_core.availability.model.roster import Roster, RosterCalendar
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.availability.model.who import FirstStarts, WhoIsFree
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Clock

DAYS_BEHIND = 1
DAYS_AHEAD = 60
# Going further than asked for now and then costs less than a little every day.
DAYS_SPARE = 7
BATCH = 500

Progress: TypeAlias = Callable[[int], None]

_CHANGED = HotRow(
    """
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS mark,
        ARRAY(SELECT instructor_id FROM calendars WHERE changed_xid >= CAST(:mark AS xid8)
              ORDER BY instructor_id) AS numbers,
        ARRAY(SELECT changed_xid::text::bigint FROM calendars
              WHERE changed_xid >= CAST(:mark AS xid8) ORDER BY instructor_id) AS versions,
        ARRAY(SELECT instructor_id FROM departed_instructors
              WHERE changed_xid >= CAST(:mark AS xid8)) AS departed
    """
)
_SOME = text(f"{FACTS} WHERE instructor.instructor_id = ANY(:ids)")
_PAGE = text(
    f"""
    {FACTS}
    WHERE instructor.instructor_id > :after
    ORDER BY instructor.instructor_id
    LIMIT :batch
    """
)
_NOW = text(
    "SELECT pg_snapshot_xmin(pg_current_snapshot())::text, (SELECT count(*) FROM instructors)"
)
_BEFORE_ALL = UUID(int=0)


def _nothing(_count: int) -> None:
    """Progress that nobody watches."""


class Follower(Protocol):
    """Something else that is read again for whoever changed."""

    def forget(self) -> None:
        """Read everything again before the next answer."""
        ...

    def refresh(self, connection: Connection, changed: Sequence[UUID]) -> None:
        """Read what is kept of *changed* again."""
        ...


@frozen
class _News:
    """Who changed since a mark, to which version, who left, and where to look from next time."""

    since: str
    mark: str
    versions: tuple[tuple[UUID, int], ...]
    departed: tuple[UUID, ...]


@define(eq=False)
class PostgresRoster:
    """The `LiveRoster` port: one roster for all threads of this process."""

    _engine: Engine
    _clock: Clock
    _rules: CalendarRules = DEFAULT_RULES
    _roster: Roster | None = field(default=None, init=False)
    _mark: str = field(default="0", init=False)
    _lock: Lock = field(factory=Lock, init=False)
    _followers: list[Follower] = field(default=Factory(list), init=False)

    def follow(self, follower: Follower) -> None:
        """Tell *follower* too who changed: one statement serves both."""
        self._followers.append(follower)

    @contextmanager
    def looking(self) -> Iterator[Roster]:
        """The roster as the database stands now; nobody else has it until the block ends."""
        # Asked before the lock is held: threads wait for the database side by side, and whatever
        # was committed before this call is in the answer, whoever takes it in first.
        news = self._news()
        with self._lock:
            yield self._current(news)

    def who_is_free(
        self, question: WhoIsFree, *, among: Collection[InstructorId] | None = None
    ) -> FirstStarts:
        """Who can start when, as the database stands at this call."""
        with self.looking() as roster:
            return self.ask(roster, question, among=among)

    def ask(
        self,
        roster: Roster,
        question: WhoIsFree,
        *,
        among: Collection[InstructorId] | None = None,
    ) -> FirstStarts:
        """The answer of *roster*, which the caller is `looking` at.

        Few ask for days beyond its last one. For them those days are read from the database, and
        forgotten again: a year of everybody would not fit into memory.
        """
        if max(question.dates, default=roster.last) <= roster.last:
            return roster.ask(question, among=among)
        wanted = roster.ids if among is None else among
        distant = Roster(min(question.dates), max(question.dates))
        with self._engine.connect() as pooled:
            connection = pooled.execution_options(isolation_level="AUTOCOMMIT")
            self._reload(connection, distant, [each.value for each in wanted])
        return distant.ask(question, among=among)

    def build(self, progress: Progress = _nothing) -> int:
        """Read every calendar, and return how many there are."""
        with self._lock:
            self._roster = None
            return len(self._current(None, progress).ids)

    def warm_up(self) -> None:
        """Read every calendar anew, beside the roster that answers meanwhile.

        Afterwards the roster reaches as far ahead as it may, and nobody who asks has to wait for
        that. Source: AV-42, spec 01 §7.
        """
        first, last = self._range()
        with self._connected() as connection:
            fresh, mark = self._read_all(connection, first, last)
        with self._lock:
            # Followers are told by the roster's versions who changed. So they must know all that
            # the fresh one knows before it takes the old one's place.
            if self._roster is not None and (news := self._news()) is not None:
                self._take_in(news, self._roster)
            self._roster, self._mark = fresh, mark

    def _news(self) -> _News | None:
        if self._roster is None:
            return None
        with self._connected() as connection:
            since = self._mark
            mark, numbers, versions, departed = _CHANGED.of(connection, {"mark": since})
        return _News(since, mark, tuple(zip(numbers, versions, strict=True)), tuple(departed))

    def _current(self, news: _News | None, progress: Progress = _nothing) -> Roster:
        first, last = self._range()
        roster = self._roster
        # A clock set back asks for days that were forgotten.
        if roster is None or first < roster.first:
            with self._connected() as connection:
                return self._built(connection, first, last, progress)
        if last > roster.last:
            with self._connected() as connection:
                self._roll(connection, roster, first, last)
        # Built by another thread since we asked: what was committed meanwhile is news.
        if news is None or int(news.since) > int(self._mark):
            news = self._news()
        if news is not None:
            self._take_in(news, roster)
        return roster

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with self._engine.connect() as pooled:
            yield pooled.execution_options(isolation_level="AUTOCOMMIT")

    def _range(self) -> tuple[date, date]:
        today = self._clock.now().date()
        return today - timedelta(days=DAYS_BEHIND), today + timedelta(days=DAYS_AHEAD)

    def _built(self, connection: Connection, first: date, last: date, progress: Progress) -> Roster:
        for follower in self._followers:
            follower.forget()
        self._roster, self._mark = self._read_all(connection, first, last, progress)
        return self._roster

    def _read_all(
        self, connection: Connection, first: date, last: date, progress: Progress = _nothing
    ) -> tuple[Roster, str]:
        # The mark is taken first: what changes while we read is read again by the next question.
        mark, count = connection.execute(_NOW).one()
        roster = Roster(first, last + timedelta(days=DAYS_SPARE))
        roster.reserve(count)
        for batch in _pages(connection, roster.first, roster.last, self._rules):
            roster.put(batch, now=self._clock.now())
            progress(len(roster.ids))
        return roster, mark

    def _roll(self, connection: Connection, roster: Roster, first: date, last: date) -> None:
        """Forget the days that passed, and read the new ones for everybody."""
        known, until = roster.last, last + timedelta(days=DAYS_SPARE)
        since = max(first, known + timedelta(days=1))
        for batch in _pages(connection, since, until, self._rules):
            roster.put(batch, now=self._clock.now(), first=since, last=until)
        # These are known for the old days or the new ones; what holds take is told for all days.
        # Before the move: should this fail, the next question begins the roll again.
        self._reload(connection, roster, [each.value for each in roster.held], first, until)
        roster.move(first, until)

    def _take_in(self, news: _News, roster: Roster) -> None:
        changed = [
            number
            for number, version in news.versions
            if roster.version(InstructorId(number)) != version
        ]
        departed = [each for each in news.departed if InstructorId(each) in roster]
        if changed or departed:
            with self._connected() as connection:
                # Followers first: what fails here is tried again, as the roster's versions are
                # still old.
                for follower in self._followers:
                    follower.refresh(connection, [*changed, *departed])
                self._reload(connection, roster, changed)
            roster.forget([InstructorId(each) for each in departed])
        # Another thread may have asked later and come here sooner.
        self._mark = max(self._mark, news.mark, key=int)

    def _reload(
        self,
        connection: Connection,
        roster: Roster,
        numbers: Sequence[UUID],
        first: date | None = None,
        last: date | None = None,
    ) -> None:
        within = facts_range(first or roster.first, last or roster.last)
        for start in range(0, len(numbers), BATCH):
            values = {"ids": list(numbers[start : start + BATCH]), **within}
            rows = connection.execute(_SOME, values)
            roster.put([_calendar(row, self._rules) for row in rows], now=self._clock.now())


def _pages(
    connection: Connection, first: date, last: date, rules: CalendarRules
) -> Iterator[list[RosterCalendar]]:
    """Every calendar, so many at a time, by id."""
    after = _BEFORE_ALL
    while rows := connection.execute(
        _PAGE, {"after": after, "batch": BATCH, **facts_range(first, last)}
    ).all():
        yield [_calendar(row, rules) for row in rows]
        after = rows[-1][0]


def _calendar(row: Row[*tuple[Any, ...]], rules: CalendarRules) -> RosterCalendar:
    number, version, *settings, days, planes, blocked, starts, ends, places, expiries = row[:14]
    elsewhere_days, elsewhere, *_ = row[14:]
    return RosterCalendar(
        instructor_id=InstructorId(number),
        version=version,
        settings=settings_of(*settings, rules),
        days=days or (),
        planes=bytes(planes or b""),
        blackouts=frozenset(blocked or ()),
        busy=busy_of(starts, ends, places, expiries),
        private_busy=private_busy_of(elsewhere_days, elsewhere),
    )
