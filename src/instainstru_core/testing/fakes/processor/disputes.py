"""The simulated processor's rules for charges that a cardholder's bank disputes."""

from datetime import datetime
from typing import Final

from instainstru_core.kernel.money import Money
from instainstru_core.payments.model.processor import (
    BalanceKind,
    DisputeSeen,
    DisputeStatus,
    Refused,
)
from instainstru_core.testing.fakes.processor.bank_commands import (
    CloseDispute,
    EscalateDispute,
    FindDispute,
    OpenDispute,
)
from instainstru_core.testing.fakes.processor.books import Books, Disputed, Intent
from instainstru_core.testing.fakes.processor.cards import Habit

FEE_CENTS: Final = 15_00
"""What the processor charges for a dispute, won or lost."""


def open_dispute(books: Books, command: OpenDispute, at: datetime) -> DisputeSeen | Refused | None:
    """The bank disputes a charge, or asks about it; None when there is no such charge."""
    intent = books.intents.get(command.intent)
    if intent is None or intent.charge is None:
        return None
    cents = command.amount_cents or intent.captured_cents - intent.refunded_cents
    if not 0 < cents <= intent.captured_cents - intent.refunded_cents:
        return Refused(reason="amount_too_large")
    if any(each.intent == intent.intent for each in books.disputes.values()):
        return Refused(reason="already_disputed")
    return _opened(books, intent, cents, inquiry=command.inquiry, reason=command.reason, at=at)


def disputed_by_habit(books: Books, intent: Intent, at: datetime) -> None:
    """What the card's bank does as soon as money was taken."""
    match books.cards[intent.card].behaviour.habit:
        case Habit.DISPUTED:
            open_dispute(books, OpenDispute(intent=intent.intent), at)
        case Habit.ASKED_ABOUT:
            open_dispute(books, OpenDispute(intent=intent.intent, inquiry=True), at)
        case _:
            pass


def _opened(
    books: Books, intent: Intent, cents: int, *, inquiry: bool, reason: str, at: datetime
) -> DisputeSeen:
    disputed = Disputed(
        dispute=books.new_id("dp"),
        intent=intent.intent,
        charge=str(intent.charge),
        amount_cents=cents,
        status=DisputeStatus.INQUIRY if inquiry else DisputeStatus.OPEN,
        reason=reason,
        opened_at=at,
    )
    books.disputes[disputed.dispute] = disputed
    books.effect("dispute", disputed.dispute, key=disputed.dispute, amount_cents=cents, at=at)
    books.emit("charge.dispute.created", disputed.dispute, at=at)
    if not inquiry:
        _withdraw(books, disputed, at)
    return _seen(disputed)


def _withdraw(books: Books, disputed: Disputed, at: datetime) -> None:
    disputed.fee_cents = FEE_CENTS
    name, cents = disputed.dispute, disputed.amount_cents
    group = books.intents[disputed.intent].group
    books.book(BalanceKind.DISPUTE, name, -cents, group=group, at=at, fee_cents=FEE_CENTS)
    books.emit("charge.dispute.funds_withdrawn", name, at=at)


def escalate_dispute(
    books: Books, command: EscalateDispute, at: datetime
) -> DisputeSeen | Refused | None:
    """An inquiry becomes a dispute; None when there is none."""
    if (disputed := books.disputes.get(command.dispute)) is None:
        return None
    if disputed.status is not DisputeStatus.INQUIRY:
        return Refused(reason=f"dispute_{disputed.status}")
    disputed.status = DisputeStatus.OPEN
    books.emit("charge.dispute.updated", disputed.dispute, at=at)
    _withdraw(books, disputed, at)
    return _seen(disputed)


def close_dispute(
    books: Books, command: CloseDispute, at: datetime
) -> DisputeSeen | Refused | None:
    """The bank has decided: a won dispute's money comes back, its fee does not."""
    if (disputed := books.disputes.get(command.dispute)) is None:
        return None
    if disputed.status is command.status:
        return _seen(disputed)
    inquiry = disputed.status is DisputeStatus.INQUIRY
    if disputed.status not in {DisputeStatus.INQUIRY, DisputeStatus.OPEN} or inquiry != (
        command.status is DisputeStatus.INQUIRY_CLOSED
    ):
        return Refused(reason=f"dispute_{disputed.status}")
    disputed.status = command.status
    if command.status is DisputeStatus.WON:
        group = books.intents[disputed.intent].group
        name, cents = disputed.dispute, disputed.amount_cents
        books.book(BalanceKind.DISPUTE_REVERSAL, name, cents, group=group, at=at)
        books.emit("charge.dispute.funds_reinstated", name, at=at)
    books.emit("charge.dispute.closed", disputed.dispute, at=at)
    return _seen(disputed)


def find_dispute(books: Books, command: FindDispute, at: datetime) -> DisputeSeen | None:  # noqa: ARG001
    """How the dispute stands; None when there is none."""
    disputed = books.disputes.get(command.dispute)
    return None if disputed is None else _seen(disputed)


def is_disputed(books: Books, intent: Intent) -> bool:
    """Whether the charge's money is with the cardholder's bank, or gone back for good."""
    gone = {DisputeStatus.OPEN, DisputeStatus.LOST}
    return any(
        each.intent == intent.intent and each.status in gone for each in books.disputes.values()
    )


def _seen(disputed: Disputed) -> DisputeSeen:
    return DisputeSeen(
        dispute=disputed.dispute,
        intent=disputed.intent,
        charge=disputed.charge,
        amount=Money(disputed.amount_cents),
        fee=Money(disputed.fee_cents),
        status=disputed.status,
        reason=disputed.reason,
        opened_at=disputed.opened_at,
    )
