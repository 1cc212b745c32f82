"""What claims refuse, and why. Source: BK-21, BK-36…BK-41, PY-40."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from attrs import frozen

from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.errors import Conflict, DomainError, NotFound
from instainstru_core.kernel.time import instant_text


@frozen
class NoClaim(NotFound):
    """Nobody reported a no-show, or opened an issue, on this booking."""

    booking_id: BookingId

    def __str__(self) -> str:
        return f"nothing was reported about booking {self.booking_id}"


@frozen
class _WindowClosed(Conflict):
    """It can't be said yet, or not any more."""

    booking_id: BookingId
    opens_at: datetime
    closes_at: datetime

    def facts(self) -> Mapping[str, object]:
        """From when to when it can be said, both included."""
        return {
            "opens_at": instant_text(self.opens_at),
            "closes_at": instant_text(self.closes_at),
        }

    def __str__(self) -> str:
        return (
            f"booking {self.booking_id} can be objected to from {instant_text(self.opens_at)}"
            f" to {instant_text(self.closes_at)}"
        )


@frozen
class NoShowWindowClosed(_WindowClosed):
    """Before the start, or more than a day after the end. Source: BK-36."""

    code: ClassVar[str] = "no_show_window_closed"


@frozen
class IssueWindowClosed(_WindowClosed):
    """Before the start, or more than a day after the end. Source: BK-41."""

    code: ClassVar[str] = "issue_window_closed"


@frozen
class AlreadyReported(Conflict):
    """One report and one issue a booking, ever. Source: BK-36, BK-41."""

    code: ClassVar[str] = "already_reported"
    booking_id: BookingId

    def __str__(self) -> str:
        return f"booking {self.booking_id} was reported before"


@frozen
class AlreadySettled(Conflict):
    """The money is taken or settled: nothing is left to freeze. Source: PY-40."""

    code: ClassVar[str] = "already_settled"
    booking_id: BookingId

    def __str__(self) -> str:
        return f"the payment of booking {self.booking_id} is settled"


@frozen
class AlreadyDisputed(Conflict):
    """The accused objected before. Source: BK-37, BK-39."""

    code: ClassVar[str] = "already_disputed"
    booking_id: BookingId

    def __str__(self) -> str:
        return f"the report about booking {self.booking_id} is disputed"


@frozen
class AlreadyResolved(Conflict):
    """It was settled before. Source: BK-37, BK-39, BK-41."""

    code: ClassVar[str] = "already_resolved"
    booking_id: BookingId

    def __str__(self) -> str:
        return f"what was reported about booking {self.booking_id} is resolved"


@frozen
class DisputeWindowClosed(Conflict):
    """More than a day after the report. Source: BK-37."""

    code: ClassVar[str] = "dispute_window_closed"
    booking_id: BookingId
    closed_at: datetime

    def facts(self) -> Mapping[str, object]:
        """Until when it could be disputed."""
        return {"closed_at": instant_text(self.closed_at)}

    def __str__(self) -> str:
        return f"the report could be disputed until {instant_text(self.closed_at)}"


@frozen
class NotDisputed(Conflict):
    """Only a dispute can be upheld. Source: BK-39."""

    booking_id: BookingId

    def __str__(self) -> str:
        return f"nobody disputed the report about booking {self.booking_id}"


@frozen
class NoShowOpen(Conflict):
    """A lesson with an open report can't be completed. Source: BK-21."""

    code: ClassVar[str] = "no_show_open"
    booking_id: BookingId

    def __str__(self) -> str:
        return f"a no-show of booking {self.booking_id} is reported and not resolved"


@frozen
class ReasonLength(DomainError):
    """Too short to be one, or too long. Source: BK-37, BK-41."""

    shortest: int
    longest: int

    def facts(self) -> Mapping[str, object]:
        """Which field is wrong, and why."""
        wrong = {"pointer": "/reason", "code": self.code, "message": str(self)}
        return {"errors": [wrong]}

    def __str__(self) -> str:
        return f"a reason has {self.shortest} to {self.longest} characters"
