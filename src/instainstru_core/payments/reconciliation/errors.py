"""What reconciliation refuses, and why."""

from typing import ClassVar

from instainstru_core.kernel.errors import Conflict, Malformed, NotFound


class ReconciliationNotFound(NotFound):
    """That day was never reconciled."""


class DifferenceNotFound(NotFound):
    """The run of that day has no such item."""


class DifferenceNotOpen(Conflict):
    """There is nothing to resolve: it agrees, is too young, was resolved, or a later run has it."""

    code: ClassVar[str] = "difference_not_open"


class DayNotOver(Malformed):
    """Only days that are over can be reconciled, and none before the platform's time."""

    code: ClassVar[str] = "day_not_over"
