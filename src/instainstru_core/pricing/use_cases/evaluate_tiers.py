"""Evaluate everybody's commission level again, once a night. Source: PR-12."""

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.pricing.model.config import PricingConfig
from instainstru_core.pricing.ports import PricingWork
from instainstru_core.pricing.use_cases.evaluate_instructor_tier import evaluate_instructor_tier

AT_ONCE = 500


def evaluate_tiers(*, begin: Begin[PricingWork], clock: Clock, config: PricingConfig) -> int:
    """Evaluate and keep the level of everybody who has one, one unit each; how many there were.

    Who breaks it is passed over, and what that raised is raised after all the others.
    """
    evaluated, after, defect = 0, None, None
    while True:
        with begin() as work:
            some = work.instructor_tiers.kept_after(after, limit=AT_ONCE)
        for instructor_id in some:
            try:
                _evaluate(instructor_id, begin=begin, clock=clock, config=config)
            except Exception as error:  # noqa: BLE001 - raised below, when the others had their turn
                defect = defect or error
            else:
                evaluated += 1
        if len(some) < AT_ONCE:
            break
        after = some[-1]
    if defect is not None:
        raise defect
    return evaluated


def _evaluate(
    instructor_id: InstructorId,
    *,
    begin: Begin[PricingWork],
    clock: Clock,
    config: PricingConfig,
) -> None:
    with begin() as work:
        evaluate_instructor_tier(instructor_id, work=work, now=clock.now(), config=config)
