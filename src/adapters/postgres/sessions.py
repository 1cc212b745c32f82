"""Sessions in PostgreSQL: one statement a call."""

from collections.abc import Sequence
from typing import Any

from attrs import define, evolve
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from adapters.postgres.outbox import Outbox
from adapters.postgres.tables.accounts import (
    refresh_generations,
    sessions,
)
from instainstru_core.accounts.events import EndReason
from instainstru_core.accounts.ids import AccountId, SessionId
from instainstru_core.accounts.model import (
    Role,
)
from instainstru_core.accounts.sessions import Presented, Session
from instainstru_core.kernel.errors import StaleAggregate

_GET_SESSION = select(sessions).where(sessions.c.session_id == bindparam("session_id"))
_LIVE = (
    select(sessions)
    .where(sessions.c.account_id == bindparam("account_id"), sessions.c.ended.is_(None))
    .order_by(sessions.c.last_used_at, sessions.c.session_id)
    .with_for_update()
)
_PRESENT = (
    select(sessions, refresh_generations.c.generation.label("presented"))
    .join(refresh_generations, refresh_generations.c.session_id == sessions.c.session_id)
    .where(refresh_generations.c.token_hash == bindparam("token_hash"))
    .with_for_update(of=sessions)
)


@define
class PostgresSessions:
    """The `Sessions` port."""

    _connection: Connection
    _outbox: Outbox

    def add(self, session: Session, secret_hash: bytes) -> Session:
        """Keep a new session and its first secret."""
        self._connection.execute(insert(sessions), _session_columns(session))
        self._keep(session, secret_hash)
        return self._recorded(session)

    def get(self, session_id: SessionId) -> Session | None:
        """The session."""
        row = self._connection.execute(_GET_SESSION, {"session_id": session_id}).one_or_none()
        return None if row is None else _session(row)

    def present(self, secret_hash: bytes) -> tuple[Session, Presented] | None:
        """The session that once had this secret, locked."""
        row = self._connection.execute(_PRESENT, {"token_hash": secret_hash}).one_or_none()
        if row is None:
            return None
        session = _session(row)
        return session, Presented.of(row.presented, session.generation)

    def rotate(self, session: Session, secret_hash: bytes) -> Session:
        """Keep the session with its next secret."""
        saved = self.save(session)
        self._keep(session, secret_hash)
        return saved

    def save(self, session: Session) -> Session:
        """Keep a changed session."""
        statement = (
            update(sessions)
            .where(sessions.c.session_id == session.session_id)
            .where(sessions.c.version == session.version)
            .values(_session_columns(session))
            .returning(sessions.c.version)
        )
        if self._connection.scalar(statement) is None:
            raise StaleAggregate(f"session {session.session_id} changed meanwhile")
        return self._recorded(session)

    def live(self, account_id: AccountId) -> Sequence[Session]:
        """The sessions that have not ended, least recently used first."""
        rows = self._connection.execute(_LIVE, {"account_id": account_id})
        return [_session(row) for row in rows]

    def _keep(self, session: Session, secret_hash: bytes) -> None:
        values = {
            "session_id": session.session_id,
            "generation": session.generation,
            "token_hash": secret_hash,
        }
        self._connection.execute(insert(refresh_generations), values)

    def _recorded(self, session: Session) -> Session:
        self._outbox.record(session.events)
        return evolve(session, version=session.version + 1, events=())


def _session(row: Row[Any]) -> Session:
    return Session(
        session_id=row.session_id,
        account_id=row.account_id,
        role=Role(row.role),
        created_at=row.created_at,
        auth_time=row.auth_time,
        last_used_at=row.last_used_at,
        rotated_at=row.rotated_at,
        expires_at=row.expires_at,
        generation=row.generation,
        ended=None if row.ended is None else EndReason(row.ended),
        version=row.version,
    )


def _session_columns(session: Session) -> dict[str, Any]:
    return {
        "session_id": session.session_id,
        "account_id": session.account_id,
        "role": str(session.role),
        "created_at": session.created_at,
        "auth_time": session.auth_time,
        "last_used_at": session.last_used_at,
        "rotated_at": session.rotated_at,
        "expires_at": session.expires_at,
        "generation": session.generation,
        "ended": None if session.ended is None else str(session.ended),
        "version": session.version + 1,
    }
