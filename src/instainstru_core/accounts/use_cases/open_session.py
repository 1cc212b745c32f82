"""Open a session within a unit that already knows who it is. Source: AC-20…AC-23."""

from datetime import datetime

from attrs import frozen

from instainstru_core.accounts.challenges import token_hash
from instainstru_core.accounts.events import EndReason
from instainstru_core.accounts.ids import SessionId
from instainstru_core.accounts.model import Account
from instainstru_core.accounts.ports import AccessClaims, AccessTokens, AccountsWork, Secrets
from instainstru_core.accounts.sessions import (
    ACCESS_LIFE,
    MAX_LIVE_SESSIONS,
    Session,
    Tokens,
    limits_of,
)
from instainstru_core.kernel.ids import Ids


@frozen(kw_only=True)
class SignedIn:
    """An account, and what its client keeps of the new session."""

    account: Account
    tokens: Tokens


def open_session(
    account: Account,
    *,
    work: AccountsWork,
    ids: Ids,
    secrets: Secrets,
    tokens: AccessTokens,
    at: datetime,
) -> SignedIn:
    """Start a session; of more than ten the least recently used one ends."""
    live = work.sessions.live(account.account_id)
    for oldest in live[: max(0, len(live) - MAX_LIVE_SESSIONS + 1)]:
        work.sessions.save(oldest.end(EndReason.TOO_MANY, at))
    secret = secrets.token()
    session = Session.start(ids.new(SessionId), account.account_id, account.role, at)
    work.sessions.add(session, token_hash(secret))
    return SignedIn(account=account, tokens=issue(session, account, secret, tokens=tokens, at=at))


def issue(
    session: Session, account: Account, secret: str | None, *, tokens: AccessTokens, at: datetime
) -> Tokens:
    """The tokens of a session, with its current secret if the client is to get one."""
    claims = AccessClaims(
        account_id=account.account_id,
        session_id=session.session_id,
        epoch=account.session_epoch,
        auth_time=session.auth_time,
    )
    return Tokens(
        session_id=session.session_id,
        account_id=account.account_id,
        access=tokens.issue(claims, now=at, life=ACCESS_LIFE),
        refresh=secret,
        idle=limits_of(session.role).idle,
    )
