"""What accounts needs from the world."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from attrs import frozen

from instainstru_core.accounts.challenges import Challenge, Proof, Purpose
from instainstru_core.accounts.idempotency import KeptAnswer, KeyedRequest
from instainstru_core.accounts.ids import AccountId, ChallengeId, SessionId
from instainstru_core.accounts.model import Account, Override, Principal
from instainstru_core.accounts.rate_limits import Decision, RatePolicy
from instainstru_core.accounts.sessions import Presented, Session
from instainstru_core.due_work.ports import DueWork
from instainstru_core.kernel.zones import Zone


class Accounts(Protocol):
    """Every login."""

    def get(self, account_id: AccountId) -> Account:
        """The account; Raises: AccountNotFound."""
        ...

    def find_by_email(self, email_key: str) -> Account | None:
        """The account of this address, if there is one."""
        ...

    def add(self, account: Account) -> Account:
        """Keep a new account, with its news.

        Raises:
            EmailAlreadyRegistered: The address has one; nothing was changed.
        """
        ...

    def save(self, account: Account) -> Account:
        """Keep a changed account, with its news; Raises: StaleAggregate."""
        ...

    def overrides(self, account_id: AccountId) -> Sequence[Override]:
        """What was granted to, and taken from, this account."""
        ...

    def override(self, account_id: AccountId, override: Override, *, by: str, at: datetime) -> None:
        """Grant or take one permission; the last word on one permission counts."""
        ...


class Profiles(Protocol):
    """The public side of accounts that teach, which another context keeps. Source: AC-6, IN-1."""

    def draft(self, account: Account) -> None:
        """Start an empty profile for a new instructor, in this unit."""
        ...

    def follow(self, account: Account, *, zone: Zone | None, at: datetime) -> None:
        """Call the profile as its owner is called, and move it to *zone* if that is new.

        Source: IN-8, AV-9.
        """
        ...


class Sessions(Protocol):
    """Signed-in devices, and every refresh secret they ever had (as SHA-256)."""

    def add(self, session: Session, secret_hash: bytes) -> Session:
        """Keep a new session with its first secret, and its news."""
        ...

    def get(self, session_id: SessionId) -> Session | None:
        """The session, if it exists."""
        ...

    def present(self, secret_hash: bytes) -> tuple[Session, Presented] | None:
        """The session that once had this secret, and which of its secrets it is; locked."""
        ...

    def rotate(self, session: Session, secret_hash: bytes) -> Session:
        """Keep a session with its next secret: one compare-and-set on the generation.

        Raises:
            StaleAggregate: Somebody else rotated it first.
        """
        ...

    def save(self, session: Session) -> Session:
        """Keep a changed session, with its news; Raises: StaleAggregate."""
        ...

    def live(self, account_id: AccountId) -> Sequence[Session]:
        """The sessions of the account that have not ended, least recently used first."""
        ...


class Challenges(Protocol):
    """Questions sent to mailboxes, and the proofs that answer them."""

    def hold_address(self, email_key: str) -> None:
        """Make everyone else who asks about this address wait until the unit ends."""
        ...

    def sends(self, email_key: str, purpose: Purpose, *, after: datetime) -> Sequence[datetime]:
        """When this address was sent challenges after *after*, oldest first."""
        ...

    def sends_by(self, sender: bytes, *, after: datetime) -> Sequence[datetime]:
        """When this sender asked for challenges after *after*, oldest first."""
        ...

    def was_told(self, email_key: str, *, after: datetime) -> bool:
        """Whether the address was told after *after* that it has an account."""
        ...

    def locked_until(self, email_key: str, purpose: Purpose) -> datetime | None:
        """Until when the address is locked, if it ever was."""
        ...

    def add(self, challenge: Challenge) -> None:
        """Keep a new challenge; the live one of this address and purpose is superseded."""
        ...

    def find(self, challenge_id: ChallengeId) -> Challenge | None:
        """The challenge, locked for this unit."""
        ...

    def save(self, challenge: Challenge) -> None:
        """Keep a changed challenge."""
        ...

    def add_proof(self, proof: Proof) -> None:
        """Keep a proof."""
        ...

    def consume_proof(self, token_hash: bytes, purpose: Purpose, *, now: datetime) -> Proof | None:
        """The proof with this hash, used up now; None when there is none, or it is used or old."""
        ...


class Answers(Protocol):
    """Answers kept with their effects. Source: SE-13."""

    def complete(self, request: KeyedRequest, answer: KeptAnswer) -> None:
        """Keep the answer of this attempt; where it has one, this one in its place.

        Raises:
            StillInProgress: Another attempt took over; undo.
        """
        ...


class AccountsWork(DueWork, Protocol):
    """What one unit of work in accounts can reach."""

    @property
    def accounts(self) -> Accounts:
        """Every login."""
        ...

    @property
    def profiles(self) -> Profiles:
        """Drafts of profiles."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Signed-in devices."""
        ...

    @property
    def challenges(self) -> Challenges:
        """Questions sent to mailboxes."""
        ...

    @property
    def answers(self) -> Answers:
        """Answers kept with their effects."""
        ...


class Doors(Protocol):
    """Who is at the door, asked with each request. Source: AC-24."""

    def principal(
        self, session_id: SessionId, account_id: AccountId, *, epoch: int, now: datetime
    ) -> Principal | None:
        """The owner of a live session, with today's role, status and permissions.

        None when the session is over, the account's epoch is beyond *epoch*, or it may not enter.
        """
        ...

    def credentials(self, email_key: str) -> Account | None:
        """The account of this address, if there is one."""
        ...

    def account(self, account_id: AccountId) -> Account:
        """The account; Raises: AccountNotFound."""
        ...


class AccountsReads(Protocol):
    """What accounts reads without a unit of work."""

    @property
    def doors(self) -> Doors:
        """Who is at the door."""
        ...


class IdempotencyRecords(Protocol):
    """Keyed requests; each call is kept at once, by itself. Source: SE-13."""

    def claim(self, request: KeyedRequest, *, now: datetime) -> KeptAnswer | None:
        """Claim the key for this attempt, or return what was answered before.

        Raises:
            IdempotencyKeyReused: The key belongs to another request.
            StillInProgress: The same request is being served.
        """
        ...

    def complete(self, request: KeyedRequest, answer: KeptAnswer) -> None:
        """Keep a refusal, or the answer of a request without an effect; nothing if taken over."""
        ...

    def release(self, request: KeyedRequest) -> None:
        """The attempt failed and may be made again."""
        ...


class RateStore(Protocol):
    """The counters of the limiter. Source: SE-2, SE-9."""

    def decide(self, asked: Sequence[tuple[RatePolicy, str]]) -> Sequence[Decision]:
        """Ask each policy, by its counter's key, in order; the first denial is the last answer.

        All in one atomic step. When the store is down the same algorithm runs in this process.
        """
        ...

    def check(self) -> None:
        """Raises: Unavailable, when the shared store does not answer."""
        ...


class Passwords(Protocol):
    """Slow one-way hashes. Source: AC-10, AC-17."""

    def hash(self, password: str) -> str:
        """A PHC string; Raises: SignInBusy."""
        ...

    def verify(self, password: str, phc: str | None) -> bool:
        """Whether the password fits; None costs the same and never fits. Raises: SignInBusy."""
        ...

    def needs_rehash(self, phc: str) -> bool:
        """Whether it was made with other parameters than today's."""
        ...


class Secrets(Protocol):
    """The only source of unguessable things, and keeper of the peppers. Source: SE-28, SE-29."""

    def token(self) -> str:
        """256 bits, URL-safe."""
        ...

    def six_digits(self) -> str:
        """Uniform over 000000…999999."""
        ...

    def mac(self, purpose: str, text: str) -> bytes:
        """The HMAC of *text*, with the pepper of *purpose*."""
        ...


@frozen(kw_only=True)
class AccessClaims:
    """What an access token says. Source: AC-21."""

    account_id: AccountId
    session_id: SessionId
    epoch: int
    auth_time: datetime


class AccessTokens(Protocol):
    """Short signed tokens. Source: AC-21."""

    def issue(self, claims: AccessClaims, *, now: datetime, life: timedelta) -> str:
        """A signed token."""
        ...

    def read(self, token: str, *, now: datetime) -> AccessClaims:
        """What it says; Raises: InvalidToken."""
        ...

    def public_keys(self) -> Sequence[dict[str, str]]:
        """The live keys, as a JWK set's members."""
        ...
