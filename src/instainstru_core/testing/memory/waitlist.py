"""Waitlists, in memory."""

from collections.abc import Sequence
from datetime import date, datetime

from attrs import define, evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.waitlist.errors import SubscriptionExists, SubscriptionNotFound
from instainstru_core.availability.waitlist.events import WaitlistMatched
from instainstru_core.availability.waitlist.ids import SubscriptionId
from instainstru_core.availability.waitlist.model.subscription import Subscription
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables


@define
class InMemoryWaitlistQueries:
    """The `WaitlistQueries` port."""

    _tables: Tables

    def of_student(self, student: StudentId, *, now: datetime) -> Sequence[Subscription]:
        return [
            each
            for each in self._all()
            if each.student == student and each.wish.last >= self._today(each, now)
        ]

    def waiting(
        self, instructor_id: InstructorId, *, first: date, last: date | None
    ) -> Sequence[Subscription]:
        return [
            each
            for each in self._all()
            if each.instructor == instructor_id
            and each.wish.last >= first
            and (last is None or each.wish.first <= last)
        ]

    def _today(self, subscription: Subscription, now: datetime) -> date:
        teachers = self._tables.of("instructors", InstructorId, Instructor)
        teacher = teachers.get(subscription.instructor)
        return now.date() if teacher is None else teacher.zone.today(now)

    def _all(self) -> Sequence[Subscription]:
        kept = self._tables.of("waitlist", SubscriptionId, Subscription).values()
        return sorted(kept, key=lambda each: (each.since, each.subscription_id))


@define
class InMemoryWaitlist:
    """The `Waitlist` port."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def lock(self, student: StudentId) -> None:  # noqa: ARG002
        # Units of the store come one after the other.
        return

    def of_student(self, student: StudentId, *, now: datetime) -> Sequence[Subscription]:
        return InMemoryWaitlistQueries(self._tables).of_student(student, now=now)

    def add(self, subscription: Subscription) -> None:
        owner, instructor, wish = subscription.student, subscription.instructor, subscription.wish
        for each in self._kept().values():
            if (each.student, each.instructor, each.wish) == (owner, instructor, wish):
                raise SubscriptionExists
        self._kept()[subscription.subscription_id] = subscription

    def remove(self, student: StudentId, subscription_id: SubscriptionId) -> None:
        kept = self._kept().get(subscription_id)
        if kept is None or kept.student != student:
            raise SubscriptionNotFound(subscription_id)
        del self._kept()[subscription_id]

    def tell(self, news: Sequence[WaitlistMatched]) -> int:
        told: list[WaitlistMatched] = []
        for each in news:
            kept = self._kept().get(each.subscription_id)
            if kept is not None and each.day not in kept.told:
                now_told = {**kept.told, each.day: each.starts_at}
                self._kept()[each.subscription_id] = evolve(kept, told=now_told)
                told.append(each)
        self._outbox.record(tuple(told))
        return len(told)

    def forget(self, *, before: date) -> int:
        ended = [key for key, each in self._kept().items() if each.wish.last < before]
        for each in ended:
            del self._kept()[each]
        return len(ended)

    def _kept(self) -> dict[SubscriptionId, Subscription]:
        return self._tables.of("waitlist", SubscriptionId, Subscription)
