"""Names for the things of the staff's console."""

from instainstru_core.kernel.ids import EntityId


class ActionId(EntityId):
    """One thing that somebody of the staff did."""

    __slots__ = ()


class ApprovalId(EntityId):
    """One act that a second person was asked about."""

    __slots__ = ()
