"""Profiles, offerings, places and the listing of those who teach. Source: spec 04 §6, 06 §6."""

from typing import Annotated, Final

from litestar import Response, Router, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType, field

from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import OPTIONAL, PUBLIC, policy, requires
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.errors import InstructorNotFound, InvalidField
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.instructors.model.offering import Offering, Terms
from instainstru_core.instructors.model.profile import Instructor, TeachingPlace, areas_summary
from instainstru_core.instructors.queries import InstructorPage
from instainstru_core.instructors.use_cases.add_offering import AddOffering, add_offering
from instainstru_core.instructors.use_cases.edit_profile import EditProfile, edit_profile
from instainstru_core.instructors.use_cases.go_live import GoLive, go_live
from instainstru_core.instructors.use_cases.pause_listing import PauseListing, pause_listing
from instainstru_core.instructors.use_cases.replace_service_areas import (
    ReplaceServiceAreas,
    replace_service_areas,
)
from instainstru_core.instructors.use_cases.revise_offering import (
    ReviseOffering,
    revise_offering,
)
from instainstru_core.instructors.use_cases.set_teaching_place import (
    SetTeachingPlace,
    StudioWanted,
    set_teaching_place,
)
from instainstru_core.instructors.use_cases.withdraw_offering import (
    WithdrawOffering,
    withdraw_offering,
)
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.zones import Zone
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.places.model.point import Point
from instainstru_core.ports import Ports

_PROFILE: Final = requires(Permission.MANAGE_INSTRUCTOR_PROFILE)
_SERVICES: Final = requires(Permission.MANAGE_SERVICES)
_LISTING: Final = requires(Permission.SUSPEND_OWN_INSTRUCTOR_ACCOUNT)
_Rate = Annotated[int, Meta(ge=1, le=100_000, description="An hour, in cents.", examples=[9000])]
_Minutes = Annotated[int, Meta(ge=30, le=240, multiple_of=5)]
_Durations = Annotated[list[_Minutes], Meta(min_length=1, max_length=10, examples=[[45, 60]])]
_Formats = Annotated[
    list[Format], Meta(min_length=1, max_length=3, examples=[["travel", "online"]])
]
_Description = Annotated[str, Meta(max_length=500)]
_ZoneName = Annotated[str, Meta(max_length=64, examples=["America/New_York"])]


class RatesBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """Rates of formats that don't go by the hourly rate."""

    travel: _Rate | None = None
    studio: _Rate | None = None
    online: _Rate | None = None

    def by_format(self) -> dict[Format, Money]:
        """The rates that are given."""
        given = ((Format.TRAVEL, self.travel), (Format.STUDIO, self.studio))
        rates = (*given, (Format.ONLINE, self.online))
        return {each: Money(cents) for each, cents in rates if cents is not None}


class AddOfferingBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """One more service, and on which terms."""

    service_id: ServiceId
    hourly_rate_cents: _Rate
    formats: _Formats = field(default_factory=lambda: [Format.ONLINE])
    rates: RatesBody = field(default_factory=RatesBody)
    durations: _Durations = field(default_factory=lambda: [60])
    description: _Description = ""


class ReviseOfferingBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to change about an offering; what is left out stays."""

    hourly_rate_cents: _Rate | UnsetType = UNSET
    formats: _Formats | UnsetType = UNSET
    rates: RatesBody | UnsetType = UNSET
    durations: _Durations | UnsetType = UNSET
    description: _Description | UnsetType = UNSET


class EditProfileBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to change about a profile; what is left out stays."""

    bio: (
        Annotated[
            str,
            Meta(min_length=10, max_length=1000, examples=["I have taught piano for ten years."]),
        ]
        | UnsetType
    ) = UNSET
    zone: _ZoneName | UnsetType = UNSET


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


class OfferingView(Struct, kw_only=True, frozen=True):
    """A service as it is offered."""

    offering_id: OfferingId
    service_id: ServiceId
    service: Annotated[str, Meta(examples=["piano"])]
    service_name: Annotated[str, Meta(examples=["Piano"])]
    hourly_rate_cents: int
    formats: list[str]
    rates: Annotated[dict[str, int], Meta(examples=[{"travel": 12000, "online": 9000}])]
    headline_rate_cents: int
    durations: list[int]
    description: str
    active: bool

    @classmethod
    def of(cls, offering: Offering) -> "OfferingView":
        """The view of *offering*."""
        return cls(
            offering_id=offering.offering_id,
            service_id=offering.service_id,
            service=offering.service_slug,
            service_name=offering.service_name,
            hourly_rate_cents=offering.hourly_rate.cents,
            formats=[str(each) for each in offering.formats],
            rates={str(each): rate.cents for each, rate in offering.rates.items()},
            headline_rate_cents=offering.headline_rate.cents,
            durations=list(offering.durations),
            description=offering.description,
            active=offering.active,
        )


class OfferingListView(Struct, kw_only=True, frozen=True):
    """Everything one instructor offers."""

    items: list[OfferingView]


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


class TeachingLocationView(Struct, kw_only=True, frozen=True):
    """A studio as the public sees it: a point 25 to 50 m away, and no address. Source: PL-28."""

    label: str
    lat: float
    lng: float
    region: str

    @classmethod
    def of(cls, place: TeachingPlace) -> "TeachingLocationView":
        """The public view of *place*."""
        lat, lng = place.shown
        return cls(label=place.label, lat=lat, lng=lng, region=place.region)


class OwnProfileView(Struct, kw_only=True, frozen=True):
    """A profile as its owner sees it."""

    instructor_id: InstructorId
    first_name: str
    last_initial: str
    bio: str
    zone: _ZoneName
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


class InstructorView(Struct, kw_only=True, frozen=True):
    """A profile as the public sees it. Source: IN-8."""

    instructor_id: InstructorId
    name: Annotated[str, Meta(examples=["Maya R."])]
    bio: str
    zone: _ZoneName
    founding: bool
    service_areas: list[str]
    service_area_summary: Annotated[str | None, Meta(examples=["Bronx + 2 more"])]
    teaching_locations: list[TeachingLocationView]
    offerings: list[OfferingView]

    @classmethod
    def of(cls, page: InstructorPage, gazetteer: Gazetteer) -> "InstructorView":
        """The public view of *page*."""
        instructor = page.instructor
        place = instructor.teaching_place
        return cls(
            instructor_id=instructor.instructor_id,
            name=instructor.public_name,
            bio=instructor.bio,
            zone=instructor.zone.name,
            founding=instructor.founding,
            service_areas=sorted(instructor.service_area),
            service_area_summary=areas_summary(gazetteer.boroughs_of(instructor.service_area)),
            teaching_locations=[] if place is None else [TeachingLocationView.of(place)],
            offerings=[OfferingView.of(each) for each in page.active_offerings],
        )


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
    "/me",
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
    "/me",
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
    "/me/onboarding",
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
    "/me/go-live",
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
    "/me/pause",
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
    "/me/service-areas",
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
    "/me/teaching-locations",
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


@get(
    "/me/offerings",
    sync_to_thread=True,
    opt=policy(access=_SERVICES, bucket="read"),
    **documented("List my offerings", refusals=(404,)),
)
def list_own_offerings(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> OfferingListView:
    """Everything I offer, or offered."""
    page = _page(ports, _me(principal))
    return OfferingListView(items=[OfferingView.of(each) for each in page.offerings])


@post(
    "/me/offerings",
    sync_to_thread=True,
    opt=policy(access=_SERVICES, bucket="write", idempotency=OPTIONAL),
    **documented("Add an offering", refusals=(404, 409)),
)
def post_offering(
    data: JSONBody[AddOfferingBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> OfferingView:
    """Teach one more service."""
    terms = Terms(
        hourly_rate=Money(data.hourly_rate_cents),
        formats=frozenset(data.formats),
        own_rates=data.rates.by_format(),
        durations=tuple(data.durations),
        description=data.description,
    )
    added = add_offering(
        AddOffering(instructor_id=_me(principal), service_id=data.service_id, terms=terms),
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        answer=keyed.answer(OfferingView.of),
    )
    return OfferingView.of(added)


@patch(
    "/me/offerings/{offering_id:str}",
    sync_to_thread=True,
    opt=policy(access=_SERVICES, bucket="write"),
    **documented("Revise an offering", refusals=(404, 409)),
)
def patch_offering(
    offering_id: FromPath[OfferingId],
    data: JSONBody[ReviseOfferingBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> OfferingView:
    """Change formats, rates or durations; what is booked keeps its price."""
    rate, rates = data.hourly_rate_cents, data.rates
    revised = revise_offering(
        ReviseOffering(
            instructor_id=_me(principal),
            offering_id=offering_id,
            hourly_rate=None if rate is UNSET else Money(rate),
            formats=None if data.formats is UNSET else frozenset(data.formats),
            own_rates=None if rates is UNSET else rates.by_format(),
            durations=None if data.durations is UNSET else tuple(data.durations),
            description=None if data.description is UNSET else data.description,
        ),
        begin=ports.begin,
        clock=ports.clock,
    )
    return OfferingView.of(revised)


@delete(
    "/me/offerings/{offering_id:str}",
    sync_to_thread=True,
    opt=policy(access=_SERVICES, bucket="write"),
    **documented("Withdraw an offering", refusals=(404,)),
)
def delete_offering(
    offering_id: FromPath[OfferingId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> None:
    """Nobody can ask for it any more; what was booked stays."""
    withdraw_offering(
        WithdrawOffering(instructor_id=_me(principal), offering_id=offering_id),
        begin=ports.begin,
        clock=ports.clock,
    )


@get(
    "/{instructor_id:str}",
    sync_to_thread=True,
    opt=policy(access=PUBLIC, bucket="read"),
    **documented("Show an instructor", refusals=(404,)),
)
def show_instructor(
    instructor_id: FromPath[InstructorId], ports: NamedDependency[Ports]
) -> Response[InstructorView]:
    """A public profile; hidden ones are not there. Source: IN-9."""
    page = _page(ports, instructor_id)
    if not page.instructor.is_visible:
        raise InstructorNotFound(instructor_id)
    view = InstructorView.of(page, ports.places.gazetteer())
    return Response(view, headers={"Cache-Control": "public, max-age=60"})


ROUTER: Final = Router(
    "/instructors",
    route_handlers=[
        show_own_profile,
        edit_own_profile,
        show_onboarding,
        list_me,
        pause_me,
        put_service_areas,
        put_teaching_locations,
        list_own_offerings,
        post_offering,
        patch_offering,
        delete_offering,
        show_instructor,
    ],
    tags=["Instructors"],
)
