"""A proposed pricing document, tried on past lessons. Source: spec 02 §6, §11.6."""

from typing import Annotated, Final

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from entrypoints.http.openapi import documented
from entrypoints.http.policy import policy, requires
from entrypoints.http.pricing_documents import PricingDocument
from instainstru_core.accounts.model import Permission
from instainstru_core.ports import Ports
from instainstru_core.pricing.model.replay import PERCENTILES, PricingReplay, Totals
from instainstru_core.pricing.use_cases.simulate_pricing import (
    MOST_DAYS,
    SimulatePricing,
    simulate_pricing,
)

_READERS: Final = requires(Permission.VIEW_FINANCIALS)


class SimulationBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A proposed document, tried on the lessons of the last days."""

    body: PricingDocument
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS, examples=[30])] = 30


class TotalsView(Struct, kw_only=True, frozen=True):
    """Who paid and got how much in all."""

    student_cost_cents: int
    instructor_pay_cents: int
    platform_take_cents: int

    @classmethod
    def of(cls, totals: Totals) -> "TotalsView":
        """The view of *totals*."""
        return cls(
            student_cost_cents=totals.student_cost,
            instructor_pay_cents=totals.instructor_pay,
            platform_take_cents=totals.platform_take,
        )


class SimulationView(Struct, kw_only=True, frozen=True):
    """The same lessons before and after; changes by percentile, in cents."""

    lessons: int
    instructors: int
    below_floor: int
    before: TotalsView
    after: TotalsView
    student_change_cents: dict[str, int]
    instructor_change_cents: dict[str, int]

    @classmethod
    def of(cls, replay: PricingReplay) -> "SimulationView":
        """The view of *replay*."""
        names = [f"p{each}" for each in PERCENTILES]
        return cls(
            lessons=replay.lessons,
            instructors=replay.instructors,
            below_floor=replay.below_floor,
            before=TotalsView.of(replay.before),
            after=TotalsView.of(replay.after),
            student_change_cents=dict(zip(names, replay.student_change, strict=True)),
            instructor_change_cents=dict(zip(names, replay.instructor_change, strict=True)),
        )


@post(
    "/pricing/simulations",
    sync_to_thread=True,
    status_code=200,
    opt=policy(access=_READERS, bucket="write"),
    **documented("Try a pricing document on past lessons"),
)
def simulate(data: JSONBody[SimulationBody], ports: NamedDependency[Ports]) -> SimulationView:
    """What the lessons of the last days would have cost and brought; nothing is kept."""
    replay = simulate_pricing(
        SimulatePricing(body=data.body.plain(), days=data.days), read=ports.read, clock=ports.clock
    )
    return SimulationView.of(replay)


ROUTER: Final = Router("/admin", route_handlers=[simulate], tags=["Pricing"])
