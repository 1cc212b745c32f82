"""Names for the things of waitlists."""

from instainstru_core.kernel.ids import EntityId


class SubscriptionId(EntityId):
    """One student waiting for one instructor's time."""

    __slots__ = ()
