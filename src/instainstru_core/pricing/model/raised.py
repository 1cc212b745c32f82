"""Who is priced out by another document. Source: PR-8."""

from collections import Counter
from collections.abc import Iterable, Mapping

from attrs import frozen

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.pricing.model.config import PricingConfig


@frozen(kw_only=True)
class OfferedRates:
    """What one instructor asks for an hour of one service, by format."""

    instructor_id: InstructorId
    service_id: ServiceId
    rates: Mapping[Format, Money]


def priced_out(
    offered: Iterable[OfferedRates], before: PricingConfig, after: PricingConfig
) -> Mapping[InstructorId, int]:
    """How many offerings of whom lost a format: at or above the floor before, below it after."""
    lost: Counter[InstructorId] = Counter()
    for each in offered:
        old, new = before.floors(each.service_id), after.floors(each.service_id)
        if any(old.of(how) <= rate < new.of(how) for how, rate in each.rates.items()):
            lost[each.instructor_id] += 1
    return lost
