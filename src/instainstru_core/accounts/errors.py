"""What accounts refuses. Source: spec 03 §5."""

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from instainstru_core.kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    IncorrectSecret,
    NotFound,
    OperationInProgress,
    TooManyAttempts,
    Unauthenticated,
    Unavailable,
)


@frozen
class UnknownPermission(DomainError):
    """No such permission: a programming error. Source: AC-40."""

    code: ClassVar[str] = "unknown_permission"
    name: str

    def __str__(self) -> str:
        return f"{self.name!r} is none of the 30 permissions"


class PermissionDenied(Forbidden):
    """The caller lacks the permission."""

    def __str__(self) -> str:
        return "you may not do this"


class AccountSuspended(Forbidden):
    """A suspended account only reads. Source: AC-50."""

    code = "account_suspended"

    def __str__(self) -> str:
        return "the account is suspended: it may read, and change nothing"


class AccountNotFound(NotFound):
    """No such account."""

    def __str__(self) -> str:
        return "there is no such account"


class EmailAlreadyRegistered(Conflict):
    """The address has an account; said only to someone who proved the mailbox. Source: AC-7."""

    code = "email_already_registered"

    def __str__(self) -> str:
        return "this e-mail address has an account already: sign in instead"


@frozen
class ChallengeInvalid(IncorrectSecret):
    """Unknown, expired, used or wrong: one answer for all. Source: AC-5."""

    code: ClassVar[str] = "challenge_invalid"
    remaining_attempts: int | None = None

    def facts(self) -> Mapping[str, object]:
        """What programs may know of it."""
        if self.remaining_attempts is None:
            return {}
        return {"remaining_attempts": self.remaining_attempts}

    def __str__(self) -> str:
        return "this code is not valid; ask for a new one"


@frozen
class ChallengeLocked(TooManyAttempts):
    """Too many wrong codes for this address. Source: AC-5."""

    code: ClassVar[str] = "challenge_locked"
    seconds: int

    @property
    def retry_after_seconds(self) -> int:
        """How long to wait."""
        return self.seconds

    def __str__(self) -> str:
        return f"too many wrong codes; try again in {self.seconds} seconds"


class ProofInvalid(IncorrectSecret):
    """The proof of the mailbox is unknown, used or too old. Source: AC-5."""

    code = "proof_invalid"

    def __str__(self) -> str:
        return "this proof of the e-mail address is not valid; confirm the address again"


@frozen
class PasswordRejected(DomainError):
    """The password breaks the policy; every reason is named. Source: AC-9."""

    code: ClassVar[str] = "password_rejected"
    reasons: tuple[str, ...]

    def facts(self) -> Mapping[str, object]:
        """What programs may know of it."""
        return {"reasons": list(self.reasons)}

    def __str__(self) -> str:
        return f"this password is not strong enough: {', '.join(self.reasons)}"


class InvalidCredentials(Unauthenticated):
    """The address or the password is wrong; which one isn't said. Source: AC-7, AC-14."""

    code = "invalid_credentials"

    def __str__(self) -> str:
        return "the e-mail address or the password is wrong"


class AccountDeactivated(Forbidden):
    """The account was closed, and can still be restored. Source: AC-18."""

    code = "account_deactivated"

    def __str__(self) -> str:
        return "this account was closed"


class InvalidToken(Unauthenticated):
    """No token of ours, or of a session that is over. Source: AC-21, AC-22."""

    code = "invalid_token"

    def __str__(self) -> str:
        return "sign in first"


class SessionExpired(Unauthenticated):
    """Idle too long, or too old. Source: AC-22."""

    code = "session_expired"

    def __str__(self) -> str:
        return "the session has expired; sign in again"


class RefreshReuseDetected(Unauthenticated):
    """A replaced refresh token came back: the session is over. Source: AC-22."""

    code = "refresh_reuse_detected"

    def __str__(self) -> str:
        return "this refresh token was replaced before; the session was ended for safety"


class SignInBusy(Unavailable):
    """All slots that verify passwords are taken. Source: AC-17."""

    code = "sign_in_busy"

    @property
    def retry_after_seconds(self) -> int:
        """How long to wait."""
        return 5

    def __str__(self) -> str:
        return "too many people sign in right now; try again in a few seconds"


@frozen
class RateLimited(TooManyAttempts):
    """The bucket is empty. Source: SE-8."""

    code: ClassVar[str] = "rate_limited"
    bucket: str
    seconds: int

    @property
    def retry_after_seconds(self) -> int:
        """How long to wait."""
        return self.seconds

    def facts(self) -> Mapping[str, object]:
        """What programs may know of it."""
        return {"policy": self.bucket}

    def __str__(self) -> str:
        return f"too many requests; try again in {self.seconds} seconds"


class IdempotencyKeyReused(DomainError):
    """The key was used with another request. Source: SE-13."""

    code = "idempotency_key_reused"

    def __str__(self) -> str:
        return "this Idempotency-Key was used with another request; use a new one"


class StillInProgress(OperationInProgress):
    """The same keyed request is being served right now. Source: SE-13."""

    def __str__(self) -> str:
        return "the same request is still being served; ask again in a second"
