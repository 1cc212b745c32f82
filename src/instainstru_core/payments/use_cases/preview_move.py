"""Say what moving a lesson would do, before it is done. Source: BK-29…BK-34, spec 01 §5."""

from datetime import datetime

from attrs import evolve, frozen

from instainstru_core.accounts.model import Principal
from instainstru_core.booking.errors.life import WrongState
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Confirmed
from instainstru_core.booking.policies.cancelling import policy_case
from instainstru_core.booking.policies.rescheduling import (
    CLOSED_FROM,
    LATE_FROM,
    MoneyNow,
    MoveDecision,
    reschedule,
)
from instainstru_core.booking.terms import Party, PaymentStep, PolicyCase
from instainstru_core.booking.use_cases.propose_move import AskedMove, find_own, propose_move
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.model.moving import money_now
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.reschedule_booking import (
    check_movable,
    price_of_move,
    with_card,
)
from instainstru_core.places.ports import Places
from instainstru_core.pricing.model.config import DEFAULT_PRICING, PricingConfig


@frozen(kw_only=True)
class AskedPreview:
    """Somebody wants to know whether a lesson can be moved, at all or to where *move* says."""

    principal: Principal
    booking_id: BookingId
    move: AskedMove | None = None


@frozen(kw_only=True)
class MovePreview:
    """What moving would do now. *refusal* is the first reason why it can't be done.

    *late* moves keep the price, and leave credit at most where the lesson is called off later;
    *policy_case_after* is what calling it off at once would be then. *step* and the amounts are
    known where the new time is.
    """

    booking_id: BookingId
    refusal: DomainError | None
    late: bool
    lock: bool
    late_from: datetime
    closes_at: datetime
    price: Money
    step: PaymentStep | None = None
    new_price: Money | None = None
    card_amount: Money | None = None
    policy_case_after: PolicyCase | None = None


class _NotKept(Exception):
    """Ends a unit that shall leave nothing behind."""

    def __init__(self, preview: MovePreview) -> None:
        super().__init__()
        self.preview = preview


def preview_move(
    request: AskedPreview,
    *,
    begin: Begin[PaymentWork],
    places: Places,
    ids: Ids,
    clock: Clock,
    config: PricingConfig = DEFAULT_PRICING,
) -> MovePreview:
    """Do all that a move does up to the first thing it writes, and keep nothing of it.

    Raises:
        BookingNotFound: None, or not one of the caller's.
    """
    try:
        with begin() as work:
            viewer = _Viewer(request, work, places, ids, clock.now(), config)
            raise _NotKept(viewer.look())
    except _NotKept as unit:
        return unit.preview


@frozen
class _Viewer:
    _request: AskedPreview
    _work: PaymentWork
    _places: Places
    _ids: Ids
    _now: datetime
    _config: PricingConfig

    def look(self) -> MovePreview:
        booking = find_own(self._request.booking_id, self._request.principal, work=self._work)
        payment = self._work.payments.find_for_update(booking.booking_id)
        money = MoneyNow() if payment is None else money_now(payment)
        start = booking.lesson.starts_at
        seen = MovePreview(
            booking_id=booking.booking_id,
            refusal=None,
            late=start - self._now < LATE_FROM,
            lock=False,
            late_from=start - LATE_FROM,
            closes_at=start - CLOSED_FROM,
            price=booking.price,
        )
        by = booking.party_of(self._request.principal.account_id)
        try:
            decision = reschedule(booking, by=by, money=money, now=self._now)
            seen = self._decided(seen, decision)
            if payment is None:
                raise WrongState(booking.booking_id, booking.status)
            if self._request.move is None:
                check_movable(payment, booking, work=self._work)
                return seen
            return self._proposed(seen, self._request.move, booking, payment, money)
        except DomainError as refusal:
            return evolve(seen, refusal=refusal)

    def _decided(self, seen: MovePreview, decision: MoveDecision) -> MovePreview:
        step = None
        if decision.late:
            step = PaymentStep.LOCK if decision.lock else PaymentStep.IMMEDIATE
        return evolve(seen, late=decision.late, lock=decision.lock, step=step)

    def _proposed(
        self,
        seen: MovePreview,
        asked: AskedMove,
        booking: Booking,
        payment: Payment,
        money: MoneyNow,
    ) -> MovePreview:
        proposed = propose_move(
            asked,
            booking,
            money,
            work=self._work,
            places=self._places,
            ids=self._ids,
            now=self._now,
            pricing=self._config,
        )
        check_movable(payment, booking, work=self._work)
        price = price_of_move(
            payment, proposed, work=self._work, now=self._now, config=self._config
        )
        with_card(payment, price, proposed, work=self._work)
        agreed = evolve(proposed.successor, state=Confirmed(self._now))
        return evolve(
            seen,
            step=proposed.step,
            new_price=proposed.successor.price,
            card_amount=price.card_amount,
            policy_case_after=policy_case(agreed, by=Party.STUDENT, now=self._now),
        )
