"""Dates without lessons, and how a calendar behaves, over HTTP. Source: AV-27, AV-28."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Final, Self

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType, field
from msgspec.structs import asdict

from entrypoints.http.availability import ZoneName
from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import OPTIONAL, policy, requires
from entrypoints.http.problems import Violation, invalid
from entrypoints.http.weeks import UncoveredBookingView, teacher
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.availability.ids import BlackoutId
from instainstru_core.availability.model.facts import MAX_REASON_LENGTH, Blackout
from instainstru_core.availability.model.rules import MAX_BUFFER_MINUTES
from instainstru_core.availability.model.settings import MAX_ADVANCE_MINUTES, KeptSettings
from instainstru_core.availability.use_cases.acknowledge_calendar_settings import (
    acknowledge_calendar_settings,
)
from instainstru_core.availability.use_cases.block_dates import (
    BlockDates,
    BlockedDates,
    block_dates,
)
from instainstru_core.availability.use_cases.change_calendar_settings import (
    ChangeCalendarSettings,
    SettingsChanges,
    change_calendar_settings,
)
from instainstru_core.availability.use_cases.lift_blackout import LiftBlackout, lift_blackout
from instainstru_core.availability.use_cases.list_blackouts import list_blackouts
from instainstru_core.availability.use_cases.read_calendar_settings import read_calendar_settings
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.ports import Ports

_EDITING: Final = policy(access=requires(Permission.MANAGE_AVAILABILITY), bucket="write")
_POSTING: Final = policy(
    access=requires(Permission.MANAGE_AVAILABILITY), bucket="write", idempotency=OPTIONAL
)
_READING: Final = policy(access=requires(Permission.MANAGE_AVAILABILITY), bucket="read")
_BLACKOUTS: Final = "/instructors/me/blackouts"
_SETTINGS: Final = "/instructors/me/calendar-settings"

_Day = Annotated[date, Meta(examples=["2030-01-08"])]
_Buffer = Annotated[int, Meta(ge=0, le=MAX_BUFFER_MINUTES, multiple_of=5, examples=[30])]
_Advance = Annotated[int, Meta(ge=0, le=MAX_ADVANCE_MINUTES, examples=[120])]


class BlockDatesBody(Struct, forbid_unknown_fields=True, frozen=True):
    """One date, or a range of at most 90 with both its ends."""

    OTHER_WAYS: ClassVar = frozenset({"start_date", "end_date"})
    """What says again, in another way, what the example says."""

    day: _Day | UnsetType = field(default=UNSET, name="date")
    start_date: _Day | UnsetType = UNSET
    end_date: Annotated[date, Meta(examples=["2030-01-10"])] | UnsetType = UNSET
    reason: Annotated[str, Meta(examples=["Away on tour"])] | None = None

    def request(self, instructor_id: InstructorId) -> BlockDates:
        """What is asked for.

        Raises:
            Refusal: Neither a date nor a range, or both; or a reason that is too long.
        """
        reason = self.reason.strip() if self.reason else None
        if reason and len(reason) > MAX_REASON_LENGTH:
            message = f"at most {MAX_REASON_LENGTH} characters"
            raise invalid([Violation(pointer="/reason", code="invalid", message=message)])
        first, last = self._ends()
        return BlockDates(instructor_id=instructor_id, first=first, last=last, reason=reason)

    def _ends(self) -> tuple[date, date]:
        if isinstance(self.day, date) and self.start_date is UNSET and self.end_date is UNSET:
            return self.day, self.day
        if self.day is UNSET and isinstance(self.start_date, date):
            if isinstance(self.end_date, date):
                return self.start_date, self.end_date
            message = "a range has both start_date and end_date"
            raise invalid([Violation(pointer="/end_date", code="invalid", message=message)])
        message = "give either date, or start_date and end_date"
        raise invalid([Violation(pointer="/date", code="invalid", message=message)])


class BlackoutView(Struct, frozen=True):
    """A date without lessons."""

    blackout_id: BlackoutId
    date: date
    reason: str | None
    created_at: datetime

    @classmethod
    def of(cls, blackout: Blackout) -> Self:
        """The blackout."""
        return cls(blackout.blackout_id, blackout.day, blackout.reason, blackout.created_at)


class BlackoutsView(Struct, frozen=True):
    """Every blackout from today on."""

    items: list[BlackoutView]


class BlockedDatesView(Struct, frozen=True):
    """The new blackouts, what was blocked before, and the lessons that stand all the same."""

    blackouts: list[BlackoutView]
    existing_dates: list[date]
    bookings: list[UncoveredBookingView]

    @classmethod
    def of(cls, blocked: BlockedDates) -> Self:
        """The outcome."""
        return cls(
            blackouts=[BlackoutView.of(each) for each in blocked.blackouts],
            existing_dates=list(blocked.existing),
            bookings=[UncoveredBookingView.of(each) for each in blocked.lessons],
        )


class CalendarSettingsBody(Struct, forbid_unknown_fields=True, frozen=True):
    """What is to be different; what is left out stays as it is."""

    non_travel_buffer_minutes: _Buffer | UnsetType = UNSET
    travel_buffer_minutes: _Buffer | UnsetType = UNSET
    min_advance_minutes: _Advance | UnsetType = UNSET
    overnight_protection_enabled: bool | UnsetType = UNSET

    def changes(self) -> SettingsChanges:
        """What was given."""
        given = {name: value for name, value in asdict(self).items() if value is not UNSET}
        return SettingsChanges(**given)


class CalendarSettingsView(Struct, frozen=True):
    """How a calendar behaves towards new bookings."""

    zone: ZoneName
    non_travel_buffer_minutes: int
    travel_buffer_minutes: int
    min_advance_minutes: int
    overnight_protection_enabled: bool
    acknowledged_at: datetime | None

    @classmethod
    def of(cls, kept: KeptSettings) -> Self:
        """The settings."""
        settings = kept.settings
        return cls(
            zone=str(settings.zone),
            non_travel_buffer_minutes=settings.non_travel_buffer_minutes,
            travel_buffer_minutes=settings.travel_buffer_minutes,
            min_advance_minutes=settings.min_advance_minutes,
            overnight_protection_enabled=settings.overnight_protection_enabled,
            acknowledged_at=kept.acknowledged_at,
        )


@get(
    _BLACKOUTS,
    sync_to_thread=True,
    opt=_READING,
    **documented("List my blackouts", refusals=(404,)),
)
def blackouts(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> BlackoutsView:
    """The dates from today on without lessons."""
    found = list_blackouts(teacher(principal), read=ports.read, clock=ports.clock)
    return BlackoutsView([BlackoutView.of(each) for each in found])


@post(
    _BLACKOUTS,
    sync_to_thread=True,
    opt=_POSTING,
    **documented("Take no lessons on dates", refusals=(404, 409, 422)),
)
def block(
    data: JSONBody[BlockDatesBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> BlockedDatesView:
    """Hide whole dates from everybody. Lessons that are booked stand, and are listed."""
    blocked = block_dates(
        data.request(teacher(principal)),
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        answer=keyed.answer(BlockedDatesView.of),
    )
    return BlockedDatesView.of(blocked)


@delete(
    f"{_BLACKOUTS}/{{blackout_id:str}}",
    sync_to_thread=True,
    opt=_EDITING,
    **documented("Delete a blackout", refusals=(404,)),
)
def lift(
    blackout_id: FromPath[BlackoutId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> None:
    """Take lessons on the date again; its open time is as it was."""
    request = LiftBlackout(instructor_id=teacher(principal), blackout_id=blackout_id)
    lift_blackout(request, begin=ports.begin, clock=ports.clock)


@get(
    _SETTINGS,
    sync_to_thread=True,
    opt=_READING,
    **documented("Show my calendar settings", refusals=(404,)),
)
def settings(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> CalendarSettingsView:
    """Buffers, notice and overnight protection."""
    kept = read_calendar_settings(teacher(principal), read=ports.read)
    return CalendarSettingsView.of(kept)


@patch(
    _SETTINGS,
    sync_to_thread=True,
    opt=_EDITING,
    **documented("Change my calendar settings", refusals=(404, 422)),
)
def change_settings(
    data: JSONBody[CalendarSettingsBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> CalendarSettingsView:
    """Change them from now on, for new bookings only."""
    request = ChangeCalendarSettings(instructor_id=teacher(principal), changes=data.changes())
    return CalendarSettingsView.of(
        change_calendar_settings(request, begin=ports.begin, clock=ports.clock)
    )


@post(
    f"{_SETTINGS}/acknowledge",
    sync_to_thread=True,
    status_code=200,
    opt=_POSTING,
    **documented("Say that I know what the settings do", refusals=(404,)),
)
def acknowledge(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> CalendarSettingsView:
    """Kept the first time; later ones change nothing."""
    kept = acknowledge_calendar_settings(
        teacher(principal),
        begin=ports.begin,
        clock=ports.clock,
        answer=keyed.answer(CalendarSettingsView.of),
    )
    return CalendarSettingsView.of(kept)


ROUTER: Final = Router(
    "/", route_handlers=[blackouts, block, lift, settings, change_settings, acknowledge]
)
