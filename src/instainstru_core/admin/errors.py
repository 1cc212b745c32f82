"""What the console refuses, and why. Source: BK-53, PY-46, spec 02 §11.9."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from attrs import frozen

from instainstru_core.admin.ids import ApprovalId
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.errors import Conflict, Forbidden, NotFound, TooManyAttempts
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import instant_text


@frozen
class LessonNotStarted(Conflict):
    """Nobody can have missed a lesson that has not begun. Source: BK-53."""

    code: ClassVar[str] = "lesson_not_started"
    booking_id: BookingId
    starts_at: datetime

    def facts(self) -> Mapping[str, object]:
        """From when on it can be said."""
        return {"starts_at": instant_text(self.starts_at)}

    def __str__(self) -> str:
        return f"lesson {self.booking_id} begins at {instant_text(self.starts_at)}"


@frozen
class RemindersJustRun(TooManyAttempts):
    """Once an hour is enough. Source: BK-53."""

    seconds: int

    @property
    def retry_after_seconds(self) -> int:
        """How long to wait before trying again."""
        return self.seconds

    def __str__(self) -> str:
        return "reminders can be run by hand once an hour"


@frozen
class SecondPersonRequired(Conflict):
    """More is at stake than one person decides; the request is kept. Source: spec 02 §11.9."""

    code: ClassVar[str] = "second_person_required"
    approval_id: ApprovalId
    at_stake: Money
    expires_at: datetime

    def facts(self) -> Mapping[str, object]:
        """Which request somebody else must approve, and until when they can."""
        return {
            "approval_id": str(self.approval_id),
            "at_stake_cents": self.at_stake.cents,
            "expires_at": instant_text(self.expires_at),
        }

    def __str__(self) -> str:
        return "a second person must approve this: then ask for it again in the same words"


@frozen
class ApprovalNotFound(NotFound):
    """Nobody asked for that."""

    approval_id: ApprovalId

    def __str__(self) -> str:
        return f"there is no request for approval {self.approval_id}"


@frozen
class FourEyes(Forbidden):
    """Whoever asks for something can't approve it too. Source: spec 02 §11.9."""

    code: ClassVar[str] = "four_eyes"

    def __str__(self) -> str:
        return "somebody else must approve what you asked for"


@frozen
class ApprovalDecided(Conflict):
    """Somebody approved or declined it before."""

    code: ClassVar[str] = "approval_decided"
    approval_id: ApprovalId
    state: str

    def facts(self) -> Mapping[str, object]:
        """What became of it."""
        return {"state": self.state}

    def __str__(self) -> str:
        return f"request {self.approval_id} is {self.state} already"


@frozen
class ApprovalExpired(Conflict):
    """Nobody decided in time. Source: spec 03 §11.7."""

    code: ClassVar[str] = "approval_expired"
    approval_id: ApprovalId
    expired_at: datetime

    def facts(self) -> Mapping[str, object]:
        """Until when it could be decided."""
        return {"expired_at": instant_text(self.expired_at)}

    def __str__(self) -> str:
        return f"request {self.approval_id} expired at {instant_text(self.expired_at)}"
