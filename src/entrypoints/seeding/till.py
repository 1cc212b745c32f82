"""Where the money of sample lessons moves: at the processor, in its past, or in name only."""

from typing import Protocol, TypeVar

from attrs import frozen

from entrypoints.seeding.soil import Past
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.operation import PaymentOperation
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor import (
    AuthorisationResult,
    Authorised,
    Captured,
    Transferred,
    Voided,
)

A = TypeVar("A")


class Till(Protocol):
    """Carries out what was asked for one payment, when it was planned, and says what came of it."""

    def hold(self, asked: PaymentOperation, payment: Payment) -> Authorised:
        """Hold money on the card."""
        ...

    def take(self, asked: PaymentOperation, payment: Payment) -> str:
        """Take what is held; the charge."""
        ...

    def let_go(self, asked: PaymentOperation) -> None:
        """Let what is held go."""
        ...

    def send(self, asked: PaymentOperation, payment: Payment) -> str:
        """Pay the instructor out of the charge; the transfer."""
        ...


@frozen(kw_only=True)
class InNameOnly:
    """No processor answers, so none knows of it: the books alone say that it happened."""

    def hold(self, asked: PaymentOperation, payment: Payment) -> Authorised:
        """A hold with a name of its own."""
        return Authorised(intent=_named("pi", payment), amount=asked.amount)

    def take(self, asked: PaymentOperation, payment: Payment) -> str:  # noqa: ARG002
        """The name of a charge."""
        return _named("ch", payment)

    def let_go(self, asked: PaymentOperation) -> None:
        """Nobody has to be told."""

    def send(self, asked: PaymentOperation, payment: Payment) -> str:  # noqa: ARG002
        """The name of a transfer."""
        return _named("tr", payment)


@frozen(kw_only=True)
class InThePast:
    """The processor is told what happened there, and when: its books and ours are the same.

    Told again it answers the same, as every operation has its key.
    """

    past: Past

    def hold(self, asked: PaymentOperation, payment: Payment) -> Authorised:
        """The processor's hold."""
        return _granted(_authorise(self.past.at(asked.planned_at), asked, payment), Authorised)

    def take(self, asked: PaymentOperation, payment: Payment) -> str:  # noqa: ARG002
        """The processor's charge."""
        found = self.past.at(asked.planned_at).capture(
            asked.operation_id, intent=asked.target, amount=asked.amount
        )
        return _granted(found, Captured).charge

    def let_go(self, asked: PaymentOperation) -> None:
        """The processor lets it go."""
        found = self.past.at(asked.planned_at).void(asked.operation_id, intent=asked.target)
        _granted(found, Voided)

    def send(self, asked: PaymentOperation, payment: Payment) -> str:
        """The processor's transfer."""
        found = self.past.at(asked.planned_at).transfer(
            asked.operation_id,
            account=asked.target,
            amount=asked.amount,
            group=payment.group,
            charge=asked.charge,
        )
        return _granted(found, Transferred).transfer


@frozen(kw_only=True)
class HeldNow(InNameOnly):
    """A processor without a past: what is still held is held there now, all else in name only."""

    gateway: PaymentGateway

    def hold(self, asked: PaymentOperation, payment: Payment) -> Authorised:
        """The processor's hold, if it answers."""
        try:
            found = _authorise(self.gateway, asked, payment)
        except OutcomeUnknown:
            return super().hold(asked, payment)
        return found if isinstance(found, Authorised) else super().hold(asked, payment)


def _authorise(
    gateway: PaymentGateway, asked: PaymentOperation, payment: Payment
) -> AuthorisationResult:
    return gateway.authorise(
        asked.operation_id,
        customer=str(payment.student_id),
        card=asked.target,
        amount=asked.amount,
        off_session=asked.off_session,
        group=payment.group,
    )


def _named(prefix: str, payment: Payment) -> str:
    return f"{prefix}_past_{str(payment.booking_id).lower()}"


def _granted(found: object, wanted: type[A]) -> A:
    """What was *found*: good cards and accounts in order are refused nothing."""
    if not isinstance(found, wanted):
        raise TypeError(f"the past can't be told: {found} is no {wanted.__name__}")
    return found
