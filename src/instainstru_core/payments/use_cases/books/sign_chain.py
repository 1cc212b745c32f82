"""Sign the end of the chain after each day. Source: spec 02 §11.7."""

from datetime import UTC, timedelta

from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.ledger.chain import BEGINNING, Digest, Signer, statement
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.books.seal_journals import seal_journals


def sign_chain(*, begin: Begin[PaymentWork], signer: Signer, clock: Clock) -> Digest:
    """Seal what waits, and sign for yesterday (UTC); a day is signed once."""
    seal_journals(begin=begin)
    now = clock.now()
    day = now.astimezone(UTC).date() - timedelta(days=1)
    with begin() as work:
        head = work.seals.head()
        latest = work.seals.latest_digest()
        if latest is not None and latest.day >= day:
            return latest
        seq, end = (0, BEGINNING) if head is None else (head.seq, head.hash)
        previous = BEGINNING if latest is None else latest.fingerprint
        content = statement(day, seq=seq, head=end, previous=previous)
        digest = Digest(
            day=day,
            seq=seq,
            hash=end,
            previous=previous,
            signature=signer.sign(content),
            signed_at=now,
        )
        work.seals.add_digest(digest)
    return digest
