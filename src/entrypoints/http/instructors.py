"""Profiles of those who teach, as the public sees them. Source: spec 04 §6."""

from typing import Annotated, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta, Struct

from entrypoints.http.offerings import OfferingView
from entrypoints.http.openapi import documented
from entrypoints.http.policy import PUBLIC, policy
from entrypoints.http.profiles import ZoneName
from instainstru_core.instructors.errors import InstructorNotFound
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.profile import TeachingPlace, areas_summary
from instainstru_core.instructors.queries import InstructorPage
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.ports import Ports


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


class InstructorView(Struct, kw_only=True, frozen=True):
    """A profile as the public sees it. Source: IN-8."""

    instructor_id: InstructorId
    name: Annotated[str, Meta(examples=["Maya R."])]
    bio: str
    zone: ZoneName
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
    with ports.read() as reads:
        page = reads.instructor_pages.page(instructor_id)
    if not page.instructor.is_visible:
        raise InstructorNotFound(instructor_id)
    view = InstructorView.of(page, ports.places.gazetteer())
    return Response(view, headers={"Cache-Control": "public, max-age=60"})


ROUTER: Final = Router("/instructors", route_handlers=[show_instructor], tags=["Instructors"])
