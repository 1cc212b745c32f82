"""Try a proposed configuration on what was really taught. Source: spec 02 §5, §11.2."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from attrs import field, frozen
from attrs.validators import and_, ge, le

from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.pricing.model.document import pricing_of
from instainstru_core.pricing.model.replay import PricingReplay, replay_pricing
from instainstru_core.pricing.ports import PricingReads

MOST_DAYS: Final = 366


@frozen(kw_only=True)
class SimulatePricing:
    """How would the last *days* have been under the document *body*?"""

    body: Mapping[str, Any]
    days: int = field(validator=and_(ge(1), le(MOST_DAYS)))


def simulate_pricing(
    request: SimulatePricing, *, read: Begin[PricingReads], clock: Clock
) -> PricingReplay:
    """The lessons paid in full that ended in these days, before and after; nothing is kept.

    Raises:
        InvalidConfig: The document breaks rules; it names every broken field.
    """
    config, now = pricing_of(request.body, version=1), clock.now()
    with read() as reads:
        lessons = reads.pricing_history.lessons(since=now - timedelta(days=request.days), until=now)
    return replay_pricing(lessons, config)
