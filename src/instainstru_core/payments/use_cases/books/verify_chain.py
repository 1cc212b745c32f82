"""Look at the whole chain, and say what is wrong with it. Source: spec 02 §11.7."""

from typing import Final

from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.ledger.chain import (
    BEGINNING,
    Fault,
    FaultKind,
    Seal,
    Signer,
    Verdict,
    digest_faults,
    faults,
)
from instainstru_core.payments.queries import PaymentReads

BATCH: Final = 2000
MOST_STRAYS: Final = 100


def verify_chain(*, read: Begin[PaymentReads], signer: Signer, batch: int = BATCH) -> Verdict:
    """Hash everything again, from the first journal on, and check every signature.

    Finds a changed line, a journal that was removed, put in, or moved, and a chain that was made
    anew after it was signed. What is younger than the last digest can be cut off unseen.
    """
    found: list[Fault] = []
    head: Seal | None = None
    with read() as reads:
        chain = reads.chain_queries
        while part := chain.sealed(after=0 if head is None else head.seq, limit=batch):
            found += faults(head, part)
            head = part[-1].seal
        found += [
            Fault(kind=FaultKind.UNSEALED, journal_id=stray) for stray in chain.strays(MOST_STRAYS)
        ]
        digests = chain.every_digest()
        hashes = chain.hashes([digest.seq for digest in digests])
        found += digest_faults(digests, hashes, signer)
        waiting = chain.waiting()
    return Verdict(
        journals=0 if head is None else head.seq,
        digests=len(digests),
        waiting=waiting,
        head=BEGINNING if head is None else head.hash,
        faults=tuple(found),
    )
