"""Where credit is kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from instainstru_core.accounts.ids import StudentId
from instainstru_core.payments.credits.model import CreditLot


class CreditLots(Protocol):
    """Every grant of credit."""

    def add(self, lot: CreditLot) -> None:
        """Keep a new lot; what is granted for the same payment and source again is passed over."""
        ...


class CreditQueries(Protocol):
    """Credit as its student sees it."""

    def lots_of(self, student_id: StudentId, *, now: datetime) -> Sequence[CreditLot]:
        """The student's lots that can be spent at *now*, the first to expire first. Source: CR-4.

        Those that expire together come in the order they were granted.
        """
        ...
