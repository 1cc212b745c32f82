"""Journals in a chain: each seal names the one before, so that tampering shows.

A journal is posted without a seal, as traffic of money must not wait in one line; a job seals what
was posted, in one order. From then on nothing in it can change, disappear, come between others or
change places without `faults` saying so. Source: spec 02 §11.7.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final, Protocol, Self

from attrs import field, frozen

from instainstru_core.kernel.time import utc
from instainstru_core.payments.ids import JournalId
from instainstru_core.payments.ledger.model import Journal

BEGINNING: Final = "0" * 64
"""What the first seal names as the one before."""


@frozen(kw_only=True)
class WrittenLine:
    """A line as it stands in the books, whatever became of it."""

    account: str
    cents: int
    payment_id: str | None = None
    instructor_id: str | None = None
    student_id: str | None = None
    tip_id: str | None = None
    lot_id: str | None = None
    processor_ref: str | None = None


@frozen(kw_only=True)
class Written:
    """A journal as it stands in the books, whatever became of it: it need not even balance."""

    journal_id: str
    journal_type: str
    source_id: str
    occurred_at: datetime = field(converter=utc)
    lines: tuple[WrittenLine, ...]

    @classmethod
    def of(cls, journal: Journal) -> Self:
        """The journal as it was posted."""
        return cls(
            journal_id=str(journal.journal_id),
            journal_type=journal.journal_type.value,
            source_id=journal.source_id,
            occurred_at=journal.occurred_at,
            lines=tuple(
                WrittenLine(
                    account=line.account.value,
                    cents=line.cents,
                    payment_id=_text(line.payment_id),
                    instructor_id=_text(line.instructor_id),
                    student_id=_text(line.student_id),
                    tip_id=_text(line.tip_id),
                    lot_id=_text(line.lot_id),
                    processor_ref=line.processor_ref,
                )
                for line in journal.lines
            ),
        )


@frozen(kw_only=True)
class Seal:
    """The place of one journal in the chain."""

    seq: int
    journal_id: JournalId
    previous: str
    hash: str


@frozen(kw_only=True)
class Sealed:
    """A seal, and what stands in the books under it now; None: nothing any more."""

    seal: Seal
    written: Written | None


class FaultKind(StrEnum):
    """What is wrong with the chain."""

    CHANGED = "changed"
    """The journal is not what was sealed: a line was changed, added or taken away."""
    REMOVED = "removed"
    """There is a seal, and no journal under it; or seals before it are gone."""
    MISPLACED = "misplaced"
    """The seal doesn't go on from the one before: something came between, or changed places."""
    UNSEALED = "unsealed"
    """The journal came past the till: nobody was told to seal it."""
    DIGEST_FORGED = "digest_forged"
    """The signature of the day is not ours."""
    DIGEST_CONTRADICTED = "digest_contradicted"
    """The chain is not the one that was signed on that day."""


@frozen(kw_only=True)
class Fault:
    """One thing that is wrong, and where."""

    kind: FaultKind
    seq: int | None = None
    journal_id: str | None = None
    day: date | None = None


@frozen(kw_only=True)
class Signature:
    """What a signer says, and by which of its keys; both in hexadecimal."""

    key_id: str
    value: str


class Signer(Protocol):
    """Signs for the platform, so that others can check it."""

    def sign(self, content: bytes) -> Signature:
        """The signature under *content*."""
        ...

    def verify(self, content: bytes, signature: Signature) -> bool:
        """Whether it was this signer that signed *content*."""
        ...

    def public_key(self) -> str:
        """What others check signatures with, in hexadecimal."""
        ...


@frozen(kw_only=True)
class Digest:
    """The end of the chain as it was signed after a day; *previous* is the digest before."""

    day: date
    seq: int
    hash: str
    previous: str
    signature: Signature
    signed_at: datetime = field(converter=utc)

    @property
    def statement(self) -> bytes:
        """What is signed."""
        return statement(self.day, seq=self.seq, head=self.hash, previous=self.previous)

    @property
    def fingerprint(self) -> str:
        """What the next digest names as the one before."""
        return sha256(self.statement + self.signature.value.encode()).hexdigest()


@frozen(kw_only=True)
class Verdict:
    """What came of looking at the whole chain."""

    journals: int
    digests: int
    waiting: int
    head: str
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def statement(day: date, *, seq: int, head: str, previous: str) -> bytes:
    """What is signed after a *day*: how long the chain is, its end, and the digest before."""
    return _canonical({"day": day.isoformat(), "hash": head, "previous": previous, "seq": seq})


def canonical(written: Written, *, seq: int, previous: str) -> bytes:
    """The bytes a seal is the hash of: JSON as RFC 8785 writes texts and whole numbers."""
    return _canonical(
        {
            "seq": seq,
            "previous": previous,
            "journal_id": written.journal_id,
            "journal_type": written.journal_type,
            "source_id": written.source_id,
            "occurred_at": written.occurred_at.isoformat(timespec="microseconds"),
            "lines": [
                [
                    line.account,
                    line.cents,
                    line.payment_id,
                    line.instructor_id,
                    line.student_id,
                    line.tip_id,
                    line.lot_id,
                    line.processor_ref,
                ]
                for line in written.lines
            ],
        }
    )


def sealed_after(head: Seal | None, journals: Iterable[Journal]) -> list[Seal]:
    """The seals of *journals*, going on from *head*."""
    seq, previous = (0, BEGINNING) if head is None else (head.seq, head.hash)
    seals: list[Seal] = []
    for journal in journals:
        seq += 1
        own = _hash(Written.of(journal), seq=seq, previous=previous)
        seals.append(Seal(seq=seq, journal_id=journal.journal_id, previous=previous, hash=own))
        previous = own
    return seals


def faults(before: Seal | None, chain: Iterable[Sealed]) -> Iterator[Fault]:
    """What is wrong with a part of the chain that goes on from *before*."""
    seq, previous = (0, BEGINNING) if before is None else (before.seq, before.hash)
    for each in chain:
        seal, written = each.seal, each.written
        name = str(seal.journal_id)
        if seal.seq != seq + 1:
            yield Fault(kind=FaultKind.REMOVED, seq=seq + 1)
        elif seal.previous != previous:
            yield Fault(kind=FaultKind.MISPLACED, seq=seal.seq, journal_id=name)
        if written is None:
            yield Fault(kind=FaultKind.REMOVED, seq=seal.seq, journal_id=name)
        elif seal.hash != _hash(written, seq=seal.seq, previous=seal.previous):
            yield Fault(kind=FaultKind.CHANGED, seq=seal.seq, journal_id=name)
        seq, previous = seal.seq, seal.hash


def digest_faults(
    digests: Sequence[Digest],
    hashes: Iterable[tuple[int, str]],
    signer: Signer,
    *,
    before: Digest | None = None,
) -> Iterator[Fault]:
    """What is wrong with *digests*, oldest first; *hashes* are the chain's own where they signed.

    They go on from *before*. A digest of no journal is about the beginning.
    """
    at = {0: BEGINNING} | dict(hashes)
    previous = BEGINNING if before is None else before.fingerprint
    for digest in digests:
        if digest.previous != previous or not signer.verify(digest.statement, digest.signature):
            yield Fault(kind=FaultKind.DIGEST_FORGED, seq=digest.seq, day=digest.day)
        if at.get(digest.seq) != digest.hash:
            yield Fault(kind=FaultKind.DIGEST_CONTRADICTED, seq=digest.seq, day=digest.day)
        previous = digest.fingerprint


def _hash(written: Written, *, seq: int, previous: str) -> str:
    return sha256(canonical(written, seq=seq, previous=previous)).hexdigest()


def _canonical(content: object) -> bytes:
    packed = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return packed.encode()


def _text(value: object) -> str | None:
    return None if value is None else str(value)
