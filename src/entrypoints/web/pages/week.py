"""An instructor's week: seen, painted, saved, and joined with what another device saved.

Source: spec 01 §6, AV-12…AV-27.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency

from entrypoints.http.policy import policy, requires
from entrypoints.http.problems import Refusal, status_of
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.once import Once, once
from entrypoints.web.pages.week_acts import back, block, copy, copy_day, repeat, undo
from entrypoints.web.ways import see
from entrypoints.web.week_desk import WeekDesk, save_wanted, wanted_of
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.availability.errors import EditNotFound, WeekChanged
from instainstru_core.kernel.errors import DomainError, NotFound
from instainstru_core.ports import Ports

_ACCESS: Final = requires(Permission.MANAGE_AVAILABILITY, Permission.VIEW_INCOMING_BOOKINGS)
ACTS: Final[Mapping[str, Callable[[WeekDesk, Once], str]]] = {
    "save": save_wanted,
    "copy": copy,
    "repeat": repeat,
    "day": copy_day,
    "away": block,
    "back": back,
    "undo": undo,
}
"""What the forms of the page do, by the value of their field `act`; each answers what to say."""


@get("/teach/week", sync_to_thread=True, opt=policy(access=_ACCESS, bucket="read", page=True))
def show_week(
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """The week that was asked for, else this one; on a Sunday the next one, as this is over."""
    return WeekDesk.of(frame, principal, ports).shown()


@post("/teach/week", sync_to_thread=True, opt=policy(access=_ACCESS, bucket="write", page=True))
def change_week(
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Do what one of the page's forms says, and show the week as it is then."""
    desk = WeekDesk.of(frame, principal, ports, form)
    act = ACTS.get(form["act"])
    if act is None:
        raise Refusal(422, "validation_failed", "the form does nothing: open it anew")
    if act is save_wanted and form["how"] == "theirs":
        return see(desk.way)
    try:
        with once(frame.request, form, principal=principal, ports=ports) as sent:
            said = act(desk, sent)
    except DomainError as error:
        if isinstance(error, NotFound) and not isinstance(error, EditNotFound):
            raise
        if isinstance(error, WeekChanged) and act is save_wanted:
            return desk.in_conflict(wanted_of(desk))
        if not form.refused:
            form.refused_by(error)
        return desk.shown(status=status_of(error))
    if form.refused:
        return desk.shown(status=422)
    return see(desk.way, said=said)


PAGES: Final = [show_week, change_week]
