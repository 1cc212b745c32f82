"""One signed-in device, from sign-in to its end. Source: AC-20…AC-23."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from attrs import evolve, field, frozen

from instainstru_core.accounts.events import EndReason, RefreshReused, SessionRevoked, UserSignedIn
from instainstru_core.accounts.ids import AccountId, SessionId
from instainstru_core.accounts.model import Role
from instainstru_core.kernel.events import Aggregate
from instainstru_core.kernel.time import utc

ACCESS_LIFE: Final = timedelta(seconds=900)
GRACE: Final = timedelta(milliseconds=10_000)
MAX_LIVE_SESSIONS: Final = 10


@frozen
class SessionLimits:
    """How long a session may rest, and how long it may live. Source: AC-23."""

    idle: timedelta
    absolute: timedelta


_PEOPLE: Final = SessionLimits(timedelta(days=7), timedelta(days=30))
_ADMINS: Final = SessionLimits(timedelta(hours=1), timedelta(hours=12))


def limits_of(role: Role) -> SessionLimits:
    """The limits for people of this role."""
    return _ADMINS if role is Role.ADMIN else _PEOPLE


class Presented(StrEnum):
    """What a refresh secret turned out to be. Source: AC-22."""

    CURRENT = "current"
    PREVIOUS = "previous"
    OLDER = "older"

    @classmethod
    def of(cls, generation: int, current: int) -> "Presented":
        """What a secret of *generation* is, when *current* is the family's newest."""
        match current - generation:
            case 0:
                return cls.CURRENT
            case 1:
                return cls.PREVIOUS
            case _:
                return cls.OLDER


class RefreshOutcome(StrEnum):
    """What to do about it. Source: AC-22."""

    ROTATE = "rotate"
    GRACE = "grace"
    EXPIRED = "expired"
    REUSED = "reused"
    INVALID = "invalid"


@frozen(kw_only=True)
class Session(Aggregate):
    """A family of refresh secrets; *generation* numbers the current one."""

    session_id: SessionId
    account_id: AccountId
    role: Role
    created_at: datetime = field(converter=utc)
    auth_time: datetime = field(converter=utc)
    last_used_at: datetime = field(converter=utc)
    rotated_at: datetime = field(converter=utc)
    expires_at: datetime = field(converter=utc)
    generation: int = 0
    ended: EndReason | None = None

    @classmethod
    def start(
        cls, session_id: SessionId, account_id: AccountId, role: Role, at: datetime
    ) -> "Session":
        """A session that begins now, with its news."""
        return cls(
            session_id=session_id,
            account_id=account_id,
            role=role,
            created_at=at,
            auth_time=at,
            last_used_at=at,
            rotated_at=at,
            expires_at=at + limits_of(role).absolute,
            events=(UserSignedIn(account_id=account_id, session_id=session_id, occurred_at=at),),
        )

    def outcome(self, presented: Presented, at: datetime) -> RefreshOutcome:
        """What presenting a secret of this family means now: the table of AC-22."""
        if self.ended is not None:
            return RefreshOutcome.INVALID
        match presented:
            case Presented.CURRENT:
                idle = at - self.last_used_at >= limits_of(self.role).idle
                return (
                    RefreshOutcome.EXPIRED
                    if idle or at >= self.expires_at
                    else RefreshOutcome.ROTATE
                )
            case Presented.PREVIOUS if at - self.rotated_at <= GRACE:
                return RefreshOutcome.GRACE
            case _:
                return RefreshOutcome.REUSED

    def rotated(self, at: datetime) -> "Session":
        """The same session with the next secret."""
        return evolve(self, generation=self.generation + 1, last_used_at=at, rotated_at=at)

    def end(self, reason: EndReason, at: datetime) -> "Session":
        """The session, over; ending it again changes nothing."""
        if self.ended is not None:
            return self
        news: tuple[SessionRevoked | RefreshReused, ...] = ()
        if reason is not EndReason.EXPIRED:
            news = (
                SessionRevoked(
                    account_id=self.account_id,
                    session_id=self.session_id,
                    reason=reason,
                    occurred_at=at,
                ),
            )
        if reason is EndReason.REUSED:
            reused = RefreshReused(
                account_id=self.account_id, session_id=self.session_id, occurred_at=at
            )
            news = (*news, reused)
        return evolve(self, ended=reason, events=(*self.events, *news))


@frozen(kw_only=True)
class Tokens:
    """What a client keeps of a session. *refresh* is None in the grace of AC-22."""

    session_id: SessionId
    account_id: AccountId
    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    idle: timedelta
