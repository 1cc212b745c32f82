"""What the staff does to money, credit and figures: shown, proved and written down. Source: AD-7.

The acts themselves belong to other contexts; here is what they have in common. Whoever asks for one
gives a function that does it in an open unit and says what it did: a preview does it and undoes it
(ADR 0031), and the act that is confirmed must do the same again.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias, TypeVar

from attrs import field, frozen

from instainstru_core.accounts.model import Principal
from instainstru_core.accounts.ports import Secrets
from instainstru_core.admin.confirmations.errors import Expired
from instainstru_core.admin.confirmations.ids import ConfirmationId
from instainstru_core.admin.confirmations.model import Confirmation
from instainstru_core.admin.confirmations.tokens import read_token, token_of
from instainstru_core.admin.ids import ActionId
from instainstru_core.admin.model.action import AdminAction
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.model.approval import Wish
from instainstru_core.admin.ports import AdminWork
from instainstru_core.admin.use_cases.four_eyes import (
    Alone,
    ask_second_person,
    needs_second,
    spend_approval,
)
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=AdminWork)


@frozen(kw_only=True)
class StaffAct:
    """Who wants what done to which *target*, and why; *payload* is the rest of what they said."""

    principal: Principal
    kind: ActionKind
    target: str
    why: Why
    payload: Mapping[str, object] = field(factory=dict)
    booking_id: BookingId | None = None

    def content(self) -> Mapping[str, object]:
        """Everything that is asked for, in plain values. Source: MC-6."""
        return {
            "action": self.kind.value,
            "target": self.target,
            "terms": dict(self.payload),
            "reason_code": self.why.reason_code,
            "note": self.why.note,
        }


@frozen(kw_only=True)
class StaffEffect:
    """What an act did: *before* and *after* are kept for ever, so nothing personal is in them.

    *shows* is what whoever confirms it must see, in plain values; it must be the same when it is
    done as when it was shown, so no new id and no instant belongs there. *at_stake* is what is
    given, given back or given up; *needs_second* holds for what one person never does alone.
    """

    before: Mapping[str, str] = field(factory=dict)
    after: Mapping[str, str] = field(factory=dict)
    shows: Mapping[str, object] = field(factory=dict)
    at_stake: Money = NOTHING
    needs_second: bool = False

    def content(self) -> Mapping[str, object]:
        """What must be the same when it is done, in plain values."""
        return {"before": dict(self.before), "after": dict(self.after), "shows": dict(self.shows)}


Perform: TypeAlias = Callable[[WorkT], StaffEffect]
"""Does an act in an open unit, or raises what refuses it."""


@frozen(kw_only=True)
class ShownAct:
    """What an act would do now, and what proves that it was seen. Source: MC-6.

    *needs_second* says that somebody else must approve it, or has approved it.
    """

    effect: StaffEffect
    needs_second: bool
    confirmation_id: ConfirmationId
    confirm_token: str
    confirm_expires_at: datetime


@frozen(kw_only=True)
class DoneAct:
    """What was done, and what it did."""

    action: AdminAction
    effect: StaffEffect


class _Seen(Exception):
    """Undoes the unit that it leaves, and tells what was done in it."""

    def __init__(self, effect: StaffEffect, *, needs_second: bool) -> None:
        super().__init__("seen, and undone")
        self.effect = effect
        self.needs_second = needs_second


def preview_staff_act(
    act: StaffAct,
    perform: Perform[WorkT],
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    secrets: Secrets,
) -> ShownAct:
    """What `take_staff_act` would do with the same words; nothing but the proof is kept.

    Raises:
        DomainError: Whatever would refuse the act.
    """
    seen = _look(act, perform, begin=begin, clock=clock)
    effect = seen.effect
    confirmation = Confirmation.of(
        ids.new(ConfirmationId),
        principal=act.principal.account_id,
        payload=act.content(),
        effect=effect.content(),
        at=clock.now(),
    )
    with begin() as work:
        work.confirmations.add(confirmation)
    return ShownAct(
        effect=effect,
        needs_second=seen.needs_second,
        confirmation_id=confirmation.confirmation_id,
        confirm_token=token_of(confirmation.confirmation_id, secrets=secrets),
        confirm_expires_at=confirmation.expires_at,
    )


def take_staff_act(
    act: StaffAct,
    perform: Perform[WorkT],
    *,
    confirm_token: str,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    secrets: Secrets,
    answer: Answer[WorkT, DoneAct] = unanswered,
) -> DoneAct:
    """Act, unless the effect would be another one by now, and keep who did it and why.

    Raises:
        InvalidFormat: What was given is no confirm token.
        InvalidSignature: It is none of ours.
        ActorMismatch: Somebody else saw the preview.
        Expired: It is more than five minutes ago.
        PayloadMismatch: Something else was shown.
        AlreadyUsed: It was acted on.
        EffectChanged: The act would do something else by now.
        SecondPersonRequired: Somebody else must approve it first; nothing but that was kept.
        DomainError: Whatever refuses the act itself; then nothing has happened.
    """
    confirmation_id = read_token(confirm_token, secrets=secrets)

    def confirmed(work: WorkT) -> StaffEffect:
        seen = work.confirmations.find(confirmation_id)
        if seen is None:
            raise Expired
        seen = seen.used(principal=act.principal.account_id, payload=act.content(), at=clock.now())
        work.confirmations.save(seen)
        effect = perform(work)
        seen.check_effect(effect.content())
        return effect

    return take_at_once(act, confirmed, begin=begin, ids=ids, clock=clock, answer=answer)


def take_at_once(
    act: StaffAct,
    perform: Perform[WorkT],
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    answer: Answer[WorkT, DoneAct] = unanswered,
) -> DoneAct:
    """Act without a preview, and keep who did it and why, and who approved it where one must.

    Raises:
        SecondPersonRequired: Somebody else must approve it first; nothing but that was kept.
        DomainError: Whatever refuses the act itself; then nothing has happened.
    """
    try:
        with begin() as work:
            effect = perform(work)
            action = record_staff_act(act, effect, work=work, ids=ids, at=clock.now())
            done = DoneAct(action=action, effect=effect)
            answer(work, done)
            return done
    except Alone as alone:
        raise ask_second_person(alone.wish, begin=begin, ids=ids, clock=clock) from None


def record_staff_act(
    act: StaffAct, effect: StaffEffect, *, work: AdminWork, ids: Ids, at: datetime
) -> AdminAction:
    """Keep who did it and why, in the unit that does it. Source: AD-2, spec 02 §5.

    Raises:
        Alone: One person can't do it, and nobody approved it.
    """
    seconded = spend_approval(_wish(act, effect), work=work, at=at)
    action = AdminAction(
        action_id=ids.new(ActionId),
        booking_id=act.booking_id,
        actor=act.principal.account_id,
        kind=act.kind,
        why=act.why,
        at=at,
        before=effect.before,
        after=effect.after,
        target=act.target,
        at_stake=effect.at_stake,
        seconded=seconded,
    )
    work.admin_actions.add(action)
    return action


def _look(act: StaffAct, perform: Perform[WorkT], *, begin: Begin[WorkT], clock: Clock) -> _Seen:
    try:
        with begin() as work:
            effect = perform(work)
            wish = _wish(act, effect)
            raise _Seen(effect, needs_second=needs_second(wish, work=work, at=clock.now()))
    except _Seen as seen:
        return seen


def _wish(act: StaffAct, effect: StaffEffect) -> Wish:
    return Wish(
        requester=act.principal.account_id,
        kind=act.kind,
        target=act.target,
        booking_id=act.booking_id,
        why=act.why,
        payload=act.content(),
        effect=effect.content(),
        at_stake=effect.at_stake,
        always=effect.needs_second,
    )
