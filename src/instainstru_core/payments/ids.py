"""Names for the things of payments."""

from instainstru_core.kernel.ids import EntityId


class PaymentId(EntityId):
    """The money of one lesson."""

    __slots__ = ()


class OperationId(EntityId):
    """One intended call of the processor, and its idempotency key."""

    __slots__ = ()


class CardId(EntityId):
    """One saved card."""

    __slots__ = ()


class JournalId(EntityId):
    """One balanced set of ledger lines."""

    __slots__ = ()


class WebhookId(EntityId):
    """One received processor event."""

    __slots__ = ()


class CreditLotId(EntityId):
    """One grant of platform credit."""

    __slots__ = ()
