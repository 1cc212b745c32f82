"""The chain of sealed journals in PostgreSQL."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from attrs import define
from sqlalchemy import Connection, Row, text

from adapters.postgres.queries.ledger import LINES, journals_of
from instainstru_core.accounts.ids import StudentId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import EntityId
from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.payments.ids import CreditLotId, JournalId, PaymentId, TipId
from instainstru_core.payments.ledger.chain import (
    Digest,
    Seal,
    Sealed,
    Signature,
    Written,
    WrittenLine,
)
from instainstru_core.payments.ledger.model import Journal

_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('ledger_chain', 0))")
_HEAD = text("SELECT * FROM journal_seals ORDER BY seq DESC LIMIT 1")
_UNSEALED = text(
    LINES.format(
        journals="SELECT journals.* FROM unsealed_journals JOIN journals USING (journal_id)"
        " ORDER BY journal_id LIMIT :rows",
        order="",
    )
)
_SEAL = text(
    """
    WITH sealed AS (
        INSERT INTO journal_seals (seq, journal_id, previous, hash)
        SELECT * FROM unnest(
            CAST(:seqs AS bigint[]), CAST(:ids AS uuid[]),
            CAST(:previous AS text[]), CAST(:hashes AS text[])
        )
        RETURNING journal_id
    )
    DELETE FROM unsealed_journals WHERE journal_id IN (SELECT journal_id FROM sealed)
    """
)
_LATEST_DIGEST = text("SELECT * FROM ledger_digests ORDER BY day DESC LIMIT 1")
_ADD_DIGEST = text(
    """
    INSERT INTO ledger_digests (day, seq, hash, previous, key_id, signature, signed_at)
    VALUES (:day, :seq, :hash, :previous, :key_id, :signature, :signed_at)
    ON CONFLICT (day) DO NOTHING
    """
)
_SEALED = text(
    """
    SELECT seal.seq, seal.journal_id AS sealed_id, seal.previous, seal.hash,
           journal.journal_id, journal.journal_type, journal.source_id, journal.occurred_at,
           line.account, line.cents, line.payment_id, line.instructor_id, line.student_id,
           line.tip_id, line.lot_id, line.processor_ref
    FROM (
        SELECT * FROM journal_seals WHERE seq > :after ORDER BY seq LIMIT :rows
    ) seal
    LEFT JOIN journals journal ON journal.journal_id = seal.journal_id
    LEFT JOIN journal_lines line ON line.journal_id = journal.journal_id
    ORDER BY seal.seq, line.position
    """
)
_SEALS_OF = text(
    "SELECT * FROM journal_seals WHERE journal_id = ANY(CAST(:ids AS uuid[])) ORDER BY seq"
)
_WAITING = text("SELECT count(*) FROM unsealed_journals")
_STRAYS = text(
    """
    SELECT journal_id FROM journals journal
    WHERE NOT EXISTS (SELECT FROM journal_seals seal WHERE seal.journal_id = journal.journal_id)
        AND NOT EXISTS (
            SELECT FROM unsealed_journals waiting WHERE waiting.journal_id = journal.journal_id
        )
    ORDER BY journal_id
    LIMIT :rows
    """
)
_DIGESTS = text(
    """
    SELECT * FROM ledger_digests
    WHERE CAST(:before AS date) IS NULL OR day < CAST(:before AS date)
    ORDER BY day DESC
    LIMIT :rows
    """
)
_COVERING = text("SELECT * FROM ledger_digests WHERE day >= :day ORDER BY day LIMIT 1")
_EVERY_DIGEST = text("SELECT * FROM ledger_digests ORDER BY day")
_HASHES = text(
    "SELECT seq, hash FROM journal_seals WHERE seq = ANY(CAST(:seqs AS bigint[])) ORDER BY seq"
)


@define
class PostgresSeals:
    """The `Seals` port."""

    _connection: Connection

    def head(self) -> Seal | None:
        self._connection.execute(_ALONE)
        row = self._connection.execute(_HEAD).one_or_none()
        return None if row is None else _seal(row, row.journal_id)

    def unsealed(self, limit: int) -> Sequence[Journal]:
        return journals_of(self._connection.execute(_UNSEALED, {"rows": limit}))

    def add(self, seals: Sequence[Seal]) -> None:
        if not seals:
            return
        values = {
            "seqs": [seal.seq for seal in seals],
            "ids": [seal.journal_id.value for seal in seals],
            "previous": [seal.previous for seal in seals],
            "hashes": [seal.hash for seal in seals],
        }
        self._connection.execute(_SEAL, values)

    def latest_digest(self) -> Digest | None:
        row = self._connection.execute(_LATEST_DIGEST).one_or_none()
        return None if row is None else _digest(row)

    def add_digest(self, digest: Digest) -> None:
        values = {
            "day": digest.day,
            "seq": digest.seq,
            "hash": digest.hash,
            "previous": digest.previous,
            "key_id": digest.signature.key_id,
            "signature": digest.signature.value,
            "signed_at": digest.signed_at,
        }
        self._connection.execute(_ADD_DIGEST, values)


@define
class PostgresChainQueries:
    """The `ChainQueries` query."""

    _connection: Connection

    def sealed(self, *, after: int, limit: int) -> Sequence[Sealed]:
        rows = self._connection.execute(_SEALED, {"after": after, "rows": limit})
        return [_sealed(list(links)) for _, links in groupby(rows, key=lambda row: row.seq)]

    def seals_of(self, journals: Sequence[JournalId]) -> Sequence[Seal]:
        values = {"ids": [journal_id.value for journal_id in journals]}
        return [_seal(row, row.journal_id) for row in self._connection.execute(_SEALS_OF, values)]

    def waiting(self) -> int:
        return int(self._connection.scalar(_WAITING) or 0)

    def strays(self, limit: int) -> Sequence[str]:
        rows = self._connection.execute(_STRAYS, {"rows": limit})
        return [str(JournalId(row.journal_id)) for row in rows]

    def digests(self, page: PageRequest) -> Page[Digest]:
        before = None if page.cursor is None else str(page.cursor.key[0])
        values = {"before": before, "rows": page.limit + 1}
        rows = self._connection.execute(_DIGESTS, values).all()
        shown = [_digest(row) for row in rows[: page.limit]]
        return Page(
            items=shown,
            next_cursor=Cursor((shown[-1].day.isoformat(),)) if len(rows) > len(shown) else None,
        )

    def digest_covering(self, day: date) -> Digest | None:
        row = self._connection.execute(_COVERING, {"day": day}).one_or_none()
        return None if row is None else _digest(row)

    def every_digest(self) -> Sequence[Digest]:
        return [_digest(row) for row in self._connection.execute(_EVERY_DIGEST)]

    def hashes(self, seqs: Sequence[int]) -> Sequence[tuple[int, str]]:
        rows = self._connection.execute(_HASHES, {"seqs": list(seqs)})
        return [(row.seq, row.hash) for row in rows]


def _seal(row: Row[Any], journal_id: Any) -> Seal:
    return Seal(seq=row.seq, journal_id=JournalId(journal_id), previous=row.previous, hash=row.hash)


def _digest(row: Row[Any]) -> Digest:
    return Digest(
        day=row.day,
        seq=row.seq,
        hash=row.hash,
        previous=row.previous,
        signature=Signature(key_id=row.key_id, value=row.signature),
        signed_at=row.signed_at,
    )


def _sealed(links: Sequence[Row[Any]]) -> Sealed:
    head = links[0]
    seal = _seal(head, head.sealed_id)
    if head.journal_id is None:
        return Sealed(seal=seal, written=None)
    return Sealed(
        seal=seal,
        written=Written(
            journal_id=str(JournalId(head.journal_id)),
            journal_type=head.journal_type,
            source_id=head.source_id,
            occurred_at=head.occurred_at,
            lines=tuple(
                WrittenLine(
                    account=line.account,
                    cents=line.cents,
                    payment_id=_name(PaymentId, line.payment_id),
                    instructor_id=_name(InstructorId, line.instructor_id),
                    student_id=_name(StudentId, line.student_id),
                    tip_id=_name(TipId, line.tip_id),
                    lot_id=_name(CreditLotId, line.lot_id),
                    processor_ref=line.processor_ref,
                )
                for line in links
                if line.account is not None
            ),
        ),
    )


def _name(kind: type[EntityId], value: Any) -> str | None:
    return None if value is None else str(kind(value))
