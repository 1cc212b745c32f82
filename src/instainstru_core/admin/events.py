"""Facts that the console publishes. Source: AD-2, BK-53."""

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.admin.ids import ActionId
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.events import Event


@frozen(kw_only=True)
class AdminActionTaken(Event):
    """Somebody of the staff did something, with its reason; notes stay in the console."""

    name: ClassVar[str] = "admin.action"
    action_id: ActionId
    booking_id: BookingId | None
    actor: AccountId
    kind: str
    reason_code: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    target: str | None = None
    approved_by: AccountId | None = None
