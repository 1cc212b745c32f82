"""What an instructor says of themself, and whether students find them. Source: IN-8…IN-13."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from entrypoints.http.policy import policy, requires
from entrypoints.http.problems import status_of
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.once import once
from entrypoints.web.teaching import me
from entrypoints.web.ways import see
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.instructors.model.profile import MAX_BIO, MIN_BIO, Instructor
from instainstru_core.instructors.use_cases.edit_profile import EditProfile, edit_profile
from instainstru_core.instructors.use_cases.go_live import GoLive, go_live
from instainstru_core.instructors.use_cases.pause_listing import PauseListing, pause_listing
from instainstru_core.kernel.errors import Conflict
from instainstru_core.kernel.zones import Zone
from instainstru_core.ports import Ports

_PROFILE: Final = requires(Permission.MANAGE_INSTRUCTOR_PROFILE)
_LISTING: Final = requires(Permission.SUSPEND_OWN_INSTRUCTOR_ACCOUNT)
_HERE: Final = "/teach/profile"
ZONES: Final = {
    "America/New_York": N_("New York"),
    "America/Chicago": N_("Chicago"),
    "America/Denver": N_("Denver"),
    "America/Phoenix": N_("Phoenix"),
    "America/Los_Angeles": N_("Los Angeles"),
    "America/Anchorage": N_("Anchorage"),
    "Pacific/Honolulu": N_("Honolulu"),
    "America/Puerto_Rico": N_("San Juan"),
}
"""The clocks of the country; who lives by another one keeps it."""

MISSING: Final = {
    "skills": (N_("Say what you teach, and for how much"), "/teach/services"),
    "stripe_connect": (N_("Tell our payment partner where to send your money"), "/teach/payouts"),
}
"""What stands before going live, and where it is done. Source: IN-10."""


@get(_HERE, sync_to_thread=True, opt=policy(access=_PROFILE, bucket="read", page=True))
def show_profile(
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """One's own profile, and how it is listed."""
    return _profile(frame, principal, ports)


def _profile(
    frame: Frame,
    principal: Principal,
    ports: Ports,
    *,
    form: Form | None = None,
    status: int = 200,
) -> Response[Any]:
    with ports.read() as reads:
        page = reads.instructor_pages.page(me(principal))
    instructor, zone = page.instructor, page.instructor.zone.name
    zones = dict(ZONES) | ({} if zone in ZONES else {zone: zone})
    saved = Form(fields={"bio": (instructor.bio,), "zone": (zone,)})
    return frame.page(
        "teach_profile",
        status=status,
        form=form or Form(),
        typed=form if form is not None and "bio" in form.fields else saved,
        instructor=instructor,
        missing=[MISSING[each] for each in page.missing],
        offered=len(page.active_offerings),
        zones=[(name, frame.words(text)) for name, text in zones.items()],
        bio_length=MAX_BIO,
    )


@post(_HERE, sync_to_thread=True, opt=policy(access=_PROFILE, bucket="write", page=True))
def do_edit(
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Keep the words and the clock."""
    bio = form.text("bio", most=MAX_BIO, least=MIN_BIO)
    zone = form.parsed("zone", Zone)
    if form.refused or zone is None:
        return _profile(frame, principal, ports, form=form, status=422)
    edit_profile(
        EditProfile(instructor_id=me(principal), bio=bio, zone=zone),
        begin=ports.begin,
        clock=ports.clock,
    )
    return see(_HERE, said="saved")


def _led(_: Instructor) -> str:
    return _HERE


@post(
    f"{_HERE}/go-live", sync_to_thread=True, opt=policy(access=_PROFILE, bucket="write", page=True)
)
def do_go_live(
    request: Request[Any, Any, Any],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Be found and booked. Source: IN-12."""
    try:
        with once(request, form, principal=principal, ports=ports) as sent:
            go_live(
                GoLive(instructor_id=me(principal)),
                begin=ports.begin,
                clock=ports.clock,
                answer=sent.answer(_led),
            )
    except Conflict as refusal:
        form.refused_by(refusal)
        return _profile(frame, principal, ports, form=form, status=status_of(refusal))
    return see(_HERE, said="listed")


@post(f"{_HERE}/pause", sync_to_thread=True, opt=policy(access=_LISTING, bucket="write", page=True))
def do_pause(
    request: Request[Any, Any, Any],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Be hidden for a while. Source: IN-13."""
    with once(request, form, principal=principal, ports=ports) as sent:
        pause_listing(
            PauseListing(instructor_id=me(principal)),
            begin=ports.begin,
            clock=ports.clock,
            answer=sent.answer(_led),
        )
    return see(_HERE, said="paused")


PAGES: Final = [show_profile, do_edit, do_go_live, do_pause]
