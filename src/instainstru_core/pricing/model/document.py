"""The pricing document as operators write it: plain JSON, judged field by field.

Source: AD-11, PR-16.

`document_of` and `pricing_of` are each other's inverse. Rates are basis points, amounts cents.
"""

from collections.abc import Mapping
from typing import Any, Final

from instainstru_core.config.judging import Judge
from instainstru_core.instructors.model.offering import Floors
from instainstru_core.kernel.money import BASIS_POINTS, Money
from instainstru_core.pricing.model.config import Milestone, PricingConfig, Tier

MOST_CENTS: Final = 10_000_000
MOST_DAYS: Final = 3650
MOST_TIERS: Final = 20
MAX_NAME: Final = 50

_RATES: Final = ("student_fee_bps", "founding_rate_bps")
_DAYS: Final = (
    "tier_activity_window_days",
    "tier_stepdown_pause_days",
    "tier_inactivity_reset_days",
    "credit_expiry_days",
    "release_grace_days",
    "tip_window_days",
    "refund_window_days",
)
_COUNTS: Final = ("tier_stepdown_max", "founding_cap", "credit_cycle_lessons")
_CENTS: Final = ("tip_minimum_cents", "tip_maximum_cents")
_FLOORS: Final = ("in_person_cents", "remote_cents")
_FIELDS: Final = frozenset(
    {
        *_RATES,
        *_DAYS,
        *_COUNTS,
        *_CENTS,
        "tiers",
        "floors",
        "category_floors",
        "credit_milestones",
        "founding_search_boost",
    }
)


def document_of(config: PricingConfig) -> dict[str, Any]:
    """*config* as a document."""
    tiers = config.tiers
    return {
        **{name: getattr(config, name) for name in (*_RATES, *_DAYS, *_COUNTS)},
        "tip_minimum_cents": config.tip_minimum.cents,
        "tip_maximum_cents": config.tip_maximum.cents,
        "founding_search_boost": config.founding_search_boost,
        "tiers": [
            {
                "name": tier.name,
                "minimum": tier.minimum,
                "maximum": higher.minimum - 1 if higher is not None else None,
                "commission_bps": tier.commission_bps,
            }
            for tier, higher in zip(tiers, (*tiers[1:], None), strict=True)
        ],
        "floors": _floors_of(Floors(in_person=config.floor_in_person, remote=config.floor_remote)),
        "category_floors": {
            slug: _floors_of(floors) for slug, floors in sorted(config.category_floors.items())
        },
        "credit_milestones": [
            {"offset": each.offset, "amount_cents": each.amount.cents}
            for each in config.credit_milestones
        ],
    }


def pricing_of(body: Mapping[str, Any], *, version: int) -> PricingConfig:
    """The configuration that a document of the number *version* means.

    Raises:
        InvalidConfig: It names every broken field, and is raised for all of them at once.
    """
    judge = _Judge()
    judge.names("", body, _FIELDS)
    numbers = {
        **{name: judge.whole(f"/{name}", body, name, 1, BASIS_POINTS - 1) for name in _RATES},
        **{name: judge.whole(f"/{name}", body, name, 1, MOST_DAYS) for name in _DAYS},
        **{name: judge.whole(f"/{name}", body, name, 1, MOST_CENTS) for name in _COUNTS},
    }
    tips = {name: judge.whole(f"/{name}", body, name, 1, MOST_CENTS) for name in _CENTS}
    if tips["tip_maximum_cents"] < tips["tip_minimum_cents"]:
        judge.refuse("/tip_maximum_cents", "must not be below tip_minimum_cents")
    boost = judge.number("/founding_search_boost", body, "founding_search_boost", 1.0, 3.0)
    tiers = _tiers(judge, body)
    floors = judge.floors("/floors", body.get("floors"))
    categories = _category_floors(judge, body, floors)
    milestones = _milestones(judge, body, numbers["credit_cycle_lessons"])
    judge.conclude()
    return PricingConfig(
        version=version,
        student_fee_bps=numbers["student_fee_bps"],
        founding_rate_bps=numbers["founding_rate_bps"],
        tier_activity_window_days=numbers["tier_activity_window_days"],
        tier_stepdown_pause_days=numbers["tier_stepdown_pause_days"],
        tier_inactivity_reset_days=numbers["tier_inactivity_reset_days"],
        tier_stepdown_max=numbers["tier_stepdown_max"],
        credit_expiry_days=numbers["credit_expiry_days"],
        release_grace_days=numbers["release_grace_days"],
        tip_window_days=numbers["tip_window_days"],
        refund_window_days=numbers["refund_window_days"],
        founding_cap=numbers["founding_cap"],
        credit_cycle_lessons=numbers["credit_cycle_lessons"],
        tip_minimum=Money(tips["tip_minimum_cents"]),
        tip_maximum=Money(tips["tip_maximum_cents"]),
        founding_search_boost=boost,
        tiers=tiers,
        floor_in_person=floors.in_person,
        floor_remote=floors.remote,
        category_floors=categories,
        credit_milestones=milestones,
    )


def _floors_of(floors: Floors) -> dict[str, int]:
    return {"in_person_cents": floors.in_person.cents, "remote_cents": floors.remote.cents}


class _Judge(Judge):
    """Knows floors, too."""

    def floors(self, path: str, value: object, default: Floors | None = None) -> Floors:
        """The floors that *value* names; what it leaves out is the *default*'s, if there is one."""
        if not isinstance(value, Mapping):
            self.refuse(path, "must name in_person_cents and remote_cents")
            return Floors()
        self.names(path, value, frozenset(_FLOORS))
        if default is not None:
            value = {**_floors_of(default), **value}
        cents = [self.whole(f"{path}/{name}", value, name, 0, MOST_CENTS) for name in _FLOORS]
        return Floors(in_person=Money(cents[0]), remote=Money(cents[1]))


_TIER: Final = frozenset({"name", "minimum", "maximum", "commission_bps"})


def _tiers(judge: _Judge, body: Mapping[str, Any]) -> tuple[Tier, ...]:
    """The levels of commission, in the order of their minimums. Source: AD-11, PR-16."""
    rows = judge.rows("/tiers", body.get("tiers"), MOST_TIERS)
    if not rows:
        judge.refuse("/tiers", "must hold a tier at least")
    tiers: list[Tier] = []
    for index, row in enumerate(rows):
        path = f"/tiers/{index}"
        judge.names(path, row, _TIER)
        name = row.get("name")
        if not isinstance(name, str) or not 1 <= len(name) <= MAX_NAME:
            judge.refuse(f"{path}/name", f"must be 1 to {MAX_NAME} characters")
            name = f"tier_{index}"
        if name in {tier.name for tier in tiers}:
            judge.refuse(f"{path}/name", "is the name of another tier")
        minimum = judge.whole(f"{path}/minimum", row, "minimum", 0, MOST_CENTS)
        rate = judge.whole(f"{path}/commission_bps", row, "commission_bps", 1, BASIS_POINTS - 1)
        _check_maximum(judge, path, row, minimum, last=index == len(rows) - 1)
        if tiers and minimum <= tiers[-1].minimum:
            judge.refuse(f"{path}/minimum", "must be above the minimum of the tier before")
        elif index and _reaches(rows[index - 1], minimum):
            judge.refuse(f"{path}/minimum", "must be above the maximum of the tier before")
        if tiers and rate >= tiers[-1].commission_bps:
            judge.refuse(f"{path}/commission_bps", "must be below the rate of the tier before")
        tiers.append(Tier(name=name, minimum=minimum, commission_bps=rate))
    return tuple(tiers)


def _check_maximum(
    judge: _Judge, path: str, row: Mapping[str, Any], minimum: int, *, last: bool
) -> None:
    maximum = row.get("maximum")
    if maximum is None and not last:
        judge.refuse(f"{path}/maximum", "only the last tier is open-ended")
    elif maximum is not None and last:
        judge.refuse(f"{path}/maximum", "the last tier must be open-ended: null")
    elif maximum is not None and (type(maximum) is not int or maximum < minimum):
        judge.refuse(f"{path}/maximum", "must be a whole number, at least the minimum, or null")


def _reaches(row: Mapping[str, Any], minimum: int) -> bool:
    maximum = row.get("maximum")
    return type(maximum) is int and maximum >= minimum


def _category_floors(judge: _Judge, body: Mapping[str, Any], default: Floors) -> dict[str, Floors]:
    """What a category overrides, of one modality or both. Source: PR-7."""
    value = body.get("category_floors")
    if not isinstance(value, Mapping):
        judge.refuse("/category_floors", "must be an object, by the slug of the category")
        return {}
    return {
        str(slug): judge.floors(f"/category_floors/{slug}", floors, default)
        for slug, floors in value.items()
    }


def _milestones(judge: _Judge, body: Mapping[str, Any], cycle: int) -> tuple[Milestone, ...]:
    """What is given within a cycle of lessons. Source: PR-16, CR-10."""
    milestones: list[Milestone] = []
    rows = judge.rows("/credit_milestones", body.get("credit_milestones"), MOST_TIERS)
    for index, row in enumerate(rows):
        path = f"/credit_milestones/{index}"
        judge.names(path, row, frozenset({"offset", "amount_cents"}))
        offset = judge.whole(f"{path}/offset", row, "offset", 0, cycle - 1)
        amount = judge.whole(f"{path}/amount_cents", row, "amount_cents", 0, MOST_CENTS)
        if offset in {each.offset for each in milestones}:
            judge.refuse(f"{path}/offset", "is the offset of another milestone")
        milestones.append(Milestone(offset=offset, amount=Money(amount)))
    return tuple(milestones)
