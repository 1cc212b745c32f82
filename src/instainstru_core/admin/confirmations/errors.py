"""Why a confirm token proves nothing, in the order of MC-6."""

from typing import ClassVar

from attrs import frozen

from instainstru_core.kernel.errors import Conflict, Forbidden, IncorrectSecret


@frozen
class InvalidFormat(IncorrectSecret):
    """It can't be read."""

    code: ClassVar[str] = "invalid_format"

    def __str__(self) -> str:
        return "this is no confirm token"


@frozen
class InvalidSignature(IncorrectSecret):
    """It is not one of ours."""

    code: ClassVar[str] = "invalid_signature"

    def __str__(self) -> str:
        return "this confirm token was not issued here"


@frozen
class ActorMismatch(Forbidden):
    """Somebody else saw the preview."""

    code: ClassVar[str] = "actor_mismatch"

    def __str__(self) -> str:
        return "this confirm token was issued to somebody else"


@frozen
class Expired(Conflict):
    """The preview is too long ago."""

    code: ClassVar[str] = "expired"

    def __str__(self) -> str:
        return "this confirm token has expired: look at the preview again"


@frozen
class PayloadMismatch(Conflict):
    """Something else is asked for than was shown."""

    code: ClassVar[str] = "payload_mismatch"

    def __str__(self) -> str:
        return "the preview was of something else: ask in the same words"


@frozen
class AlreadyUsed(Conflict):
    """It proved something before."""

    code: ClassVar[str] = "already_used"

    def __str__(self) -> str:
        return "this confirm token was used before"


@frozen
class EffectChanged(Conflict):
    """The same act would do something else by now."""

    code: ClassVar[str] = "conflict"

    def __str__(self) -> str:
        return "this would do something else by now: look at the preview again"
