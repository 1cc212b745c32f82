"""Accounts, sessions and challenges in PostgreSQL: one statement a call."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import define, evolve, frozen
from sqlalchemy import Connection, Row, bindparam, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert

from adapters.postgres.outbox import Outbox
from adapters.postgres.tables.accounts import (
    account_overrides,
    accounts,
    email_challenges,
    one_time_tokens,
    refresh_generations,
    sessions,
)
from instainstru_core.accounts.challenges import Challenge, ChallengeState, Proof, Purpose
from instainstru_core.accounts.errors import AccountNotFound, EmailAlreadyRegistered
from instainstru_core.accounts.events import EndReason
from instainstru_core.accounts.ids import AccountId, ChallengeId, SessionId
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
from instainstru_core.accounts.sessions import Presented, Session
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
# Everything about who is at the door, in one statement: AC-24.
_PRINCIPAL = text(
    """
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
)
_HOLD_ADDRESS = text("SELECT pg_advisory_xact_lock(hashtextextended(:email_key, 20030))")
_SUPERSEDE = (
    update(email_challenges)
    .where(
        email_challenges.c.email_key == bindparam("key"),
        email_challenges.c.purpose == bindparam("why"),
        email_challenges.c.state == "issued",
    )
    .values(state="superseded")
)
_CONSUME_PROOF = (
    update(one_time_tokens)
    .where(
        one_time_tokens.c.token_hash == bindparam("hash"),
        one_time_tokens.c.purpose == bindparam("why"),
        one_time_tokens.c.used_at.is_(None),
        one_time_tokens.c.expires_at > bindparam("now"),
    )
    .values(used_at=bindparam("now"))
    .returning(one_time_tokens.c.email, one_time_tokens.c.email_key, one_time_tokens.c.expires_at)
)


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


def _account_columns(account: Account) -> Mapping[str, Any]:
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


@define
class PostgresAccounts:
    """The `Accounts` port."""

    _connection: Connection
    _outbox: Outbox

    def get(self, account_id: AccountId) -> Account:
        """The account."""
        return _found(self._connection, account_id)

    def find_by_email(self, email_key: str) -> Account | None:
        """The account of this address."""
        row = self._connection.execute(_BY_EMAIL, {"email_key": email_key}).one_or_none()
        return None if row is None else _account(row)

    def add(self, account: Account) -> Account:
        """Keep a new account; the unique key of the address is the judge."""
        version = self._connection.scalar(_ADD, _account_columns(account))
        if version is None:
            raise EmailAlreadyRegistered
        return self._recorded(account, version)

    def save(self, account: Account) -> Account:
        """Keep a changed account."""
        statement = (
            update(accounts)
            .where(accounts.c.account_id == account.account_id)
            .where(accounts.c.version == account.version)
            .values(_account_columns(account))
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


def _found(connection: Connection, account_id: AccountId) -> Account:
    row = connection.execute(_GET, {"account_id": account_id}).one_or_none()
    if row is None:
        raise AccountNotFound
    return _account(row)


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


def _challenge(row: Row[Any]) -> Challenge:
    return Challenge(
        challenge_id=row.challenge_id,
        purpose=Purpose(row.purpose),
        email=row.email,
        email_key=row.email_key,
        mac=row.mac,
        sender=row.sender,
        told=row.told,
        sent_at=row.sent_at,
        attempts=row.attempts,
        state=ChallengeState(row.state),
        locked_until=row.locked_until,
    )


@define
class PostgresChallenges:
    """The `Challenges` port."""

    _connection: Connection

    def hold_address(self, email_key: str) -> None:
        """One unit at a time for one address."""
        self._connection.execute(_HOLD_ADDRESS, {"email_key": email_key})

    def sends(self, email_key: str, purpose: Purpose, *, after: datetime) -> Sequence[datetime]:
        """When this address was sent challenges."""
        column = email_challenges.c
        statement = (
            select(column.sent_at)
            .where(column.email_key == email_key, column.purpose == str(purpose))
            .where(column.sent_at > after)
            .order_by(column.sent_at)
        )
        return self._connection.scalars(statement).all()

    def sends_by(self, sender: bytes, *, after: datetime) -> Sequence[datetime]:
        """When this sender asked for challenges."""
        column = email_challenges.c
        statement = (
            select(column.sent_at)
            .where(column.sender == sender, column.sent_at > after)
            .order_by(column.sent_at)
        )
        return self._connection.scalars(statement).all()

    def was_told(self, email_key: str, *, after: datetime) -> bool:
        """Whether the address was told that it has an account."""
        column = email_challenges.c
        statement = (
            select(column.challenge_id)
            .where(column.email_key == email_key, column.told, column.sent_at > after)
            .limit(1)
        )
        return self._connection.scalar(statement) is not None

    def locked_until(self, email_key: str, purpose: Purpose) -> datetime | None:
        """Until when the address is locked."""
        column = email_challenges.c
        statement = (
            select(column.locked_until)
            .where(column.email_key == email_key, column.purpose == str(purpose))
            .where(column.locked_until.is_not(None))
            .order_by(column.locked_until.desc())
            .limit(1)
        )
        found: datetime | None = self._connection.scalar(statement)
        return found

    def add(self, challenge: Challenge) -> None:
        """Keep a new challenge; the live one of this address is superseded."""
        values = {"key": challenge.email_key, "why": str(challenge.purpose)}
        self._connection.execute(_SUPERSEDE, values)
        self._connection.execute(insert(email_challenges), _challenge_columns(challenge))

    def find(self, challenge_id: ChallengeId) -> Challenge | None:
        """The challenge, locked."""
        statement = (
            select(email_challenges)
            .where(email_challenges.c.challenge_id == challenge_id)
            .with_for_update()
        )
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _challenge(row)

    def save(self, challenge: Challenge) -> None:
        """Keep a changed challenge."""
        self._connection.execute(
            update(email_challenges)
            .where(email_challenges.c.challenge_id == challenge.challenge_id)
            .values(_challenge_columns(challenge))
        )

    def add_proof(self, proof: Proof) -> None:
        """Keep a proof."""
        values = {
            "token_hash": proof.token_hash,
            "purpose": str(proof.purpose),
            "email": proof.email,
            "email_key": proof.email_key,
            "expires_at": proof.expires_at,
        }
        self._connection.execute(insert(one_time_tokens), values)

    def consume_proof(self, token_hash: bytes, purpose: Purpose, *, now: datetime) -> Proof | None:
        """Use the proof up: of two at once, one gets it."""
        values = {"hash": token_hash, "why": str(purpose), "now": now}
        row = self._connection.execute(_CONSUME_PROOF, values).one_or_none()
        if row is None:
            return None
        return Proof(
            token_hash=token_hash,
            purpose=purpose,
            email=row.email,
            email_key=row.email_key,
            expires_at=row.expires_at,
        )


def _challenge_columns(challenge: Challenge) -> dict[str, Any]:
    return {
        "challenge_id": challenge.challenge_id,
        "purpose": str(challenge.purpose),
        "email": challenge.email,
        "email_key": challenge.email_key,
        "mac": challenge.mac,
        "sender": challenge.sender,
        "told": challenge.told,
        "sent_at": challenge.sent_at,
        "attempts": challenge.attempts,
        "state": str(challenge.state),
        "locked_until": challenge.locked_until,
    }


@frozen
class PostgresDoors:
    """The `Doors` port: who is at the door, in one statement without a transaction."""

    _connection: Connection

    def principal(
        self, session_id: SessionId, account_id: AccountId, *, epoch: int, now: datetime
    ) -> Principal | None:
        """The owner of a live session."""
        values = {
            "session_id": session_id.value,
            "account_id": account_id.value,
            "epoch": epoch,
            "now": now,
        }
        row = self._connection.execute(_PRINCIPAL, values).one_or_none()
        if row is None:
            return None
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

    def credentials(self, email_key: str) -> Account | None:
        """The account of this address."""
        row = self._connection.execute(_BY_EMAIL, {"email_key": email_key}).one_or_none()
        return None if row is None else _account(row)

    def account(self, account_id: AccountId) -> Account:
        """The account."""
        return _found(self._connection, account_id)
