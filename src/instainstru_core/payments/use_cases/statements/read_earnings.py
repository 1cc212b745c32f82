"""Show an instructor what lessons brought. Source: PY-68, PY-69."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Protocol

from instainstru_core.availability.errors import CalendarNotFound
from instainstru_core.availability.queries import AvailabilityReads
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.pagination import MAX_LIMIT, Page, PageRequest
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.payments.queries import PaymentReads
from instainstru_core.payments.statements.earnings import (
    EarningLine,
    EarningTotals,
    earning_of,
    totals_of,
)
from instainstru_core.payments.statements.periods import WHOLE, Period, days_asked


class EarningReads(PaymentReads, AvailabilityReads, Protocol):
    """What days are told by: the instructor's calendar."""


def read_earnings(
    instructor_id: InstructorId,
    page: PageRequest,
    *,
    read: Begin[PaymentReads],
    period: Period = WHOLE,
) -> Page[EarningLine]:
    """What each lesson of the *period* brought, the latest lesson first.

    Raises:
        Malformed: The page's cursor belongs to another list.
    """
    with read() as reads:
        found = reads.statement_queries.taught(instructor_id, page, period)
    return Page(items=[earning_of(each) for each in found.items], next_cursor=found.next_cursor)


def days_of_earnings(
    instructor_id: InstructorId,
    first: date | None,
    last: date | None,
    *,
    read: Begin[EarningReads],
    clock: Clock,
) -> tuple[date, date]:
    """The days that were asked for, up to today in the instructor's zone. Source: PY-69."""
    zone = NEW_YORK
    if last is None:
        # Whoever has no calendar yet has no lessons either.
        with read() as reads, suppress(CalendarNotFound):
            zone = reads.calendars.glance(instructor_id).zone
    return days_asked(first, last, today=zone.today(clock.now()))


def sum_earnings(
    instructor_id: InstructorId, period: Period, *, read: Begin[PaymentReads]
) -> EarningTotals:
    """What the lessons of the *period* came to: the sums of their lines."""
    return totals_of(all_earnings(instructor_id, period, read=read))


def all_earnings(
    instructor_id: InstructorId, period: Period, *, read: Begin[PaymentReads]
) -> list[EarningLine]:
    """Every line of the *period* as it stands at one instant, the latest lesson first."""
    with read() as reads:
        return [
            earning_of(each) for each in reads.statement_queries.every_taught(instructor_id, period)
        ]


def walk_earnings(
    instructor_id: InstructorId, period: Period, *, read: Begin[PaymentReads]
) -> Iterator[EarningLine]:
    """Every line of the *period*, a page at a time, so that no export has to fit in memory."""
    page = PageRequest(limit=MAX_LIMIT)
    while True:
        found = read_earnings(instructor_id, page, read=read, period=period)
        yield from found.items
        if found.next_cursor is None:
            return
        page = PageRequest(limit=MAX_LIMIT, cursor=found.next_cursor)
