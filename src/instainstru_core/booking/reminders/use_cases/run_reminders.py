"""Remind people of the lessons that are near. Source: BK-49."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeVar

from attrs import frozen

from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.reminders.policies import reminder_of, reminders_due
from instainstru_core.booking.reminders.ports import ReminderWork
from instainstru_core.booking.terms import ReminderKind
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

WorkT = TypeVar("WorkT", bound=ReminderWork)

SEND_REMINDERS: Final = "send_booking_reminders"
MAX_AT_ONCE: Final = 2_000


@frozen(kw_only=True)
class RemindersRun:
    """What one run did: to how many lessons' parties each kind was sent."""

    sent: Mapping[ReminderKind, int]


def run_reminders(*, begin: Begin[WorkT], clock: Clock) -> RemindersRun:
    """Send what is due and was not sent, each lesson in a unit of its own.

    A lesson that somebody is changing right now is left to the next run, and one that breaks
    something never stops the others: what it raised is raised after them.
    """
    with begin() as work:
        due = work.reminders.due(now=clock.now(), limit=MAX_AT_ONCE)
    sent: Counter[ReminderKind] = Counter()
    defects: list[Exception] = []
    for booking_id in due:
        try:
            with begin() as work:
                marked = _remind(booking_id, work=work, now=clock.now())
        except Exception as error:  # noqa: BLE001 - raised below, when the others had their turn
            defects.append(error)
        else:
            sent.update(marked)
    if defects:
        raise defects[0]
    return RemindersRun(sent={kind: sent[kind] for kind in ReminderKind})


def _remind(booking_id: BookingId, *, work: ReminderWork, now: datetime) -> list[ReminderKind]:
    booking = work.reminders.lock(booking_id)
    if booking is None:
        return []
    return [
        kind
        for kind in reminders_due(booking, now=now)
        if work.reminders.mark(reminder_of(booking, kind, at=now))
    ]
