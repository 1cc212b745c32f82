"""All bookings as the staff sees them, in PostgreSQL. Source: BK-50…BK-52, AD-6."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from attrs import define
from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Integer,
    Row,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    column,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    table,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.admin import action_of
from adapters.postgres.booking import booking_of
from adapters.postgres.claims import issue_of, report_of
from adapters.postgres.queries.admin_figures import figures_of
from adapters.postgres.tables.admin import admin_actions
from adapters.postgres.tables.booking import bookings
from adapters.postgres.tables.calendar_files import booking_reminders
from adapters.postgres.tables.claims import booking_issues, no_show_reports
from adapters.postgres.tables.notifications import notifications
from adapters.postgres.tables.payments import card_holds, payment_operations, payments
from instainstru_core.accounts.ids import AccountId
from instainstru_core.admin.model.files import (
    BookingFigures,
    BookingFile,
    BookingRow,
    BookingRows,
    BookingSearch,
    Cause,
    PaymentStatus,
    Someone,
    Told,
)
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import ReminderKind
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.time import Interval
from instainstru_core.payments.model.payment import PaymentState

_B, _P, _R, _I = bookings.c, payments.c, no_show_reports.c, booking_issues.c
_PEOPLE: Final = table(
    "accounts",
    column("account_id", Uuid),
    column("first_name", Text),
    column("last_name", Text),
    column("email", Text),
)
_STUDENTS, _TEACHERS = _PEOPLE.alias("student"), _PEOPLE.alias("teacher")
_NOW: Final = bindparam("now", type_=_B.starts_at.type)

_PAYMENT: Final = (
    select(_P.payment_id, _P.state, _P.card_amount_cents)
    .where(_P.booking_id == _B.booking_id)
    .order_by(_P.payment_id.desc())
    .limit(1)
    .correlate(bookings)
    .lateral("payment")
)
_CAUSES: Final[dict[Cause, ColumnElement[bool]]] = {
    Cause.AWAITS_COMPLETION: and_(_B.status == "CONFIRMED", _B.ends_at <= _NOW),
    Cause.NO_SHOW_DISPUTED: exists().where(
        _R.booking_id == _B.booking_id, _R.disputed_at.is_not(None), _R.resolved_at.is_(None)
    ),
    Cause.ISSUE_OPEN: exists().where(_I.booking_id == _B.booking_id, _I.resolved_at.is_(None)),
    Cause.PAYMENT_IN_REVIEW: func.coalesce(
        _PAYMENT.c.state == PaymentState.MANUAL_REVIEW.value, literal(False)
    ),
}


def _full_name(person: Any) -> Any:
    name = func.concat_ws(" ", person.c.first_name, person.c.last_name)
    return case((person.c.account_id.is_(None), ""), else_=name)


def _with_people(source: FromClause) -> FromClause:
    return source.outerjoin(
        _STUDENTS, _STUDENTS.c.account_id == type_coerce(_B.student_id, Uuid)
    ).outerjoin(_TEACHERS, _TEACHERS.c.account_id == type_coerce(_B.instructor_id, Uuid))


_ROWS: Final = select(
    bookings,
    _full_name(_STUDENTS).label("student_name"),
    func.coalesce(_STUDENTS.c.email, "").label("student_email"),
    _full_name(_TEACHERS).label("teacher_name"),
    func.coalesce(_TEACHERS.c.email, "").label("teacher_email"),
    _PAYMENT.c.payment_id,
    _PAYMENT.c.state.label("payment_state"),
    _PAYMENT.c.card_amount_cents,
    *(holds.label(cause.value) for cause, holds in _CAUSES.items()),
).select_from(_with_people(bookings.outerjoin(_PAYMENT, true())))
_ROW: Final = _ROWS.where(_B.booking_id == bindparam("id"))

_ID: Final = bindparam("sought_id", type_=Uuid)
_PART: Final = bindparam("part", type_=Text)
# Keys are sought in tables of their own first: that is cheaper than once for each booking.
_BY_KEY: Final = union_all(
    select(_P.booking_id).where(type_coerce(_P.payment_id, Uuid) == _ID),
    select(_P.booking_id)
    .join(payment_operations, payment_operations.c.payment_id == _P.payment_id)
    .where(func.lower(payment_operations.c.processor_ref) == _PART),
)
_FOUND: Final = or_(
    type_coerce(_B.booking_id, Uuid) == _ID,
    *(
        func.strpos(func.lower(text_), _PART) > 0
        for text_ in (
            _B.service_name,
            _full_name(_STUDENTS),
            _full_name(_TEACHERS),
            func.coalesce(_STUDENTS.c.email, ""),
            func.coalesce(_TEACHERS.c.email, ""),
        )
    ),
    _B.booking_id.in_(_BY_KEY),
)
_OVER: Final = bookings.alias("over_")
_WAITING: Final = union_all(
    select(_OVER.c.booking_id).where(_OVER.c.status == "CONFIRMED", _OVER.c.ends_at <= _NOW),
    select(_R.booking_id).where(_R.disputed_at.is_not(None), _R.resolved_at.is_(None)),
    select(_I.booking_id).where(_I.resolved_at.is_(None)),
    # A booking has one payment at most that is not settled, and it is the latest.
    select(_P.booking_id).where(_P.state == PaymentState.MANUAL_REVIEW.value),
)
"""Every booking that has a cause, from the indexes of what is open."""

_STATES: Final = bindparam("payment_states", type_=ARRAY(Text))
_LATER: Final = payments.alias("later")
_LATEST: Final = ~exists().where(
    _LATER.c.booking_id == _P.booking_id, _LATER.c.payment_id > _P.payment_id
)
_PAID: Final[dict[PaymentStatus, ColumnElement[bool]]] = {
    PaymentStatus.PENDING: _B.booking_id.not_in(select(_P.booking_id)),
    PaymentStatus.REFUNDED: _B.booking_id.in_(
        select(_P.booking_id)
        .join(card_holds, card_holds.c.payment_id == _P.payment_id)
        .where(card_holds.c.status == "refunded", _LATEST)
    ),
}
_IN_STATES: Final = _B.booking_id.in_(
    select(_P.booking_id).where(_P.state == func.any(_STATES), _LATEST)
)

_MEMBERS: Final = (
    select(bookings)
    .where(_B.chain_id == bindparam("chain"))
    .order_by(_B.reschedule_count, _B.booking_id)
)
_REPORT: Final = select(no_show_reports).where(_R.booking_id == bindparam("id"))
_ISSUE: Final = select(booking_issues).where(_I.booking_id == bindparam("id"))
_ACTIONS: Final = (
    select(admin_actions)
    .where(admin_actions.c.booking_id == bindparam("id"))
    .order_by(admin_actions.c.action_id)
)
_REMINDED: Final = select(
    booking_reminders.c.sent_at,
    booking_reminders.c.kind,
    null().label("account_id"),
    null().label("notification_id"),
).where(booking_reminders.c.booking_id == bindparam("id"))
_TOLD: Final = select(
    notifications.c.created_at,
    notifications.c.kind,
    notifications.c.account_id,
    notifications.c.notification_id,
).where(notifications.c.data["booking_id"].astext == bindparam("written", type_=Text))
# Reminders are those that went to no account: they stand for both parties.
_HEARD: Final = union_all(_TOLD, _REMINDED).order_by("notification_id")


@lru_cache(maxsize=128)
def _page(
    *,
    by_text: bool,
    by_status: bool,
    paid: frozenset[PaymentStatus] | None,
    since: bool,
    until: bool,
    needs_action: bool | None,
) -> Select[tuple[Any, ...]]:
    """The statement of one kind of search: how many there are, beside each row of the page.

    One row stands for a page without any, so that the count is there beyond the end, too.
    """
    conditions: list[ColumnElement[bool]] = [true()]
    if by_text:
        conditions.append(_FOUND)
    if by_status:
        conditions.append(_B.status == func.any(bindparam("statuses", type_=ARRAY(Text))))
    if paid is not None:
        aliases = [holds for alias, holds in _PAID.items() if alias in paid]
        conditions.append(or_(_IN_STATES, *aliases))
    if since:
        conditions.append(_B.local_date >= bindparam("first_day", type_=Date))
    if until:
        conditions.append(_B.local_date <= bindparam("last_day", type_=Date))
    if needs_action is not None:
        waits = _B.booking_id.in_(_WAITING)
        conditions.append(waits if needs_action else not_(waits))
    # Whatever decides nothing is looked up for the rows of the page alone.
    source = _with_people(bookings) if by_text else bookings
    picked = select(_B.booking_id, _B.created_at).select_from(source).where(*conditions)
    counted = select(func.count().label("total")).select_from(picked.subquery()).subquery("counted")
    sliced = (
        picked.order_by(_B.created_at.desc(), _B.booking_id.desc())
        .limit(bindparam("per_page", type_=Integer))
        .offset(bindparam("skipped", type_=Integer))
        .subquery("sliced")
    )
    shown = _ROWS.where(_B.booking_id.in_(select(sliced.c.booking_id))).subquery("shown")
    return (
        select(counted.c.total, shown)
        .select_from(counted.outerjoin(shown, true()))
        .order_by(shown.c.created_at.desc(), shown.c.booking_id.desc())
    )


@define
class PostgresAdminQueries:
    """The `AdminQueries` query; searching, counting and slicing happen in SQL."""

    _connection: Connection

    def page(self, wanted: BookingSearch, *, now: datetime) -> BookingRows:
        statement = _page(
            by_text=bool(wanted.search),
            by_status=bool(wanted.statuses),
            paid=_aliases(wanted.payment_statuses),
            since=wanted.first_day is not None,
            until=wanted.last_day is not None,
            needs_action=wanted.needs_action,
        )
        values = {
            "now": now,
            "part": wanted.part,
            "sought_id": _id(wanted.search),
            "statuses": sorted(wanted.statuses),
            "payment_states": _states(wanted.payment_statuses),
            "first_day": wanted.first_day,
            "last_day": wanted.last_day,
            "per_page": wanted.per_page,
            "skipped": (wanted.page - 1) * wanted.per_page,
        }
        rows = self._connection.execute(statement, values).all()
        return BookingRows(
            items=[_row_of(row) for row in rows if row.booking_id is not None],
            total=rows[0].total,
            page=wanted.page,
            per_page=wanted.per_page,
        )

    def file(self, booking_id: BookingId, *, now: datetime) -> BookingFile:
        keys = {"id": booking_id}
        row = self._connection.execute(_ROW, {**keys, "now": now}).one_or_none()
        if row is None:
            raise BookingNotFound(booking_id)
        report = self._connection.execute(_REPORT, keys).one_or_none()
        issue = self._connection.execute(_ISSUE, keys).one_or_none()
        chain = self._connection.execute(_MEMBERS, {"chain": row.chain_id})
        heard = self._connection.execute(_HEARD, {**keys, "written": str(booking_id)}).all()
        return BookingFile(
            row=_row_of(row),
            report=None if report is None else report_of(report),
            issue=None if issue is None else issue_of(issue),
            chain=[booking_of(each) for each in chain],
            actions=[action_of(each) for each in self._connection.execute(_ACTIONS, keys)],
            reminders={
                ReminderKind(each.kind): each.created_at
                for each in heard
                if each.account_id is None
            },
            told=[
                Told(at=each.created_at, kind=each.kind, account_id=each.account_id)
                for each in heard
                if each.account_id is not None
            ],
        )

    def figures(self, *, day: Interval, week: Interval, now: datetime) -> BookingFigures:
        return figures_of(self._connection, day=day, week=week, now=now)


def _aliases(asked: frozenset[PaymentStatus]) -> frozenset[PaymentStatus] | None:
    return asked.intersection(_PAID) if asked else None


def _states(asked: frozenset[PaymentStatus]) -> Sequence[str]:
    """The states of payments that are asked for, one of which has another name, too."""
    found = {each.value for each in asked if each not in _PAID}
    if PaymentStatus.PENDING in asked:
        found.add(PaymentState.PAYMENT_METHOD_REQUIRED.value)
    return sorted(found)


def _id(sought: str) -> Any:
    try:
        return BookingId.parse(sought.upper()).value
    except Malformed:
        return None


def _row_of(row: Row[*tuple[Any, ...]]) -> BookingRow:
    found = row._mapping  # noqa: SLF001 - columns are named by causes
    state = row.payment_state
    return BookingRow(
        booking=booking_of(row),
        student=Someone(
            account_id=AccountId(row.student_id.value),
            name=row.student_name,
            email=row.student_email,
        ),
        instructor=Someone(
            account_id=AccountId(row.instructor_id.value),
            name=row.teacher_name,
            email=row.teacher_email,
        ),
        payment_id=row.payment_id,
        payment_state=None if state is None else PaymentState(state),
        card_amount=row.card_amount_cents,
        causes=[cause for cause in Cause if found[cause.value]],
    )
