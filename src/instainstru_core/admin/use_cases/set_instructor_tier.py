"""Put an instructor on a commission level by hand: seen first, then done. Source: PR-18, AD-7."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.accounts.model import Principal
from instainstru_core.accounts.ports import Secrets
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.ports import AdminWork
from instainstru_core.admin.use_cases.staff_acts import (
    DoneAct,
    ShownAct,
    StaffAct,
    StaffEffect,
    preview_staff_act,
    take_staff_act,
)
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.pricing.model.config import PricingConfig
from instainstru_core.pricing.model.tiers import InstructorTier
from instainstru_core.pricing.use_cases.set_tier import set_tier

WorkT = TypeVar("WorkT", bound=AdminWork)


@frozen(kw_only=True)
class SetInstructorTier:
    """An operator wants the instructor on the level called *tier*, and says why."""

    principal: Principal
    instructor_id: InstructorId
    tier: str
    why: Why

    def act(self) -> StaffAct:
        """The act."""
        return StaffAct(
            principal=self.principal,
            kind=ActionKind.SET_TIER,
            target=str(self.instructor_id),
            why=self.why,
            payload={"tier": self.tier},
        )


def preview_instructor_tier(
    request: SetInstructorTier,
    *,
    begin: Begin[AdminWork],
    ids: Ids,
    clock: Clock,
    secrets: Secrets,
    config: PricingConfig,
) -> ShownAct:
    """What setting the tier would change.

    Raises:
        InstructorNotFound: There is no such instructor.
        FoundingInstructor: Their rate stands outside the tiers.
        UnknownTier: No level is called so.
    """

    def perform(work: AdminWork) -> StaffEffect:
        return _perform(request, work, clock, config)

    return preview_staff_act(
        request.act(), perform, begin=begin, ids=ids, clock=clock, secrets=secrets
    )


def set_instructor_tier(
    request: SetInstructorTier,
    *,
    confirm_token: str,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    secrets: Secrets,
    config: PricingConfig,
    answer: Answer[WorkT, DoneAct] = unanswered,
) -> DoneAct:
    """Set the tier, as its preview showed it.

    Raises:
        DomainError: As the preview, and as `take_staff_act`.
    """

    def perform(work: WorkT) -> StaffEffect:
        return _perform(request, work, clock, config)

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


def _perform(
    request: SetInstructorTier, work: AdminWork, clock: Clock, config: PricingConfig
) -> StaffEffect:
    work.instructors.get_for_update(request.instructor_id)
    before, after = set_tier(
        request.instructor_id, request.tier, work=work, now=clock.now(), config=config
    )
    return StaffEffect(before=_shown(before), after=_shown(after))


def _shown(tier: InstructorTier | None) -> dict[str, str]:
    if tier is None:
        return {}
    return {"tier": tier.commission.tier, "commission_bps": str(tier.commission.bps)}
