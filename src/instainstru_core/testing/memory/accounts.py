"""Accounts in memory: repositories, queries and kept answers on a snapshot of frozen values."""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from instainstru_core.accounts.challenges import Challenge, ChallengeState, Proof, Purpose
from instainstru_core.accounts.errors import (
    AccountNotFound,
    EmailAlreadyRegistered,
    InvalidToken,
    StillInProgress,
)
from instainstru_core.accounts.idempotency import (
    KeptAnswer,
    KeyedRequest,
    Record,
    RecordState,
    judge,
)
from instainstru_core.accounts.ids import AccountId, ChallengeId, SessionId
from instainstru_core.accounts.model import (
    Account,
    AccountStatus,
    Override,
    Permission,
    Principal,
    effective,
)
from instainstru_core.accounts.ports import AccessClaims
from instainstru_core.accounts.sessions import Presented, Session
from instainstru_core.kernel.errors import OperationInProgress, StaleAggregate
from instainstru_core.kernel.mutex import MUTEX_LIFE
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables

if TYPE_CHECKING:
    from instainstru_core.testing.memory.store import InMemoryStore

Scope = tuple[str, str, str, str]


@define
class InMemoryAccounts:
    """The `Accounts` port."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def get(self, account_id: AccountId) -> Account:
        return _account(self._tables, account_id)

    def find_by_email(self, email_key: str) -> Account | None:
        return _by_email(self._tables, email_key)

    def add(self, account: Account) -> Account:
        if _by_email(self._tables, account.email_key) is not None:
            raise EmailAlreadyRegistered
        return self._keep(account)

    def save(self, account: Account) -> Account:
        if _account(self._tables, account.account_id).version != account.version:
            raise StaleAggregate(f"account {account.account_id} changed meanwhile")
        return self._keep(account)

    def overrides(self, account_id: AccountId) -> Sequence[Override]:
        return _overrides(self._tables, account_id)

    def override(
        self,
        account_id: AccountId,
        override: Override,
        *,
        by: str,  # noqa: ARG002 - kept in the database only
        at: datetime,  # noqa: ARG002
    ) -> None:
        rows = self._tables.of("account_overrides", tuple[AccountId, Permission], Override)
        rows[account_id, override.permission] = override

    def _keep(self, account: Account) -> Account:
        self._outbox.record(account.events)
        kept = evolve(account, version=account.version + 1, events=())
        self._tables.of("accounts", AccountId, Account)[account.account_id] = kept
        return kept


def _account(tables: Tables, account_id: AccountId) -> Account:
    try:
        return tables.of("accounts", AccountId, Account)[account_id]
    except KeyError:
        raise AccountNotFound from None


def _by_email(tables: Tables, email_key: str) -> Account | None:
    rows = tables.of("accounts", AccountId, Account).values()
    return next((account for account in rows if account.email_key == email_key), None)


def _overrides(tables: Tables, account_id: AccountId) -> list[Override]:
    rows = tables.of("account_overrides", tuple[AccountId, Permission], Override)
    return [override for (whose, _), override in rows.items() if whose == account_id]


@define
class InMemorySessions:
    """The `Sessions` port."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def add(self, session: Session, secret_hash: bytes) -> Session:
        self._secrets[secret_hash] = (session.session_id, session.generation)
        return self._keep(session)

    def get(self, session_id: SessionId) -> Session | None:
        return self._rows.get(session_id)

    def present(self, secret_hash: bytes) -> tuple[Session, Presented] | None:
        if (found := self._secrets.get(secret_hash)) is None:
            return None
        session = self._rows[found[0]]
        return session, Presented.of(found[1], session.generation)

    def rotate(self, session: Session, secret_hash: bytes) -> Session:
        saved = self.save(session)
        self._secrets[secret_hash] = (session.session_id, session.generation)
        return saved

    def save(self, session: Session) -> Session:
        kept = self._rows.get(session.session_id)
        if kept is None or kept.version != session.version:
            raise StaleAggregate(f"session {session.session_id} changed meanwhile")
        return self._keep(session)

    def live(self, account_id: AccountId) -> Sequence[Session]:
        rows = self._rows.values()
        found = [one for one in rows if one.account_id == account_id and one.ended is None]
        return sorted(found, key=lambda session: (session.last_used_at, session.session_id))

    @property
    def _rows(self) -> dict[SessionId, Session]:
        return self._tables.of("sessions", SessionId, Session)

    @property
    def _secrets(self) -> dict[bytes, tuple[SessionId, int]]:
        return self._tables.of("refresh_generations", bytes, tuple[SessionId, int])

    def _keep(self, session: Session) -> Session:
        self._outbox.record(session.events)
        kept = evolve(session, version=session.version + 1, events=())
        self._rows[session.session_id] = kept
        return kept


@define
class InMemoryChallenges:
    """The `Challenges` port. Units follow one another, so no address needs to be held."""

    _tables: Tables

    def hold_address(self, email_key: str) -> None:
        """Nobody else is at work."""

    def sends(self, email_key: str, purpose: Purpose, *, after: datetime) -> Sequence[datetime]:
        return sorted(one.sent_at for one in self._of(email_key, purpose) if one.sent_at > after)

    def sends_by(self, sender: bytes, *, after: datetime) -> Sequence[datetime]:
        rows = self._rows.values()
        return sorted(one.sent_at for one in rows if one.sender == sender and one.sent_at > after)

    def was_told(self, email_key: str, *, after: datetime) -> bool:
        rows = self._rows.values()
        return any(one.told and one.email_key == email_key and one.sent_at > after for one in rows)

    def locked_until(self, email_key: str, purpose: Purpose) -> datetime | None:
        found = [one.locked_until for one in self._of(email_key, purpose) if one.locked_until]
        return max(found, default=None)

    def add(self, challenge: Challenge) -> None:
        for one in self._of(challenge.email_key, challenge.purpose):
            if one.state is ChallengeState.ISSUED:
                self.save(evolve(one, state=ChallengeState.SUPERSEDED))
        self.save(challenge)

    def find(self, challenge_id: ChallengeId) -> Challenge | None:
        return self._rows.get(challenge_id)

    def save(self, challenge: Challenge) -> None:
        self._rows[challenge.challenge_id] = challenge

    def add_proof(self, proof: Proof) -> None:
        self._proofs[proof.token_hash] = proof

    def consume_proof(self, token_hash: bytes, purpose: Purpose, *, now: datetime) -> Proof | None:
        proof = self._proofs.get(token_hash)
        if proof is None or proof.purpose.value != purpose.value or proof.expires_at <= now:
            return None
        return self._proofs.pop(token_hash)

    @property
    def _rows(self) -> dict[ChallengeId, Challenge]:
        return self._tables.of("email_challenges", ChallengeId, Challenge)

    @property
    def _proofs(self) -> dict[bytes, Proof]:
        return self._tables.of("one_time_tokens", bytes, Proof)

    def _of(self, email_key: str, purpose: Purpose) -> list[Challenge]:
        rows = list(self._rows.values())
        return [one for one in rows if one.email_key == email_key and one.purpose is purpose]


@define
class InMemoryDoors:
    """The `Doors` port."""

    _tables: Tables

    def principal(
        self, session_id: SessionId, account_id: AccountId, *, epoch: int, now: datetime
    ) -> Principal | None:
        session = self._tables.of("sessions", SessionId, Session).get(session_id)
        if session is None or session.ended is not None or session.expires_at <= now:
            return None
        account = self._tables.of("accounts", AccountId, Account).get(account_id)
        if account is None or session.account_id != account_id or account.session_epoch > epoch:
            return None
        if account.status not in {AccountStatus.ACTIVE, AccountStatus.SUSPENDED}:
            return None
        return Principal(
            account_id=account_id,
            role=account.role,
            permissions=effective(account.role, _overrides(self._tables, account_id)),
            session_id=session_id,
            status=account.status,
        )

    def credentials(self, email_key: str) -> Account | None:
        return _by_email(self._tables, email_key)

    def account(self, account_id: AccountId) -> Account:
        return _account(self._tables, account_id)


@define
class InMemoryAnswers:
    """The `Answers` port."""

    _tables: Tables

    def complete(self, request: KeyedRequest, answer: KeptAnswer) -> None:
        rows, scope = _records(self._tables), _scope(request)
        record = rows.get(scope)
        if record is None or not (_is_mine(record, request) or _is_answered(record, request)):
            raise StillInProgress
        rows[scope] = evolve(
            record, state=RecordState.COMPLETED, status=answer.status, body=answer.body
        )


@define
class InMemoryIdempotencyRecords:
    """The `IdempotencyRecords` port: each call is a unit of its own."""

    _store: "InMemoryStore"

    def claim(self, request: KeyedRequest, *, now: datetime) -> KeptAnswer | None:
        with self._store.begin() as work:
            rows, scope = _records(work.tables), _scope(request)
            record = rows.get(scope)
            if record is not None and (kept := judge(record, request, now=now)) is not None:
                return kept
            rows[scope] = Record(
                fingerprint=request.fingerprint,
                state=RecordState.IN_PROGRESS,
                claimed_at=now,
                owner=request.owner,
            )
        return None

    def complete(self, request: KeyedRequest, answer: KeptAnswer) -> None:
        with self._store.begin() as work:
            record = _records(work.tables).get(_scope(request))
            if record is not None and _is_mine(record, request):
                work.answers.complete(request, answer)

    def release(self, request: KeyedRequest) -> None:
        with self._store.begin() as work:
            rows, scope = _records(work.tables), _scope(request)
            record = rows.get(scope)
            if record is not None and _is_mine(record, request):
                rows[scope] = evolve(record, state=RecordState.FAILED_RETRYABLE)


def _records(tables: Tables) -> dict[Scope, Record]:
    return tables.of("idempotency_records", tuple[str, str, str, str], Record)


def _scope(request: KeyedRequest) -> Scope:
    return request.principal, request.method, request.path, request.key


def _is_mine(record: Record, request: KeyedRequest) -> bool:
    return record.state is RecordState.IN_PROGRESS and record.owner == request.owner


def _is_answered(record: Record, request: KeyedRequest) -> bool:
    return record.state is RecordState.COMPLETED and record.owner == request.owner


@define
class InMemoryMutexes:
    """The `Mutexes` port, for one process."""

    _held: set[str] = field(factory=set)
    _lock: Lock = field(factory=Lock)

    @contextmanager
    def hold(
        self,
        name: str,
        *,
        life: timedelta = MUTEX_LIFE,  # noqa: ARG002 - nobody crashes here
    ) -> Iterator[None]:
        with self._lock:
            if name in self._held:
                raise OperationInProgress("the same thing is being done right now; ask again soon")
            self._held.add(name)
        try:
            yield
        finally:
            with self._lock:
                self._held.discard(name)


@frozen
class PlainPasswords:
    """The `Passwords` port without its cost: for tests only."""

    version: int = 1

    def hash(self, password: str) -> str:
        return f"$plain$v={self.version}${password}"

    def verify(self, password: str, phc: str | None) -> bool:
        return phc is not None and phc.rpartition("$")[2] == password

    def needs_rehash(self, phc: str) -> bool:
        return not phc.startswith(f"$plain$v={self.version}$")


@define
class CountedSecrets:
    """The `Secrets` port with secrets that a test can foresee."""

    code: str = "123456"
    _count: int = 0

    def token(self) -> str:
        self._count += 1
        return f"token-{self._count}"

    def six_digits(self) -> str:
        return self.code

    def mac(self, purpose: str, text: str) -> bytes:
        return hmac.digest(purpose.encode(), text.encode(), hashlib.sha256)


@frozen
class ReadableTokens:
    """The `AccessTokens` port with tokens that a test can read."""

    def issue(self, claims: AccessClaims, *, now: datetime, life: timedelta) -> str:
        expires = (now + life).timestamp()
        parts = (claims.account_id, claims.session_id, claims.epoch, claims.auth_time.timestamp())
        return ".".join(map(str, (*parts[:3], int(parts[3]), int(expires))))

    def read(self, token: str, *, now: datetime) -> AccessClaims:
        try:
            account, session, epoch, auth_time, expires = token.split(".")
            claims = AccessClaims(
                account_id=AccountId.parse(account),
                session_id=SessionId.parse(session),
                epoch=int(epoch),
                auth_time=datetime.fromtimestamp(int(auth_time), UTC),
            )
        except ValueError:
            raise InvalidToken from None
        if now.timestamp() >= int(expires):
            raise InvalidToken
        return claims

    def public_keys(self) -> Sequence[dict[str, str]]:
        return []
