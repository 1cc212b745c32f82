"""Names for due work's things."""

from instainstru_core.kernel.ids import EntityId


class WorkId(EntityId):
    """One thing still to be done."""

    __slots__ = ()


class EventId(EntityId):
    """One recorded event."""

    __slots__ = ()
