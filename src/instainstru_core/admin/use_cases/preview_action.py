"""Look at what an act would do to a booking and its money: do it, and undo it. Source: AD-7."""

from datetime import datetime

from attrs import frozen

from instainstru_core.accounts.ports import Secrets
from instainstru_core.admin.confirmations.ids import ConfirmationId
from instainstru_core.admin.confirmations.model import Confirmation
from instainstru_core.admin.confirmations.tokens import token_of
from instainstru_core.admin.model.acts import Ask
from instainstru_core.admin.model.effect import Effect
from instainstru_core.admin.ports import AdminWork
from instainstru_core.admin.use_cases.take_action import perform
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin


@frozen(kw_only=True)
class ActionPreview:
    """What the act would do now, and what proves that it was seen. Source: MC-6."""

    effect: Effect
    confirmation_id: ConfirmationId
    confirm_token: str
    confirm_expires_at: datetime


class _Seen(Exception):
    """Undoes the unit that it leaves, and tells what was done in it."""

    def __init__(self, effect: Effect) -> None:
        super().__init__("seen, and undone")
        self.effect = effect


def preview_action(
    ask: Ask, *, begin: Begin[AdminWork], ids: Ids, clock: Clock, secrets: Secrets
) -> ActionPreview:
    """What `take_action` would do with the same words; nothing but the proof is kept.

    Raises:
        Forbidden: The caller may not, or may not move money.
        DomainError: Whatever would refuse the act.
    """
    effect = _effect(ask, begin=begin, ids=ids, clock=clock)
    confirmation = Confirmation.of(
        ids.new(ConfirmationId),
        principal=ask.principal.account_id,
        payload=ask.payload(),
        effect=effect.content(),
        at=clock.now(),
    )
    with begin() as work:
        work.confirmations.add(confirmation)
    return ActionPreview(
        effect=effect,
        confirmation_id=confirmation.confirmation_id,
        confirm_token=token_of(confirmation.confirmation_id, secrets=secrets),
        confirm_expires_at=confirmation.expires_at,
    )


def _effect(ask: Ask, *, begin: Begin[AdminWork], ids: Ids, clock: Clock) -> Effect:
    try:
        with begin() as work:
            raise _Seen(perform(ask, work=work, ids=ids, clock=clock))
    except _Seen as seen:
        return seen.effect
