"""Send the reminders that are due without waiting for their job. Source: BK-53."""

from typing import Final, TypeVar

from attrs import frozen

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.accounts.ports import RateStore
from instainstru_core.accounts.rate_limits import HOUR_MS, RatePolicy
from instainstru_core.admin.errors import RemindersJustRun
from instainstru_core.admin.ids import ActionId
from instainstru_core.admin.model.action import AdminAction
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.ports import AdminWork
from instainstru_core.booking.reminders.use_cases.run_reminders import RemindersRun, run_reminders
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

WorkT = TypeVar("WorkT", bound=AdminWork)

ONCE_AN_HOUR: Final = RatePolicy("reminders_by_hand", rate=1, window_ms=HOUR_MS, burst=0)
_EVERYBODY: Final = "reminders_by_hand:platform"


@frozen(kw_only=True)
class RunRemindersByHand:
    """Who doesn't want to wait, and why."""

    principal: Principal
    why: Why


def run_reminders_by_hand(
    request: RunRemindersByHand,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    rates: RateStore,
) -> RemindersRun:
    """Send what is due, as the job would; nobody gets a reminder twice.

    Raises:
        Forbidden: The caller may not.
        RemindersJustRun: Somebody did less than an hour ago.
    """
    if not request.principal.may(Permission.MANAGE_ALL_BOOKINGS):
        raise Forbidden("only those who manage all bookings can do this")
    (decision,) = rates.decide([(ONCE_AN_HOUR, _EVERYBODY)])
    if not decision.allowed:
        raise RemindersJustRun(-(-(decision.retry_after_ms or HOUR_MS) // 1000))
    done = run_reminders(begin=begin, clock=clock)
    with begin() as work:
        action = AdminAction(
            action_id=ids.new(ActionId),
            booking_id=None,
            actor=request.principal.account_id,
            kind=ActionKind.RUN_REMINDERS,
            why=request.why,
            at=clock.now(),
            before={},
            after={kind.value: str(count) for kind, count in done.sent.items()},
        )
        work.admin_actions.add(action)
    return done
