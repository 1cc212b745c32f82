"""Challenges and proofs of mailboxes in PostgreSQL: one statement a call."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from attrs import define
from sqlalchemy import Connection, Row, bindparam, insert, select, text, update

from adapters.postgres.tables.accounts import (
    email_challenges,
    one_time_tokens,
)
from instainstru_core.accounts.challenges import Challenge, ChallengeState, Proof, Purpose
from instainstru_core.accounts.ids import ChallengeId

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
