"""What pricing needs from the world."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from attrs import frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal
from instainstru_core.accounts.ports import AccessClaims
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.pricing.events import FloorRaised
from instainstru_core.pricing.model.config import DEFAULT_PRICING, PricingConfig
from instainstru_core.pricing.model.raised import OfferedRates
from instainstru_core.pricing.model.replay import PricedLesson
from instainstru_core.pricing.model.tiers import InstructorTier, TierFacts


@frozen(kw_only=True)
class PricedOffering:
    """What a quote goes by: a format is offered iff it has a rate. Source: PR-10, PR-14."""

    rates: Mapping[Format, Money]
    durations: tuple[int, ...]
    tier: TierFacts


class InstructorTiers(Protocol):
    """The commission level kept for each instructor, and the facts it comes from. Source: PR-12."""

    def facts(self, instructor_id: InstructorId, *, since: datetime) -> TierFacts:
        """What an evaluation goes by, counting lessons completed at or after *since*.

        An instructor nobody evaluated yet has no persisted rate.
        """
        ...

    def find(self, instructor_id: InstructorId) -> InstructorTier | None:
        """What is kept for the instructor; None: nobody evaluated them yet."""
        ...

    def keep(self, tier: InstructorTier) -> None:
        """Keep *tier* in the place of what was kept before, and record what is new about it."""
        ...

    def lock(self, instructor_id: InstructorId) -> None:
        """Let nobody else evaluate the instructor until this unit ends."""
        ...

    def kept_after(
        self, instructor_id: InstructorId | None, *, limit: int
    ) -> Sequence[InstructorId]:
        """Instructors with a level, by id, those after *instructor_id*; None: from the first."""
        ...


class OfferedServices(Protocol):
    """What everybody asks for an hour."""

    def active(self) -> Sequence[OfferedRates]:
        """The active offerings of everybody who is live, by instructor."""
        ...

    def categories(self) -> Mapping[ServiceId, str]:
        """The slug of each service's category."""
        ...

    def tell(self, news: Sequence[FloorRaised]) -> None:
        """Publish *news* with the unit."""
        ...


class PricingSource(Protocol):
    """Where the figures come from: another version may hold at any moment. Source: AD-10."""

    def current(self) -> PricingConfig:
        """The figures that hold now, known for a few seconds at most."""
        ...


@frozen
class FixedPricing:
    """Figures that never change."""

    _config: PricingConfig

    def current(self) -> PricingConfig:
        """The figures."""
        return self._config


STANDARD_PRICING: Final = FixedPricing(DEFAULT_PRICING)
"""What the platform starts with."""


class PricingWork(Protocol):
    """What one unit of work in pricing can reach."""

    @property
    def figures(self) -> PricingConfig:
        """The figures that hold now: credit goes by them, whoever moves it. Source: AD-10."""
        ...

    @property
    def instructor_tiers(self) -> InstructorTiers:
        """The commission level of each instructor."""
        ...

    @property
    def offered_services(self) -> OfferedServices:
        """What everybody asks for an hour."""
        ...


class PricingHistory(Protocol):
    """What was taught, and what it cost."""

    def tier_facts(self, instructor_id: InstructorId, *, since: datetime) -> TierFacts:
        """What an evaluation goes by, read without a unit."""
        ...

    def completions(self, instructor_id: InstructorId, *, since: datetime) -> Sequence[datetime]:
        """When the instructor completed lessons, from *since* on, oldest first."""
        ...

    def lessons(self, *, since: datetime, until: datetime) -> Sequence[PricedLesson]:
        """Lessons paid in full that ended in between, by instructor, then as they ended."""
        ...


class PricedOfferings(Protocol):
    """What is taught, at which rates, by whom at which commission."""

    def find(
        self, instructor_id: InstructorId, service_id: ServiceId, *, since: datetime
    ) -> PricedOffering | None:
        """The active offering, with lessons counted from *since* on; None: not offered."""
        ...

    def find_for(
        self,
        asker: AccessClaims,
        instructor_id: InstructorId,
        service_id: ServiceId,
        *,
        since: datetime,
        now: datetime,
    ) -> tuple[Principal | None, PricedOffering | None]:
        """Who asks, as `Doors.principal` says it, and what `find` says, at one moment."""
        ...


class CreditPurses(Protocol):
    """What students can pay with besides their cards."""

    def spendable(self, student_id: StudentId, *, lesson_price: Money, now: datetime) -> Money:
        """What the student could pay of a lesson of that price in credit. Source: CR-4, PR-5."""
        ...


class PricingReads(Protocol):
    """What can be read of pricing without a unit of work."""

    @property
    def priced_offerings(self) -> PricedOfferings:
        """What is taught, at which rates."""
        ...

    @property
    def credit_purses(self) -> CreditPurses:
        """What students can pay with besides their cards."""
        ...

    @property
    def pricing_history(self) -> PricingHistory:
        """What was taught, and what it cost."""
        ...
