"""What waitlists refuse. Source: spec 01 §11."""

from typing import ClassVar

from attrs import frozen

from instainstru_core.availability.errors import RefusedField
from instainstru_core.availability.waitlist.ids import SubscriptionId
from instainstru_core.kernel.errors import Conflict, DomainError, NotFound


class InvalidWeekdays(RefusedField):
    """No such day of the week, or none of them among the dates. Source: spec 01 §11."""

    code = "invalid_weekdays"


class OwnCalendar(DomainError):
    """Nobody waits for themselves. Source: spec 01 §11, BK-11."""

    code = "own_calendar"

    def __str__(self) -> str:
        return "this is your own calendar"


class SubscriptionExists(Conflict):
    """The student waits for exactly this already. Source: spec 01 §11."""

    code = "subscription_exists"

    def __str__(self) -> str:
        return "you wait for exactly this already"


@frozen
class TooManySubscriptions(Conflict):
    """The student waits for as much as one may. Source: spec 01 §11."""

    code: ClassVar[str] = "too_many_subscriptions"

    limit: int

    def __str__(self) -> str:
        return f"you wait for {self.limit} times already: give one up first"


@frozen
class SubscriptionNotFound(NotFound):
    """The student doesn't wait for it, or it is over. Source: spec 01 §11."""

    code: ClassVar[str] = "subscription_not_found"

    subscription_id: SubscriptionId

    def __str__(self) -> str:
        return f"no subscription {self.subscription_id}"
