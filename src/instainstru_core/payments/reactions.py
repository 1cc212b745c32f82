"""What payments does about what happened, and when its timers ring.

A lost answer of the processor is no failure here: its operation is on file, and the sweeper asks
again with the same key (PY-62).
"""

from contextlib import suppress
from typing import Final, Protocol

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.due_work.model import NewWork, WorkItem
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.ledger.chain import Signer
from instainstru_core.payments.model.operation import Matter
from instainstru_core.payments.model.planner import Ending
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.queries import PaymentReads
from instainstru_core.payments.timers import AUDIT_PAYOUT_SCHEDULES, SETTLE_PAYMENT
from instainstru_core.payments.use_cases.abandon_move import abandon_move
from instainstru_core.payments.use_cases.authorise_payment import authorise_payment
from instainstru_core.payments.use_cases.books.seal_journals import seal_journals
from instainstru_core.payments.use_cases.books.sign_chain import sign_chain
from instainstru_core.payments.use_cases.carry_out import Desks
from instainstru_core.payments.use_cases.chargebacks.record_chargeback import ChargebackDesk
from instainstru_core.payments.use_cases.check_authorisations import check_authorisations
from instainstru_core.payments.use_cases.check_books import watch_books
from instainstru_core.payments.use_cases.climb_ladder import climb_ladder
from instainstru_core.payments.use_cases.credits.announce_expiry import announce_expiry
from instainstru_core.payments.use_cases.credits.conclude_milestone import conclude_milestone
from instainstru_core.payments.use_cases.credits.earn_milestone import earn_milestone
from instainstru_core.payments.use_cases.credits.expire_credit import expire_credit
from instainstru_core.payments.use_cases.debts.record_debt import DebtDesk
from instainstru_core.payments.use_cases.debts.retry_advances import retry_advances
from instainstru_core.payments.use_cases.freeze_payment import (
    COMPLETION_DISPUTED,
    NO_SHOW_REPORTED,
    freeze_payment,
)
from instainstru_core.payments.use_cases.keep_card import detach_card
from instainstru_core.payments.use_cases.payouts.audit_payout_schedules import (
    audit_payout_schedules,
)
from instainstru_core.payments.use_cases.payouts.sweep_instant_payouts import sweep_instant_payouts
from instainstru_core.payments.use_cases.reconciliation.reconcile_due import reconcile_due
from instainstru_core.payments.use_cases.reconciliation.watch_balance import watch_balance
from instainstru_core.payments.use_cases.record_answer import Desk
from instainstru_core.payments.use_cases.refresh_holds import refresh_holds
from instainstru_core.payments.use_cases.refunds.record_refund import RefundDesk
from instainstru_core.payments.use_cases.release_payment import release_payment
from instainstru_core.payments.use_cases.resume_payment import resume_payment
from instainstru_core.payments.use_cases.retry_payouts import retry_payouts
from instainstru_core.payments.use_cases.settle_payment import retry_capture, settle_payment
from instainstru_core.payments.use_cases.sweep_operations import sweep_operations
from instainstru_core.payments.use_cases.tips.record_tip import TipDesk
from instainstru_core.payments.use_cases.tips.retry_tip_transfers import retry_tip_transfers
from instainstru_core.pricing.model.config import PricingConfig
from instainstru_core.pricing.use_cases.evaluate_instructor_tier import evaluate_instructor_tier

DESKS: Final[Desks] = {
    Matter.LESSON: Desk,
    Matter.TIP: TipDesk,
    Matter.DEBT: DebtDesk,
    Matter.REFUND: RefundDesk,
    Matter.CHARGEBACK: ChargebackDesk,
}
"""Who hears the answers of which matter."""


class PaymentPorts(Protocol):
    """What of the world payments needs when nobody is waiting."""

    @property
    def begin(self) -> Begin[PaymentWork]:
        """Opens a unit of work."""
        ...

    @property
    def read(self) -> Begin[PaymentReads]:
        """Opens queries."""
        ...

    @property
    def gateway(self) -> PaymentGateway:
        """The card processor."""
        ...

    @property
    def ids(self) -> Ids:
        """New identifiers."""
        ...

    @property
    def clock(self) -> Clock:
        """Now."""
        ...

    @property
    def signer(self) -> Signer:
        """Signs the books."""
        ...

    @property
    def pricing(self) -> PricingConfig:
        """The figures that prices are made of."""
        ...


def authorise_due_payment(item: WorkItem, ports: PaymentPorts) -> None:
    """The lesson is 24 hours away: hold the money. Source: PY-12."""
    with suppress(OutcomeUnknown):
        authorise_payment(
            item.id(PaymentId, "payment_id"),
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=ports.clock,
        )


def climb_due_ladder(item: WorkItem, ports: PaymentPorts) -> None:
    """The card refused some time ago: take the next step. Source: PY-13."""
    with suppress(OutcomeUnknown):
        climb_ladder(
            item.id(PaymentId, "payment_id"),
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=ports.clock,
        )


def retry_due_capture(item: WorkItem, ports: PaymentPorts) -> None:
    """A taught lesson is not paid yet: ask again. Source: PY-23, PY-24."""
    with suppress(OutcomeUnknown):
        retry_capture(
            item.id(PaymentId, "payment_id"),
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=ports.clock,
        )


def schedule_capture(item: WorkItem, work: PaymentWork, _ports: PaymentPorts) -> None:
    """The lesson was given: take the money 24 hours after its end. Source: PY-21, BK-23."""
    booking = work.bookings.get(item.id(BookingId, "booking_id"))
    work.work_items.file(
        NewWork(
            handler=SETTLE_PAYMENT,
            payload={"booking_id": str(booking.booking_id)},
            due_at=booking.capture_due_at,
            dedupe_key=f"{SETTLE_PAYMENT}:{booking.booking_id}",
        )
    )


def settle_due_payment(item: WorkItem, ports: PaymentPorts) -> None:
    """A day after the lesson: take the money and pay the instructor. Source: PY-22."""
    with suppress(OutcomeUnknown):
        settle_payment(
            item.id(BookingId, "booking_id"),
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=ports.clock,
        )


def release_cancelled_payment(item: WorkItem, ports: PaymentPorts) -> None:
    """There will be no lesson: its money ends as that decides. Source: PY-30…PY-39."""
    booking_id = item.id(BookingId, "booking_id")
    with suppress(OutcomeUnknown):
        abandon_move(
            booking_id,
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=ports.clock,
        )
    with suppress(OutcomeUnknown):
        release_payment(
            booking_id,
            _ending(item),
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=ports.clock,
        )


def freeze_for_report(item: WorkItem, work: PaymentWork, ports: PaymentPorts) -> None:
    """Somebody is said not to have come: keep the money. Source: PY-40."""
    booking_id = item.id(BookingId, "booking_id")
    freeze_payment(booking_id, NO_SHOW_REPORTED, work=work, now=ports.clock.now())


def freeze_for_issue(item: WorkItem, work: PaymentWork, ports: PaymentPorts) -> None:
    """Somebody objects to the lesson: keep the money. Source: PY-46."""
    booking_id = item.id(BookingId, "booking_id")
    freeze_payment(booking_id, COMPLETION_DISPUTED, work=work, now=ports.clock.now())


def resume_claimed_payment(item: WorkItem, ports: PaymentPorts) -> None:
    """What was claimed is settled: so is where the money goes. Source: PY-42…PY-46."""
    with suppress(OutcomeUnknown):
        resume_payment(
            item.id(BookingId, "booking_id"),
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=ports.clock,
        )


def retry_owed_payouts(item: WorkItem, ports: PaymentPorts) -> None:
    """The instructor's account can be paid, or a hold is over: send what waits. Source: PY-47."""
    instructor_id = item.id(InstructorId, "instructor_id")
    for send in (retry_payouts, retry_advances, retry_tip_transfers):
        send(
            instructor_id,
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=ports.clock,
        )


def sweep_due_instant_payouts(_item: WorkItem, ports: PaymentPorts) -> None:
    """Every minute: ask again for instant payouts that were never answered. Source: PY-62."""
    sweep_instant_payouts(
        begin=ports.begin, gateway=ports.gateway, ids=ports.ids, clock=ports.clock
    )


def audit_payouts_nightly(item: WorkItem, ports: PaymentPorts) -> None:
    """At 03:00 UTC: restore payout schedules that drifted, part after part. Source: PY-48."""
    asked = item.payload.get("after")
    after = None if asked is None else item.id(InstructorId, "after")
    rest = audit_payout_schedules(
        after=after, begin=ports.begin, gateway=ports.gateway, ids=ports.ids, clock=ports.clock
    )
    if rest is None:
        return
    now = ports.clock.now()
    with ports.begin() as work:
        work.work_items.file(
            NewWork(
                handler=AUDIT_PAYOUT_SCHEDULES,
                payload={"after": str(rest)},
                due_at=now,
                # One part after one instructor, however many of its kind lead there.
                dedupe_key=f"{AUDIT_PAYOUT_SCHEDULES}:{rest}",
            )
        )


def evaluate_tier_after_lesson(item: WorkItem, work: PaymentWork, ports: PaymentPorts) -> None:
    """The instructor taught one lesson more. Source: PR-12."""
    evaluate_instructor_tier(
        item.id(InstructorId, "instructor"),
        work=work,
        now=ports.clock.now(),
        config=ports.pricing,
    )


def earn_milestone_of_lesson(item: WorkItem, work: PaymentWork, ports: PaymentPorts) -> None:
    """The student had one lesson more. Source: CR-10."""
    earn_milestone(
        item.id(BookingId, "booking_id"),
        work=work,
        ids=ports.ids,
        now=ports.clock.now(),
        config=ports.pricing,
    )


def conclude_milestone_of_payment(item: WorkItem, work: PaymentWork, ports: PaymentPorts) -> None:
    """The lesson's money is settled: so is what it earned. Source: CR-10, CR-12."""
    payment = work.payments.get_for_update(item.id(PaymentId, "payment_id"))
    conclude_milestone(
        payment, work=work, ids=ports.ids, now=ports.clock.now(), config=ports.pricing
    )


def expire_credit_nightly(_item: WorkItem, ports: PaymentPorts) -> None:
    """Every night: credit whose time is over runs out, and what soon will is told. CR-14."""
    expire_credit(begin=ports.begin, ids=ports.ids, clock=ports.clock)
    announce_expiry(begin=ports.begin, clock=ports.clock)


def sweep_due_operations(_item: WorkItem, ports: PaymentPorts) -> None:
    """Every minute: repeat what was never answered. Source: PY-62."""
    sweep_operations(
        begin=ports.begin, gateway=ports.gateway, ids=ports.ids, clock=ports.clock, desks=DESKS
    )


def detach_forgotten_card(item: WorkItem, ports: PaymentPorts) -> None:
    """A student forgot a card: so does the processor, however often it takes. Source: PY-67."""
    detach_card(
        item.id(StudentId, "student_id"),
        str(item.payload["token"]),
        begin=ports.begin,
        gateway=ports.gateway,
    )


def refresh_lapsing_holds(_item: WorkItem, ports: PaymentPorts) -> None:
    """Every hour: no hold lapses while it is needed. Source: PY-16, PY-41."""
    refresh_holds(begin=ports.begin, gateway=ports.gateway, ids=ports.ids, clock=ports.clock)


def check_authorisation_health(_item: WorkItem, ports: PaymentPorts) -> None:
    """Every 15 minutes: holds that nobody asks for, or grants, fail visibly. Source: §7."""
    check_authorisations(read=ports.read, now=ports.clock.now())


def check_books_hourly(_item: WorkItem, ports: PaymentPorts) -> None:
    """Every hour: a breach fails the job, visibly, and stops transfers. Source: PY-86."""
    watch_books(begin=ports.begin, read=ports.read, clock=ports.clock)


def watch_balance_hourly(_item: WorkItem, ports: PaymentPorts) -> None:
    """Every hour: does the processor state the balance that our books do? Source: PY-84, PY-86."""
    watch_balance(begin=ports.begin, gateway=ports.gateway, clock=ports.clock)


def seal_posted_journals(_item: WorkItem, ports: PaymentPorts) -> None:
    """Every minute: what was posted joins the chain. Source: spec 02 §11.7."""
    seal_journals(begin=ports.begin)


def sign_books(_item: WorkItem, ports: PaymentPorts) -> None:
    """After midnight, UTC: the end of the chain is signed. Source: spec 02 §11.7."""
    sign_chain(begin=ports.begin, signer=ports.signer, clock=ports.clock)


def reconcile_nightly(_item: WorkItem, ports: PaymentPorts) -> None:
    """Every night: are the processor's books ours? Source: PY-85."""
    reconcile_due(begin=ports.begin, gateway=ports.gateway, ids=ports.ids, clock=ports.clock)


def _ending(item: WorkItem) -> Ending:
    """What the booking's cancellation means for its money. Source: PY-30."""
    case = item.payload.get("policy_case")
    if case is not None:
        return Ending(str(case))
    # The platform did it: a hold ran out, or no card paid in time.
    return Ending.AUTH_DEADLINE if item.payload.get("was_confirmed") else Ending.CHECKOUT_TIMEOUT
