"""What happened to tips. Source: spec 02 §7."""

from typing import ClassVar

from attrs import frozen

from instainstru_core.kernel.money import Money
from instainstru_core.payments.events import PaymentEvent
from instainstru_core.payments.ids import TipId


@frozen(kw_only=True)
class TipSucceeded(PaymentEvent):
    """The student gave *amount* on top of the lesson. Source: PY-51."""

    name: ClassVar[str] = "tip.succeeded"
    tip_id: TipId
    amount: Money


@frozen(kw_only=True)
class TipFailed(PaymentEvent):
    """The card did not pay the tip; it may be tried again. Source: PY-51."""

    name: ClassVar[str] = "tip.failed"
    tip_id: TipId
    amount: Money
    category: str
