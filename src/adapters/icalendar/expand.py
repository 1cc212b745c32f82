"""When a calendar says that its owner is busy: a program of its own, to be killed if need be.

It reads one JSON document from standard input and writes one to standard output. Run by
`parser.py` with neither this project nor the environment in reach, it first takes away from itself
whatever it doesn't need. What a feed can do is then to waste a few seconds of one process.
"""

import json
import resource
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

MAX_OCCURRENCES = 5_000
CPU_SECONDS = 6
MEMORY_BYTES = 512 * 1024 * 1024
OUR_UIDS = "@instainstru.com"
DENSE = frozenset({"SECONDLY", "MINUTELY"})
TELLING = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")
# Lines that say when; the library leaves out what it can't read, and the time would look free.
DECISIVE = frozenset({*TELLING, "DURATION", "FREEBUSY", "RRULE", "TRANSP", "STATUS", "UID", None})
OPEN_FILES = 64
DAY = timedelta(days=1)


class _Refused(Exception):
    """The calendar can't be read; *problem* is what is told."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def main() -> None:
    """Answer one question."""
    _give_up_everything()
    asked = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    try:
        answer: dict[str, Any] = {"spans": list(busy_spans(content, asked))}
    except _Refused as refused:
        answer = {"problem": refused.problem}
    except MemoryError:
        answer = {"problem": "too_many_events"}
    except Exception:  # noqa: BLE001 - whatever a feed makes the library raise, it is malformed
        answer = {"problem": "malformed"}
    sys.stdout.write(json.dumps(answer))


def _give_up_everything() -> None:
    """Nothing can be written, and only so much time and memory is there."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))


def busy_spans(content: bytes, asked: dict[str, Any]) -> Iterator[tuple[float, float]]:
    """Each occurrence that takes time, as seconds since 1970."""
    since = datetime.fromtimestamp(asked["since"], UTC)
    until = datetime.fromtimestamp(asked["until"], UTC)
    zone = ZoneInfo(asked["zone"])
    calendar = _calendar(content)
    _check(calendar)
    lasting = frozenset(_uid(each) for each in calendar.walk("VEVENT") if _has_a_length(each))
    found = recurring_ical_events.of(calendar, skip_bad_series=False)
    occurrences = found.between(since - DAY, until + DAY)
    periods = [each for each in _periods(calendar, zone) if each[0] < until and since < each[1]]
    if len(occurrences) + len(periods) > MAX_OCCURRENCES:
        raise _Refused("too_many_events")
    for event in occurrences:
        if _takes_time(event):
            starts_at, ends_at = _ends(event, zone, has_a_length=_uid(event) in lasting)
            if ends_at > starts_at:
                yield starts_at.timestamp(), ends_at.timestamp()
    for starts_at, ends_at in periods:
        yield starts_at.timestamp(), ends_at.timestamp()


def _calendar(content: bytes) -> Any:
    text = content.decode("utf-8-sig", errors="strict")
    found = icalendar.Calendar.from_ical(text, multiple=True)
    if len(found) != 1 or found[0].name != "VCALENDAR":
        raise _Refused("malformed")
    return found[0]


def _check(calendar: Any) -> None:
    """Refuse what would be read wrongly, or never to its end."""
    if any(name in DECISIVE for each in calendar.walk() for name, _ in each.errors):
        raise _Refused("malformed")
    for event in calendar.walk("VEVENT"):
        for rule in _each(event.get("RRULE")):
            _check_rule(rule)
        for name in TELLING:
            _check_zones(event.get(name))


def _each(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _check_rule(rule: Any) -> None:
    if "FREQ" not in rule or any(each < 1 for each in _each(rule.get("INTERVAL"))):
        raise _Refused("malformed")
    if DENSE.intersection(str(each).upper() for each in _each(rule["FREQ"])):
        raise _Refused("too_many_events")


def _check_zones(value: Any) -> None:
    for each in _each(value):
        if "TZID" not in each.params:
            continue
        for moment in [one.dt for one in each.dts] if hasattr(each, "dts") else [each.dt]:
            if isinstance(moment, datetime) and moment.tzinfo is None:
                raise _Refused("unknown_zone")


def _periods(calendar: Any, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """What a calendar says that tells busy time alone. RFC 5545, 3.6.4; other kinds are busy."""
    for component in calendar.walk("VFREEBUSY"):
        for each in _each(component.get("FREEBUSY")):
            if str(each.params.get("FBTYPE", "BUSY")).upper() != "FREE":
                first, last = each.dt
                starts_at = _instant(first, zone)
                length = isinstance(last, timedelta)
                yield starts_at, starts_at + last if length else _instant(last, zone)


def _takes_time(event: Any) -> bool:
    if str(event.get("TRANSP", "OPAQUE")).upper() == "TRANSPARENT":
        return False
    if str(event.get("STATUS", "CONFIRMED")).upper() == "CANCELLED":
        return False
    return not _uid(event).endswith(OUR_UIDS)


def _uid(event: Any) -> str:
    return str(event.get("UID", "")).strip().lower()


def _has_a_length(event: Any) -> bool:
    """Whether it says how long it takes, not when its clocks show the end. RFC 5545, 3.8.5.3."""
    return any(name in event for name in ("DURATION", "RRULE", "RDATE"))


def _ends(event: Any, zone: ZoneInfo, *, has_a_length: bool) -> tuple[datetime, datetime]:
    """From when until when it takes time, where clocks change on the way or skip its start.

    The library adds lengths on the wall. An hour later than that is when it is over if an hour was
    skipped; where it could be either, the later end counts, as time that may be taken is not free.
    """
    starts_at, ends_at = _instant(event.start, zone), _instant(event.end, zone)
    if isinstance(event.start, datetime) and (has_a_length or ends_at <= starts_at):
        length = event.end.replace(tzinfo=None) - event.start.replace(tzinfo=None)
        ends_at = max(ends_at, starts_at + length)
    return starts_at, ends_at


def _instant(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """A whole day begins on the owner's clock, and so does a time without a zone."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 - gets one below
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    found = moment.astimezone(UTC)
    if found.astimezone(moment.tzinfo).replace(tzinfo=None) == moment.replace(tzinfo=None):
        return found
    # The clocks skip it: as if they didn't yet. Zones that a calendar defines may say otherwise.
    return (moment - ((moment - DAY).utcoffset() or timedelta())).replace(tzinfo=UTC)


if __name__ == "__main__":
    main()
