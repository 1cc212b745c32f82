"""Windows: how people write and read a day's open time. Source: AV-5…AV-7."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from attrs import frozen

from instainstru_core.availability.errors import (
    InvalidFormats,
    InvalidRange,
    InvalidTime,
    RefusedField,
    TooManyWindows,
    UnalignedTime,
)
from instainstru_core.availability.model.planes import (
    FORMATS,
    SLOT_MINUTES,
    SLOTS_PER_DAY,
    DayPlanes,
    Slots,
    runs,
    span,
)
from instainstru_core.kernel.lessons import Format

MAX_WINDOWS_PER_DAY = 48

_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_DAY_SECONDS = 24 * 3600


@frozen
class Window:
    """A run of open slots, from *start* up to *end*, with what it is open for."""

    start: int
    end: int
    formats: tuple[Format, ...] = FORMATS

    @property
    def starts(self) -> str:
        """Its start as `HH:MM`."""
        return label(self.start)

    @property
    def ends(self) -> str:
        """Its end as `HH:MM`, the day's end as `24:00`."""
        return label(self.end)


@frozen
class WindowText:
    """A window as somebody wrote it."""

    start: str
    end: str
    formats: Sequence[str] | None = None


@lru_cache(maxsize=SLOTS_PER_DAY + 1)
def label(slot: int) -> str:
    """The wall time at which *slot* begins, as `HH:MM`."""
    hours, minutes = divmod(slot * SLOT_MINUTES, 60)
    return f"{hours:02}:{minutes:02}"


def encode(windows: Iterable[Window]) -> DayPlanes:
    """The union of *windows*, in any order, overlapping or not. Source: AV-6."""
    planes = dict.fromkeys(FORMATS, 0)
    for window in windows:
        for each in window.formats:
            planes[each] |= span(window.start, window.end)
    return DayPlanes(*planes.values())


def decode(day: DayPlanes) -> tuple[Window, ...]:
    """The maximal runs with one set of formats, ascending. Source: AV-7."""
    return tuple(
        Window(start, end, formats)
        for start, end, formats in annotated([(each, day.of(each)) for each in FORMATS])
    )


def annotated(
    planes: Sequence[tuple[Format, Slots]],
) -> Iterator[tuple[int, int, tuple[Format, ...]]]:
    """The maximal runs of slots that are in the same of *planes*, as (start, end, formats)."""
    anywhere = changes = 0
    for _, slots in planes:
        anywhere |= slots
        changes |= slots ^ (slots << 1)
    for start, end in runs(anywhere):
        inside = changes & span(start + 1, end)
        at = start
        while at < end:
            until = (inside & -inside).bit_length() - 1 if inside else end
            yield at, until, tuple(each for each, slots in planes if slots >> at & 1)
            inside &= inside - 1 if inside else 0
            at = until


def read_day(texts: Sequence[WindowText], *, pointer: str) -> DayPlanes:
    """What *texts* say, as planes; *pointer* is where they stand in the document.

    Raises:
        TooManyWindows: More than 48 on one day.
        InvalidTime: Unreadable, or not on the clock.
        UnalignedTime: Not a multiple of five minutes.
        InvalidRange: It ends before it starts, or there and then.
        InvalidFormats: None, or an unknown one.
    """
    if len(texts) > MAX_WINDOWS_PER_DAY:
        raise TooManyWindows(
            pointer, f"a day has at most {MAX_WINDOWS_PER_DAY} windows, got {len(texts)}"
        )
    return encode(read_window(each, pointer=f"{pointer}/{n}") for n, each in enumerate(texts))


def read_window(text: WindowText, *, pointer: str) -> Window:
    """What *text* says. Raises as `read_day` does. Source: AV-5."""
    start = _seconds(text.start, pointer=f"{pointer}/start", latest=_DAY_SECONDS - 1)
    end = _seconds(text.end, pointer=f"{pointer}/end", latest=_DAY_SECONDS)
    for name, seconds in (("start", start), ("end", end)):
        if seconds % (60 * SLOT_MINUTES):
            raise UnalignedTime(f"{pointer}/{name}", "expected a multiple of five minutes")
    if end == 0 and start != 0:
        end = _DAY_SECONDS
    if end <= start:
        raise InvalidRange(f"{pointer}/end", f"a window must end after it starts, at {text.start}")
    slot = 60 * SLOT_MINUTES
    return Window(start // slot, end // slot, _formats(text.formats, pointer=f"{pointer}/formats"))


def _seconds(text: str, *, pointer: str, latest: int) -> int:
    refused: RefusedField = InvalidTime(pointer, f"expected a time like 09:30, got {text[:20]!r}")
    matched = _TIME.fullmatch(text)
    if matched is None:
        raise refused
    hours, minutes, seconds = (int(part or 0) for part in matched.groups())
    total = 3600 * hours + 60 * minutes + seconds
    if minutes > 59 or seconds > 59 or total > latest:
        raise refused
    return total


def _formats(names: Sequence[str] | None, *, pointer: str) -> tuple[Format, ...]:
    if names is None:
        return FORMATS
    known = {each.value for each in FORMATS}
    if not names or not known.issuperset(names):
        raise InvalidFormats(pointer, "expected one or more of travel, studio, online")
    return tuple(each for each in FORMATS if each.value in names)


END_OF_DAY = label(SLOTS_PER_DAY)
