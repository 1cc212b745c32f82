"""Prices: the public figures, and what a lesson would cost. Source: spec 02 §5, §6."""

from typing import Annotated

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from entrypoints.http.openapi import documented
from entrypoints.http.policy import AUTHENTICATED, PUBLIC, policy
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import LocationType, Modality
from instainstru_core.ports import Ports
from instainstru_core.pricing.model.config import PricingConfig
from instainstru_core.pricing.model.quotes import LineItem, PriceBreakdown, student_lines
from instainstru_core.pricing.use_cases.quote_lesson import QuoteLesson, quote_lesson


class TierView(Struct, kw_only=True, frozen=True):
    """One level of commission."""

    name: Annotated[str, Meta(examples=["growth"])]
    minimum_lessons: Annotated[int, Meta(examples=[5])]
    commission_bps: Annotated[int, Meta(examples=[1200])]


class PricingConfigView(Struct, kw_only=True, frozen=True):
    """The public figures that prices are made of."""

    version: int
    student_fee_bps: Annotated[int, Meta(examples=[1200])]
    founding_rate_bps: Annotated[int, Meta(examples=[800])]
    tiers: list[TierView]
    floor_in_person_cents: Annotated[int, Meta(examples=[8000])]
    floor_remote_cents: Annotated[int, Meta(examples=[6000])]

    @classmethod
    def of(cls, config: PricingConfig) -> "PricingConfigView":
        """The view of *config*."""
        return cls(
            version=config.version,
            student_fee_bps=config.student_fee_bps,
            founding_rate_bps=config.founding_rate_bps,
            tiers=[
                TierView(
                    name=tier.name,
                    minimum_lessons=tier.minimum,
                    commission_bps=tier.commission_bps,
                )
                for tier in config.tiers
            ],
            floor_in_person_cents=config.floor_in_person.cents,
            floor_remote_cents=config.floor_remote.cents,
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


class QuoteBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """One lesson to be priced."""

    instructor_id: InstructorId
    service_id: ServiceId
    location_type: LocationType
    duration_minutes: Annotated[int, Meta(ge=1, le=1440, examples=[60])]
    credit_cents: Annotated[int, Meta(ge=-1_000_000_000, le=1_000_000_000)] = 0


@get(
    "/config",
    sync_to_thread=False,
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
    opt=policy(access=AUTHENTICATED, bucket="read"),
    **documented("Quote a lesson", refusals=(404,)),
)
def create_quote(
    data: JSONBody[QuoteBody],
    principal: NamedDependency[Principal],
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
    price = quote_lesson(request, read=ports.read, clock=ports.clock, config=ports.pricing)
    return QuoteView.of(price, shares=principal.may(Permission.VIEW_FINANCIALS))


ROUTER = Router("/pricing", route_handlers=[show_config, create_quote], tags=["Pricing"])
