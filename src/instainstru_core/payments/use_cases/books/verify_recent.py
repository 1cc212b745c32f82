"""Look at the newest part of the chain, from the last signed day on. Source: spec 02 §11.7."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from attrs import evolve, frozen

from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.ledger.chain import (
    Digest,
    Fault,
    Seal,
    Signer,
    digest_faults,
    faults,
)
from instainstru_core.payments.ledger.ports import ChainQueries
from instainstru_core.payments.queries import PaymentReads

BATCH: Final = 2000
MOST: Final = 20_000
"""How many journals one look takes, so that it ends soon however much was never signed."""


@frozen(kw_only=True)
class Recent:
    """What came of it: how many journals were looked at since which signed day; None: since ever.

    *left* says that there are more than one look takes; *waiting* wait for their seal.
    """

    signed: date | None
    journals: int
    left: bool
    waiting: int
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong with what was looked at."""
        return not self.faults


def verify_recent(
    *, read: Begin[PaymentReads], signer: Signer, batch: int = BATCH, most: int = MOST
) -> Recent:
    """Check the last digest, and hash again the journal it signed and at most *most* after it.

    What is older than that only `verify_chain` looks at.
    """
    looked = 0
    with read() as reads:
        chain = reads.chain_queries
        newest = chain.digests(PageRequest(limit=2)).items
        signed = newest[0] if newest else None
        found = _of_the_digest(signed, newest[1:], chain, signer)
        head = _before(signed, chain)
        part = chain.sealed(after=_seq(head), limit=min(batch, most))
        while part:
            found += faults(head, part)
            looked, head = looked + len(part), part[-1].seal
            part = (
                chain.sealed(after=_seq(head), limit=min(batch, most - looked))
                if looked < most
                else ()
            )
        left = bool(chain.sealed(after=_seq(head), limit=1))
        waiting = chain.waiting()
    return Recent(
        signed=None if signed is None else signed.day,
        journals=looked,
        left=left,
        waiting=waiting,
        faults=tuple(found),
    )


def _of_the_digest(
    signed: Digest | None, earlier: Sequence[Digest], chain: ChainQueries, signer: Signer
) -> list[Fault]:
    if signed is None:
        return []
    hashes = chain.hashes([signed.seq])
    return list(digest_faults([signed], hashes, signer, before=earlier[0] if earlier else None))


def _before(signed: Digest | None, chain: ChainQueries) -> Seal | None:
    """The place before the journal that was signed last, as that one names it; None: none."""
    if signed is None or signed.seq <= 1:
        return None
    for link in chain.sealed(after=signed.seq - 1, limit=1):
        if link.seal.seq == signed.seq:
            return evolve(link.seal, seq=signed.seq - 1, hash=link.seal.previous)
    return None


def _seq(head: Seal | None) -> int:
    return 0 if head is None else head.seq
