"""Say above which amount a second person is needed: seen first, then done. Source: AD-10, AD-7."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.accounts.model import Principal
from instainstru_core.accounts.ports import Secrets
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.model.four_eyes import rule_of
from instainstru_core.admin.ports import AdminWork
from instainstru_core.admin.use_cases.four_eyes import rule_in_force
from instainstru_core.admin.use_cases.staff_acts import (
    DoneAct,
    ShownAct,
    StaffAct,
    StaffEffect,
    preview_staff_act,
    take_staff_act,
)
from instainstru_core.config.model import Body, ConfigKey
from instainstru_core.config.use_cases.publish_config import PublishConfig, publish_config
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=AdminWork)


@frozen(kw_only=True)
class PublishFourEyes:
    """An operator who saw version *expected* wants *body* to hold."""

    principal: Principal
    body: Body
    expected: int
    why: Why

    def act(self) -> StaffAct:
        """The act."""
        return StaffAct(
            principal=self.principal,
            kind=ActionKind.PUBLISH_CONFIG,
            target=ConfigKey.FOUR_EYES.value,
            why=self.why,
            payload={"body": dict(self.body), "expected": self.expected},
        )


def preview_four_eyes(
    request: PublishFourEyes, *, begin: Begin[AdminWork], ids: Ids, clock: Clock, secrets: Secrets
) -> ShownAct:
    """What publishing would change.

    Raises:
        InvalidConfig: The document breaks rules; it names every broken field.
        ConfigChanged: Another version is current.
    """

    def perform(work: AdminWork) -> StaffEffect:
        return _perform(request, work, clock)

    return preview_staff_act(
        request.act(), perform, begin=begin, ids=ids, clock=clock, secrets=secrets
    )


def publish_four_eyes(
    request: PublishFourEyes,
    *,
    confirm_token: str,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    secrets: Secrets,
    answer: Answer[WorkT, DoneAct] = unanswered,
) -> DoneAct:
    """Let the rule hold from now on; a laxer one needs a second person itself.

    Raises:
        DomainError: As the preview, and as `take_staff_act`.
    """

    def perform(work: WorkT) -> StaffEffect:
        return _perform(request, work, clock)

    return take_staff_act(
        request.act(),
        perform,
        confirm_token=confirm_token,
        begin=begin,
        ids=ids,
        clock=clock,
        secrets=secrets,
        answer=answer,
    )


def _perform(request: PublishFourEyes, work: AdminWork, clock: Clock) -> StaffEffect:
    rule, before = rule_of(request.body), rule_in_force(work)
    published = publish_config(
        PublishConfig(
            key=ConfigKey.FOUR_EYES,
            body=rule.document(),
            expected=request.expected,
            author=str(request.principal.account_id),
            reason=request.why.note or request.why.reason_code,
        ),
        work=work,
        now=clock.now(),
    )
    laxer = rule.is_laxer_than(before)
    return StaffEffect(
        before={"version": str(request.expected)},
        after={"version": str(published.version)},
        shows={"before": before.document(), "after": rule.document(), "laxer": laxer},
        needs_second=laxer,
    )
