"""A request for a second person's word, and what becomes of it. Source: spec 02 §11.9."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from attrs import evolve, field, frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.admin.confirmations.model import digest
from instainstru_core.admin.errors import ApprovalDecided, ApprovalExpired, FourEyes
from instainstru_core.admin.ids import ApprovalId
from instainstru_core.admin.model.action import Seconded
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.time import utc

TIME_TO_DECIDE: Final = timedelta(hours=24)
"""How long somebody else can approve it. Source: spec 03 §11.7."""

TIME_TO_ACT: Final = timedelta(hours=24)
"""How long an approval is good for."""


class ApprovalState(StrEnum):
    """Where a request stands; `lapsed` is one that was not decided, or not acted on, in time."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    SPENT = "spent"
    LAPSED = "lapsed"


@frozen(kw_only=True)
class Wish:
    """What somebody is about to do by themselves, with what it would do, in plain values.

    *always* is for what needs a second person whatever is at stake.
    """

    requester: AccountId
    kind: ActionKind
    target: str | None
    booking_id: BookingId | None
    why: Why
    payload: Mapping[str, object]
    effect: Mapping[str, object]
    at_stake: Money = NOTHING
    always: bool = False

    @property
    def payload_hash(self) -> bytes:
        """What the words come to."""
        return digest(self.payload)

    @property
    def effect_hash(self) -> bytes:
        """What the effect comes to."""
        return digest(self.effect)


@frozen(kw_only=True)
class Decision:
    """Who decided, why and when."""

    by: AccountId
    why: Why
    at: datetime = field(converter=utc)


@frozen(kw_only=True)
class Approval:
    """Somebody wants to do what one person can't do alone: by hashes of their words and its effect.

    *effect* is what the second person reads. *expires_at* is the end of the time to decide, and
    once it is approved that of the time to act.
    """

    approval_id: ApprovalId
    requester: AccountId
    kind: ActionKind
    target: str | None
    booking_id: BookingId | None
    why: Why
    at_stake: Money
    payload_hash: bytes
    effect_hash: bytes
    effect: Mapping[str, object]
    asked_at: datetime = field(converter=utc)
    expires_at: datetime = field(converter=utc)
    state: ApprovalState = ApprovalState.OPEN
    decision: Decision | None = None
    spent_at: datetime | None = None

    @classmethod
    def of(cls, approval_id: ApprovalId, wish: Wish, *, at: datetime) -> Self:
        """The request for *wish*, which somebody else has a day to decide."""
        return cls(
            approval_id=approval_id,
            requester=wish.requester,
            kind=wish.kind,
            target=wish.target,
            booking_id=wish.booking_id,
            why=wish.why,
            at_stake=wish.at_stake,
            payload_hash=wish.payload_hash,
            effect_hash=wish.effect_hash,
            effect=wish.effect,
            asked_at=at,
            expires_at=at + TIME_TO_DECIDE,
        )

    @property
    def seconded(self) -> Seconded | None:
        """Who approved it; None while nobody did."""
        if self.decision is None or self.state is ApprovalState.DECLINED:
            return None
        return Seconded(approval_id=self.approval_id, by=self.decision.by)

    def stands(self, *, at: datetime) -> ApprovalState:
        """Where it stands at that instant; time alone makes it lapse."""
        waits = self.state in {ApprovalState.OPEN, ApprovalState.APPROVED}
        return ApprovalState.LAPSED if waits and at > self.expires_at else self.state

    def approve(self, *, by: AccountId, why: Why, at: datetime) -> Self:
        """Let the requester do it, within a day, once.

        Raises:
            FourEyes: The requester themselves can't.
            ApprovalDecided: Somebody decided it before.
            ApprovalExpired: It was asked for more than a day ago.
        """
        if by == self.requester:
            raise FourEyes
        self._check_open(at)
        return evolve(
            self,
            state=ApprovalState.APPROVED,
            decision=Decision(by=by, why=why, at=at),
            expires_at=at + TIME_TO_ACT,
        )

    def decline(self, *, by: AccountId, why: Why, at: datetime) -> Self:
        """Let it be; requesters may take their own wish back.

        Raises:
            ApprovalDecided: Somebody decided it before.
            ApprovalExpired: It was asked for more than a day ago.
        """
        self._check_open(at)
        return evolve(self, state=ApprovalState.DECLINED, decision=Decision(by=by, why=why, at=at))

    def spend(self, *, at: datetime) -> Self:
        """Act on it, once.

        Raises:
            ApprovalDecided: It isn't approved, or was acted on.
            ApprovalExpired: It was approved more than a day ago.
        """
        if self.state is not ApprovalState.APPROVED:
            raise ApprovalDecided(self.approval_id, self.state.value)
        if at > self.expires_at:
            raise ApprovalExpired(self.approval_id, self.expires_at)
        return evolve(self, state=ApprovalState.SPENT, spent_at=at)

    def lapse(self) -> Self:
        """Nobody decided in time; the same words can be asked for anew."""
        return evolve(self, state=ApprovalState.LAPSED)

    def _check_open(self, at: datetime) -> None:
        if self.state is not ApprovalState.OPEN:
            raise ApprovalDecided(self.approval_id, self.state.value)
        if at > self.expires_at:
            raise ApprovalExpired(self.approval_id, self.expires_at)
