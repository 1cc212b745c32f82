"""What availability refuses. Source: AV-5, AV-11…AV-27, AV-36."""

from collections.abc import Mapping, Sequence
from datetime import date

from attrs import frozen

from instainstru_core.availability.ids import BlackoutId, EditId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import (
    Conflict,
    DomainError,
    NotFound,
    PreconditionMissing,
    VersionConflict,
)


@frozen
class RefusedField(DomainError):
    """One field of what was sent is wrong: where it stands, and why."""

    pointer: str
    problem: str

    def facts(self) -> Mapping[str, object]:
        """The field's address in the document, as a JSON pointer."""
        wrong = {"pointer": self.pointer, "code": self.code, "message": self.problem}
        return {"errors": [wrong]}

    def __str__(self) -> str:
        return f"{self.pointer}: {self.problem}"


class TooManyWindows(RefusedField):
    """More windows on one day than anybody needs. Source: AV-5."""

    code = "too_many_windows"


class InvalidTime(RefusedField):
    """Not a time of day. Source: AV-5."""

    code = "invalid_time"


class UnalignedTime(RefusedField):
    """Not a multiple of five minutes. Source: AV-5."""

    code = "unaligned_time"


class InvalidRange(RefusedField):
    """The end does not come after the start. Source: AV-5, AV-36."""

    code = "invalid_range"


class InvalidFormats(RefusedField):
    """No format, or one that does not exist. Source: AV-5."""

    code = "invalid_formats"


class WeekMismatch(RefusedField):
    """A date of another week. Source: AV-12."""

    code = "week_mismatch"


class OutOfHorizon(RefusedField):
    """Too far in the future to be opened. Source: AV-20."""

    code = "out_of_horizon"


class RangeInPast(RefusedField):
    """Free time is asked for from today on. Source: AV-36."""

    code = "range_in_past"


class RangeTooLong(RefusedField):
    """More days than one answer holds. Source: AV-36."""

    code = "range_too_long"


class InvalidDuration(RefusedField):
    """No lesson is that long. Source: BK-2."""

    code = "invalid_duration"


class TooManyOperations(RefusedField):
    """More steps in one patch than anybody needs. Source: AV-17."""

    code = "too_many_operations"


class SameWeek(RefusedField):
    """A week copied onto itself. Source: AV-22."""

    code = "same_week"


@frozen
class EditNotFound(NotFound):
    """No such save of this calendar, or it is kept no longer. Source: spec 01 §11."""

    code = "edit_not_found"

    edit_id: EditId

    def __str__(self) -> str:
        return f"no save {self.edit_id} of this calendar"


@frozen
class NotMonday(DomainError):
    """Weeks are addressed by their Monday. Source: AV-12."""

    code = "not_monday"

    day: date

    def __str__(self) -> str:
        return f"{self.day} is a {self.day:%A}; a week is addressed by its Monday"


class WeekVersionMissing(PreconditionMissing):
    """A week is replaced only by who says which content they saw. Source: AV-16."""

    code = "precondition_required"

    def __str__(self) -> str:
        return "send the week's ETag in If-Match, or * to overwrite whatever is there"


@frozen
class WeekChanged(VersionConflict):
    """Someone saved the week since it was read; the current one comes along. Source: AV-16."""

    code = "version_conflict"

    etag: str
    days: Mapping[str, Sequence[Mapping[str, object]]]

    def facts(self) -> Mapping[str, object]:
        """The current ETag and windows, so that a client can refresh, merge or overwrite."""
        return {"current_etag": self.etag, "current_days": self.days}

    def __str__(self) -> str:
        return "the week was saved by someone else since it was read"


@frozen
class BlackoutExists(Conflict):
    """The date is blocked already. Source: AV-27."""

    code = "blackout_exists"

    day: date

    def __str__(self) -> str:
        return f"{self.day} is blocked already"


@frozen
class BlackoutNotFound(NotFound):
    """No such blackout, or not one of the caller's. Source: AV-27."""

    code = "blackout_not_found"

    blackout_id: BlackoutId

    def __str__(self) -> str:
        return f"no blackout {self.blackout_id}"


class InvalidBuffers(RefusedField):
    """A travel buffer that is shorter than the other one. Source: AV-28."""

    code = "invalid_buffers"


@frozen
class CalendarNotFound(NotFound):
    """Nobody of this id teaches here, or nobody who may be seen. Source: spec 01 §5, IN-9."""

    code = "instructor_not_found"

    instructor_id: InstructorId

    def __str__(self) -> str:
        return f"no instructor {self.instructor_id}"
