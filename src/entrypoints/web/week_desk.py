"""The desk that a week lies on: what its page shows, and how it is saved. Source: AV-14…AV-18."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final, Self

from attrs import frozen
from litestar import Response

from entrypoints.http.weeks import path_date, teacher
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.once import Once
from entrypoints.web.ways_to_meet import LOCATIONS, SIGNS, USUAL_LOCATION
from entrypoints.web.week_forms import (
    MINE,
    SEEN,
    THEIRS,
    carried_week,
    changes,
    is_painted,
    listed_week,
    mistakes_of,
    rows_of,
    rows_typed,
    spelled,
    texts_of,
)
from entrypoints.web.week_views import LETTERS, sheet_of, wall_time
from instainstru_core.accounts.model import Principal
from instainstru_core.availability.model.history import EditEntry
from instainstru_core.availability.model.weeks import DAYS_PER_WEEK, Week, monday_of
from instainstru_core.availability.use_cases.list_blackouts import list_blackouts
from instainstru_core.availability.use_cases.merge_week import MergeWeek, merge_week
from instainstru_core.availability.use_cases.read_calendar_settings import read_calendar_settings
from instainstru_core.availability.use_cases.read_week import ReadWeek, read_week
from instainstru_core.availability.use_cases.replace_week import ReplaceWeek, replace_week
from instainstru_core.availability.use_cases.save_edit import SavedEdit
from instainstru_core.booking.use_cases.read_week_bookings import (
    ReadWeekBookings,
    read_week_bookings,
)
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.kernel.zones import Zone
from instainstru_core.ports import Ports

WAY: Final = "/teach/week"
_EDITS_SHOWN: Final = PageRequest(limit=5)
_WEEK: Final = timedelta(days=DAYS_PER_WEEK)
_SUNDAY: Final = 6


@frozen(kw_only=True)
class WeekDesk:
    """One week before its instructor, with the form that was sent about it, if any."""

    frame: Frame
    form: Form
    ports: Ports
    instructor_id: InstructorId
    zone: Zone
    today: date
    monday: date

    @classmethod
    def of(cls, frame: Frame, principal: Principal, ports: Ports, form: Form | None = None) -> Self:
        """The week that the address asks for, by any of its days; else the one that is ahead."""
        instructor_id = teacher(principal)
        zone = read_calendar_settings(instructor_id, read=ports.read).settings.zone
        today = zone.today(frame.now)
        ahead = today + timedelta(days=today.weekday() == _SUNDAY)
        asked = frame.request.query_params.get("week", "")
        return cls(
            frame=frame,
            form=form or Form(),
            ports=ports,
            instructor_id=instructor_id,
            zone=zone,
            today=today,
            monday=monday_of(path_date(asked) if asked else ahead),
        )

    @property
    def way(self) -> str:
        """Where this week is shown."""
        return f"{WAY}?week={self.monday}"

    def stored(self) -> Week:
        """The week as it is kept."""
        request = ReadWeek(instructor_id=self.instructor_id, monday=self.monday)
        return read_week(request, read=self.ports.read).week

    def shown(self, *, status: int = 200) -> Response[bytes]:
        """The page; what was wanted and refused is still on it."""
        stored = self.stored()
        if self.form["act"] != "save":
            return self._page(status, seen=stored, mine=stored)
        seen = carried_week(self.form, SEEN, self.monday)
        typed = not is_painted(self.form)
        mine = stored if typed else carried_week(self.form, MINE, self.monday)
        return self._page(status, seen=seen, mine=mine, typed=typed)

    def in_conflict(self, mine: Week) -> Response[bytes]:
        """The page, with what somebody else made of the week since it was seen. Source: AV-16."""
        seen = carried_week(self.form, SEEN, self.monday)
        return self._page(409, seen=seen, mine=mine, theirs=self.stored())

    def _page(
        self,
        status: int,
        *,
        seen: Week,
        mine: Week,
        theirs: Week | None = None,
        typed: bool = False,
    ) -> Response[bytes]:
        ports = self.ports
        booked = read_week_bookings(
            ReadWeekBookings(instructor_id=self.instructor_id, monday=self.monday),
            read=ports.read,
            clock=ports.clock,
        ).taken
        blackouts = list_blackouts(self.instructor_id, read=ports.read, clock=ports.clock)
        away = frozenset(each.day for each in blackouts)
        facts: dict[str, Any] = {
            "sheet": sheet_of(mine, booked, self.zone, away=away, now=self.frame.now),
            "rows": rows_typed(self.form) if typed else rows_of(mine),
            "mistakes": lambda row: mistakes_of(self.form, row),
            "others": [] if theirs is None else changes(seen, theirs),
            "theirs": None if theirs is None else spelled(theirs),
            "edits": self._edits(),
        }
        return self.frame.page(
            "week",
            status=status,
            form=self.form,
            monday=self.monday,
            sunday=self.monday + _WEEK - timedelta(days=1),
            before=self.monday - _WEEK,
            after=self.monday + _WEEK,
            today=self.today,
            zone=self.zone.name,
            booked=booked,
            blackouts=blackouts,
            seen=spelled(seen),
            mine=spelled(mine),
            typed=typed,
            formats=[
                (letter, each, LOCATIONS[USUAL_LOCATION[each]], SIGNS[each])
                for each, letter in LETTERS.items()
            ],
            wall_time=wall_time,
            length=self._time,
            **facts,
        )

    def _time(self, minutes: int) -> str:
        """`2 h 30 min`."""
        hours, rest = divmod(minutes, 60)
        said = [
            self.frame.words(text) % {"count": self.frame.formats.number(count)}
            for text, count in ((N_("%(count)s h"), hours), (N_("%(count)s min"), rest))
            if count
        ]
        return " ".join(said) or self.frame.words(N_("nothing"))

    def _edits(self) -> Sequence[EditEntry]:
        with self.ports.read() as reads:
            return reads.calendar_history.page(self.instructor_id, _EDITS_SHOWN).items


def wanted_of(desk: WeekDesk) -> Week:
    """The week that was sent, painted or in rows."""
    if is_painted(desk.form):
        return carried_week(desk.form, MINE, desk.monday)
    return listed_week(desk.form, desk.monday)


def save_wanted(desk: WeekDesk, sent: Once) -> str:
    """Save the week as it is wanted: `how` says what becomes of what others did meanwhile."""
    mine = wanted_of(desk)
    if desk.form.refused:
        return ""
    seen = carried_week(desk.form, SEEN, desk.monday)
    if desk.form["how"] == "merge":
        return _merged(desk, sent, seen, mine)
    known = carried_week(desk.form, THEIRS, desk.monday) if desk.form["how"] == "mine" else seen
    return said_of(replaced(desk, sent, mine, known=known))


def replaced(desk: WeekDesk, sent: Once, wanted: Week, *, known: Week) -> SavedEdit:
    """Save *wanted* in place of *known*.

    Raises:
        WeekChanged: The week is not *known* any more.
    """
    ports = desk.ports
    return replace_week(
        ReplaceWeek(
            instructor_id=desk.instructor_id,
            monday=desk.monday,
            days=texts_of(wanted),
            if_match=frozenset({known.etag}),
        ),
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        rules=ports.rules,
        answer=sent.answer(lambda _: desk.way),
    )


def _merged(desk: WeekDesk, sent: Once, seen: Week, mine: Week) -> str:
    ports = desk.ports
    merge_week(
        MergeWeek(
            instructor_id=desk.instructor_id,
            monday=desk.monday,
            base=texts_of(seen),
            mine=texts_of(mine),
        ),
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        rules=ports.rules,
        answer=sent.answer(lambda _: desk.way),
    )
    return "week_merged"


def said_of(saved: SavedEdit, said: str = "week_saved") -> str:
    """What to say of a save: *said*, unless less was done than was asked. Source: AV-19, AV-24."""
    if saved.reason is not None:
        return "week_empty"
    if saved.skipped:
        return "week_saved_in_part"
    return said if saved.written else "nothing_changed"
