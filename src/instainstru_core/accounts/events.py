"""What happens to accounts and sessions. Source: spec 03 §7."""

from enum import StrEnum
from typing import ClassVar

from attrs import frozen

from instainstru_core.accounts.ids import AccountId, SessionId
from instainstru_core.kernel.events import Event


class EndReason(StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed_out"
    EXPIRED = "expired"
    REUSED = "refresh_reuse"
    TOO_MANY = "too_many_sessions"


@frozen(kw_only=True)
class UserRegistered(Event):
    """Someone new."""

    name: ClassVar[str] = "user.registered"
    account_id: AccountId
    role: str
    accepted_terms: str


@frozen(kw_only=True)
class UserSignedIn(Event):
    """Someone proved who they are."""

    name: ClassVar[str] = "user.signed_in"
    account_id: AccountId
    session_id: SessionId


@frozen(kw_only=True)
class UserTimezoneChanged(Event):
    """Someone lives by other clocks now."""

    name: ClassVar[str] = "user.timezone_changed"
    account_id: AccountId
    before: str
    after: str


@frozen(kw_only=True)
class SessionRevoked(Event):
    """A session ended before its time."""

    name: ClassVar[str] = "session.revoked"
    account_id: AccountId
    session_id: SessionId
    reason: EndReason


@frozen(kw_only=True)
class RefreshReused(Event):
    """A refresh token came back long after it was replaced: somebody has a copy. Source: AC-22."""

    name: ClassVar[str] = "session.refresh_reuse"
    account_id: AccountId
    session_id: SessionId
