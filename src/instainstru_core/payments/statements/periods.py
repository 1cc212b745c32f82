"""Days that a statement is about. Source: PY-68, PY-69."""

from datetime import date
from typing import Final

from attrs import frozen

from instainstru_core.payments.statements.errors import InvalidPeriod

USUAL_DAYS: Final = 90
LONGEST_DAYS: Final = 731


@frozen
class Period:
    """The lessons of some days, by the calendar where each is given; both ends belong to it.

    Either end may be open. Source: PY-69.

    Raises:
        InvalidPeriod: It ends before it begins, or is longer than 731 days.
    """

    first: date | None = None
    last: date | None = None

    def __attrs_post_init__(self) -> None:
        if self.first is None or self.last is None:
            return
        if self.last < self.first:
            raise InvalidPeriod("must not be before the first day")
        if (self.last - self.first).days + 1 > LONGEST_DAYS:
            raise InvalidPeriod(f"must be within {LONGEST_DAYS} days of the first one")

    def __contains__(self, day: date) -> bool:
        if self.first is not None and day < self.first:
            return False
        return self.last is None or day <= self.last


WHOLE: Final = Period()
"""Every lesson there ever was."""


def days_asked(first: date | None, last: date | None, *, today: date) -> tuple[date, date]:
    """The days that were asked for: 90 up to the last one, which is *today*, unless told."""
    end = last if last is not None else max(today, first or today)
    begin = date.fromordinal(max(1, end.toordinal() - USUAL_DAYS + 1))
    return (first if first is not None else begin), end
