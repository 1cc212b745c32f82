"""What all configuration documents have in common over HTTP. Source: AD-10."""

import re
from datetime import datetime
from typing import Annotated, Final

from litestar.params import HeaderParameter
from msgspec import Struct

from entrypoints.http.idempotency import Keyed
from entrypoints.http.staff_acts import DoneActView, ShownActView, tools_of
from instainstru_core.admin.use_cases.publish_document import (
    Proposal,
    preview_document,
    publish_document,
)
from instainstru_core.config.errors import (
    ConfigChanged,
    ConfigVersionNotFound,
    VersionUnsaid,
)
from instainstru_core.config.model import BUILT_IN, ConfigKey, ConfigVersion
from instainstru_core.ports import Ports

_VERSION: Final = re.compile(r"^[1-9]\d{0,8}$")
_ETAG: Final = re.compile(r'^(?:W/)?"?(\d{1,9})"?$')

IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", description="The version that was read."),
]


class ConfigVersionView(Struct, kw_only=True, frozen=True):
    """One version, by whom and why."""

    version: int
    author: str | None
    reason: str
    published_at: datetime
    restores: int | None

    @classmethod
    def of(cls, version: ConfigVersion) -> "ConfigVersionView":
        """The view of *version*."""
        return cls(
            version=version.version,
            author=version.author,
            reason=version.reason,
            published_at=version.published_at,
            restores=version.restores,
        )


class ConfigVersionsView(Struct, kw_only=True, frozen=True):
    """What was published, newest first; version 1 is built in."""

    items: list[ConfigVersionView]


def versions_of(key: ConfigKey, ports: Ports) -> ConfigVersionsView:
    """Who published what of a document and why, newest first."""
    with ports.read() as reads:
        versions = reads.config_queries.versions(key)
    return ConfigVersionsView(items=[ConfigVersionView.of(each) for each in versions])


def shown(asked: Proposal, ports: Ports) -> ShownActView:
    """What publishing it would change."""
    return ShownActView.of(preview_document(asked, **tools_of(ports)))


def published(asked: Proposal, confirm_token: str, ports: Ports, keyed: Keyed) -> DoneActView:
    """What publishing it has changed."""
    done = publish_document(
        asked,
        confirm_token=confirm_token,
        answer=keyed.answer(DoneActView.of),
        **tools_of(ports),
    )
    return DoneActView.of(done)


def version_number(version: str) -> int:
    """The version that an address names.

    Raises:
        ConfigVersionNotFound: It is none.
    """
    if _VERSION.match(version) is None:
        raise ConfigVersionNotFound
    return int(version)


def version_seen(if_match: str | None) -> int:
    """The version that the caller saw. Source: AD-10.

    Raises:
        VersionUnsaid: They don't say.
        ConfigChanged: What they say is no version: nothing that is current.
    """
    if if_match is None:
        raise VersionUnsaid
    if (match := _ETAG.match(if_match.strip())) is None:
        raise ConfigChanged(BUILT_IN)
    return int(match.group(1))
