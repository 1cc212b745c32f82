"""What waitlists need from the world."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.ports import AvailabilityWork
from instainstru_core.availability.queries import AvailabilityReads
from instainstru_core.availability.waitlist.events import WaitlistMatched
from instainstru_core.availability.waitlist.ids import SubscriptionId
from instainstru_core.availability.waitlist.model.subscription import Subscription
from instainstru_core.instructors.ids import InstructorId


class Waitlist(Protocol):
    """Everybody who waits for a time."""

    def lock(self, student: StudentId) -> None:
        """Let nobody else add to what the student waits for until this unit ends."""
        ...

    def of_student(self, student: StudentId, *, now: datetime) -> Sequence[Subscription]:
        """What the student waits for and is not over on the instructor's clocks, oldest first."""
        ...

    def add(self, subscription: Subscription) -> None:
        """Keep it.

        Raises:
            SubscriptionExists: The student waits for exactly this already.
        """
        ...

    def remove(self, student: StudentId, subscription_id: SubscriptionId) -> None:
        """The student waits for it no more.

        Raises:
            SubscriptionNotFound: There is none, or it is another student's.
        """
        ...

    def tell(self, news: Sequence[WaitlistMatched]) -> int:
        """Publish *news*, each once for its subscription and date; how many were published.

        What was told before, or is waited for no more, is left out.
        """
        ...

    def forget(self, *, before: date) -> int:
        """Forget what ended before *before*; how many that were."""
        ...


class WaitlistWork(AvailabilityWork, Protocol):
    """What one unit of work in waitlists can reach."""

    @property
    def waitlist(self) -> Waitlist:
        """Everybody who waits for a time."""
        ...


class WaitlistQueries(Protocol):
    """Who waits, to be read."""

    def of_student(self, student: StudentId, *, now: datetime) -> Sequence[Subscription]:
        """What the student waits for and is not over on the instructor's clocks, oldest first."""
        ...

    def waiting(
        self, instructor_id: InstructorId, *, first: date, last: date | None
    ) -> Sequence[Subscription]:
        """Who waits for a date of the instructor from *first* to *last*, first come first."""
        ...


class WaitlistReads(AvailabilityReads, Protocol):
    """What can be read of waitlists without a unit of work."""

    @property
    def waitlist_queries(self) -> WaitlistQueries:
        """Who waits, to be read."""
        ...
