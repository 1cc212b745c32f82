"""The chain of sealed journals in memory."""

from collections.abc import Sequence
from datetime import date

from attrs import define

from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.payments.ids import JournalId
from instainstru_core.payments.ledger.chain import Digest, Seal, Sealed, Written
from instainstru_core.payments.ledger.model import Journal
from instainstru_core.testing.memory.tables import Tables


@define
class InMemorySeals:
    """The `Seals` port."""

    _tables: Tables

    def head(self) -> Seal | None:
        seals = _seals(self._tables)
        return seals[max(seals)] if seals else None

    def unsealed(self, limit: int) -> Sequence[Journal]:
        waiting = sorted(self._tables.of("unsealed_journals", JournalId, bool))[:limit]
        journals = self._tables.of("journals", JournalId, Journal)
        return [journals[journal_id] for journal_id in waiting]

    def add(self, seals: Sequence[Seal]) -> None:
        kept, waiting = _seals(self._tables), self._tables.of("unsealed_journals", JournalId, bool)
        for seal in seals:
            kept[seal.seq] = seal
            waiting.pop(seal.journal_id, None)

    def latest_digest(self) -> Digest | None:
        digests = _digests(self._tables)
        return digests[max(digests)] if digests else None

    def add_digest(self, digest: Digest) -> None:
        _digests(self._tables).setdefault(digest.day, digest)


@define
class InMemoryChainQueries:
    """The `ChainQueries` query."""

    _tables: Tables

    def sealed(self, *, after: int, limit: int) -> Sequence[Sealed]:
        seals, journals = _seals(self._tables), self._tables.of("journals", JournalId, Journal)
        links = [seals[seq] for seq in sorted(seals) if seq > after][:limit]
        found = [(seal, journals.get(seal.journal_id)) for seal in links]
        return [
            Sealed(seal=seal, written=None if journal is None else Written.of(journal))
            for seal, journal in found
        ]

    def seals_of(self, journals: Sequence[JournalId]) -> Sequence[Seal]:
        wanted, seals = set(journals), _seals(self._tables)
        return [seals[seq] for seq in sorted(seals) if seals[seq].journal_id in wanted]

    def waiting(self) -> int:
        return len(self._tables.of("unsealed_journals", JournalId, bool))

    def strays(self, limit: int) -> Sequence[str]:
        known = {seal.journal_id for seal in _seals(self._tables).values()}
        known |= set(self._tables.of("unsealed_journals", JournalId, bool))
        journals = sorted(self._tables.of("journals", JournalId, Journal))
        return [str(each) for each in journals if each not in known][:limit]

    def digests(self, page: PageRequest) -> Page[Digest]:
        rows = list(self.every_digest())[::-1]
        if page.cursor is not None:
            before = date.fromisoformat(str(page.cursor.key[0]))
            rows = [digest for digest in rows if digest.day < before]
        shown = rows[: page.limit]
        more = len(rows) > len(shown)
        return Page(
            items=shown,
            next_cursor=Cursor((shown[-1].day.isoformat(),)) if more else None,
        )

    def digest_covering(self, day: date) -> Digest | None:
        return next((each for each in self.every_digest() if each.day >= day), None)

    def every_digest(self) -> Sequence[Digest]:
        digests = _digests(self._tables)
        return [digests[day] for day in sorted(digests)]

    def hashes(self, seqs: Sequence[int]) -> Sequence[tuple[int, str]]:
        seals = _seals(self._tables)
        return [(seq, seals[seq].hash) for seq in sorted(set(seqs)) if seq in seals]


def _seals(tables: Tables) -> dict[int, Seal]:
    return tables.of("journal_seals", int, Seal)


def _digests(tables: Tables) -> dict[date, Digest]:
    return tables.of("ledger_digests", date, Digest)
