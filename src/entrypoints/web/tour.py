"""The guided tour: the main job in five steps, of which facts tell how far somebody is."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from attrs import frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.queries import BookingList
from instainstru_core.booking.terms import BookingStatus, Party
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.ports import Ports, Reads

_LOOKED_AT: Final = 50
_PAID: Final = {PaymentState.CAPTURED, PaymentState.SETTLED}
_AGREED: Final = {BookingStatus.CONFIRMED, BookingStatus.COMPLETED}
_A_MOMENT: Final = timedelta(minutes=1)


class Step(StrEnum):
    """What is to be done, in this order."""

    BOOK = "book"
    PAY = "pay"
    WAIT = "wait"
    TEACH = "teach"
    EARN = "earn"


@frozen(kw_only=True)
class Tour:
    """How far somebody is; *lesson* is the one that the tour is about."""

    lesson: Booking | None
    done: frozenset[Step]
    now: datetime

    @property
    def next(self) -> Step | None:
        """The first step that is still to be done; None at the end."""
        return next((each for each in Step if each not in self.done), None)

    @property
    def money_is_due(self) -> bool:
        """Whether the clock is past the day of the money: only the bank is still to be asked."""
        return self.lesson is not None and self.lesson.capture_due_at <= self.now

    @property
    def seconds_to_end(self) -> int:
        """How far the clock is to be pushed for the lesson to be over."""
        return 0 if self.lesson is None else _seconds(self.lesson.lesson.ends_at - self.now)

    @property
    def seconds_to_money(self) -> int:
        """How far the clock is to be pushed for its money to be taken."""
        if self.lesson is None:
            return 0
        return _seconds(self.lesson.capture_due_at - self.now)


def look_at_tour(
    people: Iterable[AccountId], *, begun: datetime, ports: Ports, now: datetime
) -> Tour:
    """The tour of *people* since it was *begun*: about the lesson of theirs that is furthest."""
    with ports.read() as reads:
        lessons = [each for person in people for each in _booked(person, begun, reads, now)]
        tours = [Tour(lesson=each, done=_done(each, reads, now), now=now) for each in lessons]
    nothing = Tour(lesson=None, done=frozenset(), now=now)
    return max(tours, key=lambda each: len(each.done), default=nothing)


def _booked(person: AccountId, begun: datetime, reads: Reads, now: datetime) -> Sequence[Booking]:
    wanted = BookingList(account_id=person, role=Party.STUDENT, per_page=_LOOKED_AT)
    found = (each.booking for each in reads.booking_queries.page(wanted, now=now).items)
    return [
        each
        for each in found
        if each.created_at >= begun and each.status is not BookingStatus.CANCELLED
    ]


def _done(lesson: Booking, reads: Reads, now: datetime) -> frozenset[Step]:
    done = {Step.BOOK}
    if lesson.status in _AGREED:
        done.add(Step.PAY)
        if lesson.lesson.ends_at <= now:
            done.add(Step.WAIT)
    if lesson.status is BookingStatus.COMPLETED:
        done.add(Step.TEACH)
        student = AccountId(lesson.student.value)
        paid = reads.payment_queries.of_booking(lesson.booking_id, viewer=student)
        if paid is not None and paid.payment.state in _PAID:
            done.add(Step.EARN)
    return frozenset(done)


def _seconds(ahead: timedelta) -> int:
    return max(0, int((ahead + _A_MOMENT).total_seconds()))
