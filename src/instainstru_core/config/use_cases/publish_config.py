"""Let another version of a document hold. Source: AD-10."""

from datetime import datetime

from attrs import frozen

from instainstru_core.config.errors import ConfigChanged
from instainstru_core.config.model import BUILT_IN, Body, ConfigKey, ConfigVersion
from instainstru_core.config.ports import ConfigWork


@frozen(kw_only=True)
class PublishConfig:
    """Somebody who saw version *expected* wants *body* to hold from now on.

    The body was validated by the area that the document belongs to. *restores* names the older
    version that it was taken from.
    """

    key: ConfigKey
    body: Body
    expected: int
    author: str
    reason: str
    restores: int | None = None


def publish_config(request: PublishConfig, *, work: ConfigWork, now: datetime) -> ConfigVersion:
    """Publish, inside the caller's unit.

    Raises:
        ConfigChanged: Another version is current.
    """
    latest = work.config_documents.latest(request.key)
    current = BUILT_IN if latest is None else latest.version
    if request.expected != current:
        raise ConfigChanged(current)
    version = ConfigVersion(
        key=request.key,
        version=current + 1,
        body=request.body,
        author=request.author,
        reason=request.reason,
        published_at=now,
        restores=request.restores,
    )
    work.config_documents.publish(version)
    return version
