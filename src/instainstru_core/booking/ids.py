"""Names for the things of booking."""

from instainstru_core.kernel.ids import EntityId


class BookingId(EntityId):
    """One lesson agreed on."""

    __slots__ = ()
