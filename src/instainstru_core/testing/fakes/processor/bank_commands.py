"""What banks and the processor itself do, which the platform only hears of."""

from datetime import datetime
from typing import Final

from attrs import field, frozen
from attrs.validators import in_, instance_of, optional

from instainstru_core.payments.model.processor import DisputeStatus
from instainstru_core.testing.fakes.processor.values import amount, text

ENDINGS: Final = (DisputeStatus.WON, DisputeStatus.LOST, DisputeStatus.INQUIRY_CLOSED)


@frozen(kw_only=True)
class FailRefund:
    """The bank sends a refund back."""

    refund: str = field(validator=text)


@frozen(kw_only=True)
class OpenDispute:
    """A cardholder's bank disputes the charge of *intent*, or only asks about it (*inquiry*).

    Without an amount the whole charge is disputed.
    """

    intent: str = field(validator=text)
    inquiry: bool = field(default=False, validator=instance_of(bool))
    amount_cents: int | None = field(default=None, validator=optional(amount))
    reason: str = field(default="fraudulent", validator=text)


@frozen(kw_only=True)
class EscalateDispute:
    """What was an inquiry becomes a dispute: the money is withdrawn."""

    dispute: str = field(validator=text)


@frozen(kw_only=True)
class CloseDispute:
    """The bank has decided."""

    dispute: str = field(validator=text)
    status: DisputeStatus = field(converter=DisputeStatus, validator=in_(ENDINGS))


@frozen(kw_only=True)
class PayPlatform:
    """The processor pays part of the platform's balance out to its bank."""

    amount_cents: int = field(validator=amount)


@frozen
class Tick:
    """Nothing but time has passed; what was due by now happens."""


@frozen(kw_only=True)
class FindDispute:
    """How does the dispute stand?"""

    dispute: str = field(validator=text)


@frozen
class FindBalance:
    """What has the platform at the processor?"""


def _moment(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


@frozen(kw_only=True)
class ListBalance:
    """Every movement of the platform's balance from *since* to before *until*."""

    since: datetime = field(converter=_moment)
    until: datetime = field(converter=_moment)
