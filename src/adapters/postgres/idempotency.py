"""Keyed requests in PostgreSQL: one statement to claim, one to answer. Source: SE-13."""

from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, Engine, text

from adapters.postgres.connecting import connected
from instainstru_core.accounts.errors import StillInProgress
from instainstru_core.accounts.idempotency import (
    LIFE,
    TAKE_OVER_AFTER,
    KeptAnswer,
    KeyedRequest,
    Record,
    RecordState,
    judge,
)

_SCOPE = "principal = :principal AND method = :method AND path = :path AND key = :key"
_MINE = f"{_SCOPE} AND owner = :owner AND state = 'in_progress'"

# Claims a key that is new, too old, left behind, or whose attempt failed; otherwise shows what is
# there. The update writes nothing in the latter case: its WHERE refuses it, and the row is read.
_CLAIM = text(
    """
    WITH claimed AS (
        INSERT INTO idempotency_records
            (principal, method, path, key, fingerprint, state, owner, claimed_at)
        VALUES (:principal, :method, :path, :key, :fingerprint, 'in_progress', :owner, :now)
        ON CONFLICT (principal, method, path, key) DO UPDATE
        SET fingerprint = excluded.fingerprint, state = 'in_progress', owner = excluded.owner,
            claimed_at = excluded.claimed_at, status = NULL, body = NULL
        WHERE idempotency_records.claimed_at <= :dead
           OR (idempotency_records.fingerprint = excluded.fingerprint
               AND (idempotency_records.state = 'failed_retryable'
                    OR (idempotency_records.state = 'in_progress'
                        AND idempotency_records.claimed_at < :left_behind)))
        RETURNING true AS mine
    )
    SELECT mine, NULL AS fingerprint, NULL AS state, NULL AS owner, NULL::int AS status,
           NULL::bytea AS body, NULL::timestamptz AS claimed_at
    FROM claimed
    UNION ALL
    SELECT false, fingerprint, state, owner, status, body, claimed_at
    FROM idempotency_records
    WHERE principal = :principal AND method = :method AND path = :path AND key = :key
      AND NOT EXISTS (SELECT FROM claimed)
    """
)
_KEEP = "UPDATE idempotency_records SET state = 'completed', status = :status, body = :body"
_COMPLETE = text(f"{_KEEP} WHERE {_MINE}")
_ANSWER = text(
    f"""
    {_KEEP}
    WHERE {_SCOPE} AND owner = :owner AND state IN ('in_progress', 'completed')
    RETURNING true
    """
)
_RELEASE = text(
    f"UPDATE idempotency_records SET state = 'failed_retryable' WHERE {_MINE}"  # noqa: S608
)


def _scope(request: KeyedRequest) -> dict[str, Any]:
    return {
        "principal": request.principal,
        "method": request.method,
        "path": request.path,
        "key": request.key,
        "owner": request.owner,
    }


def _answered(request: KeyedRequest, answer: KeptAnswer) -> dict[str, Any]:
    return {**_scope(request), "status": answer.status, "body": answer.body}


@frozen
class PostgresAnswers:
    """The `Answers` port, on the transaction of the effect."""

    _connection: Connection

    def complete(self, request: KeyedRequest, answer: KeptAnswer) -> None:
        """Keep the answer with the effect."""
        if not self._connection.scalar(_ANSWER, _answered(request, answer)):
            raise StillInProgress


@frozen
class PostgresIdempotencyRecords:
    """The `IdempotencyRecords` port: each call on a connection of its own, in autocommit."""

    _engine: Engine

    def claim(self, request: KeyedRequest, *, now: datetime) -> KeptAnswer | None:
        """Claim the key, or return the earlier answer."""
        values = {
            **_scope(request),
            "fingerprint": request.fingerprint,
            "now": now,
            "dead": now - LIFE,
            "left_behind": now - TAKE_OVER_AFTER,
        }
        with connected(self._engine) as connection:
            autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
            row = autocommit.execute(_CLAIM, values).one_or_none()
        if row is None:
            # Inserted by another request after our snapshot was taken: it is being served.
            raise StillInProgress
        if row.mine:
            return None
        record = Record(
            fingerprint=row.fingerprint,
            state=RecordState(row.state),
            claimed_at=row.claimed_at,
            owner=row.owner,
            status=row.status,
            body=row.body or b"",
        )
        if (answer := judge(record, request, now=now)) is None:
            # It became claimable between the update's look at it and ours: the next try gets it.
            raise StillInProgress
        return answer

    def complete(self, request: KeyedRequest, answer: KeptAnswer) -> None:
        """Keep an answer that has no effect to be kept with."""
        with connected(self._engine) as connection:
            autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
            autocommit.execute(_COMPLETE, _answered(request, answer))

    def release(self, request: KeyedRequest) -> None:
        """Let the same request try again."""
        with connected(self._engine) as connection:
            autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
            autocommit.execute(_RELEASE, _scope(request))
