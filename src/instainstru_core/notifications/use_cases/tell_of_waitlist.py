"""Tell a student that a time they wait for is free. Source: spec 01 §11."""

from datetime import date, datetime

from attrs import field, frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.availability.waitlist.ids import SubscriptionId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock, utc
from instainstru_core.kernel.zones import Zone
from instainstru_core.notifications.model import Kind
from instainstru_core.notifications.ports import TellingWork
from instainstru_core.notifications.use_cases.tell import Tell, tell
from instainstru_core.notifications.use_cases.tell_of_lesson import written_out


@frozen(kw_only=True)
class TellOfWaitlist:
    """On *day* a lesson of *minutes* can start at *starts_at*; it is held for nobody."""

    subscription_id: SubscriptionId
    student: AccountId
    instructor: InstructorId
    minutes: int
    day: date
    starts_at: datetime = field(converter=utc)
    zone: Zone


def tell_of_waitlist(request: TellOfWaitlist, *, work: TellingWork, ids: Ids, clock: Clock) -> None:
    """Tell the student, in the app and by mail, once for each date."""
    instructor = work.accounts.get(AccountId(request.instructor.value))
    tell(
        Tell(
            recipient=request.student,
            kind=Kind.WAITLIST_MATCHED,
            subject=str(request.subscription_id),
            occurrence=request.day.isoformat(),
            words={
                "when": written_out(request.zone.local(request.starts_at)),
                "minutes": str(request.minutes),
                "other_party": instructor.display_name,
            },
            data={
                "subscription_id": str(request.subscription_id),
                "instructor_id": str(request.instructor),
            },
        ),
        work=work,
        ids=ids,
        now=clock.now(),
    )
