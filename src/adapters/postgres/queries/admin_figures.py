"""How the platform is doing, in PostgreSQL: one statement. Source: BK-52."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Integer, bindparam, func, select, true, type_coerce

from adapters.postgres.tables.booking import bookings
from adapters.postgres.tables.claims import booking_issues, no_show_reports
from adapters.postgres.tables.ledger import journal_lines, journals
from adapters.postgres.tables.payments import payments
from instainstru_core.admin.model.files import BookingFigures, Cause, Takings
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Interval
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.payment import PaymentState

_B, _P, _R, _I = bookings.c, payments.c, no_show_reports.c, booking_issues.c
_NOW: Final = bindparam("now", type_=_B.starts_at.type)

_REVENUE: Final = [
    account.value
    for account in (
        Account.STUDENT_FEE_REVENUE,
        Account.COMMISSION_REVENUE,
        Account.REFUNDS_CONTRA,
    )
]


def _takings(name: str) -> Any:
    since = bindparam(f"{name}_since", type_=_B.starts_at.type)
    until = bindparam(f"{name}_until", type_=_B.starts_at.type)
    earned = (
        select(func.coalesce(-func.sum(journal_lines.c.cents), 0))
        .select_from(journal_lines)
        .join(journals, journals.c.journal_id == journal_lines.c.journal_id)
        .where(
            journal_lines.c.account.in_(_REVENUE),
            journals.c.occurred_at >= since,
            journals.c.occurred_at < until,
        )
        .scalar_subquery()
    )
    return (
        select(
            func.count().label("lessons"),
            func.coalesce(func.sum(type_coerce(_B.price_cents, Integer)), 0).label("gross"),
            earned.label("revenue"),
        )
        .where(
            _B.starts_at >= since,
            _B.starts_at < until,
            _B.status.in_(["CONFIRMED", "COMPLETED", "NO_SHOW"]),
        )
        .subquery(name)
    )


_WAITING: Final = select(
    *(
        counted.scalar_subquery().label(cause.value)
        for cause, counted in {
            Cause.AWAITS_COMPLETION: select(func.count())
            .select_from(bookings)
            .where(_B.status == "CONFIRMED", _B.ends_at <= _NOW),
            Cause.NO_SHOW_DISPUTED: select(func.count())
            .select_from(no_show_reports)
            .where(_R.disputed_at.is_not(None), _R.resolved_at.is_(None)),
            Cause.ISSUE_OPEN: select(func.count())
            .select_from(booking_issues)
            .where(_I.resolved_at.is_(None)),
            # A booking has one payment at most that is not settled, and it is the latest.
            Cause.PAYMENT_IN_REVIEW: select(func.count())
            .select_from(payments)
            .where(_P.state == PaymentState.MANUAL_REVIEW.value),
        }.items()
    )
).subquery("waiting")
_TODAY, _WEEK = _takings("today"), _takings("week")
_FIGURES: Final = select(
    *(each.label(f"today_{each.name}") for each in _TODAY.c),
    *(each.label(f"week_{each.name}") for each in _WEEK.c),
    *_WAITING.c,
).select_from(_TODAY.join(_WEEK, true()).join(_WAITING, true()))


def figures_of(
    connection: Connection, *, day: Interval, week: Interval, now: datetime
) -> BookingFigures:
    """How much there is to do, and what came of it."""
    values = {
        "now": now,
        "today_since": day.starts_at,
        "today_until": day.ends_at,
        "week_since": week.starts_at,
        "week_until": week.ends_at,
    }
    row = connection.execute(_FIGURES, values).one()._mapping  # noqa: SLF001
    return BookingFigures(
        today=_takings_of(row, "today"),
        week=_takings_of(row, "week"),
        needs_action={cause: row[cause.value] for cause in Cause},
    )


def _takings_of(row: Mapping[Any, Any], name: str) -> Takings:
    return Takings(
        lessons=row[f"{name}_lessons"],
        gross=Money(int(row[f"{name}_gross"])),
        revenue_cents=int(row[f"{name}_revenue"]),
    )
