"""See what one waits for. Source: spec 01 §11."""

from collections.abc import Sequence
from typing import TypeVar

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.waitlist.model.subscription import Subscription
from instainstru_core.availability.waitlist.ports import WaitlistReads
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

ReadsT = TypeVar("ReadsT", bound=WaitlistReads)


def list_subscriptions(
    student: StudentId, *, read: Begin[ReadsT], clock: Clock
) -> Sequence[Subscription]:
    """What the student waits for and has not ended, oldest first."""
    with read() as reads:
        return reads.waitlist_queries.of_student(student, now=clock.now())
