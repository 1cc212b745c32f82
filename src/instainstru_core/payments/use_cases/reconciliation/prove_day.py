"""Put one day's two sides next to each other, for whoever doubts. Source: PY-85, §11.1."""

from datetime import date
from typing import Final

from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.queries import PaymentReads
from instainstru_core.payments.reconciliation.errors import ReconciliationNotFound
from instainstru_core.payments.reconciliation.model import ItemClass
from instainstru_core.payments.reconciliation.proof import DayProof

MOST_SHOWN: Final = 500
"""How many differences a proof shows, the largest first; all of them are counted."""


def prove_day(day: date, *, read: Begin[PaymentReads]) -> DayProof:
    """The run of that day, what did not agree in it, and what seals it.

    Raises:
        ReconciliationNotFound: The day was not reconciled.
    """
    with read() as reads:
        run = reads.reconciliation_queries.run(day)
        if run is None:
            raise ReconciliationNotFound
        return DayProof(
            run=run,
            differences=reads.reconciliation_queries.differences(day, MOST_SHOWN),
            differing=sum(
                total.count for total in run.totals if total.item_class is not ItemClass.MATCHED
            ),
            digest=reads.chain_queries.digest_covering(day),
        )
