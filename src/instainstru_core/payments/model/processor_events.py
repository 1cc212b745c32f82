"""News from the processor: that something changed, never what it is now. Source: PY-65, PY-66."""

from typing import Final

from attrs import frozen

HANDLED_TYPES: Final = frozenset(
    {
        "account.updated",
        "payment_intent.amount_capturable_updated",
        "payment_intent.canceled",
        "payment_intent.payment_failed",
        "payment_intent.succeeded",
        "refund.created",
        "transfer.created",
    }
)
"""The types that change something of ours; every other one is kept as ignored. Source: PY-63."""


@frozen(kw_only=True)
class ProcessorEvent:
    """The processor says that *object_id* changed; whoever hears it asks how it stands now.

    *account* is the instructor's account on which it happened, if it did not on the platform's.
    Events come late, twice and out of order, so nothing but the object's name is taken from them.
    """

    event_id: str
    type: str
    object_id: str
    account: str | None = None
