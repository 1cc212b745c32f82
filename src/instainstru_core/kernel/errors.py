"""What the domain says when it refuses.

Each family below is one kind of refusal; each concrete error names the refused fact, carries it
in its fields, and owns one stable `code` (lower_snake), by which programs know it.

Source: SE-23, SE-24.
"""

from collections.abc import Mapping
from typing import ClassVar


class DomainError(Exception):
    """A rule was broken; nothing was changed. Well-formed, but never right."""

    code: ClassVar[str] = "validation_failed"

    def facts(self) -> Mapping[str, object]:
        """Machine-readable facts beside the message: plain JSON values, no personal data."""
        return {}


class Malformed(DomainError, ValueError):
    """Not a value of this kind at all."""


class IncorrectSecret(DomainError):
    """A code, a token or a key that opens nothing."""

    code = "invalid_token"


class Unauthenticated(DomainError):
    """Nobody knows who is asking."""

    code = "invalid_token"


class PaymentRefused(DomainError):
    """The card did not give the money."""

    code = "card_declined"


class Forbidden(DomainError):
    """Known, but not allowed."""

    code = "permission_denied"


class NotFound(DomainError):
    """No such thing, or not one the caller may see."""

    code = "not_found"


class Conflict(DomainError):
    """Someone else got there first, or the state forbids it now."""

    code = "invalid_state"


class Gone(DomainError):
    """It was there, and will not be again."""

    code = "gone"


class VersionConflict(DomainError):
    """The caller saw an older version."""

    code = "version_conflict"


class PreconditionMissing(DomainError):
    """The caller must say which version it saw."""

    code = "precondition_required"


class TooManyAttempts(DomainError):
    """Slow down."""

    code = "rate_limited"

    @property
    def retry_after_seconds(self) -> int:
        """How long to wait before trying again."""
        return 1


class Unavailable(DomainError):
    """Something needed is down or busy; the same request may pass later."""

    code = "unavailable"

    @property
    def retry_after_seconds(self) -> int:
        """How long to wait before trying again."""
        return 2


class StaleAggregate(Conflict):
    """The aggregate changed since it was read."""

    code = "operation_in_progress"


class InvalidState(Conflict):
    """The thing is in a state that forbids this."""

    code = "invalid_state"


class OperationInProgress(Conflict):
    """The same thing is being done right now; ask again in a second."""

    code = "operation_in_progress"
