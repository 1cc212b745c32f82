"""Prices: the public figures, and what a lesson would cost. Source: spec 02 §5, §6."""

from datetime import datetime
from typing import Annotated

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from entrypoints.http.auth import LateDoor
from entrypoints.http.openapi import documented
from entrypoints.http.policy import AUTHENTICATED, PUBLIC, policy, requires
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import LocationType, Modality
from instainstru_core.ports import Ports
from instainstru_core.pricing.model.config import PricingConfig, Tier
from instainstru_core.pricing.model.quotes import LineItem, PriceBreakdown, student_lines
from instainstru_core.pricing.model.standing import CommissionStanding
from instainstru_core.pricing.use_cases.quote_at_the_door import quote_at_the_door
from instainstru_core.pricing.use_cases.quote_lesson import QuoteLesson
from instainstru_core.pricing.use_cases.read_commission import read_commission


class TierView(Struct, kw_only=True, frozen=True):
    """One level of commission."""

    name: Annotated[str, Meta(examples=["growth"])]
    minimum_lessons: Annotated[int, Meta(examples=[5])]
    commission_bps: Annotated[int, Meta(examples=[1200])]

    @classmethod
    def of(cls, tier: Tier) -> "TierView":
        """The view of *tier*."""
        return cls(name=tier.name, minimum_lessons=tier.minimum, commission_bps=tier.commission_bps)


class FloorsView(Struct, kw_only=True, frozen=True):
    """The least that an hour may cost; 0 where there is no floor."""

    in_person_cents: int
    remote_cents: int


class PricingConfigView(Struct, kw_only=True, frozen=True):
    """The public figures that prices are made of."""

    version: int
    student_fee_bps: Annotated[int, Meta(examples=[1200])]
    founding_rate_bps: Annotated[int, Meta(examples=[800])]
    tiers: list[TierView]
    floor_in_person_cents: Annotated[int, Meta(examples=[8000])]
    floor_remote_cents: Annotated[int, Meta(examples=[6000])]
    category_floors: dict[str, FloorsView]

    @classmethod
    def of(cls, config: PricingConfig) -> "PricingConfigView":
        """The view of *config*."""
        return cls(
            version=config.version,
            student_fee_bps=config.student_fee_bps,
            founding_rate_bps=config.founding_rate_bps,
            tiers=[TierView.of(tier) for tier in config.tiers],
            floor_in_person_cents=config.floor_in_person.cents,
            floor_remote_cents=config.floor_remote.cents,
            category_floors={
                slug: FloorsView(
                    in_person_cents=floors.in_person.cents, remote_cents=floors.remote.cents
                )
                for slug, floors in config.category_floors.items()
            },
        )


class LineItemView(Struct, kw_only=True, frozen=True):
    """One line of a price; what lowers it is negative."""

    label: Annotated[str, Meta(examples=["Booking Protection (12%)"])]
    cents: Annotated[int, Meta(examples=[1440])]

    @classmethod
    def of(cls, line: LineItem) -> "LineItemView":
        """The view of *line*."""
        return cls(label=line.label, cents=line.cents)


class SharesView(Struct, kw_only=True, frozen=True):
    """Who gets which part: neither party is shown the other's fee. Source: PR-14, PR-15."""

    commission_bps: Annotated[int, Meta(examples=[1200])]
    tier: Annotated[str, Meta(examples=["growth"])]
    commission_cents: Annotated[int, Meta(examples=[1440])]
    payout_cents: Annotated[int, Meta(examples=[10560])]
    application_fee_cents: Annotated[int, Meta(examples=[2880])]
    charge_transfer_cents: Annotated[int, Meta(examples=[10560])]
    top_up_transfer_cents: Annotated[int, Meta(examples=[0])]

    @classmethod
    def of(cls, price: PriceBreakdown) -> "SharesView":
        """The shares of *price*."""
        return cls(
            commission_bps=price.commission_bps,
            tier=price.tier,
            commission_cents=price.commission.cents,
            payout_cents=price.payout.cents,
            application_fee_cents=price.application_fee.cents,
            charge_transfer_cents=price.charge_transfer.cents,
            top_up_transfer_cents=price.top_up_transfer.cents,
        )


class QuoteView(Struct, kw_only=True, frozen=True):
    """A price to the cent. Checkout wants its fingerprint, and refuses when the price changed."""

    hourly_rate_cents: Annotated[int, Meta(examples=[12000])]
    duration_minutes: Annotated[int, Meta(examples=[60])]
    modality: Modality
    lesson_price_cents: Annotated[int, Meta(examples=[12000])]
    student_fee_cents: Annotated[int, Meta(examples=[1440])]
    credit_cents: Annotated[int, Meta(examples=[0])]
    card_amount_cents: Annotated[int, Meta(examples=[13440])]
    line_items: list[LineItemView]
    config_version: int
    fingerprint: Annotated[str, Meta(pattern="^[0-9a-f]{64}$", examples=["5f1c6a0b" * 8])]
    shares: SharesView | UnsetType = UNSET

    @classmethod
    def of(cls, price: PriceBreakdown, *, shares: bool = False) -> "QuoteView":
        """The view of *price*, with everybody's *shares* for those who keep the books."""
        return cls(
            hourly_rate_cents=price.hourly_rate.cents,
            duration_minutes=price.minutes,
            modality=price.modality,
            lesson_price_cents=price.lesson_price.cents,
            student_fee_cents=price.student_fee.cents,
            credit_cents=price.credit.cents,
            card_amount_cents=price.card_amount.cents,
            line_items=[LineItemView.of(line) for line in student_lines(price)],
            config_version=price.config_version,
            fingerprint=price.fingerprint,
            shares=SharesView.of(price) if shares else UNSET,
        )


class ForecastView(Struct, kw_only=True, frozen=True):
    """From this moment on so many of today's lessons count, if no other one is taught."""

    at: datetime
    lessons: int


class CommissionView(Struct, kw_only=True, frozen=True):
    """What the platform keeps of my lessons, and what would lower it. Source: spec 02 §5, §11.6."""

    tier: Annotated[str, Meta(examples=["growth"])]
    commission_bps: Annotated[int, Meta(examples=[1200])]
    completed_lessons: Annotated[int, Meta(examples=[6])]
    window_days: Annotated[int, Meta(examples=[30])]
    next_tier: TierView | None
    lessons_to_next_tier: Annotated[int, Meta(examples=[4])] | None
    resets_at: datetime | None
    forecast: list[ForecastView]
    tiers: list[TierView]

    @classmethod
    def of(cls, standing: CommissionStanding) -> "CommissionView":
        """The view of *standing*."""
        following = standing.next_tier
        return cls(
            tier=standing.commission.tier,
            commission_bps=standing.commission.bps,
            completed_lessons=standing.completed,
            window_days=standing.window_days,
            next_tier=None if following is None else TierView.of(following),
            lessons_to_next_tier=standing.lessons_to_next,
            resets_at=standing.resets_at,
            forecast=[ForecastView(at=each.at, lessons=each.lessons) for each in standing.forecast],
            tiers=[TierView.of(each) for each in standing.tiers],
        )


class QuoteBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """One lesson to be priced."""

    instructor_id: InstructorId
    service_id: ServiceId
    location_type: LocationType
    duration_minutes: Annotated[int, Meta(ge=1, le=1440, examples=[60])]
    credit_cents: Annotated[int, Meta(ge=-1_000_000_000, le=1_000_000_000)] = 0


@get(
    "/config",
    sync_to_thread=True,
    opt=policy(access=PUBLIC, bucket="read"),
    **documented("Show the pricing"),
)
def show_config(ports: NamedDependency[Ports]) -> PricingConfigView:
    """The rates, tiers, floors and the fee as they are now."""
    return PricingConfigView.of(ports.pricing)


@post(
    "/quotes",
    sync_to_thread=True,
    status_code=200,
    opt=policy(access=AUTHENTICATED, bucket="read", late_door=True),
    **documented("Quote a lesson", refusals=(404,)),
)
def create_quote(
    data: JSONBody[QuoteBody],
    door: NamedDependency[LateDoor],
    ports: NamedDependency[Ports],
) -> QuoteView:
    """What the lesson would cost now; nothing is kept and nothing is held."""
    request = QuoteLesson(
        instructor_id=data.instructor_id,
        service_id=data.service_id,
        location_type=data.location_type,
        duration_minutes=data.duration_minutes,
        credit_cents=data.credit_cents,
    )
    price, principal = quote_at_the_door(
        request,
        door.knock(),
        admit=door.admit,
        read=ports.read,
        clock=ports.clock,
        config=ports.pricing,
    )
    return QuoteView.of(price, shares=principal.may(Permission.VIEW_FINANCIALS))


@get(
    "/commission",
    sync_to_thread=True,
    opt=policy(access=requires(Permission.MANAGE_INSTRUCTOR_PROFILE), bucket="read"),
    **documented("Show my commission"),
)
def show_commission(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> CommissionView:
    """What the platform keeps of my lessons now, and what would lower it."""
    return CommissionView.of(
        read_commission(
            InstructorId(principal.account_id.value),
            read=ports.read,
            clock=ports.clock,
            config=ports.pricing,
        )
    )


ROUTER = Router("/pricing", route_handlers=[show_config, create_quote], tags=["Pricing"])
COMMISSION_ROUTER = Router("", route_handlers=[show_commission], tags=["Pricing"])
