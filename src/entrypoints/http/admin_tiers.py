"""Commission tiers by hand: shown first, then set. Source: PR-18, AD-7."""

from typing import Annotated, Final

from litestar import Router, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import requires
from entrypoints.http.staff_acts import (
    ConfirmedBody,
    DoneActView,
    ShownActView,
    StaffReasonBody,
    execution_of,
    preview_of,
    tools_of,
)
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.use_cases.set_instructor_tier import (
    SetInstructorTier,
    preview_instructor_tier,
    set_instructor_tier,
)
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.ports import Ports

_KEEPERS: Final = requires(Permission.MANAGE_FINANCIALS)


class TierBody(StaffReasonBody, kw_only=True, forbid_unknown_fields=True):
    """The level of commission, and why."""

    tier: Annotated[str, Meta(min_length=1, max_length=50, examples=["growth"])]


class ConfirmedTierBody(ConfirmedBody, kw_only=True, forbid_unknown_fields=True):
    """The words of the preview, and its token."""

    tier: Annotated[str, Meta(min_length=1, max_length=50, examples=["growth"])]


@post(
    "/instructors/{instructor_id:str}/tier-preview",
    **preview_of(_KEEPERS),
    **documented("Preview a commission tier", refusals=(404, 409)),
)
def preview_tier(
    instructor_id: FromPath[InstructorId],
    data: JSONBody[TierBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> ShownActView:
    """What setting the tier would change."""
    return ShownActView.of(
        preview_instructor_tier(
            SetInstructorTier(
                principal=principal, instructor_id=instructor_id, tier=data.tier, why=data.why()
            ),
            config=ports.pricing,
            **tools_of(ports),
        )
    )


@put(
    "/instructors/{instructor_id:str}/tier",
    **execution_of(_KEEPERS),
    **documented("Set a commission tier", refusals=(400, 404, 409)),
)
def set_tier(
    instructor_id: FromPath[InstructorId],
    data: JSONBody[ConfirmedTierBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> DoneActView:
    """Put the instructor on the tier; the next evaluation may move them on."""
    done = set_instructor_tier(
        SetInstructorTier(
            principal=principal, instructor_id=instructor_id, tier=data.tier, why=data.why()
        ),
        confirm_token=data.confirm_token,
        config=ports.pricing,
        answer=keyed.answer(DoneActView.of),
        **tools_of(ports),
    )
    return DoneActView.of(done)


ROUTER: Final = Router("/admin", route_handlers=[preview_tier, set_tier], tags=["Pricing"])
