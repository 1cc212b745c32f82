"""What needs a second person, and whether there was one. Source: spec 02 §11.9, 03 §11.7, 06 §11.4.

An act that one person can't do alone is undone like a preview (ADR 0031), and what is kept instead
is the request for somebody else's word (ADR 0039).
"""

from datetime import datetime, timedelta
from typing import Final

from instainstru_core.admin.errors import SecondPersonRequired
from instainstru_core.admin.ids import ApprovalId
from instainstru_core.admin.model.action import Seconded
from instainstru_core.admin.model.approval import Approval, Wish
from instainstru_core.admin.model.four_eyes import DEFAULT_RULE, FourEyesRule, rule_of
from instainstru_core.admin.ports import AdminWork
from instainstru_core.config.model import ConfigKey
from instainstru_core.config.ports import ConfigWork
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import NOTHING
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

LATELY: Final = timedelta(days=1)
"""What one person does to one target within that time is looked at as one act."""


class Alone(Exception):
    """Undoes the unit that it leaves, and tells what nobody else has approved."""

    def __init__(self, wish: Wish) -> None:
        super().__init__("done by one person, and undone")
        self.wish = wish


def needs_second(wish: Wish, *, work: AdminWork, at: datetime) -> bool:
    """Whether one person can't do it alone, by what is at stake and what they did lately."""
    if wish.always:
        return True
    if not wish.at_stake:
        return False
    rule, before = rule_in_force(work), NOTHING
    if wish.target is not None:
        before = work.admin_actions.alone_lately(wish.requester, wish.target, since=at - LATELY)
    return rule.holds_for(wish.at_stake + before)


def spend_approval(wish: Wish, *, work: AdminWork, at: datetime) -> Seconded | None:
    """Who approved *wish*, by an approval spent in the unit that does it; None if it needs none.

    Raises:
        Alone: It needs one, and there is none.
    """
    if not needs_second(wish, work=work, at=at):
        return None
    granted = work.approvals.granted(
        wish.requester, payload_hash=wish.payload_hash, effect_hash=wish.effect_hash, at=at
    )
    if granted is None:
        raise Alone(wish)
    work.approvals.save(granted.spend(at=at))
    return granted.seconded


def ask_second_person(
    wish: Wish, *, begin: Begin[AdminWork], ids: Ids, clock: Clock
) -> SecondPersonRequired:
    """Keep the request; what the requester is told. Asked again, it is the same request."""
    with begin() as work:
        kept = work.approvals.add(Approval.of(ids.new(ApprovalId), wish, at=clock.now()))
    return SecondPersonRequired(kept.approval_id, kept.at_stake, kept.expires_at)


def rule_in_force(work: ConfigWork) -> FourEyesRule:
    """The rule that was published last, or the one that is built in."""
    latest = work.config_documents.latest(ConfigKey.FOUR_EYES)
    return DEFAULT_RULE if latest is None else rule_of(latest.body)
