"""Why a lesson can't be booked, in the order of the checks. Source: BK-11."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

from attrs import frozen

from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    NotFound,
)
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.time import Interval, instant_text


class MayNotBook(Forbidden):
    """The caller lacks `create_bookings`. Source: BK-11 row 1."""

    code: ClassVar[str] = "permission_denied"

    def __str__(self) -> str:
        return "this account may not create bookings"


class AccountLocked(Forbidden):
    """A captured charge failed for good. Source: BK-11 row 2, PY-71."""

    code: ClassVar[str] = "account_locked"

    def __str__(self) -> str:
        return "bookings are locked until the open charge is paid"


class AccountRestricted(Forbidden):
    """A charge was taken back by the card's bank. Source: BK-11 row 2, PY-71."""

    code: ClassVar[str] = "account_restricted"

    def __str__(self) -> str:
        return "bookings are restricted because of a chargeback"


class CreditBalanceNegative(Forbidden):
    """The student owes credit. Source: BK-11 row 2, PY-71."""

    code: ClassVar[str] = "credit_balance_negative"

    def __str__(self) -> str:
        return "bookings are closed while the credit balance is negative"


class ServiceNotFound(NotFound):
    """The service is missing or no longer offered. Source: BK-11 row 3."""

    code: ClassVar[str] = "service_not_found"

    def __str__(self) -> str:
        return "this service is not offered"


class InstructorNotFound(NotFound):
    """The instructor is missing. Source: BK-11 row 3."""

    code: ClassVar[str] = "instructor_not_found"

    def __str__(self) -> str:
        return "there is no such instructor"


class ServiceMismatch(DomainError):
    """The service is not one of this instructor's. Source: BK-11 row 4."""

    code: ClassVar[str] = "service_mismatch"

    def __str__(self) -> str:
        return "this instructor does not offer this service"


class SelfBooking(DomainError):
    """Student and instructor are one person. Source: BK-11 row 4."""

    code: ClassVar[str] = "self_booking"

    def __str__(self) -> str:
        return "nobody can book a lesson with themself"


class InstructorNotBookable(DomainError):
    """Not visible or not payable. Source: BK-7, BK-11 row 5."""

    code: ClassVar[str] = "instructor_not_bookable"

    def __str__(self) -> str:
        return "this instructor takes no bookings now"


@frozen
class InvalidDuration(DomainError):
    """Not one of the offering's durations. Source: BK-2, BK-11 row 6."""

    code: ClassVar[str] = "invalid_duration"
    minutes: int
    options: tuple[int, ...]

    def facts(self) -> Mapping[str, object]:
        """The durations on offer."""
        return {"duration_minutes": self.minutes, "duration_options": list(self.options)}

    def __str__(self) -> str:
        return f"{self.minutes} minutes is none of the durations offered"


@frozen
class InvalidStartTime(DomainError):
    """Not on the start grid. Source: BK-11 row 8."""

    code: ClassVar[str] = "invalid_start_time"
    start: datetime

    def __str__(self) -> str:
        return f"a lesson starts at minute 00, 15, 30 or 45, not at {instant_text(self.start)}"


@frozen
class CrossesMidnight(DomainError):
    """Start and end lie in two local days. Source: BK-3, BK-11 row 9."""

    code: ClassVar[str] = "crosses_midnight"
    lesson: Interval

    def __str__(self) -> str:
        return f"{self.lesson} crosses the instructor's midnight"


@frozen
class InPast(DomainError):
    """The start has gone by. Source: BK-11 row 10."""

    code: ClassVar[str] = "in_past"
    start: datetime

    def __str__(self) -> str:
        return f"{instant_text(self.start)} has gone by"


@frozen
class InsufficientNotice(DomainError):
    """Sooner than the notice allows. Source: AV-32, BK-11 row 10."""

    code: ClassVar[str] = "insufficient_notice"
    notice_minutes: int
    earliest: datetime

    def facts(self) -> Mapping[str, object]:
        """The notice, and the first instant it allows."""
        return {
            "notice_minutes": self.notice_minutes,
            "earliest_start": instant_text(self.earliest),
        }

    def __str__(self) -> str:
        return f"a lesson like this needs {self.notice_minutes} minutes of notice"


@frozen
class OvernightProtection(DomainError):
    """Too early on the morning that is protected tonight. Source: AV-33, BK-11 row 11."""

    code: ClassVar[str] = "overnight_protection"
    earliest_hour: int

    def facts(self) -> Mapping[str, object]:
        """The first local hour allowed that morning."""
        return {"earliest_local_hour": self.earliest_hour}

    def __str__(self) -> str:
        return f"the coming morning can't be booked overnight before {self.earliest_hour}:00"


@frozen
class BeyondHorizon(DomainError):
    """Too far ahead. Source: BK-11 row 12."""

    code: ClassVar[str] = "beyond_horizon"
    last_day: date

    def facts(self) -> Mapping[str, object]:
        """The last day that can be booked."""
        return {"last_bookable_date": self.last_day.isoformat()}

    def __str__(self) -> str:
        return f"lessons can be booked until {self.last_day}"


class FormatNotOffered(DomainError):
    """The offering has no price for this format. Source: BK-6, BK-11 row 13."""

    def __str__(self) -> str:
        return f"this service is not given that way ({self.code})"


class TravelNotOffered(FormatNotOffered):
    """The instructor does not travel for it."""

    code: ClassVar[str] = "travel_not_offered"


class StudioNotOffered(FormatNotOffered):
    """The instructor does not give it at a place of theirs."""

    code: ClassVar[str] = "studio_not_offered"


class OnlineNotOffered(FormatNotOffered):
    """The instructor does not give it online."""

    code: ClassVar[str] = "online_not_offered"


def format_not_offered(wanted: Format) -> FormatNotOffered:
    """The refusal for *wanted*."""
    match wanted:
        case Format.TRAVEL:
            return TravelNotOffered()
        case Format.STUDIO:
            return StudioNotOffered()
        case Format.ONLINE:
            return OnlineNotOffered()


class AddressRequired(DomainError):
    """There is no place for the lesson. Source: BK-5, BK-11 row 14."""

    code: ClassVar[str] = "address_required"

    def __str__(self) -> str:
        return "a lesson like this needs an address"


class CoordinatesRequired(DomainError):
    """The place has no coordinates. Source: BK-5, BK-11 row 14."""

    code: ClassVar[str] = "coordinates_required"

    def __str__(self) -> str:
        return "the place of the lesson needs latitude and longitude"


class OutsideServiceArea(DomainError):
    """The instructor does not come that far. Source: BK-5, BK-11 row 14."""

    code: ClassVar[str] = "outside_service_area"

    def __str__(self) -> str:
        return "the place lies outside the instructor's service area"


@frozen
class BlackoutDate(DomainError):
    """The instructor takes no lessons on that day. Source: AV-27, BK-11 row 15."""

    code: ClassVar[str] = "blackout_date"
    day: date

    def __str__(self) -> str:
        return f"the instructor takes no lessons on {self.day}"


@frozen
class TimeNotOpen(DomainError):
    """Some of the time is closed in every format. Source: BK-9, BK-11 row 16."""

    code: ClassVar[str] = "time_not_open"
    lesson: Interval

    def __str__(self) -> str:
        return f"the instructor is not open during all of {self.lesson}"


@frozen
class FormatNotOpen(DomainError):
    """The time is open, but not for this format. Source: BK-9, BK-11 row 16."""

    code: ClassVar[str] = "format_not_open"
    lesson: Interval
    wanted: Format

    def facts(self) -> Mapping[str, object]:
        """The format that was asked for."""
        return {"format": self.wanted.value}

    def __str__(self) -> str:
        return f"the instructor is not open for {self.wanted} lessons during all of {self.lesson}"


@frozen
class _TimeTaken(Conflict):
    """Scope and requested range; never another person's booking. Source: BK-12."""

    scope: ClassVar[str] = "instructor"
    lesson: Interval

    def facts(self) -> Mapping[str, object]:
        """Whose time it is, and the range that was asked for."""
        return {
            "scope": self.scope,
            "start": instant_text(self.lesson.starts_at),
            "end": instant_text(self.lesson.ends_at),
        }


@frozen
class InstructorConflict(_TimeTaken):
    """The instructor teaches then. Source: BK-11 row 17."""

    code: ClassVar[str] = "instructor_conflict"

    def __str__(self) -> str:
        return f"the instructor already teaches during {self.lesson}"


@frozen
class BufferConflict(_TimeTaken):
    """Too close to another lesson of the instructor. Source: AV-31, BK-11 row 17."""

    code: ClassVar[str] = "buffer_conflict"

    def __str__(self) -> str:
        return f"the instructor needs more time between lessons around {self.lesson}"


@frozen
class StudentConflict(_TimeTaken):
    """The student has a lesson then. Source: BK-10, BK-11 row 18."""

    code: ClassVar[str] = "student_conflict"
    scope: ClassVar[str] = "student"
    booking_id: BookingId | None = None

    def facts(self) -> Mapping[str, object]:
        """The range asked for, and the student's own booking in the way."""
        own = {} if self.booking_id is None else {"booking_id": str(self.booking_id)}
        return {**super().facts(), **own}

    def __str__(self) -> str:
        return f"the student already has a lesson during {self.lesson}"


@frozen
class TooManyHolds(Conflict):
    """The student holds as many times as one may. Source: BK-11 row 19."""

    code: ClassVar[str] = "too_many_holds"
    most: int

    def facts(self) -> Mapping[str, object]:
        """How many holds one student may have."""
        return {"max_live_holds": self.most}

    def __str__(self) -> str:
        return f"a student may hold {self.most} unpaid lessons at a time"
