"""Refresh a session: a new access token, and a new secret for the old one. Source: AC-22."""

from datetime import datetime
from typing import TypeVar

from attrs import field, frozen

from instainstru_core.accounts.challenges import token_hash
from instainstru_core.accounts.errors import InvalidToken, RefreshReuseDetected, SessionExpired
from instainstru_core.accounts.events import EndReason
from instainstru_core.accounts.model import Account, AccountStatus
from instainstru_core.accounts.ports import AccessTokens, AccountsWork, Secrets
from instainstru_core.accounts.sessions import RefreshOutcome, Session, Tokens
from instainstru_core.accounts.use_cases.open_session import issue
from instainstru_core.due_work.model import NewWork
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

WorkT = TypeVar("WorkT", bound=AccountsWork)


@frozen(kw_only=True)
class RefreshSession:
    """A client shows the secret it was given last."""

    secret: str = field(repr=False)


def refresh_session(
    request: RefreshSession,
    *,
    begin: Begin[WorkT],
    secrets: Secrets,
    tokens: AccessTokens,
    clock: Clock,
) -> Tokens:
    """Rotate the secret, or give racing tabs the grace of ten seconds.

    A session that ends here ends even though the request is refused.

    Raises:
        SessionExpired: Idle too long, or too old.
        RefreshReuseDetected: A secret replaced long ago: the session is over, its owner is told.
        InvalidToken: No secret of ours, or of a session that is over.
    """
    with begin() as work:
        outcome = _act(request, work=work, secrets=secrets, tokens=tokens, clock=clock)
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


def _act(
    request: RefreshSession,
    *,
    work: AccountsWork,
    secrets: Secrets,
    tokens: AccessTokens,
    clock: Clock,
) -> Tokens | DomainError:
    now = clock.now()
    found = work.sessions.present(token_hash(request.secret))
    if found is None:
        return InvalidToken()
    session, presented = found
    account = work.accounts.get(session.account_id)
    if account.status in {AccountStatus.DEACTIVATED, AccountStatus.ERASED}:
        return InvalidToken()
    match session.outcome(presented, now):
        case RefreshOutcome.ROTATE:
            secret = secrets.token()
            session = work.sessions.rotate(session.rotated(now), token_hash(secret))
            return issue(session, account, secret, tokens=tokens, at=now)
        case RefreshOutcome.GRACE:
            return issue(session, account, None, tokens=tokens, at=now)
        case RefreshOutcome.EXPIRED:
            work.sessions.save(session.end(EndReason.EXPIRED, now))
            return SessionExpired()
        case RefreshOutcome.REUSED:
            work.sessions.save(session.end(EndReason.REUSED, now))
            work.work_items.file(_warning(session, account, now))
            return RefreshReuseDetected()
        case RefreshOutcome.INVALID:
            return InvalidToken()


def _warning(session: Session, account: Account, at: datetime) -> NewWork:
    return NewWork(
        handler="send_email",
        payload={
            "to": account.email,
            "template": "session_ended",
            "data": {"first_name": account.first_name},
        },
        due_at=at,
        dedupe_key=f"refresh-reuse:{session.session_id}",
    )
