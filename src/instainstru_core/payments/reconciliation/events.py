"""What happens to reconciliations."""

from datetime import date
from typing import ClassVar

from attrs import frozen

from instainstru_core.kernel.events import Event


@frozen(kw_only=True)
class DifferencesOverdue(Event):
    """Differences are open for two nights or more: somebody must look. Source: PY-85."""

    name: ClassVar[str] = "ledger.differences_overdue"
    day: date
    differences: int
