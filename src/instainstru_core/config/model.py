"""One version of one document. Source: AD-10."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias

from attrs import field, frozen
from attrs.validators import ge, max_len, min_len

from instainstru_core.config.events import ConfigPublished
from instainstru_core.kernel.texts import stripped
from instainstru_core.kernel.time import utc

Body: TypeAlias = Mapping[str, Any]
"""What a document says: plain JSON."""

BUILT_IN: Final = 1
"""The version that every document has before anybody published one."""

MAX_REASON: Final = 1000


class ConfigKey(StrEnum):
    """The documents there are. Source: AD-10."""

    PRICING = "pricing"
    FOUR_EYES = "four_eyes"


@frozen(kw_only=True)
class ConfigVersion:
    """One version, as it was published: never changed, only followed by another one.

    *author* is an account's id, none for what is built in. *restores* is the older version whose
    body was published anew.
    """

    key: ConfigKey
    version: int = field(validator=ge(BUILT_IN))
    body: Body
    author: str | None
    reason: str = field(converter=stripped, validator=[min_len(1), max_len(MAX_REASON)])
    published_at: datetime = field(converter=utc)
    restores: int | None = None

    def told(self) -> ConfigPublished:
        """The news of it."""
        return ConfigPublished(
            occurred_at=self.published_at, key=self.key.value, version=self.version
        )


def differences(before: Body, after: Body, path: str = "") -> tuple[tuple[str, Any, Any], ...]:
    """Every value that changed: its JSON pointer, what it was, what it is; None for none."""
    found: list[tuple[str, Any, Any]] = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        here = f"{path}/{name}"
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += differences(old, new, here)
        elif old != new:
            found.append((here, old, new))
    return tuple(found)
