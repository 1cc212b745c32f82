"""Which customer of Stripe's one of our accounts is. Source: PY-4; spec 02 §4 (ProcessorCustomer).

Stripe API pages: Create a customer, Search customers, Idempotent requests, Search.
"""

from typing import Final

from attrs import define, field

from adapters.stripe.client import Counter, answering

ACCOUNT: Final = "account"
REMEMBERED: Final = 10_000
"""How many customers a process remembers before it begins anew."""


@define
class Customers:
    """Finds or makes the one customer of an account, and remembers it while the process lives.

    A search may miss what is younger than an hour, and a key is forgotten after 24 hours; so the
    search comes first, and whom it doesn't find is made with a key that depends on the account
    alone: whichever of the two holds, there is one customer.
    """

    counter: Counter
    _known: dict[str, str] = field(factory=dict, repr=False)

    def of(self, account: str) -> str:
        """The customer's id."""
        known = self._known.get(account)
        if known is None:
            known = self._found(account) or self._made(account)
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[account] = known
        return known

    def _found(self, account: str) -> str | None:
        with answering():
            found = self.counter.client.v1.customers.search(
                {"query": f"metadata['{ACCOUNT}']:'{account}'", "limit": 1}
            )
        return found.data[0].id if found.data else None

    def _made(self, account: str) -> str:
        with answering():
            return self.counter.client.v1.customers.create(
                {"metadata": {ACCOUNT: account}}, {"idempotency_key": f"customer:{account}"}
            ).id
