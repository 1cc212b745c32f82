"""Names for the things of confirmations."""

from instainstru_core.kernel.ids import EntityId


class ConfirmationId(EntityId):
    """One preview that can be acted on."""

    __slots__ = ()
