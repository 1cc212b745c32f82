"""Where documents are kept."""

from collections.abc import Sequence
from typing import Protocol

from instainstru_core.config.model import ConfigKey, ConfigVersion


class ConfigDocuments(Protocol):
    """Every version of every document; nothing is ever changed."""

    def latest(self, key: ConfigKey) -> ConfigVersion | None:
        """The current version; None while nobody published one."""
        ...

    def find(self, key: ConfigKey, version: int) -> ConfigVersion | None:
        """One published version."""
        ...

    def publish(self, version: ConfigVersion) -> None:
        """Keep a new version, and tell of it.

        Raises:
            ConfigChanged: There is one with this number already.
        """
        ...


class ConfigQueries(Protocol):
    """Documents as their operators read them."""

    def current(self, key: ConfigKey) -> ConfigVersion | None:
        """The current version; None while nobody published one."""
        ...

    def version(self, key: ConfigKey, version: int) -> ConfigVersion | None:
        """One published version."""
        ...

    def versions(self, key: ConfigKey, *, limit: int = 100) -> Sequence[ConfigVersion]:
        """What was published, newest first."""
        ...


class ConfigWork(Protocol):
    """What one unit of work in configuration can reach."""

    @property
    def config_documents(self) -> ConfigDocuments:
        """Every version of every document."""
        ...


class ConfigReads(Protocol):
    """What can be read of configuration without a unit of work."""

    @property
    def config_queries(self) -> ConfigQueries:
        """Documents as their operators read them."""
        ...
