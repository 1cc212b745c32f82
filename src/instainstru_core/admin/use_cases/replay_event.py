"""Let an event of a provider run again, or see what would run. Source: AD-16."""

from typing import Protocol, TypeVar

from attrs import frozen

from instainstru_core.accounts.model import Principal
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.ports import AdminWork
from instainstru_core.admin.use_cases.find_webhooks import check_watches
from instainstru_core.admin.use_cases.staff_acts import StaffAct, StaffEffect, record_staff_act
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.inbox.model import Webhook
from instainstru_core.payments.inbox.ports import InboxWork
from instainstru_core.payments.use_cases.replay_webhook import replay_webhook


class ReplayWork(AdminWork, InboxWork, Protocol):
    """What the unit reaches."""


WorkT = TypeVar("WorkT", bound=ReplayWork)


@frozen(kw_only=True)
class ReplayEvent:
    """Which event, who wants it to run again, and why; a *dry_run* runs nothing."""

    principal: Principal
    webhook_id: WebhookId
    why: Why
    dry_run: bool = True


@frozen(kw_only=True)
class EventReplay:
    """The event as it was, and the row as which it runs again, or would.

    What *again* is about says who hears it; None: nobody does.
    """

    before: Webhook
    again: Webhook
    dry_run: bool


class _DryRun(Exception):
    """Undoes the unit that it leaves, and tells what was done in it."""

    def __init__(self, replay: EventReplay) -> None:
        super().__init__("a dry run, undone")
        self.replay = replay


def replay_event(
    request: ReplayEvent,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    answer: Answer[WorkT, EventReplay] = unanswered,
) -> EventReplay:
    """File the event to run once more, and keep who wanted it; a dry run does it and undoes it.

    Raises:
        Forbidden: The caller does not watch over the platform.
        WebhookInProgress: Somebody acts on the event right now.
        WebhookNotFound: It was never received.
    """
    check_watches(request.principal)
    try:
        with begin() as work:
            replay = _replay(request, work, ids, clock)
            if request.dry_run:
                raise _DryRun(replay)
            answer(work, replay)
            return replay
    except _DryRun as dry:
        return dry.replay


def _replay(request: ReplayEvent, work: ReplayWork, ids: Ids, clock: Clock) -> EventReplay:
    now = clock.now()
    done = replay_webhook(request.webhook_id, work=work, ids=ids, at=now)
    act = StaffAct(
        principal=request.principal,
        kind=ActionKind.REPLAY_WEBHOOK,
        target=str(request.webhook_id),
        why=request.why,
    )
    effect = StaffEffect(
        before={"status": done.before.status.value},
        after={"status": "replayed", "replayed_as": str(done.again.webhook_id)},
    )
    record_staff_act(act, effect, work=work, ids=ids, at=now)
    return EventReplay(before=done.before, again=done.again, dry_run=request.dry_run)
