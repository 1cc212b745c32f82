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


class TipId(EntityId):
    """One tip for one lesson."""

    __slots__ = ()


class RefundId(EntityId):
    """One refund that an operator ordered."""

    __slots__ = ()


class DebtId(EntityId):
    """What a student owes for one lesson."""

    __slots__ = ()


class ChargebackId(EntityId):
    """One disputed charge."""

    __slots__ = ()


class AllocationId(EntityId):
    """A part of one credit that one payment uses."""

    __slots__ = ()


class ReconciliationId(EntityId):
    """One comparison of the books with the processor."""

    __slots__ = ()


class InstantPayoutId(EntityId):
    """One payout that an instructor asked for."""

    __slots__ = ()
