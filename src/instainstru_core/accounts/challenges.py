"""Proving a mailbox: a code goes out, and comes back. Source: AC-4, AC-5."""

import hashlib
import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from attrs import evolve, field, frozen

from instainstru_core.accounts.ids import ChallengeId

CODE_LIFE: Final = timedelta(seconds=300)
PROOF_LIFE: Final = timedelta(seconds=900)
SEND_WINDOW: Final = timedelta(seconds=600)
MAX_SENDS: Final = 3
SENDER_WINDOW: Final = timedelta(seconds=3600)
MAX_SENDS_PER_SENDER: Final = 20
MAX_WRONG_CODES: Final = 5
LOCK: Final = timedelta(seconds=600)
TELL_AGAIN_AFTER: Final = timedelta(hours=24)


class Purpose(StrEnum):
    """Why a mailbox is proved."""

    SIGN_UP = "sign_up"


class ChallengeState(StrEnum):
    """Where a challenge is; all but the first are final. Source: spec 03 §3.4."""

    ISSUED = "issued"
    CONSUMED = "consumed"
    SUPERSEDED = "superseded"
    LOCKED = "locked"


@frozen(kw_only=True)
class Challenge:
    """One code sent to one mailbox; *mac* is None when no code was sent, so none is ever right."""

    challenge_id: ChallengeId
    purpose: Purpose
    email: str
    email_key: str
    mac: bytes | None = field(repr=False)
    sender: bytes
    """The HMAC of the address that the request came from."""
    told: bool = False
    """Whether the mailbox was told instead that it has an account."""
    sent_at: datetime
    attempts: int = 0
    state: ChallengeState = ChallengeState.ISSUED
    locked_until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether a code is still awaited."""
        return self.state is ChallengeState.ISSUED and now - self.sent_at < CODE_LIFE

    def answered_by(self, mac: bytes) -> bool:
        """Whether this is the code that was sent; compared in constant time. Source: SE-28."""
        return self.mac is not None and hmac.compare_digest(self.mac, mac)

    def consumed(self) -> "Challenge":
        """Answered, and used up."""
        return evolve(self, state=ChallengeState.CONSUMED)

    def missed(self, now: datetime) -> "Challenge":
        """One wrong code more; the 5th locks the address for a while."""
        attempts = self.attempts + 1
        if attempts < MAX_WRONG_CODES:
            return evolve(self, attempts=attempts)
        return evolve(self, attempts=attempts, state=ChallengeState.LOCKED, locked_until=now + LOCK)


@frozen(kw_only=True)
class Proof:
    """That somebody reads a mailbox: a 256-bit token, of which only the SHA-256 is kept."""

    token_hash: bytes
    purpose: Purpose
    email: str
    email_key: str
    expires_at: datetime


def token_hash(token: str) -> bytes:
    """What is kept of a 256-bit token. Source: SE-29."""
    return hashlib.sha256(token.encode()).digest()
