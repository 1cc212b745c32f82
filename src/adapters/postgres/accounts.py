"""Accounts in PostgreSQL: one statement a call."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import define, evolve
from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert

from adapters.postgres.outbox import Outbox
from adapters.postgres.tables.accounts import (
    account_overrides,
    accounts,
)
from instainstru_core.accounts.errors import AccountNotFound, EmailAlreadyRegistered
from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.model import (
    Account,
    AccountStatus,
    Effect,
    Override,
    Permission,
    Role,
)
from instainstru_core.kernel.errors import StaleAggregate

_GET = select(accounts).where(accounts.c.account_id == bindparam("account_id"))
_BY_EMAIL = select(accounts).where(accounts.c.email_key == bindparam("email_key"))
_ADD = (
    postgres_insert(accounts)
    .on_conflict_do_nothing(constraint="accounts_email_key_key")
    .returning(accounts.c.version)
)
_OVERRIDES = select(account_overrides.c.permission, account_overrides.c.effect).where(
    account_overrides.c.account_id == bindparam("account_id")
)


@define
class PostgresAccounts:
    """The `Accounts` port."""

    _connection: Connection
    _outbox: Outbox

    def get(self, account_id: AccountId) -> Account:
        """The account."""
        return get_account(self._connection, account_id)

    def find_by_email(self, email_key: str) -> Account | None:
        """The account of this address."""
        return find_account_by_email(self._connection, email_key)

    def add(self, account: Account) -> Account:
        """Keep a new account; the unique key of the address is the judge."""
        version = self._connection.scalar(_ADD, account_columns(account))
        if version is None:
            raise EmailAlreadyRegistered
        return self._recorded(account, version)

    def save(self, account: Account) -> Account:
        """Keep a changed account."""
        statement = (
            update(accounts)
            .where(accounts.c.account_id == account.account_id)
            .where(accounts.c.version == account.version)
            .values(account_columns(account))
            .returning(accounts.c.version)
        )
        if (version := self._connection.scalar(statement)) is None:
            raise StaleAggregate(f"account {account.account_id} changed meanwhile")
        return self._recorded(account, version)

    def overrides(self, account_id: AccountId) -> Sequence[Override]:
        """What was granted and taken."""
        rows = self._connection.execute(_OVERRIDES, {"account_id": account_id})
        return [Override(Permission.of(row.permission), Effect(row.effect)) for row in rows]

    def override(self, account_id: AccountId, override: Override, *, by: str, at: datetime) -> None:
        """Grant or take one permission."""
        statement = postgres_insert(account_overrides).values(
            account_id=account_id,
            permission=str(override.permission),
            effect=str(override.effect),
            by=by,
            at=at,
        )
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["account_id", "permission"],
                set_={"effect": str(override.effect), "by": by, "at": at},
            )
        )

    def _recorded(self, account: Account, version: int) -> Account:
        self._outbox.record(account.events)
        return evolve(account, version=version, events=())


def get_account(connection: Connection, account_id: AccountId) -> Account:
    """The account.

    Raises:
        AccountNotFound: There is none.
    """
    row = connection.execute(_GET, {"account_id": account_id}).one_or_none()
    if row is None:
        raise AccountNotFound
    return _account(row)


def find_account_by_email(connection: Connection, email_key: str) -> Account | None:
    """The account of this address."""
    row = connection.execute(_BY_EMAIL, {"email_key": email_key}).one_or_none()
    return None if row is None else _account(row)


def _account(row: Row[Any]) -> Account:
    return Account(
        account_id=row.account_id,
        email=row.email,
        email_key=row.email_key,
        password_hash=row.password_hash,
        first_name=row.first_name,
        last_name=row.last_name,
        zip_code=row.zip_code,
        zone=row.zone,
        role=Role(row.role),
        status=AccountStatus(row.status),
        session_epoch=row.session_epoch,
        created_at=row.created_at,
        version=row.version,
    )


def account_columns(account: Account) -> Mapping[str, Any]:
    """What is kept of *account*."""
    return {
        "account_id": account.account_id,
        "email": account.email,
        "email_key": account.email_key,
        "password_hash": account.password_hash,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "zip_code": account.zip_code,
        "zone": account.zone,
        "role": str(account.role),
        "status": str(account.status),
        "session_epoch": account.session_epoch,
        "created_at": account.created_at,
        "version": account.version + 1,
    }
