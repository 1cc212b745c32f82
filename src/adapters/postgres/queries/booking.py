"""Bookings as screens read them, in PostgreSQL. Source: BK-42…BK-44."""

from datetime import datetime
from typing import Any, Final

from attrs import define
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Text,
    and_,
    bindparam,
    column,
    func,
    or_,
    select,
    table,
)

from adapters.postgres.booking import booking_of
from adapters.postgres.tables.booking import bookings
from adapters.postgres.tables.instructors import instructors
from adapters.postgres.types import IdOf
from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.booking.errors import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.policies.views import HIDDEN_KINDS, View
from instainstru_core.booking.queries import BookingCard, BookingList, BookingPage, shown_name
from instainstru_core.booking.terms import Party
from instainstru_core.instructors.ids import InstructorId

_B = bookings.c
_STUDENTS = table(
    "accounts",
    column("account_id", IdOf(StudentId)),
    column("first_name", Text),
    column("last_name", Text),
)
_NAMED: Final = (
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
_CARD: Final = _NAMED.where(
    _B.booking_id == bindparam("id"),
    or_(_B.student_id == bindparam("student"), _B.instructor_id == bindparam("instructor")),
)

_HIDDEN: Final = and_(
    _B.status == "CANCELLED", _B.cancel_kind.in_(sorted(each.value for each in HIDDEN_KINDS))
)
_NOW: Final = bindparam("now", type_=_B.starts_at.type)
_LIVE_HOLD: Final = and_(_B.status == "PENDING", _B.hold_expires_at > _NOW)
_AWAITS: Final = and_(_B.status == "CONFIRMED", _B.ends_at <= _NOW)
_LATER = bookings.alias("later")
_MEMBERS: Final[dict[View | None, ColumnElement[bool]]] = {
    None: and_(~_HIDDEN, or_(_B.status != "PENDING", _LIVE_HOLD)),
    View.UPCOMING: and_(_B.status == "CONFIRMED", _B.ends_at > _NOW),
    View.HISTORY: or_(
        _B.status.in_(["COMPLETED", "NO_SHOW"]),
        and_(_B.status == "CANCELLED", ~_HIDDEN),
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


@define
class PostgresBookingQueries:
    """The `BookingQueries` query; counting and slicing happen in SQL."""

    _connection: Connection

    def page(self, wanted: BookingList, *, now: datetime) -> BookingPage:
        """The page wanted; empty beyond the end."""
        mine = and_(_own(wanted), _MEMBERS[wanted.view])
        if wanted.status is not None:
            mine = and_(mine, _B.status == wanted.status.value)
        total = self._connection.scalar(select(func.count()).where(mine), {"now": now})
        rows = self._connection.execute(
            _NAMED.where(mine)
            .order_by(_order(wanted.view), _B.booking_id)
            .limit(wanted.per_page)
            .offset((wanted.page - 1) * wanted.per_page),
            {"now": now},
        )
        return BookingPage(
            items=[_card(row, wanted.role) for row in rows],
            total=total or 0,
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
        return _card(row, Party.STUDENT if is_student else Party.INSTRUCTOR)


def _own(wanted: BookingList) -> ColumnElement[bool]:
    if wanted.role is Party.INSTRUCTOR:
        return _B.instructor_id == InstructorId(wanted.account_id.value)
    return _B.student_id == StudentId(wanted.account_id.value)


def _order(view: View | None) -> ColumnElement[Any]:
    if view in _SOONEST_FIRST:
        return _B.starts_at.asc()
    return _B.created_at.desc() if view is View.PENDING else _B.starts_at.desc()


def _card(row: Row[*tuple[Any, ...]], viewer: Party) -> BookingCard:
    return BookingCard(
        booking=booking_of(row),
        viewer=viewer,
        student_name=shown_name(row.student_first or "", row.student_last or ""),
        instructor_name=shown_name(row.instructor_first or "", row.instructor_last or ""),
    )
