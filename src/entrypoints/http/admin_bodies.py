"""What the staff sends and is answered about acts. Source: BK-53, AD-7."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from entrypoints.http.problems import Violation, invalid
from instainstru_core.admin.model.acts import (
    Act,
    Cancel,
    Complete,
    DecideIssue,
    DecideReport,
    IssueSettlement,
    MarkNoShow,
    Why,
)
from instainstru_core.admin.model.effect import Caution, Effect, amounts
from instainstru_core.admin.use_cases.preview_action import ActionPreview
from instainstru_core.admin.use_cases.take_action import ActionTaken
from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import NoShowType
from instainstru_core.payments.model.planner import MoneyPolicy, SettlementPlan

_Token = Annotated[
    str, Meta(min_length=1, max_length=200, description="What the preview of the same words gave.")
]


class ReasonBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """Why: a code for counting, and words for others of the staff."""

    reason_code: Annotated[
        str,
        Meta(min_length=1, max_length=100, pattern=r"\S", examples=["instructor_unreachable"]),
    ]
    note: Annotated[str, Meta(max_length=1000, examples=["She phoned us."])] | None = None

    def why(self) -> Why:
        """The reason."""
        return Why(reason_code=self.reason_code, note=self.note)


class ActBody(ReasonBody, kw_only=True, forbid_unknown_fields=True):
    """It was given after all; completing needs nothing but a reason."""

    def act(self) -> Act:
        """What is asked for."""
        return Complete()


class ConfirmedActBody(ActBody, kw_only=True, forbid_unknown_fields=True):
    """The words of the preview, and its token."""

    confirm_token: _Token


class AdminCancelBody(ActBody, kw_only=True, forbid_unknown_fields=True):
    """Called off by the staff, with what becomes of the money."""

    policy: Annotated[MoneyPolicy, Meta(examples=["full_refund"])]

    def act(self) -> Act:
        """What is asked for."""
        return Cancel(policy=self.policy)


class ConfirmedCancelBody(AdminCancelBody, kw_only=True, forbid_unknown_fields=True):
    """The words of the preview, and its token."""

    confirm_token: _Token


class AdminNoShowBody(ActBody, kw_only=True, forbid_unknown_fields=True):
    """Either who did not come, where nobody reported it, or what becomes of the report."""

    OTHER_WAYS: ClassVar = frozenset({"resolution"})
    """What says again, in another way, what the example says."""

    type: Annotated[NoShowType, Meta(examples=["instructor"])] | UnsetType = UNSET
    resolution: Literal["confirmed_after_review", "dispute_upheld", "cancelled"] | UnsetType = UNSET

    def act(self) -> Act:
        """What is asked for.

        Raises:
            Refusal: Neither of the two, or both.
        """
        if isinstance(self.type, NoShowType) and self.resolution is UNSET:
            return MarkNoShow(type=self.type)
        if self.type is UNSET and isinstance(self.resolution, str):
            return DecideReport(resolution=Resolution(self.resolution))
        message = "give either the type, or the resolution of the report"
        raise invalid([Violation(pointer="/type", code="invalid", message=message)])


class ConfirmedNoShowBody(AdminNoShowBody, kw_only=True, forbid_unknown_fields=True):
    """The words of the preview, and its token."""

    confirm_token: _Token


class AdminIssueBody(ActBody, kw_only=True, forbid_unknown_fields=True):
    """What becomes of the issue: a type goes with `no_show`, a settlement with `uphold`."""

    outcome: Annotated[IssueOutcome, Meta(examples=["uphold"])]
    no_show_type: NoShowType | None = None
    settlement: IssueSettlement | None = None

    def act(self) -> Act:
        """What is asked for.

        Raises:
            Malformed: A settlement goes with nothing but `uphold`.
        """
        return DecideIssue(
            outcome=self.outcome, no_show_type=self.no_show_type, settlement=self.settlement
        )


class ConfirmedIssueBody(AdminIssueBody, kw_only=True, forbid_unknown_fields=True):
    """The words of the preview, and its token."""

    confirm_token: _Token


class WholeSettlementView(Struct, kw_only=True, frozen=True):
    """What becomes of a lesson's money, on all sides of it."""

    outcome: Annotated[str, Meta(examples=["admin_refund"])]
    outcome_if_declined: str | None
    captured_cents: int
    released_hold_cents: int
    refunded_cents: int
    credit_released_cents: int
    credit_applied_cents: int
    credit_forfeited_cents: int
    credit_issued_cents: int
    student_fee_kept_cents: int
    commission_kept_cents: int
    payout_cents: int

    @classmethod
    def of(cls, plan: SettlementPlan) -> "WholeSettlementView":
        """The view of *plan*."""
        return cls(
            outcome=plan.outcome.value,
            outcome_if_declined=None if plan.if_declined is None else plan.if_declined.value,
            **{f"{name}_cents": amount.cents for name, amount in amounts(plan).items()},
        )


class EffectView(Struct, kw_only=True, frozen=True):
    """The booking before and after, and its money; nothing where none is decided on.

    `settlement` is there for those who may see money.
    """

    booking_id: BookingId
    status_before: Annotated[str, Meta(examples=["CONFIRMED"])]
    status_after: Annotated[str, Meta(examples=["CANCELLED"])]
    warnings: list[Caution]
    settlement: WholeSettlementView | UnsetType | None = UNSET

    @classmethod
    def of(cls, effect: Effect, *, money: bool) -> "EffectView":
        """The view of *effect*, with or without its *money*."""
        return cls(
            booking_id=effect.booking.booking_id,
            status_before=effect.before.value,
            status_after=effect.booking.status.value,
            warnings=list(effect.warnings),
            settlement=_settled(effect) if money else UNSET,
        )


class ActionPreviewView(Struct, kw_only=True, frozen=True):
    """What would be done now, and the proof that it was seen: good for five minutes, and once."""

    effect: EffectView
    confirm_token: str
    confirm_expires_at: datetime
    idempotency_key: Annotated[
        str,
        Meta(description="A key that the act may use.", examples=["01JZ8Q5H3M7YB2K4N6P8R0T1V3"]),
    ]

    @classmethod
    def of(cls, preview: ActionPreview, *, money: bool) -> "ActionPreviewView":
        """The view of *preview*, with or without its *money*."""
        return cls(
            effect=EffectView.of(preview.effect, money=money),
            confirm_token=preview.confirm_token,
            confirm_expires_at=preview.confirm_expires_at,
            idempotency_key=str(preview.confirmation_id),
        )


class ActionTakenView(Struct, kw_only=True, frozen=True):
    """What was done."""

    action_id: str
    at: datetime
    effect: EffectView

    @classmethod
    def of(cls, taken: ActionTaken, *, money: bool) -> "ActionTakenView":
        """The view of *taken*, with or without its *money*."""
        return cls(
            action_id=str(taken.action.action_id),
            at=taken.action.at,
            effect=EffectView.of(taken.effect, money=money),
        )


class RemindersRunView(Struct, kw_only=True, frozen=True):
    """To the parties of how many lessons each kind of reminder was sent."""

    sent_24h: int
    sent_1h: int


def _settled(effect: Effect) -> WholeSettlementView | None:
    return None if effect.plan is None else WholeSettlementView.of(effect.plan)
