"""Tell whom a raised floor prices out. Source: PR-8."""

from datetime import datetime
from typing import Protocol

from instainstru_core.config.model import BUILT_IN, ConfigKey
from instainstru_core.config.ports import ConfigWork
from instainstru_core.pricing.events import FloorRaised
from instainstru_core.pricing.model.config import DEFAULT_PRICING, PricingConfig
from instainstru_core.pricing.model.document import pricing_of
from instainstru_core.pricing.model.raised import priced_out
from instainstru_core.pricing.ports import PricingWork


class FloorWork(PricingWork, ConfigWork, Protocol):
    """What telling of floors reaches."""


def tell_of_floors(version: int, *, work: FloorWork, now: datetime) -> int:
    """Publish `FloorRaised` for everybody whom *version* of the document prices out; how many."""
    before, after = _config(version - 1, work), _config(version, work)
    lost = priced_out(work.offered_services.active(), before, after)
    work.offered_services.tell(
        [
            FloorRaised(
                instructor_id=instructor_id,
                config_version=version,
                offerings=offerings,
                occurred_at=now,
            )
            for instructor_id, offerings in lost.items()
        ]
    )
    return len(lost)


def _config(version: int, work: FloorWork) -> PricingConfig:
    found = work.config_documents.find(ConfigKey.PRICING, version)
    if found is None or version == BUILT_IN:
        return DEFAULT_PRICING
    config = pricing_of(found.body, version=version)
    return config.for_services(work.offered_services.categories())
