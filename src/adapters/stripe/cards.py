"""Cards, kept by Stripe for use without their holders. Source: PY-4, PY-67.

Stripe API pages: Setup intents, Payment methods (retrieve, attach, detach, list).
"""

import stripe
from attrs import field, frozen
from stripe import PaymentMethod

from adapters.stripe.client import PAGE, Counter, answering
from adapters.stripe.customers import Customers
from adapters.stripe.declines import PROCESSING, declined_by
from instainstru_core.payments.errors import ProcessorObjectUnknown
from instainstru_core.payments.model.processor import CARD_IN_USE, CardDetails, CardSetup, Declined


@frozen
class Cards:
    """Keeps cards; their numbers go from the browser to Stripe and never come here."""

    counter: Counter
    customers: Customers = field(repr=False)

    def attach_card(self, *, customer: str, token: str) -> CardDetails | Declined:
        """Keep the card behind *token*; one that is kept already is the same card."""
        owner = self.customers.of(customer)
        try:
            with answering():
                return self._kept(token, owner)
        except stripe.CardError as error:
            return declined_by(error)
        except (stripe.InvalidRequestError, ProcessorObjectUnknown):
            return Declined(category=PROCESSING)

    def _kept(self, token: str, owner: str) -> CardDetails | Declined:
        methods = self.counter.client.v1.payment_methods
        method = methods.retrieve(token)
        if method.card is None:
            return Declined(category=PROCESSING)
        fresh = _details(method)
        same = (each for each in map(_details, self._cards(owner)) if _same(each, fresh))
        old = next(same, fresh)
        if _owner(method) not in {None, owner}:
            return Declined(category=CARD_IN_USE)
        if _owner(method) != owner:
            return _details(methods.attach(token, {"customer": owner})) if old is fresh else old
        if old.token != fresh.token:
            methods.detach(fresh.token)
        return old

    def _cards(self, owner: str) -> list[PaymentMethod]:
        """The customer's cards, the oldest first."""
        listed = self.counter.client.v1.payment_methods.list(
            {"customer": owner, "type": "card", "limit": PAGE}
        )
        return sorted(listed.auto_paging_iter(), key=lambda each: (each.created, each.id))

    def start_setup(self, *, customer: str) -> CardSetup:
        """A card form for *customer*, whose card is to be used without them later."""
        with answering():
            made = self.counter.client.v1.setup_intents.create(
                {
                    "customer": self.customers.of(customer),
                    "allowed_payment_method_types": ["card"],
                    "usage": "off_session",
                }
            )
        return CardSetup(setup=made.id, client_secret=made.client_secret or "")

    def find_setup(self, setup: str) -> CardSetup | None:
        """How the form stands now."""
        try:
            with answering():
                found = self.counter.client.v1.setup_intents.retrieve(setup)
        except ProcessorObjectUnknown:
            return None
        method = found.payment_method if found.status == "succeeded" else None
        token = method.id if isinstance(method, PaymentMethod) else method
        return CardSetup(setup=found.id, client_secret=found.client_secret or "", token=token)

    def detach_card(self, *, customer: str, token: str) -> None:
        """Forget the card, if it is this customer's."""
        methods = self.counter.client.v1.payment_methods
        owner = self.customers.of(customer)
        try:
            with answering():
                if _owner(methods.retrieve(token)) == owner:
                    methods.detach(token)
        except ProcessorObjectUnknown:
            return


def _owner(method: PaymentMethod) -> str | None:
    owner = method.customer
    return owner if owner is None or isinstance(owner, str) else owner.id


def _details(method: PaymentMethod) -> CardDetails:
    card = method.card
    if card is None:  # pragma: no cover - only cards are asked for
        raise TypeError(method.type)
    return CardDetails(
        token=method.id,
        brand=card.brand,
        last4=card.last4 or "",
        exp_month=card.exp_month,
        exp_year=card.exp_year,
        fingerprint=card.fingerprint or method.id,
    )


def _same(old: CardDetails, fresh: CardDetails) -> bool:
    return (old.fingerprint, old.exp_month, old.exp_year) == (
        fresh.fingerprint,
        fresh.exp_month,
        fresh.exp_year,
    )
