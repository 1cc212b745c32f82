"""Wait for an instructor's time. Source: spec 01 §11."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from attrs import frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.errors import CalendarNotFound
from instainstru_core.availability.model.windows import WindowText, read_window
from instainstru_core.availability.waitlist.errors import OwnCalendar, TooManySubscriptions
from instainstru_core.availability.waitlist.ids import SubscriptionId
from instainstru_core.availability.waitlist.model.subscription import (
    MAX_LIVE,
    Subscription,
    asked,
)
from instainstru_core.availability.waitlist.ports import WaitlistReads, WaitlistWork
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

ReadsT = TypeVar("ReadsT", bound=WaitlistReads)
WorkT = TypeVar("WorkT", bound=WaitlistWork)


@frozen(kw_only=True)
class Subscribe:
    """A student wants to hear of a free time; no windows are the whole day, no weekdays all."""

    student: StudentId
    instructor_id: InstructorId
    location_type: LocationType
    minutes: int
    first: date
    last: date
    weekdays: Sequence[int] | None = None
    windows: Sequence[WindowText] = ()


def subscribe(
    request: Subscribe,
    *,
    read: Begin[ReadsT],
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    answer: Answer[WorkT, Subscription] = unanswered,
) -> Subscription:
    """Keep what the student waits for. What is free at this moment they see in the calendar.

    Raises:
        RefusedField: A date, a weekday, a window or the duration is wrong.
        OwnCalendar: The student is the instructor.
        CalendarNotFound: Nobody of this id teaches here, or nobody who may be seen.
        TooManySubscriptions: The student waits for 20 times already.
        SubscriptionExists: The student waits for exactly this already.
    """
    windows = [read_window(each, pointer=f"/windows/{n}") for n, each in enumerate(request.windows)]
    now = clock.now()
    if request.student.value == request.instructor_id.value:
        raise OwnCalendar
    with read() as reads:
        if not reads.calendars.glance(request.instructor_id).visible:
            raise CalendarNotFound(request.instructor_id)
    with begin() as work:
        settings = work.calendars.settings(request.instructor_id)
        today = settings.zone.today(now)
        wish = asked(
            location_type=request.location_type,
            minutes=request.minutes,
            first=request.first,
            last=request.last,
            weekdays=request.weekdays,
            windows=windows,
            today=today,
            horizon=settings.last_date(now),
        )
        work.waitlist.lock(request.student)
        if len(work.waitlist.of_student(request.student, now=now)) >= MAX_LIVE:
            raise TooManySubscriptions(MAX_LIVE)
        subscription = Subscription(
            subscription_id=ids.new(SubscriptionId),
            student=request.student,
            instructor=request.instructor_id,
            wish=wish,
            since=now,
        )
        work.waitlist.add(subscription)
        answer(work, subscription)
        return subscription
