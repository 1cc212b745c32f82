"""How a calendar behaves, calendars elsewhere, and one's lessons in them. Source: AV-28, BK-48."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.config import PREFIX
from entrypoints.http.policy import policy, requires
from entrypoints.http.problems import status_of
from entrypoints.web.desk import Desk, Keep, at
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.once import once
from entrypoints.web.teaching import Standing, me
from entrypoints.web.ways import see
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.availability.external.ids import FeedId
from instainstru_core.availability.external.model.addresses import MAX_ADDRESS_LENGTH
from instainstru_core.availability.external.model.feed import Feed, FeedProblem, FeedStatus
from instainstru_core.availability.external.use_cases.add_feed import AddFeed, add_feed
from instainstru_core.availability.external.use_cases.list_feeds import ListFeeds, list_feeds
from instainstru_core.availability.external.use_cases.remove_feed import RemoveFeed, remove_feed
from instainstru_core.availability.external.use_cases.request_refresh import (
    RequestRefresh,
    request_refresh,
)
from instainstru_core.availability.model.rules import MAX_BUFFER_MINUTES
from instainstru_core.availability.model.settings import MAX_ADVANCE_MINUTES, KeptSettings
from instainstru_core.availability.use_cases.acknowledge_calendar_settings import (
    acknowledge_calendar_settings,
)
from instainstru_core.availability.use_cases.change_calendar_settings import (
    ChangeCalendarSettings,
    SettingsChanges,
    change_calendar_settings,
)
from instainstru_core.availability.use_cases.read_calendar_settings import read_calendar_settings
from instainstru_core.booking.calendar.use_cases.change_feed import change_feed, revoke_feed
from instainstru_core.kernel.errors import DomainError, NotFound
from instainstru_core.ports import Ports

_CALENDAR: Final = requires(Permission.MANAGE_AVAILABILITY)
_HERE: Final = "/teach/calendar"
_HOURS: Final = (1, 2, 3, 6, 12, 24, 48, 72, 168)
STATUSES: Final = {
    FeedStatus.PENDING: Standing(N_("Not read yet"), "plain"),
    FeedStatus.OK: Standing(N_("Up to date"), "good"),
    FeedStatus.FAILING: Standing(N_("Can't be read"), "bad"),
}
PROBLEMS: Final = {
    FeedProblem.ADDRESS_FORBIDDEN: N_("Its address leads to a place that we don't read from."),
    FeedProblem.UNREACHABLE: N_("Nobody answers at its address."),
    FeedProblem.TOO_SLOW: N_("Its server is too slow."),
    FeedProblem.TOO_LARGE: N_("It is too large for us."),
    FeedProblem.TOO_MANY_REDIRECTS: N_("Its address sends us in circles."),
    FeedProblem.NOT_FOUND: N_("There is nothing at its address any more."),
    FeedProblem.REFUSED: N_("Its server doesn't let us in. Use its secret address."),
    FeedProblem.SERVER_ERROR: N_("Its server is in trouble. We try again."),
    FeedProblem.NOT_A_CALENDAR: N_("What is there is no calendar. Use the address in iCal format."),
    FeedProblem.MALFORMED: N_("The calendar is written in a way that we can't read."),
    FeedProblem.UNKNOWN_ZONE: N_("It goes by a time zone that we don't know."),
    FeedProblem.TOO_MANY_EVENTS: N_("It has more events than we read."),
}
"""Why a calendar elsewhere can't be read."""


@get(_HERE, sync_to_thread=True, opt=policy(access=_CALENDAR, bucket="read", page=True))
def show_calendar(
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """The settings, the calendars elsewhere, and the feed."""
    return _calendar(frame, principal, ports)


def _calendar(
    frame: Frame,
    principal: Principal,
    ports: Ports,
    *,
    form: Form | None = None,
    feed_form: Form | None = None,
    address: str | None = None,
    status: int = 200,
) -> Response[Any]:
    who = me(principal)
    kept = read_calendar_settings(who, read=ports.read)
    settings = kept.settings
    saved = Form(
        fields={
            "between": (str(settings.non_travel_buffer_minutes),),
            "travel": (str(settings.travel_buffer_minutes),),
            "notice": (str(settings.min_advance_minutes),),
            "overnight": ("yes",) if settings.overnight_protection_enabled else (),
        }
    )
    return frame.page(
        "teach_calendar",
        status=status,
        form=form or saved,
        feed_form=feed_form or Form(),
        kept=kept,
        zone=settings.zone.name,
        minutes=[
            (str(each), frame.words(N_("%(minutes)s minutes")) % {"minutes": each})
            for each in range(0, MAX_BUFFER_MINUTES + 1, 5)
        ],
        notices=_notices(frame, settings.min_advance_minutes),
        feeds=list_feeds(ListFeeds(instructor_id=who), read=ports.read),
        statuses=STATUSES,
        problems=PROBLEMS,
        address=address,
        address_length=MAX_ADDRESS_LENGTH,
    )


def _notices(frame: Frame, current: int) -> list[tuple[str, str]]:
    """How long before its start a lesson must be booked, the one that is set among them."""
    several = frame.tongue.translations.ngettext
    found = [("0", frame.words(N_("No notice")))]
    for each in sorted({*(60 * hours for hours in _HOURS), current} - {0}):
        hours, rest = divmod(each, 60)
        text = (
            several("%(num)d minute before", "%(num)d minutes before", each) % {"num": each}
            if rest
            else several("%(num)d hour before", "%(num)d hours before", hours) % {"num": hours}
        )
        found.append((str(each), text))
    return found


@post(_HERE, sync_to_thread=True, opt=policy(access=_CALENDAR, bucket="write", page=True))
def do_change(
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Behave otherwise from now on, for new bookings. Source: AV-28."""
    between = form.whole("between", least=0, most=MAX_BUFFER_MINUTES)
    travel = form.whole("travel", least=0, most=MAX_BUFFER_MINUTES)
    notice = form.whole("notice", least=0, most=MAX_ADVANCE_MINUTES)
    if form.refused:
        return _calendar(frame, principal, ports, form=form, status=422)
    changes = SettingsChanges(
        non_travel_buffer_minutes=between,
        travel_buffer_minutes=travel,
        min_advance_minutes=notice,
        overnight_protection_enabled=form.ticked("overnight"),
    )
    try:
        change_calendar_settings(
            ChangeCalendarSettings(instructor_id=me(principal), changes=changes),
            begin=ports.begin,
            clock=ports.clock,
        )
    except NotFound:
        raise
    except DomainError as refusal:
        form.refused_by(refusal, "travel")
        return _calendar(frame, principal, ports, form=form, status=status_of(refusal))
    return see(_HERE, said="saved")


@post(
    f"{_HERE}/acknowledge",
    sync_to_thread=True,
    opt=policy(access=_CALENDAR, bucket="write", page=True),
)
def do_acknowledge(
    request: Request[Any, Any, Any],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Say that these settings are known."""

    def led(_: KeptSettings) -> str:
        return _HERE

    with once(request, form, principal=principal, ports=ports) as sent:
        acknowledge_calendar_settings(
            me(principal), begin=ports.begin, clock=ports.clock, answer=sent.answer(led)
        )
    return see(_HERE, said="saved")


@post(
    f"{_HERE}/external",
    sync_to_thread=True,
    opt=policy(access=_CALENDAR, bucket="write", page=True),
)
def do_add(desk: NamedDependency[Desk]) -> Response[Any]:
    """Keep the time of a calendar elsewhere free of lessons."""
    form, principal, ports = desk.form, desk.principal, desk.ports
    url = form.text("url", most=MAX_ADDRESS_LENGTH)

    def add(answer: Keep) -> None:
        add_feed(
            AddFeed(instructor_id=me(principal), url=url),
            begin=ports.begin,
            ids=ports.ids,
            clock=ports.clock,
            answer=answer,
        )

    def again(status: int) -> Response[Any]:
        return _calendar(desk.frame, principal, ports, feed_form=form, status=status)

    return desk.act(add, again=again, leads_to=_HERE, said="calendar_added", refuse=at("url"))


@post(
    _HERE + "/external/{feed_id:str}/remove",
    sync_to_thread=True,
    opt=policy(access=_CALENDAR, bucket="write", page=True),
)
def do_remove(
    feed_id: FromPath[FeedId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Forget a calendar elsewhere."""
    asked = RemoveFeed(instructor_id=me(principal), feed_id=feed_id)
    remove_feed(asked, begin=ports.begin, clock=ports.clock)
    return see(_HERE, said="calendar_removed")


@post(
    _HERE + "/external/{feed_id:str}/refresh",
    sync_to_thread=True,
    opt=policy(access=_CALENDAR, bucket="write", page=True),
)
def do_refresh(
    feed_id: FromPath[FeedId],
    request: Request[Any, Any, Any],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Have it read as soon as can be."""

    def led(_: Feed) -> str:
        return _HERE

    with once(request, form, principal=principal, ports=ports) as sent:
        request_refresh(
            RequestRefresh(instructor_id=me(principal), feed_id=feed_id),
            begin=ports.begin,
            clock=ports.clock,
            answer=sent.answer(led),
        )
    return see(_HERE, said="calendar_asked")


@post(f"{_HERE}/feed", sync_to_thread=True, opt=policy(access=_CALENDAR, bucket="write", page=True))
def do_make_feed(
    request: Request[Any, Any, Any],
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """A secret address of all lessons: shown on this page, this once. Source: BK-48, SE-29."""
    made = change_feed(
        principal.account_id, begin=ports.begin, secrets=ports.secrets, clock=ports.clock
    )
    site = str(request.base_url).rstrip("/")
    address = f"{site}{PREFIX}/calendar/{made.token}.ics"
    return _calendar(frame, principal, ports, address=address)


@post(
    f"{_HERE}/feed/remove",
    sync_to_thread=True,
    opt=policy(access=_CALENDAR, bucket="write", page=True),
)
def do_drop_feed(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> Response[Any]:
    """Its address is dead at once."""
    revoke_feed(principal.account_id, begin=ports.begin)
    return see(_HERE, said="feed_gone")


PAGES: Final = [
    show_calendar,
    do_change,
    do_acknowledge,
    do_add,
    do_remove,
    do_refresh,
    do_make_feed,
    do_drop_feed,
]
