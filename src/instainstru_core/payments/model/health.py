"""Whether scheduled holds are asked for in time, and granted. Source: spec 02 §7."""

from datetime import timedelta
from typing import Final

from attrs import frozen

OVERDUE_AFTER: Final = timedelta(minutes=15)
MOST_OVERDUE: Final = 5
QUIET_FOR: Final = timedelta(minutes=120)


@frozen(kw_only=True)
class AuthorisationHealth:
    """How the holds that fell due are doing.

    *overdue* are scheduled payments nobody asked the card for, 15 minutes late or more; *unpaid*
    those that fell due within the last two hours, a quarter of an hour ago or more, and are not
    held; *granted* the holds of the last two hours.
    """

    overdue: int
    unpaid: int
    granted: int

    @property
    def stalled(self) -> bool:
        """Whether somebody must be told."""
        return self.overdue > MOST_OVERDUE or (self.unpaid > 0 and not self.granted)
