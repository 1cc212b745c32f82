"""What pricing refuses, and why."""

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from instainstru_core.kernel.errors import Conflict, DomainError, NotFound
from instainstru_core.kernel.lessons import Format, Modality
from instainstru_core.kernel.money import Money


@frozen
class PriceBelowFloor(DomainError):
    """The lesson costs less than this modality allows. Source: PR-4, PR-6."""

    modality: Modality
    duration_minutes: int
    base_price: Money
    required_floor: Money

    code: ClassVar[str] = "price_below_floor"

    def __str__(self) -> str:
        return (
            f"{self.duration_minutes} minutes {self.modality} for {self.base_price} is below"
            f" the floor of {self.required_floor}"
        )

    def facts(self) -> Mapping[str, object]:
        """The four figures that PR-6 names."""
        return {
            "modality": self.modality.value,
            "duration_minutes": self.duration_minutes,
            "base_price_cents": self.base_price.cents,
            "required_floor_cents": self.required_floor.cents,
        }


@frozen
class UnknownTier(DomainError):
    """No level of commission is called so. Source: PR-18."""

    tier: str
    known: tuple[str, ...]

    code: ClassVar[str] = "unknown_tier"

    def __str__(self) -> str:
        return f"there is no tier {self.tier!r}"

    def facts(self) -> Mapping[str, object]:
        """What could be chosen instead."""
        return {"tiers": list(self.known)}


@frozen
class FoundingInstructor(Conflict):
    """A founding instructor's rate stands outside the tiers. Source: PR-13, PR-18."""

    code: ClassVar[str] = "founding_instructor"

    def __str__(self) -> str:
        return "a founding instructor has no tier that could be set"


@frozen
class NegativeCredit(DomainError):
    """Credit is given, never taken. Source: PR-5."""

    credit_cents: int

    code: ClassVar[str] = "negative_credit"

    def __str__(self) -> str:
        return f"credit must be at least 0 cents, not {self.credit_cents}"


@frozen
class OfferingNotFound(NotFound):
    """This instructor does not teach this service. Source: spec 02 §5 Quote."""

    def __str__(self) -> str:
        return "the instructor does not offer this service"


@frozen
class FormatNotOffered(DomainError):
    """The service is not taught in this way. Source: spec 02 §5 Quote."""

    format: Format

    code: ClassVar[str] = "format_not_offered"

    def __str__(self) -> str:
        return f"the service is not offered in the format {self.format}"


@frozen
class DurationNotOffered(DomainError):
    """The service is not taught for so long. Source: spec 02 §5 Quote."""

    duration_minutes: int
    offered: tuple[int, ...]

    code: ClassVar[str] = "duration_not_offered"

    def __str__(self) -> str:
        return f"the service is not offered for {self.duration_minutes} minutes"

    def facts(self) -> Mapping[str, object]:
        """What could be chosen instead."""
        return {"offered_minutes": list(self.offered)}
