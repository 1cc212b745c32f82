"""What happened to configuration. Source: AD-10."""

from typing import ClassVar

from attrs import frozen

from instainstru_core.kernel.events import Event


@frozen(kw_only=True)
class ConfigPublished(Event):
    """Another version of the document *key* holds from now on."""

    name: ClassVar[str] = "config.published"
    key: str
    version: int
