"""The money of lessons that were taught: asked for, taken, passed on and booked, to the cent."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Self

from attrs import define, evolve, frozen

from entrypoints.seeding.people import stable_id
from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.ids import IdT
from instainstru_core.payments.ids import OperationId, PaymentId
from instainstru_core.payments.ledger.model import Journal
from instainstru_core.payments.ledger.postings import Bookkeeper
from instainstru_core.payments.model.cards import ConnectAccount, SavedCard
from instainstru_core.payments.model.operation import OperationKind, PaymentOperation
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.planner import Ending, plan
from instainstru_core.payments.model.processor import Authorised
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
class SettledLesson:
    """A payment as it was opened and as it ended, with what the processor was asked between."""

    opened: Payment
    ended: Payment
    operations: Sequence[PaymentOperation]
    journals: Sequence[Journal]

    @classmethod
    def of(
        cls, lesson: Booking, *, card: SavedCard, account: ConnectAccount, founding: bool
    ) -> Self:
        """The money of *lesson*, all of it settled."""
        opened = _opened(lesson, card, founding=founding)
        held_at, taken_at = opened.auth_due_at, opened.capture_due_at
        ids = _StableIds(str(lesson.booking_id), held_at)
        price, name = opened.breakdown, str(lesson.booking_id).lower()

        asked = _operation(
            ids, opened, OperationKind.AUTHORISE, opened.next_slot, card.token, at=held_at
        )
        done_at = held_at + _ANSWERED_AFTER
        intent = f"pi_past_{name}"
        granted = Authorised(intent=intent, amount=price.card_amount)
        held = opened.schedule(at=opened.created_at).attempt(at=held_at)
        held = held.hold_money(asked.operation_id, granted, at=done_at)
        held = held.end_as(Outcome.LESSON_COMPLETED)
        journals = [] if held.hold is None else Bookkeeper(held, ids, done_at).authorised(held.hold)

        slot = f"capture:{asked.operation_id}"
        capture = _operation(ids, held, OperationKind.CAPTURE, slot, intent, at=taken_at)
        paid_at = taken_at + _ANSWERED_AFTER
        charge = f"ch_past_{name}"
        taken = held.take(charge, price.card_amount, at=paid_at)
        books = Bookkeeper(taken, ids, paid_at)
        if taken.hold is not None:
            journals += books.captured(capture, taken.hold)
        journals += books.settled(plan(Ending.LESSON_COMPLETED, breakdown=price))

        payout = evolve(
            _operation(
                ids, taken, OperationKind.TRANSFER, "settlement#1", account.account, at=paid_at
            ),
            amount=price.charge_transfer,
            charge=charge,
        ).succeed(f"tr_past_{name}")
        journals += books.transferred(payout)
        ended = taken.settle(Outcome.LESSON_COMPLETED, payout=price.payout, at=paid_at)
        return cls(
            opened=opened,
            ended=evolve(ended, events=()),
            operations=(asked.succeed(intent), capture.succeed(charge), payout),
            journals=journals,
        )

    def keep(self, work: PaymentWork) -> None:
        """Write it all down; nobody is told."""
        kept = work.payments.add(self.opened)
        for operation in self.operations:
            work.payment_operations.add(operation)
        work.payments.save(evolve(self.ended, version=kept.version))
        work.ledger.post(self.journals)


def _opened(lesson: Booking, card: SavedCard, *, founding: bool) -> Payment:
    config = DEFAULT_PRICING
    entry = config.tiers[0]
    commission = (
        Commission(tier=FOUNDING, bps=config.founding_rate_bps)
        if founding
        else Commission(tier=entry.name, bps=entry.commission_bps)
    )
    agreed_at = lesson.created_at + _AGREED_AFTER
    return Payment.open(
        stable_id(PaymentId, str(lesson.booking_id), agreed_at),
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
        at=agreed_at,
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
