"""Where the books are kept."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.payments.events import LedgerBreached
from instainstru_core.payments.ids import PaymentId
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

    def journals(self, page: PageRequest) -> Page[Journal]:
        """Every journal, newest first."""
        ...
