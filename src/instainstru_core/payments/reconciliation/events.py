"""What happens to reconciliations."""

from datetime import date
from typing import ClassVar

from attrs import frozen

from instainstru_core.kernel.events import Event


@frozen(kw_only=True)
class BalanceDiffers(Event):
    """The processor states another balance than our books, and nothing explains it. PY-84, PY-86.

    *day* is the run whose item it is.
    """

    name: ClassVar[str] = "ledger.balance_differs"
    day: date
    difference_cents: int


@frozen(kw_only=True)
class DifferencesOverdue(Event):
    """Differences are open for two nights or more: somebody must look. Source: PY-85."""

    name: ClassVar[str] = "ledger.differences_overdue"
    day: date
    differences: int
