"""What several routes about lessons read alike: a start, and texts of some length. Source: BK-1."""

from datetime import date, datetime, time
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, field

from entrypoints.http.problems import Violation, invalid
from instainstru_core.booking.policies.facts import LocalStart


class StartBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A start, as an instant, or as date and time on the instructor's clock."""

    start: (
        Annotated[
            datetime, Meta(tz=True, description="RFC 3339", examples=["2026-12-08T15:00:00Z"])
        ]
        | UnsetType
    ) = UNSET
    day: Annotated[date, Meta(examples=["2026-12-08"])] | UnsetType = field(
        default=UNSET, name="date"
    )
    wall: (
        Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["10:00"])] | UnsetType
    ) = field(default=UNSET, name="time")

    def starting(self) -> datetime | LocalStart:
        """The start, in whichever way it was given.

        Raises:
            Refusal: In neither way, or in both.
        """
        if isinstance(self.start, datetime) and self.day is UNSET and self.wall is UNSET:
            return self.start
        if self.start is UNSET and isinstance(self.day, date) and isinstance(self.wall, str):
            return LocalStart(self.day, time.fromisoformat(self.wall))
        message = "give either start, or date and time"
        raise invalid([Violation(pointer="/start", code="invalid", message=message)])


def trimmed(text: str, *, most: int, pointer: str, least: int = 0) -> str:
    """*text* without the space around it, which does not count. Source: BK-1, BK-28.

    Raises:
        Refusal: It is too short then, or too long.
    """
    said = text.strip()
    if not least <= len(said) <= most:
        message = f"expected {least} to {most} characters, the space around them aside"
        raise invalid([Violation(pointer=pointer, code="invalid", message=message)])
    return said
