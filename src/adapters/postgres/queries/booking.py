"""Bookings as screens read them, in PostgreSQL. Source: BK-42…BK-44, BK-46."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from attrs import define
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    column,
    func,
    literal,
    or_,
    select,
    table,
    true,
    type_coerce,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from adapters.postgres.booking import booking_of
from adapters.postgres.tables.booking import bookings
from adapters.postgres.tables.instructors import instructors
from adapters.postgres.types import IdOf
from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.parts import MAX_DURATION_MINUTES
from instainstru_core.booking.policies.statistics import BookingCounts
from instainstru_core.booking.policies.views import NEVER_SHOWN, View
from instainstru_core.booking.queries import BookingCard, BookingList, BookingPage, shown_name
from instainstru_core.booking.terms import CancelKind, Party
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Interval

LONGEST: Final = timedelta(minutes=MAX_DURATION_MINUTES)
_B = bookings.c
_STUDENTS = table(
    "accounts",
    column("account_id", IdOf(StudentId)),
    column("first_name", Text),
    column("last_name", Text),
)
NAMED: Final = (
    select(
        bookings,
        _STUDENTS.c.first_name.label("student_first"),
        _STUDENTS.c.last_name.label("student_last"),
        instructors.c.first_name.label("instructor_first"),
        instructors.c.last_initial.label("instructor_last"),
    )
    .select_from(bookings)
    .outerjoin(_STUDENTS, _STUDENTS.c.account_id == _B.student_id)
    .outerjoin(instructors, instructors.c.instructor_id == _B.instructor_id)
)
_CARD: Final = NAMED.where(
    _B.booking_id == bindparam("id"),
    or_(_B.student_id == bindparam("student"), _B.instructor_id == bindparam("instructor")),
)

_NEVER: Final = and_(
    _B.status == "CANCELLED", _B.cancel_kind.in_(sorted(each.value for each in NEVER_SHOWN))
)
_MOVED: Final = and_(_B.status == "CANCELLED", _B.cancel_kind == CancelKind.RESCHEDULED.value)
_NOW: Final = bindparam("now", type_=_B.starts_at.type)
_LIVE_HOLD: Final = and_(_B.status == "PENDING", _B.hold_expires_at > _NOW)
_AWAITS: Final = and_(_B.status == "CONFIRMED", _B.ends_at <= _NOW)
_LATER = bookings.alias("later")
_MEMBERS: Final[dict[View | None, ColumnElement[bool]]] = {
    None: and_(~_NEVER, or_(_B.status != "PENDING", _LIVE_HOLD)),
    View.UPCOMING: and_(_B.status == "CONFIRMED", _B.ends_at > _NOW),
    View.HISTORY: or_(
        _B.status.in_(["COMPLETED", "NO_SHOW"]),
        and_(_B.status == "CANCELLED", ~_NEVER),
        _AWAITS,
    ),
    View.PENDING: _LIVE_HOLD,
    View.AWAITING_COMPLETION: _AWAITS,
    # The latest lesson of each instructor and service: none of them came after it.
    View.BOOK_AGAIN: and_(
        _B.status == "COMPLETED",
        ~select(1)
        .where(
            _LATER.c.student_id == _B.student_id,
            _LATER.c.instructor_id == _B.instructor_id,
            _LATER.c.service_id == _B.service_id,
            _LATER.c.status == "COMPLETED",
            or_(
                _LATER.c.starts_at > _B.starts_at,
                and_(_LATER.c.starts_at == _B.starts_at, _LATER.c.booking_id > _B.booking_id),
            ),
        )
        .correlate(bookings)
        .exists(),
    ),
}
_SOONEST_FIRST: Final = frozenset({View.UPCOMING, View.AWAITING_COMPLETION})
_ME: Final = bindparam("me", type_=Uuid)
_COUNTED: Final = and_(_B.confirmed_at.is_not(None), ~_MOVED)
_COUNTS: Final = (
    select(
        func.count().label("total"),
        func.count().filter(_B.status == "CONFIRMED", _B.ends_at > _NOW).label("upcoming"),
        func.count().filter(_B.status == "COMPLETED").label("completed"),
        func.count().filter(_B.status == "CANCELLED").label("cancelled"),
    )
    .select_from(bookings)
    .where(_B.instructor_id == bindparam("instructor"), _COUNTED)
)
_TAKEN: Final = NAMED.where(
    _B.instructor_id == bindparam("instructor"),
    _B.status != "CANCELLED",
    or_(_B.status != "PENDING", _LIVE_HOLD),
    # A lesson lasts four hours at most, so the index on its start bounds it on both sides.
    _B.starts_at > bindparam("earliest", type_=_B.starts_at.type),
    _B.starts_at < bindparam("until", type_=_B.starts_at.type),
    _B.ends_at > bindparam("since", type_=_B.starts_at.type),
).order_by(_B.starts_at, _B.booking_id)


@lru_cache(maxsize=128)
def _page(
    view: View | None, role: Party, *, by_status: bool, include_rescheduled: bool
) -> Select[tuple[Any, ...]]:
    """The statement of one kind of list: how many there are, beside each row of the page.

    One row stands for a page without any, so that the count is there beyond the end, too.
    """
    mine = and_(_MEMBERS[view], type_coerce(_B.student_id, Uuid) == _ME)
    if role is Party.INSTRUCTOR:
        # Only a student books again.
        mine = and_(
            _MEMBERS[view],
            type_coerce(_B.instructor_id, Uuid) == _ME,
            literal(view is not View.BOOK_AGAIN),
        )
    if not include_rescheduled:
        mine = and_(mine, ~_MOVED)
    if by_status:
        mine = and_(mine, _B.status == bindparam("status"))
    sliced = (
        NAMED.where(mine)
        .order_by(*_order(view, bookings.c))
        .limit(bindparam("per_page", type_=Integer))
        .offset(bindparam("skipped", type_=BigInteger))
        .subquery("sliced")
    )
    counted = select(func.count().label("total")).where(mine).subquery("counted")
    return (
        select(counted.c.total, sliced)
        .select_from(counted.outerjoin(sliced, true()))
        .order_by(*_order(view, sliced.c))
    )


@define
class PostgresBookingQueries:
    """The `BookingQueries` query; counting and slicing happen in SQL."""

    _connection: Connection

    def page(self, wanted: BookingList, *, now: datetime) -> BookingPage:
        """The page wanted; empty beyond the end."""
        statement = _page(
            wanted.view,
            wanted.role,
            by_status=wanted.status is not None,
            include_rescheduled=wanted.include_rescheduled,
        )
        values = {
            "me": wanted.account_id.value,
            "now": now,
            "status": wanted.status,
            "per_page": wanted.per_page,
            "skipped": (wanted.page - 1) * wanted.per_page,
        }
        rows = self._connection.execute(statement, values).all()
        return BookingPage(
            items=[card_of(row, wanted.role) for row in rows if row.booking_id is not None],
            total=rows[0].total,
            page=wanted.page,
            per_page=wanted.per_page,
        )

    def card(self, booking_id: BookingId, *, viewer: AccountId) -> BookingCard:
        """One booking of the viewer's."""
        row = self._connection.execute(
            _CARD,
            {
                "id": booking_id,
                "student": StudentId(viewer.value),
                "instructor": InstructorId(viewer.value),
            },
        ).one_or_none()
        if row is None:
            raise BookingNotFound(booking_id)
        is_student = row.student_id.value == viewer.value
        return card_of(row, Party.STUDENT if is_student else Party.INSTRUCTOR)

    def taken(
        self, instructor: InstructorId, within: Interval, *, now: datetime
    ) -> Sequence[BookingCard]:
        """The instructor's lessons and live holds that own time then, earliest first."""
        values = {
            "instructor": instructor,
            "now": now,
            "earliest": within.starts_at - LONGEST,
            "since": within.starts_at,
            "until": within.ends_at,
        }
        rows = self._connection.execute(_TAKEN, values)
        return [card_of(row, Party.INSTRUCTOR) for row in rows]

    def counts(self, instructor: InstructorId, *, now: datetime) -> BookingCounts:
        """How the instructor's lessons went."""
        values = {"instructor": instructor, "now": now}
        row = self._connection.execute(_COUNTS, values).one()
        return BookingCounts(
            total=row.total,
            upcoming=row.upcoming,
            completed=row.completed,
            cancelled=row.cancelled,
        )


def _order(view: View | None, of: ReadOnlyColumnCollection[str, Any]) -> Sequence[Any]:
    if view in _SOONEST_FIRST:
        return of.starts_at.asc(), of.booking_id
    return (of.created_at if view is View.PENDING else of.starts_at).desc(), of.booking_id


def card_of(row: Row[*tuple[Any, ...]], viewer: Party) -> BookingCard:
    """The booking in a row of `NAMED`, as *viewer* sees it."""
    return BookingCard(
        booking=booking_of(row),
        viewer=viewer,
        student_name=shown_name(row.student_first or "", row.student_last or ""),
        instructor_name=shown_name(row.instructor_first or "", row.instructor_last or ""),
    )
