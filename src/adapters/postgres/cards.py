"""Saved cards, payout accounts and the facts of a checkout in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from attrs import define, evolve
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, Row, bindparam, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from adapters.postgres.outbox import Outbox
from adapters.postgres.pricing import TIER_COLUMNS, TIER_JOINS, tier_facts_of
from adapters.postgres.tables.payments import connect_accounts, payments, saved_cards
from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.terms import Standing
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.payments.errors import CardInUse
from instainstru_core.payments.ids import CardId, PaymentId
from instainstru_core.payments.model.cards import ConnectAccount, SavedCard
from instainstru_core.payments.model.processor import PayoutInterval, PayoutSchedule
from instainstru_core.payments.ports import CheckoutFacts

# The cards of one student are changed by one unit at a time.
_LOCK_CARDS = text("SELECT pg_advisory_xact_lock(hashtextextended('cards:' || :student, 0))")
CARDS_OF = (
    select(saved_cards)
    .where(saved_cards.c.student_id == bindparam("student_id", type_=saved_cards.c.student_id.type))
    .order_by(
        saved_cards.c.is_default.desc(),
        saved_cards.c.created_at.desc(),
        saved_cards.c.card_id.desc(),
    )
)
# Receipts go on showing what is left of it.
_FORGET = text(
    """
    WITH gone AS (
        DELETE FROM saved_cards WHERE card_id = :card_id RETURNING card_id, brand, last4
    )
    INSERT INTO forgotten_cards (card_id, brand, last4) SELECT card_id, brand, last4 FROM gone
    """
)
_UNSET_DEFAULT = text(
    "UPDATE saved_cards SET is_default = false"
    " WHERE student_id = :student_id AND card_id <> :card_id AND is_default"
)
_FACTS = text(
    f"""
    SELECT {TIER_COLUMNS}, card.*, account.account, account.charges_enabled,
           account.details_submitted, account.opened_at, account.deauthorised,
           EXISTS (
               SELECT FROM instructors teacher
               WHERE teacher.instructor_id = asked.instructor_id
                   AND teacher.is_live AND teacher.status_active
           ) AS visible,
           coalesce(
               (
                   SELECT nullif(kept.standing, 'ok') FROM payment_standings kept
                   WHERE kept.student_id = :student
               ),
               CASE WHEN EXISTS (
                   SELECT FROM student_debts debt
                   WHERE debt.student_id = :student
                       AND debt.paid_cents + debt.written_off_cents < debt.amount_cents
               ) THEN 'credit_balance_negative' ELSE 'ok' END
           ) AS standing
    FROM (SELECT CAST(:instructor AS uuid) AS instructor_id) asked
    {TIER_JOINS}
    LEFT JOIN connect_accounts account ON account.instructor_id = asked.instructor_id
    LEFT JOIN saved_cards card ON card.student_id = :student
        AND CASE WHEN CAST(:card AS uuid) IS NULL THEN card.is_default
                 ELSE card.card_id = CAST(:card AS uuid) END
    """  # noqa: S608 - constants
)


@define
class PostgresCards:
    """The `Cards` port."""

    _connection: Connection

    def of(self, student_id: StudentId) -> Sequence[SavedCard]:
        self._connection.execute(_LOCK_CARDS, {"student": str(student_id)})
        rows = self._connection.execute(CARDS_OF, {"student_id": student_id})
        return [card_of(row) for row in rows]

    def keep(self, card: SavedCard) -> None:
        if card.is_default:
            keys = {"student_id": card.student_id.value, "card_id": card.card_id.value}
            self._connection.execute(_UNSET_DEFAULT, keys)
        columns = {
            "token": card.token,
            "brand": card.brand,
            "last4": card.last4,
            "exp_month": card.exp_month,
            "exp_year": card.exp_year,
            "is_default": card.is_default,
        }
        statement = insert(saved_cards).values(
            card_id=card.card_id,
            student_id=card.student_id,
            fingerprint=card.fingerprint,
            created_at=card.created_at,
            **columns,
        )
        try:
            self._connection.execute(
                statement.on_conflict_do_update(constraint="saved_cards_pkey", set_=columns)
            )
        except IntegrityError as error:
            if isinstance(error.orig, UniqueViolation) and (
                error.orig.diag.constraint_name == "saved_cards_token_key"
            ):
                raise CardInUse("this card is kept already") from error
            raise

    def remove(self, card: SavedCard) -> None:
        self._connection.execute(_FORGET, {"card_id": card.card_id.value})

    def paying(self, card_id: CardId) -> Sequence[PaymentId]:
        statement = (
            select(payments.c.payment_id)
            .where(payments.c.card_id == card_id)
            .where(payments.c.state != "settled")
            .order_by(payments.c.payment_id)
        )
        return list(self._connection.scalars(statement))


@define
class PostgresConnectAccounts:
    """The `ConnectAccounts` port."""

    _connection: Connection
    _outbox: Outbox

    def find(self, instructor_id: InstructorId) -> ConnectAccount | None:
        statement = select(connect_accounts).where(
            connect_accounts.c.instructor_id == instructor_id
        )
        return account_of(self._connection.execute(statement).one_or_none())

    def find_by_name(self, account: str) -> ConnectAccount | None:
        statement = select(connect_accounts).where(connect_accounts.c.account == account)
        return account_of(self._connection.execute(statement).one_or_none())

    def paid_out_after(
        self, instructor_id: InstructorId | None, *, limit: int
    ) -> Sequence[ConnectAccount]:
        statement = (
            select(connect_accounts)
            .where(connect_accounts.c.details_submitted)
            .where(connect_accounts.c.deauthorised.is_(False))
            .order_by(connect_accounts.c.instructor_id)
            .limit(limit)
        )
        if instructor_id is not None:
            statement = statement.where(connect_accounts.c.instructor_id > instructor_id)
        rows = self._connection.execute(statement)
        return [account for row in rows if (account := account_of(row)) is not None]

    def keep(self, account: ConnectAccount) -> ConnectAccount:
        schedule = account.schedule
        columns = {
            "account": account.account,
            "charges_enabled": account.charges_enabled,
            "details_submitted": account.details_submitted,
            "payouts_enabled": account.payouts_enabled,
            "requirements": list(account.requirements),
            "deauthorised": account.deauthorised,
            "schedule_interval": schedule and schedule.interval.value,
            "schedule_weekday": schedule and schedule.weekday,
            "schedule_month_day": schedule and schedule.month_day,
        }
        statement = insert(connect_accounts).values(
            instructor_id=account.instructor_id, opened_at=account.opened_at, **columns
        )
        self._connection.execute(
            statement.on_conflict_do_update(constraint="connect_accounts_pkey", set_=columns)
        )
        self._outbox.record(account.events)
        return evolve(account, events=())


@define
class PostgresCheckouts:
    """The `Checkouts` port: one statement."""

    _connection: Connection

    def facts(
        self,
        *,
        student_id: StudentId,
        instructor_id: InstructorId,
        card_id: CardId | None,
        since: datetime,
    ) -> CheckoutFacts:
        values = {
            "student": student_id.value,
            "instructor": instructor_id.value,
            "card": card_id and card_id.value,
            "since": since,
        }
        row = self._connection.execute(_FACTS, values).one()
        return CheckoutFacts(
            card=None if row.card_id is None else _card_of_uuids(row),
            visible=row.visible,
            standing=Standing(row.standing),
            account=None
            if row.account is None
            else ConnectAccount(
                instructor_id=instructor_id,
                account=row.account,
                charges_enabled=row.charges_enabled,
                details_submitted=row.details_submitted,
                opened_at=row.opened_at,
                deauthorised=row.deauthorised,
            ),
            tier=tier_facts_of(row),
        )


def _card_of_uuids(row: Row[Any]) -> SavedCard:
    return SavedCard(
        card_id=CardId(row.card_id), student_id=StudentId(row.student_id), **_details(row)
    )


def card_of(row: Row[Any]) -> SavedCard:
    """The card that *row* keeps."""
    return SavedCard(card_id=row.card_id, student_id=row.student_id, **_details(row))


def _details(row: Row[Any]) -> dict[str, Any]:
    return {
        "token": row.token,
        "brand": row.brand,
        "last4": row.last4,
        "exp_month": row.exp_month,
        "exp_year": row.exp_year,
        "fingerprint": row.fingerprint,
        "is_default": row.is_default,
        "created_at": row.created_at,
    }


def account_of(row: Row[Any] | None) -> ConnectAccount | None:
    """The account that *row* keeps."""
    if row is None:
        return None
    return ConnectAccount(
        instructor_id=row.instructor_id,
        account=row.account,
        charges_enabled=row.charges_enabled,
        details_submitted=row.details_submitted,
        opened_at=row.opened_at,
        payouts_enabled=row.payouts_enabled,
        requirements=tuple(row.requirements),
        deauthorised=row.deauthorised,
        schedule=None
        if row.schedule_interval is None
        else PayoutSchedule(
            interval=PayoutInterval(row.schedule_interval),
            weekday=row.schedule_weekday,
            month_day=row.schedule_month_day,
        ),
    )
