"""What an instructor teaches, how, and for how much. Source: CA-7…10, IN-3…6, PR-6."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.policy import policy, requires
from entrypoints.http.problems import status_of
from entrypoints.web.desk import Desk, Keep
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.teaching import DURATIONS, FORMATS, cents_of, me
from entrypoints.web.ways import see
from entrypoints.web.ways_to_meet import SIGNS
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.catalog.model import Service
from instainstru_core.instructors.errors import (
    FormatNotOffered,
    InvalidField,
    InvalidService,
    NoServiceAreas,
    NoTeachingLocations,
    OfferingNotFound,
    OnlineNotSupported,
    RateBelowFloor,
    ServiceAlreadyOffered,
)
from instainstru_core.instructors.ids import OfferingId
from instainstru_core.instructors.model.offering import (
    MAX_DESCRIPTION,
    MAX_RATE,
    Floors,
    Offering,
    Terms,
)
from instainstru_core.instructors.use_cases.add_offering import AddOffering, add_offering
from instainstru_core.instructors.use_cases.revise_offering import ReviseOffering, revise_offering
from instainstru_core.instructors.use_cases.withdraw_offering import (
    WithdrawOffering,
    withdraw_offering,
)
from instainstru_core.kernel.errors import DomainError, NotFound
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.ports import Ports

_SERVICES: Final = requires(Permission.MANAGE_SERVICES)
_HERE: Final = "/teach/services"
_FIELDS: Final[Mapping[type[DomainError], str]] = {
    NoServiceAreas: f"price-{Format.TRAVEL}",
    NoTeachingLocations: f"price-{Format.STUDIO}",
    OnlineNotSupported: f"price-{Format.ONLINE}",
    InvalidService: "service",
    ServiceAlreadyOffered: "service",
}
"""At which field a refusal is shown."""


@get(_HERE, sync_to_thread=True, opt=policy(access=_SERVICES, bucket="read", page=True))
def show_services(
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Everything that is offered now."""
    with ports.read() as reads:
        page = reads.instructor_pages.page(me(principal))
    return frame.page(
        "teach_services", offerings=page.active_offerings, formats=FORMATS, signs=SIGNS
    )


@get(f"{_HERE}/new", sync_to_thread=True, opt=policy(access=_SERVICES, bucket="read", page=True))
def show_new(
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """One more service."""
    return _new(frame, principal, ports, Form(fields={"minutes": ("60",)}))


def _new(
    frame: Frame, principal: Principal, ports: Ports, form: Form, status: int = 200
) -> Response[Any]:
    services = _services(principal, ports)
    names = [(str(each.service_id), each.name) for each in services]
    return frame.page(
        "teach_service",
        status=status,
        form=form,
        offering=None,
        services=[("", frame.words(N_("Choose one"))), *names],
        **_facts(ports.pricing.floors(), ()),
    )


def _services(principal: Principal, ports: Ports) -> list[Service]:
    """What is not offered yet, by name."""
    with ports.read() as reads:
        page = reads.instructor_pages.page(me(principal))
        catalog = reads.catalog_pages.tree()
    offered = {each.service_id for each in page.active_offerings}
    found = (each for each in catalog.shown_services() if each.service_id not in offered)
    return sorted(found, key=lambda each: each.name)


def _facts(floors: Floors, lengths: tuple[int, ...]) -> dict[str, Any]:
    return {
        "formats": FORMATS,
        "floors": {each: floors.of(each) for each in Format},
        "durations": sorted({*DURATIONS, *lengths}),
        "description_length": MAX_DESCRIPTION,
    }


@get(
    _HERE + "/{offering_id:str}",
    sync_to_thread=True,
    opt=policy(access=_SERVICES, bucket="read", page=True),
)
def show_service(
    offering_id: FromPath[OfferingId],
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """One service, to be changed."""
    offering = _offering(offering_id, principal, ports)
    return _service(frame, ports, offering, _saved(offering))


def _service(
    frame: Frame, ports: Ports, offering: Offering, form: Form, status: int = 200
) -> Response[Any]:
    return frame.page(
        "teach_service",
        status=status,
        form=form,
        offering=offering,
        services=[],
        **_facts(ports.pricing.floors(offering.service_id), offering.durations),
    )


def _offering(offering_id: OfferingId, principal: Principal, ports: Ports) -> Offering:
    """What is offered under that id; Raises: OfferingNotFound: nothing of the asker's."""
    with ports.read() as reads:
        page = reads.instructor_pages.page(me(principal))
    for each in page.active_offerings:
        if each.offering_id == offering_id:
            return each
    raise OfferingNotFound(offering_id)


def _saved(offering: Offering) -> Form:
    """An offering as it would have been typed."""
    prices = {f"price-{each}": (_typed(rate),) for each, rate in offering.rates.items()}
    return Form(
        fields={
            **prices,
            "minutes": tuple(map(str, offering.durations)),
            "description": (offering.description,),
        }
    )


def _typed(rate: Money) -> str:
    dollars, cents = divmod(rate.cents, 100)
    return f"{dollars}.{cents:02}" if cents else str(dollars)


def _terms(form: Form) -> Terms:
    """The terms as they were typed, the lowest price being the hourly rate; mistakes are marked."""
    rates: dict[Format, Money] = {}
    for each in Format:
        name = f"price-{each}"
        if not form[name].strip():
            continue
        cents = form.parsed(name, cents_of)
        if cents is not None and not 1 <= cents <= MAX_RATE.cents:
            form.refuse(name, N_("Please give a price up to 1,000 dollars."))
        elif cents is not None:
            rates[each] = Money(cents)
    if not rates:
        form.refuse(f"price-{Format.TRAVEL}", N_("Please give a price for one way at least."))
    lengths = tuple(int(each) for each in form.all("minutes") if each in _LENGTHS)
    if not lengths:
        form.refuse("minutes", N_("Please tick one length at least."))
    hourly = min(rates.values(), default=Money(1))
    return Terms(
        hourly_rate=hourly,
        formats=frozenset(rates),
        own_rates={each: rate for each, rate in rates.items() if rate != hourly},
        durations=lengths,
        description=form.text("description", most=MAX_DESCRIPTION, least=0),
    )


_LENGTHS: Final = frozenset(str(each) for each in range(30, 241, 5))


def _refuse(form: Form, refusal: DomainError) -> None:
    """Mark the field that a refusal is about."""
    if isinstance(refusal, RateBelowFloor | FormatNotOffered):
        for each in refusal.formats:
            form.refused_by(refusal, f"price-{each}")
    elif isinstance(refusal, InvalidField):
        form.refused_by(refusal, "minutes" if refusal.field == "durations" else "")
    else:
        form.refused_by(refusal, _FIELDS.get(type(refusal), ""))


@post(f"{_HERE}/new", sync_to_thread=True, opt=policy(access=_SERVICES, bucket="write", page=True))
def do_add(desk: NamedDependency[Desk]) -> Response[Any]:
    """Teach one more service."""
    form, principal, ports = desk.form, desk.principal, desk.ports
    service = form.parsed("service", ServiceId.parse)
    terms = _terms(form)

    def again(status: int) -> Response[Any]:
        return _new(desk.frame, principal, ports, form, status=status)

    if service is None:
        return again(422)
    asked = AddOffering(instructor_id=me(principal), service_id=service, terms=terms)

    def add(answer: Keep) -> None:
        add_offering(
            asked,
            begin=ports.begin,
            ids=ports.ids,
            clock=ports.clock,
            floors=ports.pricing.floors,
            answer=answer,
        )

    def refuse(_: Desk, error: DomainError) -> None:
        if not isinstance(error, NotFound):
            _refuse(form, error)

    return desk.act(add, again=again, leads_to=_HERE, said="offering_added", refuse=refuse)


@post(
    _HERE + "/{offering_id:str}",
    sync_to_thread=True,
    opt=policy(access=_SERVICES, bucket="write", page=True),
)
def do_revise(
    offering_id: FromPath[OfferingId],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Other prices, ways or lengths; what is booked keeps its price."""
    offering = _offering(offering_id, principal, ports)
    terms = _terms(form)
    if form.refused:
        return _service(frame, ports, offering, form, status=422)
    try:
        revise_offering(
            ReviseOffering(
                instructor_id=me(principal),
                offering_id=offering_id,
                hourly_rate=terms.hourly_rate,
                formats=terms.formats,
                own_rates=terms.own_rates,
                durations=terms.durations,
                description=terms.description,
            ),
            begin=ports.begin,
            clock=ports.clock,
            floors=ports.pricing.floors,
        )
    except NotFound:
        raise
    except DomainError as refusal:
        _refuse(form, refusal)
        return _service(frame, ports, offering, form, status=status_of(refusal))
    return see(_HERE, said="saved")


@post(
    _HERE + "/{offering_id:str}/withdraw",
    sync_to_thread=True,
    opt=policy(access=_SERVICES, bucket="write", page=True),
)
def do_withdraw(
    offering_id: FromPath[OfferingId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Nobody can ask for it any more; what was booked stays."""
    withdraw_offering(
        WithdrawOffering(instructor_id=me(principal), offering_id=offering_id),
        begin=ports.begin,
        clock=ports.clock,
    )
    return see(_HERE, said="offering_withdrawn")


PAGES: Final = [show_services, show_new, show_service, do_add, do_revise, do_withdraw]
