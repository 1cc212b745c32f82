"""Where an instructor's day begins: next lessons, this week, earnings, things to do.

Source: spec 01 §6, 02 §6, BK-46.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from attrs import frozen
from litestar import Response, get
from litestar.di import NamedDependency

from entrypoints.http.policy import policy, requires
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.pictures.week_strip import Span, StripDay, week_strip
from entrypoints.web.teaching import TaughtLesson, me
from entrypoints.web.ways_to_meet import LOCATIONS
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.availability.model.planes import CLOSED, SLOT_MINUTES
from instainstru_core.availability.model.weeks import monday_of
from instainstru_core.availability.model.windows import decode
from instainstru_core.availability.use_cases.list_blackouts import list_blackouts
from instainstru_core.availability.use_cases.read_open_days import ReadOpenDays, read_open_days
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.policies.views import View
from instainstru_core.booking.queries import BookingList
from instainstru_core.booking.terms import Party
from instainstru_core.booking.use_cases.read_bookings import list_bookings
from instainstru_core.booking.use_cases.read_week_bookings import (
    ReadWeekBookings,
    WeekBookings,
    read_week_bookings,
)
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.queries import InstructorPage
from instainstru_core.kernel.lessons import Format
from instainstru_core.payments.model.cards import ConnectAccount
from instainstru_core.payments.use_cases.read_booking_stats import read_booking_stats
from instainstru_core.ports import Ports

_NEXT: Final = 3
_TO_COMPLETE: Final = 5
_DAYS: Final = 7


@frozen(kw_only=True)
class ToDo:
    """Something that waits for the instructor, and where it is done."""

    text: str
    way: str
    icon: str


@get(
    "/teach",
    sync_to_thread=True,
    opt=policy(
        access=requires(
            Permission.VIEW_INCOMING_BOOKINGS,
            Permission.MANAGE_AVAILABILITY,
            Permission.MANAGE_INSTRUCTOR_PROFILE,
        ),
        bucket="read",
        page=True,
    ),
)
def show_today(
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Everything that an instructor looks at first."""
    who = me(principal)
    with ports.read() as reads:
        page = reads.instructor_pages.page(who)
        account = reads.payment_queries.payout_account(who)
    upcoming = _lessons(principal, View.UPCOMING, _NEXT, frame, ports)
    waiting = _lessons(principal, View.AWAITING_COMPLETION, _TO_COMPLETE, frame, ports)
    today = page.instructor.zone.today(frame.now)
    days = _days(who, today, frame, ports)
    free = sum(map(_free, days))
    label = frame.words(N_("Your next seven days: %(hours)s hours are free")) % {
        "hours": frame.formats.number(round(free / 60))
    }
    return frame.page(
        "teach",
        instructor=page.instructor,
        locations=LOCATIONS,
        upcoming=upcoming,
        waiting=waiting,
        today=today,
        strip=week_strip(days, label=label),
        free_hours=round(free / 60),
        lessons=sum(len(each.taken) for each in days),
        stats=read_booking_stats(who, read=ports.read, clock=ports.clock),
        to_do=_to_do(page, account, is_open=free > 0),
    )


def _lessons(
    principal: Principal, view: View, most: int, frame: Frame, ports: Ports
) -> Sequence[TaughtLesson]:
    wanted = BookingList(
        account_id=principal.account_id, role=Party.INSTRUCTOR, view=view, per_page=most
    )
    found = list_bookings(wanted, read=ports.read, clock=ports.clock)
    return [TaughtLesson.of(each, frame.now) for each in found.items]


def _days(who: InstructorId, today: date, frame: Frame, ports: Ports) -> list[StripDay]:
    """Today and the six days after it: what was published, and what is booked on it."""
    last = today + timedelta(days=_DAYS - 1)
    opened = read_open_days(
        ReadOpenDays(instructor_id=who, first=today, last=last), read=ports.read, clock=ports.clock
    )
    away = {each.day for each in list_blackouts(who, read=ports.read, clock=ports.clock)}
    taken: dict[date, list[Span]] = {}
    for monday in sorted({monday_of(today), monday_of(last)}):
        asked = ReadWeekBookings(instructor_id=who, monday=monday)
        week = read_week_bookings(asked, read=ports.read, clock=ports.clock)
        for card in week.taken:
            day, span = _span(week, card.booking)
            taken.setdefault(day, []).append(span)
    return [
        StripDay(
            name=frame.formats.weekday(day),
            free=tuple(
                (each.start * SLOT_MINUTES, each.end * SLOT_MINUTES)
                for each in decode(opened.days.get(day, CLOSED))
            ),
            taken=tuple(taken.get(day, ())),
            today=day == today,
            away=day in away,
        )
        for day in (today + timedelta(days=ahead) for ahead in range(_DAYS))
    ]


def _span(week: WeekBookings, booking: Booking) -> tuple[date, Span]:
    """The day and the minutes of a lesson, on the clock of the week."""
    local = week.zone.local(booking.lesson.starts_at)
    start = local.hour * 60 + local.minute
    return local.date(), (start, min(start + booking.lesson.minutes, 24 * 60))


def _free(day: StripDay) -> int:
    """How many minutes of a day can still be booked, as far as its own lessons go."""
    if day.away:
        return 0
    taken = {minute for span in day.taken for minute in range(*span)}
    return sum(minute not in taken for span in day.free for minute in range(*span))


def _to_do(page: InstructorPage, account: ConnectAccount | None, *, is_open: bool) -> list[ToDo]:
    """What still stands between the instructor and the next student. Source: IN-10, IN-11."""
    instructor, offered = page.instructor, page.active_offerings
    travels = any(each.offers(Format.TRAVEL) for each in offered)
    steps = [
        (not instructor.bio, N_("Say who you are"), "/teach/profile", "smile"),
        (not offered, N_("Say what you teach, and for how much"), "/teach/services", "music"),
        (
            travels and not instructor.service_area,
            N_("Choose where you travel to"),
            "/teach/areas",
            "pin",
        ),
        (
            account is None or not account.payable,
            N_("Tell our payment partner where to send your money"),
            "/teach/payouts",
            "card",
        ),
        (not is_open, N_("Open some time in the next days"), "/teach/week", "calendar"),
        (
            not instructor.is_live and not page.missing,
            N_("Everything is ready: let students find you"),
            "/teach/profile",
            "star",
        ),
    ]
    return [ToDo(text=text, way=way, icon=icon) for open_, text, way, icon in steps if open_]


PAGES: Final = [show_today]
