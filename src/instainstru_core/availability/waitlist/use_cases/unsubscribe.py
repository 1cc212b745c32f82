"""Wait for a time no more. Source: spec 01 §11."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.waitlist.ids import SubscriptionId
from instainstru_core.availability.waitlist.ports import WaitlistWork
from instainstru_core.kernel.unit_of_work import Begin

WorkT = TypeVar("WorkT", bound=WaitlistWork)


@frozen(kw_only=True)
class Unsubscribe:
    """A student gives up one of their subscriptions."""

    student: StudentId
    subscription_id: SubscriptionId


def unsubscribe(request: Unsubscribe, *, begin: Begin[WorkT]) -> None:
    """Forget it, and what was told of it.

    Raises:
        SubscriptionNotFound: There is none, or it is another student's.
    """
    with begin() as work:
        work.waitlist.remove(request.student, request.subscription_id)
