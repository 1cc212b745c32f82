"""Payments as operators see them, in PostgreSQL: one statement for each figure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import define
from sqlalchemy import Connection, bindparam, text

from adapters.postgres.payment_operations import OPERATIONS_OF, operation_of
from adapters.postgres.payments import SELECT_PAYMENTS, payment_of
from adapters.postgres.queries.ledger import PostgresLedgerQueries
from adapters.postgres.refunds import PostgresChargebacks, PostgresRefunds
from adapters.postgres.tables.payments import payments
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.kernel.time import Interval
from instainstru_core.payments.errors import PaymentNotFound
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.office.queries import (
    INCOME,
    PaymentFile,
    PaymentSearch,
    PendingPayout,
    Pipeline,
    Revenue,
)

WEEK: Final = timedelta(days=7)
_ONE: Final = SELECT_PAYMENTS.where(
    payments.c.payment_id == bindparam("payment_id", type_=payments.c.payment_id.type)
)
_PIPELINE: Final = text(
    """
    WITH week AS (
        SELECT j.journal_id, j.journal_type, l.account, l.cents
        FROM journals j JOIN journal_lines l USING (journal_id)
        WHERE j.occurred_at >= :since
    ), moved AS (
        SELECT count(DISTINCT journal_id) FILTER (WHERE journal_type = 'capture') AS captured_7d,
               count(DISTINCT journal_id)
                   FILTER (WHERE journal_type IN ('refund', 'refund_settled')) AS refunded_7d,
               coalesce(sum(cents) FILTER (
                   WHERE journal_type = 'capture' AND account = 'processor_balance'), 0)
                   AS captured_cents,
               coalesce(-sum(cents) FILTER (
                   WHERE journal_type IN ('refund', 'refund_settled')
                     AND account = 'processor_balance'), 0) AS refunded_cents,
               coalesce(-sum(cents) FILTER (WHERE account = 'student_fee_revenue'), 0)
                   AS fee_cents,
               coalesce(-sum(cents) FILTER (
                   WHERE journal_type IN ('transfer', 'transfer_reversal')
                     AND account = 'processor_balance'), 0) AS payout_cents
        FROM week
    ), standing AS (
        SELECT count(*) FILTER (WHERE state = 'scheduled') AS pending_authorization,
               count(*) FILTER (WHERE state = 'authorized') AS authorized,
               count(*) FILTER (WHERE state = 'authorized' AND ends_at <= :now)
                   AS awaiting_capture,
               count(*) FILTER (WHERE state = 'locked') AS locked,
               count(*) FILTER (WHERE last_failure_at >= :since) AS failed_7d,
               count(*) FILTER (WHERE state = 'scheduled' AND auth_due_at <= :now)
                   AS overdue_authorizations,
               count(*) FILTER (
                   WHERE state = 'authorized' AND ends_at + interval '24 hours' <= :now)
                   AS overdue_captures
        FROM payments
    ), reviewed AS (
        SELECT coalesce(jsonb_object_agg(reason, number), '{}') AS reviews
        FROM (SELECT review_reason AS reason, count(*) AS number FROM payments
              WHERE state = 'manual_review' GROUP BY 1
              UNION ALL
              SELECT CASE WHEN refunded_at IS NOT NULL THEN 'tip_reversal_failed'
                          WHEN transfer IS NULL THEN 'tip_transfer_failed'
                          ELSE 'tip_refund_failed' END, count(*)
              FROM tips WHERE stuck GROUP BY 1) AS reasons
    )
    SELECT * FROM moved, standing, reviewed
    """
)
_PENDING: Final = text(
    """
    SELECT instructor_id, count(*) AS payments, sum(owed) AS cents
    FROM (
        SELECT instructor_id, payment_id, -sum(cents) AS owed
        FROM journal_lines
        WHERE account = 'instructor_payable' AND instructor_id IS NOT NULL
        GROUP BY instructor_id, payment_id
        HAVING sum(cents) < 0
    ) AS waiting
    GROUP BY instructor_id
    ORDER BY sum(owed) DESC, instructor_id
    """
)
_REVENUE: Final = text(
    """
    SELECT l.account, -sum(l.cents) AS cents
    FROM journals j JOIN journal_lines l USING (journal_id)
    WHERE j.occurred_at >= :starts_at AND j.occurred_at < :ends_at AND l.account = ANY(:accounts)
    GROUP BY l.account
    """
)


@define
class PostgresOfficeQueries:
    """The `OfficeQueries` query."""

    _connection: Connection

    def find(self, wanted: PaymentSearch, page: PageRequest) -> Page[Payment]:
        statement = SELECT_PAYMENTS.order_by(payments.c.payment_id.desc()).limit(page.limit + 1)
        if wanted.state is not None:
            statement = statement.where(payments.c.state == wanted.state.value)
        if wanted.reason is not None:
            statement = statement.where(payments.c.review_reason == wanted.reason)
        if page.cursor is not None:
            before = PaymentId.parse(str(page.cursor.key[0]))
            statement = statement.where(payments.c.payment_id < before)
        found = [payment_of(row) for row in self._connection.execute(statement)]
        shown = found[: page.limit]
        more = len(found) > len(shown)
        return Page(items=shown, next_cursor=Cursor((str(shown[-1].payment_id),)) if more else None)

    def file(self, payment_id: PaymentId) -> PaymentFile:
        asked = {"payment_id": payment_id}
        row = self._connection.execute(_ONE, asked).one_or_none()
        if row is None:
            raise PaymentNotFound(f"there is no payment {payment_id}")
        return PaymentFile(
            payment=payment_of(row),
            operations=[
                operation_of(each) for each in self._connection.execute(OPERATIONS_OF, asked)
            ],
            refunds=PostgresRefunds(self._connection).of(payment_id),
            chargebacks=PostgresChargebacks(self._connection).of(payment_id),
            journals=PostgresLedgerQueries(self._connection).of_payment(payment_id),
        )

    def pipeline(self, *, now: datetime) -> Pipeline:
        figures: dict[str, Any] = dict(
            self._connection.execute(_PIPELINE, {"now": now, "since": now - WEEK}).mappings().one()
        )
        reviews = {str(reason): int(number) for reason, number in figures.pop("reviews").items()}
        return Pipeline(reviews=reviews, **{name: int(value) for name, value in figures.items()})

    def pending_payouts(self) -> Sequence[PendingPayout]:
        return [
            PendingPayout(
                instructor_id=InstructorId(row.instructor_id),
                payments=row.payments,
                amount=Money(int(row.cents)),
            )
            for row in self._connection.execute(_PENDING)
        ]

    def revenue(self, within: Interval) -> Revenue:
        asked = {
            "starts_at": within.starts_at,
            "ends_at": within.ends_at,
            "accounts": [account.value for account in INCOME],
        }
        sums = {
            Account(row.account): int(row.cents)
            for row in self._connection.execute(_REVENUE, asked)
        }
        return Revenue(
            within=within,
            cents={account: sums[account] for account in INCOME if sums.get(account)},
        )
