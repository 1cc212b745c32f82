"""The regions of the city. Source: spec 04 §6."""

from typing import Annotated, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import FromPath, QueryParameter
from msgspec import Meta, Struct

from entrypoints.http.openapi import documented
from entrypoints.http.policy import PUBLIC, policy
from instainstru_core.places.errors import RegionNotFound
from instainstru_core.places.model.gazetteer import Region
from instainstru_core.places.model.point import zip_to_borough
from instainstru_core.ports import Ports

_READ: Final = policy(access=PUBLIC, bucket="read")
_CACHED: Final = {"Cache-Control": "public, max-age=3600"}
_BROOKLYN: Final = [Example(value="brooklyn")]
_SLOPE: Final = [Example(value="slope")]


class RegionView(Struct, kw_only=True, frozen=True):
    """A neighbourhood or a borough."""

    slug: Annotated[str, Meta(examples=["park-slope"])]
    name: Annotated[str, Meta(examples=["Park Slope"])]
    borough: Annotated[str, Meta(examples=["brooklyn"])]
    part_of: str | None
    lat: Annotated[float, Meta(examples=[40.671])]
    lng: Annotated[float, Meta(examples=[-73.9814])]

    @classmethod
    def of(cls, region: Region) -> "RegionView":
        """The view of *region*."""
        return cls(
            slug=region.slug,
            name=region.name,
            borough=region.borough,
            part_of=region.part_of,
            lat=region.lat,
            lng=region.lng,
        )


class RegionListView(Struct, kw_only=True, frozen=True):
    """Regions: boroughs first."""

    items: list[RegionView]


class ZipView(Struct, kw_only=True, frozen=True):
    """Where a ZIP lies."""

    zip: Annotated[str, Meta(examples=["11215"])]
    in_city: bool
    borough: str | None


@get("/regions", sync_to_thread=True, opt=_READ, **documented("List the regions", refusals=(404,)))
def list_regions(
    ports: NamedDependency[Ports],
    borough: Annotated[str | None, QueryParameter(max_length=100, examples=_BROOKLYN)] = None,
    q: Annotated[str | None, QueryParameter(max_length=100, examples=_SLOPE)] = None,
) -> Response[RegionListView]:
    """All regions, those of one borough, or those whose name holds a text."""
    gazetteer = ports.places.gazetteer()
    if borough is not None and not gazetteer.region(borough).is_borough:
        raise RegionNotFound(borough)
    wanted = (q or "").casefold().strip()
    found = [
        RegionView.of(each)
        for each in gazetteer.regions
        if borough in (None, each.borough) and wanted in each.name.casefold()
    ]
    return Response(RegionListView(items=found), headers=_CACHED)


@get(
    "/regions/{slug:str}",
    sync_to_thread=True,
    opt=_READ,
    **documented("Show a region", refusals=(404,)),
)
def show_region(slug: FromPath[str], ports: NamedDependency[Ports]) -> Response[RegionView]:
    """One region."""
    return Response(RegionView.of(ports.places.gazetteer().region(slug)), headers=_CACHED)


@get("/zips/{zip_code:str}", sync_to_thread=False, opt=_READ, **documented("Look a ZIP up"))
def show_zip(zip_code: FromPath[str]) -> Response[ZipView]:
    """The borough of a ZIP; what is no ZIP of the city is an answer too. Source: PL-6."""
    borough = zip_to_borough(zip_code)
    view = ZipView(zip=zip_code, in_city=borough is not None, borough=borough)
    return Response(view, headers=_CACHED)


ROUTER: Final = Router("/", route_handlers=[list_regions, show_region, show_zip], tags=["Places"])
