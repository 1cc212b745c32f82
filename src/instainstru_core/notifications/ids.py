"""Names for the things of notifications."""

from instainstru_core.kernel.ids import EntityId


class NotificationId(EntityId):
    """One thing a person was told."""

    __slots__ = ()
