"""What configuration refuses, and why. Source: AD-10, AD-11."""

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from instainstru_core.kernel.errors import (
    DomainError,
    NotFound,
    PreconditionMissing,
    VersionConflict,
)


@frozen
class Flaw:
    """One thing that is wrong with a document. *path* is a JSON pointer into its body."""

    path: str
    message: str


class InvalidConfig(DomainError):
    """The document breaks rules; nothing is published. Source: AD-11, PR-16."""

    code: ClassVar[str] = "invalid_config"

    def __init__(self, flaws: tuple[Flaw, ...]) -> None:
        super().__init__("; ".join(f"{flaw.path}: {flaw.message}" for flaw in flaws))
        self.flaws = flaws

    def facts(self) -> Mapping[str, object]:
        """Every broken field."""
        return {"fields": [{"path": flaw.path, "message": flaw.message} for flaw in self.flaws]}


@frozen
class ConfigVersionNotFound(NotFound):
    """There is no such document, or no such version of it."""

    def __str__(self) -> str:
        return "there is no such version of this document"


@frozen
class ConfigChanged(VersionConflict):
    """Somebody published a later version. Source: AD-10."""

    current: int

    def __str__(self) -> str:
        return f"version {self.current} is the current one by now"

    def facts(self) -> Mapping[str, object]:
        """What is current."""
        return {"current_version": self.current}


@frozen
class VersionUnsaid(PreconditionMissing):
    """Whoever publishes says which version they saw. Source: AD-10."""

    def __str__(self) -> str:
        return "say in If-Match which version you saw"
