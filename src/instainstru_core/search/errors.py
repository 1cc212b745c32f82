"""What search refuses."""

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from instainstru_core.kernel.errors import DomainError


@frozen
class UnknownService(DomainError):
    """The catalogue has no such service. Source: SR-32."""

    code: ClassVar[str] = "unknown_service"
    slug: str

    def __str__(self) -> str:
        return f"the catalogue has no service {self.slug!r}"

    def facts(self) -> Mapping[str, object]:
        """Which one."""
        return {"service": self.slug}


@frozen
class InvalidFilter(DomainError):
    """A filter that can never match. Source: SR-37, 04 §9."""

    code: ClassVar[str] = "invalid_filter"
    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"

    def facts(self) -> Mapping[str, object]:
        """Which filter, and why."""
        wrong = {"pointer": f"/query/{self.name}", "code": self.code, "message": self.reason}
        return {"filter": self.name, "reason": self.reason, "errors": [wrong]}


class InvalidCursor(DomainError):
    """Not where any page of this search ended. Source: 04 §9."""

    code = "invalid_cursor"

    def __str__(self) -> str:
        return "the cursor belongs to another search"
