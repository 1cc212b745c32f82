"""News from the processor: that something changed, never what it is now. Source: PY-65, PY-66."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from attrs import frozen


class Subject(StrEnum):
    """What an event is about, and so who hears it."""

    INTENT = "intent"
    SETUP = "setup"
    CHARGE = "charge"
    REFUND = "refund"
    DISPUTE = "dispute"
    TRANSFER = "transfer"
    ACCOUNT = "account"
    DEAUTHORISATION = "deauthorisation"
    PAYOUT = "payout"


SUBJECTS: Final[Mapping[str, Subject]] = {
    "account.application.deauthorized": Subject.DEAUTHORISATION,
    "account.updated": Subject.ACCOUNT,
    "charge.dispute.closed": Subject.DISPUTE,
    "charge.dispute.created": Subject.DISPUTE,
    "charge.dispute.funds_reinstated": Subject.DISPUTE,
    "charge.dispute.funds_withdrawn": Subject.DISPUTE,
    "charge.dispute.updated": Subject.DISPUTE,
    "charge.refunded": Subject.CHARGE,
    "payment_intent.amount_capturable_updated": Subject.INTENT,
    "payment_intent.canceled": Subject.INTENT,
    "payment_intent.payment_failed": Subject.INTENT,
    "payment_intent.succeeded": Subject.INTENT,
    "payout.canceled": Subject.PAYOUT,
    "payout.created": Subject.PAYOUT,
    "payout.failed": Subject.PAYOUT,
    "payout.paid": Subject.PAYOUT,
    "payout.updated": Subject.PAYOUT,
    "refund.created": Subject.REFUND,
    "refund.failed": Subject.REFUND,
    "refund.updated": Subject.REFUND,
    "setup_intent.canceled": Subject.SETUP,
    "setup_intent.setup_failed": Subject.SETUP,
    "setup_intent.succeeded": Subject.SETUP,
    "transfer.created": Subject.TRANSFER,
    "transfer.reversed": Subject.TRANSFER,
    "transfer.updated": Subject.TRANSFER,
}
"""Every type that is acted on; every other one is kept as ignored. Source: PY-63, PY-66."""


@frozen(kw_only=True)
class ProcessorEvent:
    """The processor says that *object_id* changed; whoever hears it asks how it stands now.

    *account* is the instructor's account on which it happened, if it did not on the platform's.
    Events come late, twice and out of order, so nothing but these names is taken from them.
    """

    event_id: str
    type: str
    object_id: str
    account: str | None = None

    @property
    def subject(self) -> Subject | None:
        """What it is about; None: nothing that anybody acts on."""
        return SUBJECTS.get(self.type)
