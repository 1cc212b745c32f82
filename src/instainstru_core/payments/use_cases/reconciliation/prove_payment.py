"""Show every journal of a payment beside what the processor did for it. Source: §11.1."""

from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.queries import PaymentReads
from instainstru_core.payments.reconciliation.proof import PaymentProof


def prove_payment(
    payment_id: PaymentId, *, begin: Begin[PaymentWork], read: Begin[PaymentReads]
) -> PaymentProof:
    """The payment, its journals with their seals, and the processor's movements.

    Raises:
        PaymentNotFound: There is none.
    """
    with begin() as work:
        payment = work.payments.get(payment_id)
    with read() as reads:
        journals = reads.ledger_queries.of_payment(payment_id)
        return PaymentProof(
            payment=payment,
            journals=journals,
            seals=reads.chain_queries.seals_of([each.journal_id for each in journals]),
            moved=reads.reconciliation_queries.moved_for(payment_id),
        )
