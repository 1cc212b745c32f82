"""Put what was posted into the chain, in one order. Source: spec 02 §11.7."""

from typing import Final

from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.ledger.chain import sealed_after
from instainstru_core.payments.ports import PaymentWork

BATCH: Final = 1000
"""How many journals one unit seals."""


def seal_journals(*, begin: Begin[PaymentWork], batch: int = BATCH) -> int:
    """Seal everything that was posted and committed by now; how much that was.

    One seals at a time. What commits later comes later in the chain, whatever its instant.
    """
    sealed = 0
    while True:
        with begin() as work:
            head = work.seals.head()
            journals = work.seals.unsealed(batch)
            work.seals.add(sealed_after(head, journals))
        sealed += len(journals)
        if len(journals) < batch:
            return sealed
