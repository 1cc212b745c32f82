"""Who is at the door, asked of PostgreSQL in one statement."""

from datetime import datetime
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection

from adapters.postgres.accounts import find_account_by_email, get_account
from adapters.postgres.hot import HotRow
from instainstru_core.accounts.ids import AccountId, SessionId
from instainstru_core.accounts.model import (
    Account,
    AccountStatus,
    Effect,
    Override,
    Permission,
    Principal,
    Role,
    effective,
)

PRINCIPAL: Final = """
    SELECT account.role, account.status,
           array_agg(override.permission) FILTER (WHERE override.effect = 'grant') AS granted,
           array_agg(override.permission) FILTER (WHERE override.effect = 'revoke') AS revoked
    FROM sessions AS session
    JOIN accounts AS account USING (account_id)
    LEFT JOIN account_overrides AS override USING (account_id)
    WHERE session.session_id = :session_id AND session.account_id = :account_id
      AND session.ended IS NULL AND session.expires_at > :now
      AND account.session_epoch <= :epoch AND account.status IN ('active', 'suspended')
    GROUP BY account.account_id
"""
"""Everything about who is at the door, in one statement. Source: AC-24."""

_PRINCIPAL = HotRow(PRINCIPAL)


def claimed(
    session_id: SessionId, account_id: AccountId, *, epoch: int, now: datetime
) -> dict[str, object]:
    """What `PRINCIPAL` is asked with."""
    return {
        "session_id": session_id.value,
        "account_id": account_id.value,
        "epoch": epoch,
        "now": now,
    }


def principal_of(row: Any, session_id: SessionId, account_id: AccountId) -> Principal:
    """The owner of the session, as a *row* of `PRINCIPAL` tells."""
    overrides = [
        *(Override(Permission.of(name), Effect.GRANT) for name in row.granted or ()),
        *(Override(Permission.of(name), Effect.REVOKE) for name in row.revoked or ()),
    ]
    role = Role(row.role)
    return Principal(
        account_id=account_id,
        role=role,
        permissions=effective(role, overrides),
        session_id=session_id,
        status=AccountStatus(row.status),
    )


@frozen
class PostgresDoors:
    """The `Doors` port: who is at the door, in one statement without a transaction."""

    _connection: Connection

    def principal(
        self, session_id: SessionId, account_id: AccountId, *, epoch: int, now: datetime
    ) -> Principal | None:
        """The owner of a live session."""
        values = claimed(session_id, account_id, epoch=epoch, now=now)
        row = _PRINCIPAL.of(self._connection, values)
        return None if row is None else principal_of(row, session_id, account_id)

    def credentials(self, email_key: str) -> Account | None:
        """The account of this address."""
        return find_account_by_email(self._connection, email_key)

    def account(self, account_id: AccountId) -> Account:
        """The account."""
        return get_account(self._connection, account_id)
