"""Where the books are kept."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.payments.events import LedgerBreached
from instainstru_core.payments.ids import JournalId, PaymentId
from instainstru_core.payments.ledger.chain import Digest, Seal, Sealed
from instainstru_core.payments.ledger.chart import EVERYTHING, JournalSearch
from instainstru_core.payments.ledger.model import Journal, TrialBalance


class Ledger(Protocol):
    """Writes the books; nothing in them is ever changed."""

    def post(self, journals: Iterable[Journal]) -> None:
        """Write *journals*; one whose type and source are there already is passed over.

        Source: PY-81.
        """
        ...

    def is_breached(self) -> bool:
        """Whether the latest check found that the books don't balance. Source: PY-86."""
        ...

    def open_breach(self, breach: LedgerBreached) -> None:
        """Remember *breach*, and tell of it; while one is open another is no news."""
        ...

    def close_breach(self, *, at: datetime) -> None:
        """The books balance again, if they did not."""
        ...


class LedgerQueries(Protocol):
    """Reads the books."""

    def trial_balance(self) -> TrialBalance:
        """Every account that was ever posted to, in the order of the chart."""
        ...

    def of_payment(self, payment_id: PaymentId) -> Sequence[Journal]:
        """The journals with a line about the payment, oldest first."""
        ...

    def journals(self, page: PageRequest, search: JournalSearch = EVERYTHING) -> Page[Journal]:
        """The journals that are looked for, newest first."""
        ...


class Seals(Protocol):
    """The chain of sealed journals, and what was signed about it."""

    def head(self) -> Seal | None:
        """The newest seal; until the unit ends nobody else seals or signs."""
        ...

    def unsealed(self, limit: int) -> Sequence[Journal]:
        """At most *limit* journals that were posted and are not sealed, oldest first."""
        ...

    def add(self, seals: Sequence[Seal]) -> None:
        """Keep the seals for ever."""
        ...

    def latest_digest(self) -> Digest | None:
        """What was signed last."""
        ...

    def add_digest(self, digest: Digest) -> None:
        """Keep what was signed for ever; a day that was signed already is passed over."""
        ...


class ChainQueries(Protocol):
    """Reads the chain as it stands, sound or not."""

    def sealed(self, *, after: int, limit: int) -> Sequence[Sealed]:
        """The next *limit* links after a number, each with what stands in the books under it."""
        ...

    def seals_of(self, journals: Sequence[JournalId]) -> Sequence[Seal]:
        """The seals of those *journals* that have one, in the order of the chain."""
        ...

    def waiting(self) -> int:
        """How many journals are to be sealed."""
        ...

    def strays(self, limit: int) -> Sequence[str]:
        """Journals that have no seal and wait for none: they came past `Ledger.post`."""
        ...

    def digests(self, page: PageRequest) -> Page[Digest]:
        """What was signed, the latest day first."""
        ...

    def digest_covering(self, day: date) -> Digest | None:
        """The first digest of that *day* or a later one; None: not signed yet."""
        ...

    def every_digest(self) -> Sequence[Digest]:
        """All that was ever signed, oldest first."""
        ...

    def hashes(self, seqs: Sequence[int]) -> Sequence[tuple[int, str]]:
        """The chain's own hash at each of these numbers, where there is one."""
        ...
