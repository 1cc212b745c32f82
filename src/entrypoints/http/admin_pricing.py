"""The pricing document, its versions, what a proposal would do, and tiers by hand.

Source: spec 02 §5, §6, AD-10, AD-11, PR-18.
"""

from typing import Annotated, Any, Final

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType, convert, to_builtins

from entrypoints.http.config_documents import (
    ConfigVersionsView,
    ConfigVersionView,
    IfMatch,
    version_number,
    version_seen,
)
from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import policy, requires
from entrypoints.http.staff_acts import (
    ConfirmedBody,
    ConfirmToken,
    DoneActView,
    ShownActView,
    StaffReasonBody,
    execution_of,
    preview_of,
)
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.use_cases.publish_pricing import (
    PublishPricing,
    preview_pricing,
    pricing_body,
    publish_pricing,
)
from instainstru_core.admin.use_cases.set_instructor_tier import (
    SetInstructorTier,
    preview_instructor_tier,
    set_instructor_tier,
)
from instainstru_core.config.model import BUILT_IN, Body, ConfigKey
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.ports import Ports
from instainstru_core.pricing.model.replay import PERCENTILES, PricingReplay, Totals
from instainstru_core.pricing.use_cases.simulate_pricing import (
    MOST_DAYS,
    SimulatePricing,
    simulate_pricing,
)

_READERS: Final = requires(Permission.VIEW_FINANCIALS)
_KEEPERS: Final = requires(Permission.MANAGE_FINANCIALS)


class TierDocument(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """One level of commission; only the last one has no maximum."""

    name: Annotated[str, Meta(min_length=1, max_length=50, examples=["growth"])]
    minimum: Annotated[int, Meta(examples=[5])]
    maximum: Annotated[int, Meta(examples=[10])] | None
    commission_bps: Annotated[int, Meta(examples=[1200])]


class FloorsDocument(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The least that an hour may cost; 0 where there is no floor."""

    in_person_cents: Annotated[int, Meta(examples=[8000])]
    remote_cents: Annotated[int, Meta(examples=[6000])]


class CategoryFloorsDocument(
    Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What a category overrides: one modality or both. Source: PR-7."""

    in_person_cents: Annotated[int, Meta(examples=[9000])] | UnsetType = UNSET
    remote_cents: Annotated[int, Meta(examples=[7000])] | UnsetType = UNSET


class MilestoneDocument(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What a student gets at one lesson of every cycle. Source: CR-10."""

    offset: Annotated[int, Meta(examples=[5])]
    amount_cents: Annotated[int, Meta(examples=[1000])]


class PricingDocument(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The whole document: rates in basis points, amounts in cents. Source: AD-11."""

    student_fee_bps: Annotated[int, Meta(examples=[1200])]
    founding_rate_bps: Annotated[int, Meta(examples=[800])]
    founding_cap: Annotated[int, Meta(examples=[100])]
    founding_search_boost: Annotated[float, Meta(examples=[1.5])]
    tiers: Annotated[list[TierDocument], Meta(max_length=100)]
    tier_activity_window_days: Annotated[int, Meta(examples=[30])]
    tier_stepdown_max: Annotated[int, Meta(examples=[1])]
    tier_stepdown_pause_days: Annotated[int, Meta(examples=[30])]
    tier_inactivity_reset_days: Annotated[int, Meta(examples=[90])]
    floors: FloorsDocument
    category_floors: dict[Annotated[str, Meta(max_length=100)], CategoryFloorsDocument]
    credit_cycle_lessons: Annotated[int, Meta(examples=[11])]
    credit_milestones: Annotated[list[MilestoneDocument], Meta(max_length=100)]
    credit_expiry_days: Annotated[int, Meta(examples=[365])]
    release_grace_days: Annotated[int, Meta(examples=[30])]
    tip_minimum_cents: Annotated[int, Meta(examples=[100])]
    tip_maximum_cents: Annotated[int, Meta(examples=[50000])]
    tip_window_days: Annotated[int, Meta(examples=[30])]
    refund_window_days: Annotated[int, Meta(examples=[180])]

    def plain(self) -> dict[str, Any]:
        """The document as it is kept."""
        document: dict[str, Any] = to_builtins(self)
        return document

    @classmethod
    def of(cls, body: Body) -> "PricingDocument":
        """The view of *body*."""
        return convert(dict(body), cls)


class PricingDocumentView(Struct, kw_only=True, frozen=True):
    """The document that holds now."""

    version: int
    body: PricingDocument


class ProposalBody(StaffReasonBody, kw_only=True, forbid_unknown_fields=True):
    """A whole document, and why."""

    body: PricingDocument


class PublicationBody(ProposalBody, kw_only=True, forbid_unknown_fields=True):
    """The words that were validated, and the token that came with that."""

    confirm_token: ConfirmToken


class RollbackPreviewBody(StaffReasonBody, kw_only=True, forbid_unknown_fields=True):
    """An older version to hold again, and why."""

    version: Annotated[int, Meta(ge=BUILT_IN, le=1_000_000, examples=[1])]


class RollbackBody(RollbackPreviewBody, kw_only=True, forbid_unknown_fields=True):
    """The words of the preview, and its token."""

    confirm_token: ConfirmToken


class TierBody(StaffReasonBody, kw_only=True, forbid_unknown_fields=True):
    """The level of commission, and why."""

    tier: Annotated[str, Meta(min_length=1, max_length=50, examples=["growth"])]


class ConfirmedTierBody(ConfirmedBody, kw_only=True, forbid_unknown_fields=True):
    """The words of the preview, and its token."""

    tier: Annotated[str, Meta(min_length=1, max_length=50, examples=["growth"])]


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


@get(
    "/config/pricing",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("Show the pricing document"),
)
def show_document(ports: NamedDependency[Ports]) -> PricingDocumentView:
    """The document that holds now, and its version for `If-Match`."""
    with ports.read() as reads:
        latest = reads.config_queries.current(ConfigKey.PRICING)
    if latest is None:
        return PricingDocumentView(
            version=BUILT_IN, body=PricingDocument.of(pricing_body(BUILT_IN, read=ports.read))
        )
    return PricingDocumentView(version=latest.version, body=PricingDocument.of(latest.body))


@get(
    "/config/pricing/versions",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("List the versions of the pricing document"),
)
def list_versions(ports: NamedDependency[Ports]) -> ConfigVersionsView:
    """Who published what and why, newest first."""
    with ports.read() as reads:
        versions = reads.config_queries.versions(ConfigKey.PRICING)
    return ConfigVersionsView(items=[ConfigVersionView.of(each) for each in versions])


@get(
    "/config/pricing/versions/{version:str}",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("Show one version of the pricing document", refusals=(404,)),
)
def show_version(version: FromPath[str], ports: NamedDependency[Ports]) -> PricingDocumentView:
    """A document as it was published."""
    number = version_number(version)
    body = pricing_body(number, read=ports.read)
    return PricingDocumentView(version=number, body=PricingDocument.of(body))


@post(
    "/config/pricing/validate",
    **preview_of(_KEEPERS),
    **documented("Validate a pricing document", refusals=(412, 428)),
)
def validate_document(
    data: JSONBody[ProposalBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    if_match: IfMatch = None,
) -> ShownActView:
    """What publishing the document would change; every broken field when it can't be."""
    return ShownActView.of(
        preview_pricing(
            _publication(data, principal, if_match),
            begin=ports.begin,
            ids=ports.ids,
            clock=ports.clock,
            secrets=ports.secrets,
        )
    )


@put(
    "/config/pricing",
    **execution_of(_KEEPERS),
    **documented("Publish a pricing document", refusals=(400, 409, 412, 428)),
)
def publish_document(
    data: JSONBody[PublicationBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
    if_match: IfMatch = None,
) -> DoneActView:
    """Let the document hold from now on; what is paid for keeps its price."""
    done = publish_pricing(
        _publication(data, principal, if_match),
        confirm_token=data.confirm_token,
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        secrets=ports.secrets,
        answer=keyed.answer(DoneActView.of),
    )
    return DoneActView.of(done)


@post(
    "/config/pricing/rollback-preview",
    **preview_of(_KEEPERS),
    **documented("Preview a return to an older pricing document", refusals=(404, 412, 428)),
)
def preview_rollback(
    data: JSONBody[RollbackPreviewBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    if_match: IfMatch = None,
) -> ShownActView:
    """What publishing the older document anew would change."""
    return ShownActView.of(
        preview_pricing(
            _rollback(data, principal, ports, if_match),
            begin=ports.begin,
            ids=ports.ids,
            clock=ports.clock,
            secrets=ports.secrets,
        )
    )


@post(
    "/config/pricing/rollback",
    **execution_of(_KEEPERS),
    **documented("Publish an older pricing document anew", refusals=(400, 404, 409, 412, 428)),
)
def roll_back(
    data: JSONBody[RollbackBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
    if_match: IfMatch = None,
) -> DoneActView:
    """Publish the older document as a new version."""
    done = publish_pricing(
        _rollback(data, principal, ports, if_match),
        confirm_token=data.confirm_token,
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        secrets=ports.secrets,
        answer=keyed.answer(DoneActView.of),
    )
    return DoneActView.of(done)


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


@post(
    "/instructors/{instructor_id:str}/tier-preview",
    **preview_of(_KEEPERS),
    **documented("Preview a commission tier", refusals=(404, 409)),
)
def preview_tier(
    instructor_id: FromPath[InstructorId],
    data: JSONBody[TierBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> ShownActView:
    """What setting the tier would change."""
    return ShownActView.of(
        preview_instructor_tier(
            SetInstructorTier(
                principal=principal, instructor_id=instructor_id, tier=data.tier, why=data.why()
            ),
            begin=ports.begin,
            ids=ports.ids,
            clock=ports.clock,
            secrets=ports.secrets,
            config=ports.pricing,
        )
    )


@put(
    "/instructors/{instructor_id:str}/tier",
    **execution_of(_KEEPERS),
    **documented("Set a commission tier", refusals=(400, 404, 409)),
)
def set_tier(
    instructor_id: FromPath[InstructorId],
    data: JSONBody[ConfirmedTierBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> DoneActView:
    """Put the instructor on the tier; the next evaluation may move them on."""
    done = set_instructor_tier(
        SetInstructorTier(
            principal=principal, instructor_id=instructor_id, tier=data.tier, why=data.why()
        ),
        confirm_token=data.confirm_token,
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        secrets=ports.secrets,
        config=ports.pricing,
        answer=keyed.answer(DoneActView.of),
    )
    return DoneActView.of(done)


def _publication(data: ProposalBody, principal: Principal, if_match: str | None) -> PublishPricing:
    return PublishPricing(
        principal=principal, body=data.body.plain(), expected=version_seen(if_match), why=data.why()
    )


def _rollback(
    data: RollbackPreviewBody, principal: Principal, ports: Ports, if_match: str | None
) -> PublishPricing:
    return PublishPricing(
        principal=principal,
        body=pricing_body(data.version, read=ports.read),
        expected=version_seen(if_match),
        why=data.why(),
        restores=data.version,
    )


ROUTER: Final = Router(
    "/admin",
    route_handlers=[
        show_document,
        list_versions,
        show_version,
        validate_document,
        publish_document,
        preview_rollback,
        roll_back,
        simulate,
        preview_tier,
        set_tier,
    ],
    tags=["Pricing"],
)
