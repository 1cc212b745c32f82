"""When the outcome of a cancellation changes. Source: BK-26, BK-27, BK-29, spec 01 §11."""

from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Confirmed
from instainstru_core.booking.policies.cancelling import policy_case
from instainstru_core.booking.terms import Party, PolicyCase

BANDS_END_BEFORE: Final = (timedelta(hours=24), timedelta(hours=12), timedelta(0))


@frozen
class PolicyStage:
    """Until when a cancellation would be of one case.

    The instant itself still belongs to the stage, unless it is the start: nobody cancels then.
    """

    until: datetime
    policy_case: PolicyCase


def policy_clock(
    booking: Booking, *, viewer: Party, now: datetime, payment_locked: bool = False
) -> tuple[PolicyStage, ...]:
    """What cancelling would be for *viewer*, from *now* to the start; none if nobody can any more.

    Only confirmed lessons have a policy to run out. Neighbours of one case are one stage.
    """
    start = booking.lesson.starts_at
    if not isinstance(booking.state, Confirmed) or now >= start:
        return ()
    stages: list[PolicyStage] = []
    since = now
    for until in (start - before for before in BANDS_END_BEFORE):
        if since > until:
            continue
        case = policy_case(booking, by=viewer, now=since, payment_locked=payment_locked)
        if stages and stages[-1].policy_case is case:
            stages.pop()
        stages.append(PolicyStage(until, case))
        since = until + datetime.resolution
    return tuple(stages)
