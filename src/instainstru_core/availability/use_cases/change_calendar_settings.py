"""Change buffers, notice or overnight protection, for new bookings only. Source: AV-28."""

from typing import Final, TypeVar

from attrs import asdict, evolve, frozen

from instainstru_core.availability.errors import InvalidBuffers
from instainstru_core.availability.events import AvailabilityChanged
from instainstru_core.availability.model.settings import CalendarSettings, KeptSettings
from instainstru_core.availability.model.weeks import monday_of
from instainstru_core.availability.ports import AvailabilityWork
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

WorkT = TypeVar("WorkT", bound=AvailabilityWork)

CAUSE: Final = "settings"


@frozen(kw_only=True)
class SettingsChanges:
    """What is to be different; None stays as it is."""

    non_travel_buffer_minutes: int | None = None
    travel_buffer_minutes: int | None = None
    min_advance_minutes: int | None = None
    overnight_protection_enabled: bool | None = None

    @property
    def names_buffers(self) -> bool:
        """Whether the buffers are the instructor's own from now on."""
        return (self.non_travel_buffer_minutes, self.travel_buffer_minutes) != (None, None)

    def applied_to(self, settings: CalendarSettings) -> CalendarSettings:
        """The settings as they shall be.

        Raises:
            InvalidBuffers: The travel buffer would be shorter than the other one.
            Malformed: A figure out of its range.
        """
        given = {name: value for name, value in asdict(self).items() if value is not None}
        travel = given.get("travel_buffer_minutes", settings.travel_buffer_minutes)
        other = given.get("non_travel_buffer_minutes", settings.non_travel_buffer_minutes)
        if travel < other:
            named = "travel" if "travel_buffer_minutes" in given else "non_travel"
            raise InvalidBuffers(
                f"/{named}_buffer_minutes",
                f"{travel} minutes around travel would be less than {other} between other lessons",
            )
        return evolve(settings, **given)


@frozen(kw_only=True)
class ChangeCalendarSettings:
    """An instructor changes how their calendar behaves."""

    instructor_id: InstructorId
    changes: SettingsChanges


def change_calendar_settings(
    request: ChangeCalendarSettings, *, begin: Begin[WorkT], clock: Clock
) -> KeptSettings:
    """Keep them, under the lock of the calendar; lessons that are booked stay where they are.

    The event names no date: any date may be free at other times now.

    Raises:
        InvalidBuffers: The travel buffer would be shorter than the other one.
        CalendarNotFound: Nobody of this id teaches here.
    """
    with begin() as work:
        before = work.calendars.lock(request.instructor_id)
        after = request.changes.applied_to(before)
        own = request.changes.names_buffers
        if own or after != before:
            work.calendars.configure(request.instructor_id, after, buffers=own)
        if after != before:
            now = clock.now()
            monday = monday_of(before.zone.today(now))
            changed = AvailabilityChanged(
                instructor_id=request.instructor_id,
                dates=(),
                monday=monday,
                etag=work.calendars.week(request.instructor_id, monday).week.etag,
                cause=CAUSE,
                occurred_at=now,
            )
            work.calendars.announce((changed,))
        return work.calendars.kept_settings(request.instructor_id)
