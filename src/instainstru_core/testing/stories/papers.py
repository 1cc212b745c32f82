"""Bookings with the papers that the staff has of them, as they were kept. Source: BK-50, BK-51."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, frozen
from hypothesis import strategies as st

from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.model import Account, Role
from instainstru_core.admin.confirmations.ids import ConfirmationId
from instainstru_core.admin.confirmations.model import Confirmation
from instainstru_core.admin.ids import ActionId
from instainstru_core.admin.model.action import AdminAction
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.model.files import BookingSearch, Cause, PaymentStatus
from instainstru_core.booking.claims.model.issues import Settlement
from instainstru_core.booking.claims.model.reports import Dispute, Verdict
from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import BookingStatus
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.holds import CardHold, HoldStatus
from instainstru_core.payments.model.operation import OperationKind, PaymentOperation
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.ports import Work
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.stories.claims import a_report, an_issue, paid
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.booking_lists import Company

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NAMES: Final = (("Anna", "Berg"), ("Per%", "O'Neil"), ("Jane", "Smith"), ("José", "_"))


@frozen(kw_only=True)
class Papers:
    """What there is beside a booking: its money, and what was said against it."""

    payment: PaymentState | None
    refunded: bool
    report: str | None
    issue: str | None


@frozen(kw_only=True)
class Kept:
    """A booking with its papers, as they were kept."""

    booking: Booking
    names: Sequence[str]
    emails: Sequence[str]
    payment: Payment | None
    reference: str
    papers: Papers

    def causes(self, now: datetime) -> list[Cause]:
        """Why somebody must look at it, by the rule's own words. Source: BK-51."""
        found = []
        if self.booking.status is BookingStatus.CONFIRMED and self.booking.lesson.ends_at <= now:
            found.append(Cause.AWAITS_COMPLETION)
        if self.papers.report == "disputed":
            found.append(Cause.NO_SHOW_DISPUTED)
        if self.papers.issue == "open":
            found.append(Cause.ISSUE_OPEN)
        if self.papers.payment is PaymentState.MANUAL_REVIEW:
            found.append(Cause.PAYMENT_IN_REVIEW)
        return found

    def is_found(self, wanted: BookingSearch, now: datetime) -> bool:
        """Whether it is on the list, by the rule's own words. Source: BK-50."""
        day = self.booking.lesson.starts_at.astimezone(self.booking.zone.info).date()
        return (
            self._says(wanted.search.lower())
            and (not wanted.statuses or self.booking.status in wanted.statuses)
            and (
                not wanted.payment_statuses
                or any(self._is_paid(each) for each in wanted.payment_statuses)
            )
            and not (wanted.first_day and day < wanted.first_day)
            and not (wanted.last_day and day > wanted.last_day)
            and wanted.needs_action in {None, bool(self.causes(now))}
        )

    def _says(self, sought: str) -> bool:
        keys = [str(self.booking.booking_id).lower()]
        if self.payment is not None:
            keys += [str(self.payment.payment_id).lower(), self.reference]
        texts = (self.booking.service_name, *self.names, *self.emails)
        return sought in keys or any(sought in text.lower() for text in texts)

    def _is_paid(self, status: PaymentStatus) -> bool:
        state = self.papers.payment
        if status is PaymentStatus.PENDING:
            return state in {None, PaymentState.PAYMENT_METHOD_REQUIRED}
        if status is PaymentStatus.REFUNDED:
            return state is not None and self.papers.refunded
        return state is not None and state.value == status.value


def papers() -> st.SearchStrategy[Papers]:
    """Any papers."""
    return st.builds(
        Papers,
        payment=st.sampled_from(
            (
                None,
                PaymentState.PAYMENT_METHOD_REQUIRED,
                PaymentState.AUTHORIZED,
                PaymentState.MANUAL_REVIEW,
            )
        ),
        refunded=st.booleans(),
        report=st.sampled_from((None, "open", "disputed", "resolved")),
        issue=st.sampled_from((None, "open", "resolved")),
    )


def kept(
    begin: Begin[Work], found: Company, beside: Sequence[Papers], ids: CountedIds
) -> list[Kept]:
    """The bookings of *found*, kept with their people and papers."""
    people = [
        *((AccountId(who.value), Role.STUDENT) for who in found.students),
        *((AccountId(who.value), Role.INSTRUCTOR) for who in found.instructors),
    ]
    accounts = {
        who: _account(who, role, NAMES[number]) for number, (who, role) in enumerate(people)
    }
    with begin() as work:
        for account in accounts.values():
            work.accounts.add(account)
        return [
            _keep(work, booking, each, accounts, ids)
            for booking, each in zip(found.bookings, beside, strict=False)
        ]


def a_confirmation(ids: CountedIds, *, at: datetime = NOON) -> Confirmation:
    """Somebody saw something."""
    return Confirmation.of(
        ids.new(ConfirmationId),
        principal=ids.new(AccountId),
        payload={"action": "cancel"},
        effect={"after": "CANCELLED"},
        at=at,
    )


def an_action(ids: CountedIds, booking: Booking, *, at: datetime = NOON) -> AdminAction:
    """Somebody of the staff cancelled *booking*."""
    return AdminAction(
        action_id=ids.new(ActionId),
        booking_id=booking.booking_id,
        actor=ids.new(AccountId),
        kind=ActionKind.CANCEL,
        why=Why(reason_code="storm", note="no trains"),
        at=at,
        before={"status": "CONFIRMED"},
        after={"status": "CANCELLED", "policy": "full_refund"},
    )


def _keep(
    work: Work,
    booking: Booking,
    beside: Papers,
    accounts: dict[AccountId, Account],
    ids: CountedIds,
) -> Kept:
    booking = work.bookings.add(booking)
    payment = None if beside.payment is None else pay(work, booking, beside, ids)
    if beside.report is not None:
        report = work.claims.add_report(a_report(booking, ids))
        dispute = Dispute(at=NOON + MINUTE, reason="but I was there")
        verdict = Verdict(at=NOON + DAY, resolution=Resolution.CANCELLED)
        if beside.report == "disputed":
            work.claims.save_report(evolve(report, dispute=dispute))
        if beside.report == "resolved":
            work.claims.save_report(evolve(report, dispute=dispute, verdict=verdict))
    if beside.issue is not None:
        issue = work.claims.add_issue(an_issue(booking, ids))
        if beside.issue == "resolved":
            settled = Settlement(
                at=NOON + DAY, outcome=IssueOutcome.DISMISS, resolver=ids.new(AccountId)
            )
            work.claims.save_issue(evolve(issue, settlement=settled))
    them = [accounts[AccountId(who.value)] for who in (booking.student, booking.instructor)]
    return Kept(
        booking=booking,
        names=[f"{each.first_name} {each.last_name}" for each in them],
        emails=[each.email for each in them],
        payment=payment,
        reference=reference_of(booking),
        papers=beside,
    )


def pay(work: Work, booking: Booking, beside: Papers, ids: CountedIds) -> Payment:
    """The money of *booking*, as its papers say."""
    assert beside.payment is not None
    payment = paid(booking, ids, beside.payment)
    if beside.payment is PaymentState.MANUAL_REVIEW:
        payment = evolve(payment, review_reason="capture_escalated")
    payment = work.payments.add(payment)
    amount = payment.breakdown.card_amount
    operation = PaymentOperation(
        operation_id=ids.new(OperationId),
        payment_id=payment.payment_id,
        kind=OperationKind.AUTHORISE,
        slot="auth#1",
        amount=amount,
        target="card",
        off_session=True,
        planned_at=NOON,
        next_attempt_at=NOON,
    )
    work.payment_operations.add(operation.send(at=NOON).succeed(reference_of(booking)))
    hold = CardHold(
        hold_id=operation.operation_id,
        intent=reference_of(booking),
        amount=amount,
        status=HoldStatus.REFUNDED if beside.refunded else HoldStatus.VOIDED,
        authorized_at=NOON,
        expires_at=NOON + DAY,
        captured_amount=amount if beside.refunded else amount - amount,
        charge="ch_1" if beside.refunded else None,
    )
    return work.payments.save(evolve(payment, hold=hold))


def reference_of(booking: Booking) -> str:
    """What the processor calls the payment of *booking*."""
    return f"pi_{booking.booking_id}".lower()


def _account(who: AccountId, role: Role, name: tuple[str, str]) -> Account:
    email = f"{who}@example.com"
    return Account(
        account_id=who,
        email=email,
        email_key=email.lower(),
        password_hash="$hash",  # noqa: S106 - no secret
        first_name=name[0],
        last_name=name[1],
        zip_code="11215",
        zone=NEW_YORK,
        role=role,
        created_at=NOON,
    )
