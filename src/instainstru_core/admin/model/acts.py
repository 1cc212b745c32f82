"""What somebody of the staff can do to a booking. Source: BK-53, BK-39, BK-41, PY-39, PY-46."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from attrs import asdict, field, frozen
from attrs.validators import max_len, min_len, optional

from instainstru_core.accounts.model import Principal
from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import NoShowType
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.texts import stripped, stripped_or_none
from instainstru_core.payments.model.planner import MoneyPolicy

MAX_REASON_CODE: Final = 100
MAX_NOTE: Final = 1000


class ActionKind(StrEnum):
    """What was done, in one word."""

    CANCEL = "cancel"
    COMPLETE = "complete"
    NO_SHOW = "no_show"
    RESOLVE_NO_SHOW = "resolve_no_show"
    RESOLVE_ISSUE = "resolve_issue"
    RUN_REMINDERS = "run_reminders"
    REFUND = "refund"
    RESOLVE_PAYMENT = "resolve_payment"
    GRANT_CREDIT = "grant_credit"
    REVOKE_CREDIT = "revoke_credit"
    SET_CREDIT_BALANCE = "set_credit_balance"
    WRITE_OFF_DEBT = "write_off_debt"
    SET_STANDING = "set_standing"
    HOLD_PAYOUTS = "hold_payouts"
    RELEASE_PAYOUTS = "release_payouts"
    SET_TIER = "set_tier"
    PUBLISH_CONFIG = "publish_config"
    RECONCILE = "reconcile"
    RESOLVE_DIFFERENCE = "resolve_difference"
    REPLAY_WEBHOOK = "replay_webhook"
    APPROVE = "approve"
    DECLINE = "decline"


class IssueSettlement(StrEnum):
    """What an operator settles an issue with, instead of the usual ending. Source: PY-46."""

    FULL_REFUND = "full_refund"
    FULL_CREDIT = "full_credit"
    SPLIT_50_50 = "split_50_50"


@frozen(kw_only=True)
class Cancel:
    """Call it off, with what becomes of the money."""

    policy: MoneyPolicy


@frozen(kw_only=True)
class Complete:
    """It was given, whatever its instructor did not say."""


@frozen(kw_only=True)
class MarkNoShow:
    """Somebody did not come, and nobody reported it."""

    type: NoShowType


@frozen(kw_only=True)
class DecideReport:
    """What becomes of the report on it."""

    resolution: Resolution


@frozen(kw_only=True)
class DecideIssue:
    """What becomes of the issue about it; *no_show_type* goes with `no_show` alone.

    *settlement* sends the money elsewhere than usual; the booking then ends as with `uphold`.
    """

    outcome: IssueOutcome
    no_show_type: NoShowType | None = None
    settlement: IssueSettlement | None = None

    def __attrs_post_init__(self) -> None:
        if self.settlement is not None and self.outcome is not IssueOutcome.UPHOLD:
            raise Malformed("an issue is settled otherwise only where the completion is upheld")


Act: TypeAlias = Cancel | Complete | MarkNoShow | DecideReport | DecideIssue

KINDS: Final[Mapping[type[Act], ActionKind]] = {
    Cancel: ActionKind.CANCEL,
    Complete: ActionKind.COMPLETE,
    MarkNoShow: ActionKind.NO_SHOW,
    DecideReport: ActionKind.RESOLVE_NO_SHOW,
    DecideIssue: ActionKind.RESOLVE_ISSUE,
}


@frozen(kw_only=True)
class Why:
    """The reason, as a code for counting, and in words for other people of the staff."""

    reason_code: str = field(converter=stripped, validator=[min_len(1), max_len(MAX_REASON_CODE)])
    note: str | None = field(
        default=None, converter=stripped_or_none, validator=optional(max_len(MAX_NOTE))
    )


@frozen(kw_only=True)
class Ask:
    """Who wants what done to which booking, and why."""

    principal: Principal
    booking_id: BookingId
    act: Act
    why: Why

    @property
    def kind(self) -> ActionKind:
        """What it is, in one word."""
        return KINDS[type(self.act)]

    @property
    def terms(self) -> Mapping[str, str]:
        """What goes with the act, in plain words."""
        return {name: str(value) for name, value in asdict(self.act).items() if value is not None}

    def payload(self) -> Mapping[str, object]:
        """Everything that is asked for, in plain values. Source: MC-6."""
        return {
            "action": self.kind.value,
            "booking_id": str(self.booking_id),
            "terms": dict(self.terms),
            "reason_code": self.why.reason_code,
            "note": self.why.note,
        }
