"""What somebody of the staff did, for ever. Source: BK-53, AD-2."""

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.admin.events import AdminActionTaken
from instainstru_core.admin.ids import ActionId, ApprovalId
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.time import utc


@frozen(kw_only=True)
class Seconded:
    """Who else said yes, and to which request. Source: spec 02 §11.9."""

    approval_id: ApprovalId
    by: AccountId


@frozen(kw_only=True)
class AdminAction:
    """Who did what to which booking, why, and how it was before and after.

    Nothing personal stands in *before* and *after*; without a booking it was about all of them, or
    about the *target* (a payment, a lot, an instructor …) that it names. *seconded* is there
    where one person could not do it alone.
    """

    action_id: ActionId
    booking_id: BookingId | None
    actor: AccountId
    kind: ActionKind
    why: Why
    at: datetime = field(converter=utc)
    before: Mapping[str, str]
    after: Mapping[str, str]
    target: str | None = None
    at_stake: Money = NOTHING
    seconded: Seconded | None = None

    def told(self) -> AdminActionTaken:
        """The news of it."""
        return AdminActionTaken(
            occurred_at=self.at,
            action_id=self.action_id,
            booking_id=self.booking_id,
            actor=self.actor,
            kind=self.kind.value,
            reason_code=self.why.reason_code,
            before=self.before,
            after=self.after,
            target=self.target,
            approved_by=None if self.seconded is None else self.seconded.by,
        )
