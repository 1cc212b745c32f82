"""What instructors offer, on which terms. Source: spec 04 §6, 06 §6."""

from typing import Annotated, Final

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType, field

from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import OPTIONAL, policy, requires
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.instructors.model.offering import Offering, Terms
from instainstru_core.instructors.use_cases.add_offering import AddOffering, add_offering
from instainstru_core.instructors.use_cases.revise_offering import (
    ReviseOffering,
    revise_offering,
)
from instainstru_core.instructors.use_cases.withdraw_offering import (
    WithdrawOffering,
    withdraw_offering,
)
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.ports import Ports

_SERVICES: Final = requires(Permission.MANAGE_SERVICES)
_Rate = Annotated[int, Meta(ge=1, le=100_000, description="An hour, in cents.", examples=[9000])]
_Minutes = Annotated[int, Meta(ge=30, le=240, multiple_of=5)]
_Durations = Annotated[list[_Minutes], Meta(min_length=1, max_length=10, examples=[[45, 60]])]
_Formats = Annotated[
    list[Format], Meta(min_length=1, max_length=3, examples=[["travel", "online"]])
]
_Description = Annotated[str, Meta(max_length=500)]


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


def _me(principal: Principal) -> InstructorId:
    return InstructorId(principal.account_id.value)


@get(
    sync_to_thread=True,
    opt=policy(access=_SERVICES, bucket="read"),
    **documented("List my offerings", refusals=(404,)),
)
def list_own_offerings(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> OfferingListView:
    """Everything I offer, or offered."""
    with ports.read() as reads:
        page = reads.instructor_pages.page(_me(principal))
    return OfferingListView(items=[OfferingView.of(each) for each in page.offerings])


@post(
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
        floors=ports.pricing.floors,
        answer=keyed.answer(OfferingView.of),
    )
    return OfferingView.of(added)


@patch(
    "/{offering_id:str}",
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
        floors=ports.pricing.floors,
    )
    return OfferingView.of(revised)


@delete(
    "/{offering_id:str}",
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


ROUTER: Final = Router(
    "/instructors/me/offerings",
    route_handlers=[list_own_offerings, post_offering, patch_offering, delete_offering],
    tags=["Instructors"],
)
