"""Calling a lesson off, and seeing beforehand what that costs. Source: BK-25…BK-29, PY-27."""

from datetime import datetime
from typing import Annotated, Final

import msgspec
from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from entrypoints.http.booking_views import BookingView
from entrypoints.http.idempotency import Keyed
from entrypoints.http.lesson_bodies import trimmed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import REQUIRED, Operation, policy, requires
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import MAX_REASON_LENGTH
from instainstru_core.booking.mutex import alone_with
from instainstru_core.booking.terms import Band, Party, PolicyCase
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking
from instainstru_core.payments.model.planner import SettlementPlan
from instainstru_core.payments.use_cases.cancel_lesson import CancelledLesson, cancel_lesson
from instainstru_core.payments.use_cases.preview_cancellation import (
    CancellationPreview,
    Stage,
    preview_cancellation,
)
from instainstru_core.ports import Ports

_CANCELLERS: Final = requires(
    Permission.CANCEL_OWN_BOOKINGS, Permission.CANCEL_STUDENT_BOOKINGS, any_of=True
)


class CancelBookingBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """Why it is called off."""

    reason: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=2 * MAX_REASON_LENGTH,
            pattern=r"\S",
            description="1 to 500 characters, the space around them aside.",
            examples=["I caught a cold."],
        ),
    ]


class SettlementView(Struct, kw_only=True, frozen=True):
    """What becomes of a lesson's money, as one side of it sees it.

    The student sees the card, the fee and the credit, the instructor the payout (PR-15). Where the
    card has to be asked first, `outcome_if_declined` says how it ends when that fails.
    """

    outcome: Annotated[str, Meta(examples=["student_cancel_12_24_full_credit"])]
    outcome_if_declined: str | None
    charged_cents: int | None
    hold_released_cents: int | None
    refunded_cents: int | None
    student_fee_kept_cents: int | None
    credit_granted_cents: int | None
    credit_released_cents: int | None
    credit_forfeited_cents: int | None
    payout_cents: int | None

    @classmethod
    def of(cls, plan: SettlementPlan, viewer: Party) -> "SettlementView":
        """What *viewer* sees of *plan*."""
        mine = viewer is Party.STUDENT
        return cls(
            outcome=plan.outcome.value,
            outcome_if_declined=None if plan.if_declined is None else plan.if_declined.value,
            charged_cents=plan.captured.cents if mine else None,
            hold_released_cents=plan.released_hold.cents if mine else None,
            refunded_cents=plan.refunded.cents if mine else None,
            student_fee_kept_cents=plan.student_fee_kept.cents if mine else None,
            credit_granted_cents=plan.credit_issued.cents if mine else None,
            credit_released_cents=plan.credit_released.cents if mine else None,
            credit_forfeited_cents=plan.credit_forfeited.cents if mine else None,
            payout_cents=plan.payout.cents if viewer is Party.INSTRUCTOR else None,
        )


class CancelledBookingView(BookingView, kw_only=True, frozen=True):
    """The lesson as it is now, and what becomes of its money; nothing where nobody checked out."""

    settlement: SettlementView | None

    @classmethod
    def of_cancelled(
        cls, cancelled: CancelledLesson, viewer: Party, now: datetime
    ) -> "CancelledBookingView":
        """The view that *viewer* has of *cancelled* at *now*."""
        shown = BookingView.of(cancelled.booking, viewer, now)
        plan = cancelled.plan
        return cls(
            **msgspec.structs.asdict(shown),
            settlement=None if plan is None else SettlementView.of(plan, viewer),
        )


class StageView(Struct, kw_only=True, frozen=True):
    """What cancelling does from `since` on; without a case it can't be done any more."""

    since: datetime
    band: Band | None
    policy_case: PolicyCase | None
    settlement: SettlementView | None

    @classmethod
    def of(cls, stage: Stage, viewer: Party) -> "StageView":
        """What *viewer* sees of *stage*."""
        plan = stage.plan
        return cls(
            since=stage.since,
            band=stage.band,
            policy_case=stage.policy_case,
            settlement=None if plan is None else SettlementView.of(plan, viewer),
        )


class CancellationPreviewView(Struct, kw_only=True, frozen=True):
    """What cancelling does now, when that changes next, and what it does from then on."""

    now: StageView
    changes_at: Annotated[datetime | None, Meta(description="The next change.")]
    later: list[StageView]

    @classmethod
    def of(cls, preview: CancellationPreview) -> "CancellationPreviewView":
        """The view of *preview*."""
        later = [StageView.of(stage, preview.by) for stage in preview.later]
        return cls(
            now=StageView.of(preview.now, preview.by),
            changes_at=later[0].since if later else None,
            later=later,
        )


@post(
    "/{booking_id:str}/cancel",
    sync_to_thread=True,
    status_code=200,
    opt=policy(
        access=_CANCELLERS, bucket="booking", idempotency=REQUIRED, operation=Operation.CANCEL
    ),
    **documented("Cancel a booking", refusals=(404, 409)),
)
def cancel(
    booking_id: FromPath[BookingId],
    data: JSONBody[CancelBookingBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> CancelledBookingView:
    """Call a lesson off, or give up a hold; a booking cancelled before stays as it is.

    The time is free at once; what `settlement` says about the money is carried out right after.
    """

    def view(cancelled: CancelledLesson) -> CancelledBookingView:
        viewer = _party(cancelled.booking, principal)
        return CancelledBookingView.of_cancelled(cancelled, viewer, ports.clock.now())

    reason = trimmed(data.reason, least=1, most=MAX_REASON_LENGTH, pointer="/reason")
    with alone_with(booking_id, ports.mutexes):
        cancelled = cancel_lesson(
            CancelBooking(principal=principal, booking_id=booking_id, reason=reason),
            begin=ports.begin,
            ids=ports.ids,
            clock=ports.clock,
            answer=keyed.answer(view),
        )
    return view(cancelled)


@get(
    "/{booking_id:str}/cancel-preview",
    sync_to_thread=True,
    opt=policy(access=_CANCELLERS, bucket="read"),
    **documented("See what cancelling costs", refusals=(404, 409)),
)
def preview(
    booking_id: FromPath[BookingId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> CancellationPreviewView:
    """What cancelling would do now, and each time that it will do something else."""
    found = preview_cancellation(
        booking_id, principal=principal, begin=ports.begin, clock=ports.clock
    )
    return CancellationPreviewView.of(found)


def _party(booking: Booking, principal: Principal) -> Party:
    return booking.party_of(principal.account_id) or Party.ADMIN


ROUTER: Final = Router("/bookings", route_handlers=[cancel, preview], tags=["bookings"])
