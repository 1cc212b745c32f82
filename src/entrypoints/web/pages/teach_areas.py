"""Where an instructor teaches: neighborhoods travelled to, a studio. Source: PL-24, PL-26."""

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen
from litestar import Response, get, post
from litestar.di import NamedDependency

from entrypoints.http.policy import policy, requires
from entrypoints.http.problems import status_of
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.pictures.maps import choice_map
from entrypoints.web.teaching import me
from entrypoints.web.ways import see
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.instructors.errors import InvalidField
from instainstru_core.instructors.model.profile import MAX_ADDRESS, MAX_AREAS, MAX_LABEL
from instainstru_core.instructors.use_cases.replace_service_areas import (
    ReplaceServiceAreas,
    replace_service_areas,
)
from instainstru_core.instructors.use_cases.set_teaching_place import (
    SetTeachingPlace,
    StudioWanted,
    set_teaching_place,
)
from instainstru_core.kernel.errors import DomainError, NotFound
from instainstru_core.places.model.gazetteer import Gazetteer, Region
from instainstru_core.places.model.point import Point
from instainstru_core.ports import Ports

_SERVICES: Final = requires(Permission.MANAGE_SERVICES)
_HERE: Final = "/teach/areas"
_TOO_MANY: Final = N_("Choose a hundred at most; a whole borough counts as one.")


@frozen(kw_only=True)
class Borough:
    """A borough as a box to tick, and its neighborhoods as boxes in it."""

    region: Region
    inner: tuple[Region, ...]
    chosen: int
    """How many of its neighborhoods are ticked."""


@get(_HERE, sync_to_thread=True, opt=policy(access=_SERVICES, bucket="read", page=True))
def show_areas(
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """The city to choose from, and the studio."""
    return _areas(frame, principal, ports)


def _areas(
    frame: Frame,
    principal: Principal,
    ports: Ports,
    *,
    form: Form | None = None,
    status: int = 200,
) -> Response[Any]:
    with ports.read() as reads:
        instructor = reads.instructor_pages.page(me(principal)).instructor
    gazetteer = ports.places.gazetteer()
    typed = form or Form()
    asked = "areas" in typed.fields or "" in typed.fields
    chosen = frozenset(typed.all("areas")) if asked else instructor.service_area
    known = chosen & gazetteer.numbers.keys()
    studio = instructor.teaching_place
    saved = Form()
    if studio is not None:
        saved = Form(
            fields={
                "label": (studio.label,),
                "address": (studio.address,),
                "region": (studio.region,),
            }
        )
    return frame.page(
        "teach_areas",
        status=status,
        form=typed,
        studio_form=typed if "address" in typed.fields else saved,
        studio=studio,
        chosen=known,
        boroughs=_boroughs(gazetteer, known),
        places=[("", frame.words(N_("Choose one"))), *_names(gazetteer)],
        map=choice_map(
            gazetteer,
            _lines(gazetteer),
            gazetteer.served(known),
            label=frame.words(N_("The neighborhoods that you travel to, on the map of the city")),
        ),
        label_length=MAX_LABEL,
        address_length=MAX_ADDRESS,
    )


def _names(gazetteer: Gazetteer) -> list[tuple[str, str]]:
    named = ((each.slug, each.name) for each in gazetteer.regions if not each.is_borough)
    return sorted(named, key=lambda each: each[1])


def _boroughs(gazetteer: Gazetteer, chosen: frozenset[str]) -> list[Borough]:
    found = []
    for region in gazetteer.regions:
        if region.is_borough:
            inner = tuple(
                sorted(
                    (
                        each
                        for each in gazetteer.regions
                        if each.borough == region.slug and not each.is_borough
                    ),
                    key=lambda each: each.name,
                )
            )
            ticked = sum(each.slug in chosen for each in inner)
            found.append(Borough(region=region, inner=inner, chosen=ticked))
    return found


def _lines(gazetteer: Gazetteer) -> Mapping[str, str]:
    """What each region is part of, from itself to its borough, as words apart."""

    def line(region: Region) -> str:
        above = region.part_of or (None if region.is_borough else region.borough)
        return region.slug if above is None else f"{region.slug} {line(gazetteer.region(above))}"

    return {each.slug: line(each) for each in gazetteer.regions}


@post(_HERE, sync_to_thread=True, opt=policy(access=_SERVICES, bucket="write", page=True))
def do_areas(
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Travel there, and nowhere else."""
    boroughs = {each.slug for each in ports.places.gazetteer().regions if each.is_borough}
    ticked = form.all("areas")
    gazetteer = ports.places.gazetteer()
    whole = boroughs & set(ticked)
    # What lies in a borough that is ticked whole goes without saying.
    wanted = tuple(
        slug
        for slug in ticked
        if slug in whole
        or slug not in gazetteer.numbers
        or gazetteer.region(slug).borough not in whole
    )
    if len(set(wanted)) > MAX_AREAS:
        form.refuse("", _TOO_MANY)
        return _areas(frame, principal, ports, form=form, status=422)
    try:
        replace_service_areas(
            ReplaceServiceAreas(instructor_id=me(principal), regions=wanted),
            begin=ports.begin,
            places=ports.places,
            clock=ports.clock,
        )
    except NotFound:
        raise
    except DomainError as refusal:
        form.refused_by(refusal)
        return _areas(frame, principal, ports, form=form, status=status_of(refusal))
    return see(_HERE, said="saved")


@post(
    f"{_HERE}/studio", sync_to_thread=True, opt=policy(access=_SERVICES, bucket="write", page=True)
)
def do_studio(
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Receive students there; the middle of its neighborhood stands for the exact point."""
    studio = None
    if form["remove"] != "yes":
        label = form.text("label", most=MAX_LABEL)
        address = form.text("address", most=MAX_ADDRESS)
        region = form["region"]
        gazetteer = ports.places.gazetteer()
        if region not in gazetteer.numbers:
            form.refuse("region", N_("Please choose the neighborhood."))
        if form.refused:
            return _areas(frame, principal, ports, form=form, status=422)
        studio = StudioWanted(
            label=label, address=address, point=_point(gazetteer.region(region), principal, ports)
        )
    try:
        set_teaching_place(
            SetTeachingPlace(instructor_id=me(principal), studio=studio),
            begin=ports.begin,
            places=ports.places,
            chance=ports.chance,
            clock=ports.clock,
        )
    except NotFound:
        raise
    except DomainError as refusal:
        form.refused_by(refusal, refusal.field if isinstance(refusal, InvalidField) else "")
        return _areas(frame, principal, ports, form=form, status=status_of(refusal))
    return see(_HERE, said="saved")


def _point(region: Region, principal: Principal, ports: Ports) -> Point:
    """The middle of *region*; a studio that stays in its neighborhood stays where it is."""
    with ports.read() as reads:
        before = reads.instructor_pages.page(me(principal)).instructor.teaching_place
    if before is not None and before.region == region.slug:
        return Point(before.lat, before.lng)
    return region.point


PAGES: Final = [show_areas, do_areas, do_studio]
