"""The money of sample lessons: held, taken, given back or frozen, and booked to the cent."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Self

from attrs import define, evolve, frozen

from entrypoints.seeding.people import stable_id
from entrypoints.seeding.till import Till
from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.ids import IdT
from instainstru_core.kernel.money import NOTHING
from instainstru_core.payments.credits.model import CreditLot, source_of
from instainstru_core.payments.ids import CreditLotId, OperationId, PaymentId
from instainstru_core.payments.ledger.credit_postings import CreditBooks
from instainstru_core.payments.ledger.model import Journal
from instainstru_core.payments.ledger.postings import Bookkeeper
from instainstru_core.payments.model.cards import ConnectAccount, SavedCard
from instainstru_core.payments.model.freezing import freeze
from instainstru_core.payments.model.holds import CardHold, HoldStatus
from instainstru_core.payments.model.operation import OperationKind, PaymentOperation
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.planner import Ending, plan, settlement
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.pricing.model.config import DEFAULT_PRICING, FOUNDING
from instainstru_core.pricing.model.quotes import quote
from instainstru_core.pricing.model.tiers import Commission

_AGREED_AFTER: Final = timedelta(minutes=3)
_ANSWERED_AFTER: Final = timedelta(seconds=2)


@define
class _StableIds:
    """The `Ids` port for one payment: the same ones each time."""

    _name: str
    _at: datetime
    _count: int = 0

    def new(self, kind: type[IdT]) -> IdT:
        """The next id, of *kind*."""
        self._count += 1
        return stable_id(kind, f"{self._name}:{self._count}", self._at)


@frozen(kw_only=True)
class LessonMoney:
    """A payment as it was opened and as it is now, with what the processor was asked between."""

    opened: Payment
    now: Payment
    operations: Sequence[PaymentOperation]
    journals: Sequence[Journal]
    lots: Sequence[CreditLot] = ()

    def keep(self, work: PaymentWork) -> None:
        """Write it all down; nobody is told."""
        kept = work.payments.add(self.opened)
        for operation in self.operations:
            work.payment_operations.add(operation)
        work.payments.save(evolve(self.now, version=kept.version, events=()))
        work.ledger.post(self.journals)
        for lot in self.lots:
            work.credit_lots.add(evolve(lot, events=()))


@frozen(kw_only=True)
class Held:
    """The money of one lesson, held on the card a day before; the beginning of every story."""

    opened: Payment
    payment: Payment
    hold: CardHold
    asked: PaymentOperation
    ids: _StableIds
    journals: Sequence[Journal]
    _till: Till

    @classmethod
    def of(
        cls,
        lesson: Booking,
        *,
        card: SavedCard,
        founding: bool,
        till: Till,
        agreed_at: datetime | None = None,
    ) -> Self:
        """The money of *lesson*, which moves at *till*."""
        opened = _opened(
            lesson, card, founding=founding, at=agreed_at or lesson.created_at + _AGREED_AFTER
        )
        held_at = opened.auth_due_at
        ids = _StableIds(str(lesson.booking_id), held_at)
        asked = _operation(
            ids, opened, OperationKind.AUTHORISE, opened.next_slot, card.token, at=held_at
        )
        done_at = held_at + _ANSWERED_AFTER
        granted = till.hold(asked, opened)
        payment = opened.schedule(at=opened.created_at).attempt(at=held_at)
        payment = payment.hold_money(asked.operation_id, granted, at=done_at)
        taken = CardHold(
            hold_id=asked.operation_id,
            intent=granted.intent,
            amount=granted.amount,
            status=HoldStatus.ACTIVE,
        )
        return cls(
            opened=opened,
            payment=payment,
            hold=taken,
            asked=asked.succeed(granted.intent),
            ids=ids,
            journals=Bookkeeper(payment, ids, done_at).authorised(taken),
            till=till,
        )

    def paid_out(self, account: ConnectAccount) -> LessonMoney:
        """The lesson was taught: a day after its end all of it went where it goes."""
        at = self.payment.capture_due_at
        taken, capture, journals = self._take(Outcome.LESSON_COMPLETED, at)
        price, paid_at = taken.breakdown, at + _ANSWERED_AFTER
        asked = evolve(
            _operation(
                self.ids,
                taken,
                OperationKind.TRANSFER,
                "settlement#1",
                account.account,
                at=paid_at,
            ),
            amount=price.charge_transfer,
            charge=capture.processor_ref,
        )
        payout = asked.succeed(self._till.send(asked, taken))
        books = Bookkeeper(taken, self.ids, paid_at)
        return LessonMoney(
            opened=self.opened,
            now=taken.settle(Outcome.LESSON_COMPLETED, payout=price.payout, at=paid_at),
            operations=(self.asked, capture, payout),
            journals=[
                *self.journals,
                *journals,
                *books.settled(plan(Ending.LESSON_COMPLETED, breakdown=price)),
                *books.transferred(payout),
            ],
        )

    def credited(self, outcome: Outcome, *, at: datetime) -> LessonMoney:
        """The lesson was called off late: its price is the student's credit."""
        taken, capture, journals = self._take(outcome, at)
        done_at = at + _ANSWERED_AFTER
        decided = settlement(outcome, breakdown=taken.breakdown)
        lot = CreditLot.granted(
            self.ids.new(CreditLotId),
            student_id=taken.student_id,
            payment_id=taken.payment_id,
            source=source_of(outcome),
            amount=decided.credit_issued,
            at=done_at,
            expires_at=done_at + timedelta(days=DEFAULT_PRICING.credit_expiry_days),
        )
        books = Bookkeeper(taken, self.ids, done_at)
        return LessonMoney(
            opened=self.opened,
            now=taken.settle(outcome, payout=decided.payout, at=done_at),
            operations=(self.asked, capture),
            journals=[
                *self.journals,
                *journals,
                *books.settled(decided),
                CreditBooks(self.ids, done_at).granted(lot),
            ],
            lots=(lot,),
        )

    def released(self, outcome: Outcome, *, at: datetime) -> LessonMoney:
        """Nothing is charged after all: the hold was let go."""
        asked = evolve(
            _operation(
                self.ids,
                self.payment,
                OperationKind.VOID,
                f"void:{self.hold.hold_id}",
                self.hold.intent,
                at=at,
            ),
            amount=self.hold.amount,
        )
        self._till.let_go(asked)
        void = asked.succeed(self.hold.intent)
        done_at = at + _ANSWERED_AFTER
        free = self.payment.end_as(outcome).let_go()
        return LessonMoney(
            opened=self.opened,
            now=free.settle(outcome, payout=NOTHING, at=done_at),
            operations=(self.asked, void),
            journals=[*self.journals, *Bookkeeper(free, self.ids, done_at).released(self.hold)],
        )

    def frozen(self, reason: str, *, at: datetime) -> LessonMoney:
        """Somebody claims something: the money stays where it is until it is decided."""
        return LessonMoney(
            opened=self.opened,
            now=freeze(self.payment, reason, at=at),
            operations=(self.asked,),
            journals=self.journals,
        )

    def _take(
        self, outcome: Outcome, at: datetime
    ) -> tuple[Payment, PaymentOperation, list[Journal]]:
        closing = self.payment.end_as(outcome)
        slot = f"capture:{self.hold.hold_id}"
        capture = _operation(
            self.ids, closing, OperationKind.CAPTURE, slot, self.hold.intent, at=at
        )
        charge = self._till.take(capture, closing)
        done_at = at + _ANSWERED_AFTER
        taken = closing.take(charge, closing.breakdown.card_amount, at=done_at)
        spent = evolve(
            self.hold,
            status=HoldStatus.CAPTURED,
            captured_amount=closing.breakdown.card_amount,
            charge=charge,
        )
        journals = Bookkeeper(taken, self.ids, done_at).captured(capture, spent)
        return taken, capture.succeed(charge), journals


def _opened(lesson: Booking, card: SavedCard, *, founding: bool, at: datetime) -> Payment:
    config = DEFAULT_PRICING
    entry = config.tiers[0]
    commission = (
        Commission(tier=FOUNDING, bps=config.founding_rate_bps)
        if founding
        else Commission(tier=entry.name, bps=entry.commission_bps)
    )
    return Payment.open(
        stable_id(PaymentId, str(lesson.booking_id), at),
        booking_id=lesson.booking_id,
        student_id=lesson.student,
        instructor_id=lesson.instructor,
        lesson=lesson.lesson,
        breakdown=quote(
            lesson.hourly_rate,
            lesson.lesson.minutes,
            lesson.location_type.modality,
            commission=commission,
            config=config,
        ),
        card_id=card.card_id,
        card_token=card.token,
        at=at,
    )


def _operation(
    ids: _StableIds,
    payment: Payment,
    kind: OperationKind,
    slot: str,
    target: str,
    *,
    at: datetime,
) -> PaymentOperation:
    planned = PaymentOperation(
        operation_id=ids.new(OperationId),
        payment_id=payment.payment_id,
        kind=kind,
        slot=slot,
        amount=payment.breakdown.card_amount,
        target=target,
        off_session=kind is OperationKind.AUTHORISE,
        planned_at=at,
        next_attempt_at=at,
    )
    return planned.send(at=at)
