"""One's own profile, places and listing, for those who teach. Source: spec 04 §6, 06 §6."""

from typing import Annotated, Final

from litestar import Router, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import OPTIONAL, policy, requires
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.instructors.errors import InvalidField
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.profile import Instructor, TeachingPlace
from instainstru_core.instructors.queries import InstructorPage
from instainstru_core.instructors.use_cases.edit_profile import EditProfile, edit_profile
from instainstru_core.instructors.use_cases.go_live import GoLive, go_live
from instainstru_core.instructors.use_cases.pause_listing import PauseListing, pause_listing
from instainstru_core.instructors.use_cases.replace_service_areas import (
    ReplaceServiceAreas,
    replace_service_areas,
)
from instainstru_core.instructors.use_cases.set_teaching_place import (
    SetTeachingPlace,
    StudioWanted,
    set_teaching_place,
)
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.zones import Zone
from instainstru_core.places.model.point import Point
from instainstru_core.ports import Ports

_PROFILE: Final = requires(Permission.MANAGE_INSTRUCTOR_PROFILE)
_SERVICES: Final = requires(Permission.MANAGE_SERVICES)
_LISTING: Final = requires(Permission.SUSPEND_OWN_INSTRUCTOR_ACCOUNT)
ZoneName = Annotated[str, Meta(max_length=64, examples=["America/New_York"])]


class EditProfileBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to change about a profile; what is left out stays."""

    bio: (
        Annotated[
            str,
            Meta(min_length=10, max_length=1000, examples=["I have taught piano for ten years."]),
        ]
        | UnsetType
    ) = UNSET
    zone: ZoneName | UnsetType = UNSET


class ServiceAreasBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """The regions and boroughs to travel to, and no others."""

    regions: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=100)]],
        Meta(max_length=100, examples=[["park-slope", "queens"]]),
    ]


class TeachingLocationBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A studio."""

    label: Annotated[str, Meta(min_length=1, max_length=64, examples=["Home studio"])]
    address: Annotated[str, Meta(min_length=1, max_length=512, examples=["1 Main St, Brooklyn"])]
    lat: Annotated[float, Meta(ge=-90, le=90, examples=[40.671])]
    lng: Annotated[float, Meta(ge=-180, le=180, examples=[-73.9814])]


class TeachingLocationsBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """The studios, and no others: one at most."""

    items: Annotated[list[TeachingLocationBody], Meta(max_length=1)]


class OwnTeachingLocationView(Struct, kw_only=True, frozen=True):
    """A studio as its owner sees it."""

    label: str
    address: str
    lat: float
    lng: float
    region: str

    @classmethod
    def of(cls, place: TeachingPlace) -> "OwnTeachingLocationView":
        """The view of *place*."""
        return cls(
            label=place.label,
            address=place.address,
            lat=place.lat,
            lng=place.lng,
            region=place.region,
        )


class OwnProfileView(Struct, kw_only=True, frozen=True):
    """A profile as its owner sees it."""

    instructor_id: InstructorId
    first_name: str
    last_initial: str
    bio: str
    zone: ZoneName
    is_live: bool
    founding: bool
    service_areas: list[str]
    teaching_locations: list[OwnTeachingLocationView]

    @classmethod
    def of(cls, instructor: Instructor) -> "OwnProfileView":
        """The view of *instructor*."""
        place = instructor.teaching_place
        return cls(
            instructor_id=instructor.instructor_id,
            first_name=instructor.first_name,
            last_initial=instructor.last_initial,
            bio=instructor.bio,
            zone=instructor.zone.name,
            is_live=instructor.is_live,
            founding=instructor.founding,
            service_areas=sorted(instructor.service_area),
            teaching_locations=[] if place is None else [OwnTeachingLocationView.of(place)],
        )


class OnboardingView(Struct, kw_only=True, frozen=True):
    """How far the way to being listed is. Source: IN-10, IN-11."""

    is_live: bool
    missing: Annotated[list[str], Meta(examples=[["skills", "stripe_connect"]])]


def _zone(name: str) -> Zone:
    try:
        return Zone(name)
    except Malformed as problem:
        raise InvalidField("zone", str(problem)) from None


def _me(principal: Principal) -> InstructorId:
    return InstructorId(principal.account_id.value)


def _page(ports: Ports, instructor_id: InstructorId) -> InstructorPage:
    with ports.read() as reads:
        return reads.instructor_pages.page(instructor_id)


@get(
    sync_to_thread=True,
    opt=policy(access=_PROFILE, bucket="read"),
    **documented("Show my profile", refusals=(404,)),
)
def show_own_profile(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> OwnProfileView:
    """The signed-in instructor's profile."""
    return OwnProfileView.of(_page(ports, _me(principal)).instructor)


@patch(
    sync_to_thread=True,
    opt=policy(access=_PROFILE, bucket="write"),
    **documented("Edit my profile", refusals=(404,)),
)
def edit_own_profile(
    data: JSONBody[EditProfileBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> OwnProfileView:
    """Change bio or zone."""
    request = EditProfile(
        instructor_id=_me(principal),
        bio=data.bio or None,
        zone=None if data.zone is UNSET else _zone(data.zone),
    )
    return OwnProfileView.of(edit_profile(request, begin=ports.begin, clock=ports.clock))


@get(
    "/onboarding",
    sync_to_thread=True,
    opt=policy(access=_PROFILE, bucket="read"),
    **documented("Show what is missing before I can go live", refusals=(404,)),
)
def show_onboarding(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> OnboardingView:
    """The checklist."""
    page = _page(ports, _me(principal))
    return OnboardingView(is_live=page.instructor.is_live, missing=list(page.missing))


@post(
    "/go-live",
    sync_to_thread=True,
    status_code=200,
    opt=policy(access=_PROFILE, bucket="write", idempotency=OPTIONAL),
    **documented("Go live", refusals=(404, 409)),
)
def list_me(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> OwnProfileView:
    """Be found and booked, once nothing is missing."""
    listed = go_live(
        GoLive(instructor_id=_me(principal)),
        begin=ports.begin,
        clock=ports.clock,
        answer=keyed.answer(OwnProfileView.of),
    )
    return OwnProfileView.of(listed)


@post(
    "/pause",
    sync_to_thread=True,
    status_code=200,
    opt=policy(access=_LISTING, bucket="write", idempotency=OPTIONAL),
    **documented("Pause my listing", refusals=(404,)),
)
def pause_me(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> OwnProfileView:
    """Be hidden for a while; bookings stay."""
    paused = pause_listing(
        PauseListing(instructor_id=_me(principal)),
        begin=ports.begin,
        clock=ports.clock,
        answer=keyed.answer(OwnProfileView.of),
    )
    return OwnProfileView.of(paused)


@put(
    "/service-areas",
    sync_to_thread=True,
    opt=policy(access=_SERVICES, bucket="write"),
    **documented("Replace my service areas", refusals=(404, 409)),
)
def put_service_areas(
    data: JSONBody[ServiceAreasBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> OwnProfileView:
    """Travel to these regions and no others."""
    changed = replace_service_areas(
        ReplaceServiceAreas(instructor_id=_me(principal), regions=tuple(data.regions)),
        begin=ports.begin,
        places=ports.places,
        clock=ports.clock,
    )
    return OwnProfileView.of(changed)


@put(
    "/teaching-locations",
    sync_to_thread=True,
    opt=policy(access=_SERVICES, bucket="write"),
    **documented("Replace my teaching locations", refusals=(404, 409)),
)
def put_teaching_locations(
    data: JSONBody[TeachingLocationsBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> OwnProfileView:
    """Receive students there and nowhere else; the public sees a point nearby."""
    studio = None
    for each in data.items:
        point = Point(each.lat, each.lng)
        studio = StudioWanted(label=each.label, address=each.address, point=point)
    try:
        changed = set_teaching_place(
            SetTeachingPlace(instructor_id=_me(principal), studio=studio),
            begin=ports.begin,
            places=ports.places,
            chance=ports.chance,
            clock=ports.clock,
        )
    except InvalidField as refusal:
        raise InvalidField(f"items/0/{refusal.field}", refusal.reason) from None
    return OwnProfileView.of(changed)


ROUTER: Final = Router(
    "/instructors/me",
    route_handlers=[
        show_own_profile,
        edit_own_profile,
        show_onboarding,
        list_me,
        pause_me,
        put_service_areas,
        put_teaching_locations,
    ],
    tags=["Instructors"],
)
