"""Saves of a calendar, as they are kept to be seen and undone. Source: spec 01 §11."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from attrs import field, frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.availability.ids import EditId
from instainstru_core.availability.model.edits import EditCause
from instainstru_core.availability.model.planes import CLOSED, DayPlanes
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import utc


@frozen(kw_only=True)
class EditEntry:
    """One line of the history: who did what to which dates, and how much time it moved.

    A minute counts as opened, or closed, if it is for one format or more.
    """

    edit_id: EditId
    instructor_id: InstructorId
    actor_id: AccountId
    cause: EditCause
    saved_at: datetime = field(converter=utc)
    dates: tuple[date, ...]
    opened_minutes: int
    closed_minutes: int


@frozen(kw_only=True)
class CalendarEdit:
    """A line of the history, and the bits that were flipped on each of its dates."""

    entry: EditEntry
    flips: Mapping[date, DayPlanes]


def undone(
    current: Mapping[date, DayPlanes],
    flips: Mapping[date, DayPlanes],
    later: Iterable[Mapping[date, DayPlanes]],
) -> dict[date, DayPlanes]:
    """The dates of an edit without it: its bits flip back where nobody changed them *later*.

    This is the merge of AV-18 with the content after the edit as the base, the content before it
    as mine, and *current* as theirs: what differs since is what the later edits flipped, all told.
    """
    since: dict[date, DayPlanes] = {}
    for edit in later:
        for day, planes in edit.items():
            since[day] = since.get(day, CLOSED) ^ planes
    return {
        day: current.get(day, CLOSED) ^ planes.without(since.get(day, CLOSED))
        for day, planes in flips.items()
    }
