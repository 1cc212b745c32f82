"""Names for the things of instructors."""

from instainstru_core.kernel.ids import EntityId


class InstructorId(EntityId):
    """An account, as the one who teaches: the same ULID."""

    __slots__ = ()


class OfferingId(EntityId):
    """One service as one instructor offers it."""

    __slots__ = ()
