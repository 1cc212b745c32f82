"""The pricing document as it is written over HTTP. Source: AD-11, spec 02 §5."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, convert, to_builtins

from instainstru_core.config.model import Body


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
