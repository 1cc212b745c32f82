"""Names for the things of availability."""

from instainstru_core.kernel.ids import EntityId


class BlackoutId(EntityId):
    """One local date without lessons."""

    __slots__ = ()


class EditId(EntityId):
    """One save of a calendar, as its history keeps it."""

    __slots__ = ()
