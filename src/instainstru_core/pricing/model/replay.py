"""The lessons of the last days, priced again under another configuration. Source: spec 02 §11.2.

What is compared is what a proposal changes: the student's fee, and the commission of the level that
an instructor's lessons of the window earn. A level is taken as it is earned; that it falls by one
step a month at most is not replayed. Rates, and who books at which, are taken as they were.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Modality
from instainstru_core.kernel.money import BASIS_POINTS, Money
from instainstru_core.pricing.model.config import FOUNDING, PricingConfig

Cents: TypeAlias = NDArray[np.int64]
PERCENTILES = (10, 25, 50, 75, 90)


@frozen(kw_only=True)
class PricedLesson:
    """One lesson that was paid in full, as it was priced. Source: spec 02 §11.2."""

    instructor_id: InstructorId
    service_id: ServiceId
    ended_at: datetime
    hourly_rate: Money
    minutes: int
    modality: Modality
    tier: str
    lesson_price: Money
    student_fee: Money
    commission: Money


@frozen(kw_only=True)
class Totals:
    """What students paid, what instructors got, and what the platform kept; cents."""

    student_cost: int
    instructor_pay: int
    platform_take: int


@frozen(kw_only=True)
class PricingReplay:
    """The same lessons before and after, and how the changes are spread.

    Percentiles are those of `PERCENTILES`: of what one lesson costs its student more, and of what
    one instructor gets more over all of the days, cents. *below_floor* lessons could not be sold.
    """

    lessons: int
    instructors: int
    before: Totals
    after: Totals
    student_change: tuple[int, ...]
    instructor_change: tuple[int, ...]
    below_floor: int


def replay_pricing(lessons: Sequence[PricedLesson], config: PricingConfig) -> PricingReplay:
    """*lessons*, ordered by instructor and end, as they were priced and as *config* prices them."""
    price = _cents([each.lesson_price.cents for each in lessons])
    old_fee = _cents([each.student_fee.cents for each in lessons])
    old_commission = _cents([each.commission.cents for each in lessons])
    fee = _share(price, np.full(len(lessons), config.student_fee_bps, dtype=np.int64))
    commission = _share(price, _rates(lessons, config))
    owners = [each.instructor_id for each in lessons]
    starts = [row for row in range(len(owners)) if row == 0 or owners[row] != owners[row - 1]]
    pay_change = old_commission - commission
    by_instructor = np.add.reduceat(pay_change, starts) if starts else _cents([])
    return PricingReplay(
        lessons=len(lessons),
        instructors=len(starts),
        before=_totals(price, old_fee, old_commission),
        after=_totals(price, fee, commission),
        student_change=_percentiles(fee - old_fee),
        instructor_change=_percentiles(by_instructor),
        below_floor=sum(_is_below(each, config) for each in lessons),
    )


def _rates(lessons: Sequence[PricedLesson], config: PricingConfig) -> Cents:
    """The commission of each lesson: founding, or of the level that the window earned by then."""
    ends = np.array([each.ended_at.timestamp() for each in lessons])
    rates, first = np.empty(len(lessons), dtype=np.int64), 0
    window = config.tier_activity_window_days * 86_400
    minimums = np.array([tier.minimum for tier in config.tiers])
    bps = np.array([tier.commission_bps for tier in config.tiers])
    for row, lesson in enumerate(lessons):
        if row and lesson.instructor_id != lessons[row - 1].instructor_id:
            first = row
        while ends[first] < ends[row] - window:
            first += 1
        if lesson.tier == FOUNDING:
            rates[row] = config.founding_rate_bps
            continue
        # The lesson itself counts, as it did when it was quoted. Source: PR-10.
        level = int(np.searchsorted(minimums, row - first + 1, side="right")) - 1
        rates[row] = bps[max(0, level)]
    return rates


def _is_below(lesson: PricedLesson, config: PricingConfig) -> bool:
    floors = config.floors(lesson.service_id)
    hourly = floors.remote if lesson.modality is Modality.REMOTE else floors.in_person
    return lesson.hourly_rate < hourly


def _share(price: Cents, bps: Cents) -> Cents:
    """Half-up, as `Money.share`. Source: PR-1."""
    return (2 * price * bps + BASIS_POINTS) // (2 * BASIS_POINTS)


def _totals(price: Cents, fee: Cents, commission: Cents) -> Totals:
    return Totals(
        student_cost=int((price + fee).sum()),
        instructor_pay=int((price - commission).sum()),
        platform_take=int((fee + commission).sum()),
    )


def _percentiles(values: Cents) -> tuple[int, ...]:
    if not values.size:
        return tuple(0 for _ in PERCENTILES)
    return tuple(int(each) for each in np.percentile(values, PERCENTILES, method="nearest"))


def _cents(values: Sequence[int]) -> Cents:
    return np.array(values, dtype=np.int64)
