"""One keyed request, one effect. Source: SE-13."""

import hashlib
import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from attrs import frozen

from instainstru_core.accounts.errors import IdempotencyKeyReused, StillInProgress

KEY_PATTERN: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
LIFE: Final = timedelta(hours=24)
TAKE_OVER_AFTER: Final = timedelta(seconds=30)


class RecordState(StrEnum):
    """Where a keyed request is. Source: spec 03 §3.5."""

    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED_RETRYABLE = "failed_retryable"


@frozen(kw_only=True)
class KeyedRequest:
    """What makes two requests the same one: the scope of the key, and the fingerprint."""

    principal: str
    method: str
    path: str
    key: str
    fingerprint: str
    owner: str
    """A random name for this attempt, so that a taken-over one can't write its answer."""


@frozen(kw_only=True)
class Record:
    """What is kept of a keyed request."""

    fingerprint: str
    state: RecordState
    claimed_at: datetime
    owner: str = ""
    status: int | None = None
    body: bytes = b""


@frozen
class KeptAnswer:
    """What the request was answered, to be said again."""

    status: int
    body: bytes


def fingerprint(method: str, path: str, principal: str, canonical_body: bytes) -> str:
    r"""SHA-256 of `METHOD \n path \n principal \n JCS(body)`, in hexadecimal."""
    head = f"{method}\n{path}\n{principal}\n".encode()
    return hashlib.sha256(head + canonical_body).hexdigest()


def judge(record: Record, request: KeyedRequest, *, now: datetime) -> KeptAnswer | None:
    """What a *record* found under the key means: an answer to say again, or None: execute.

    Raises:
        IdempotencyKeyReused: The key belongs to another request.
        StillInProgress: The same request is being served, and not for long yet.
    """
    age = now - record.claimed_at
    if age >= LIFE:
        return None
    if record.fingerprint != request.fingerprint:
        raise IdempotencyKeyReused
    match record.state:
        case RecordState.COMPLETED:
            return KeptAnswer(record.status or 200, record.body)
        case RecordState.IN_PROGRESS if age <= TAKE_OVER_AFTER:
            raise StillInProgress
        case _:
            return None
