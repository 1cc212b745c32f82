"""What is refused about statements, and why."""

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from instainstru_core.kernel.errors import DomainError, NotFound


class ReceiptNotFound(NotFound):
    """Nothing was charged for the lesson yet, or it is somebody else's. Source: PY-55."""

    code: ClassVar[str] = "receipt_not_found"


@frozen
class InvalidPeriod(DomainError):
    """It ends before it begins, or is longer than two years. Source: PY-69."""

    code: ClassVar[str] = "invalid_period"
    reason: str

    def __str__(self) -> str:
        return self.reason

    def facts(self) -> Mapping[str, object]:
        """What is wrong, at the day where it ends."""
        wrong = {"pointer": "/query/to", "code": self.code, "message": self.reason}
        return {"errors": [wrong]}
