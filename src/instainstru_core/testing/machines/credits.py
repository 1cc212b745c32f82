"""Credit is granted, set aside, spent, lost, kept and taken back in any order.

Whatever happens no part is negative, what was granted is somewhere, the first to expire is spent
first, and the books say what the lots say. Source: spec 02 §10, 10 and 12; PY-84.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.payments.credits.model import (
    CreditAllocation,
    CreditLot,
    CreditPart,
    CreditSource,
    ReleaseFault,
    spending_order,
)
from instainstru_core.payments.credits.statement import StatementLine
from instainstru_core.payments.ids import CreditLotId
from instainstru_core.payments.ledger.credit_postings import STANDING
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.use_cases.credits.adjust_credit import adjust_credit
from instainstru_core.payments.use_cases.credits.expire_credit import expire_credit
from instainstru_core.payments.use_cases.credits.read_credit_history import read_credit_history
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.testing.strategies.payments import Till

PAYMENTS = 4
LESSON = Money(9000)
amounts = st.integers(1, 6000).map(Money)
which = st.integers(0, PAYMENTS - 1)


class CreditMachine(RuleBasedStateMachine):
    """One student, four payments, and everything that can be done with credit.

    *elsewhere* is what moved in rows of other matters: 23 and 30 of Appendix A.
    """

    @initialize()
    def open(self) -> None:
        """A till, and payments without credit."""
        self.till = self.opened()
        self.payments: list[Payment] = []
        for number in range(PAYMENTS):
            booking = self.till.hold(hours_ahead=48 + 2 * number)
            self.payments.append(self.till.pay(booking).payment)
        self.granted = NOTHING
        self.elsewhere: Counter[CreditPart] = Counter()

    def opened(self) -> Till:
        """Where it happens."""
        return Till.opened()

    def _at_the_till(self, act: Callable[[CreditTill], Money]) -> Money:
        with self.till.begin() as work:
            return act(CreditTill(work, self.till.ids, self.till.clock.now()))

    def _lots(self) -> list[CreditLot]:
        lots: dict[CreditLotId, CreditLot] = {}
        with self.till.begin() as work:
            for lot in work.credit_lots.open_of(self.till.student):
                lots[lot.lot_id] = lot
            for payment in self.payments:
                for use in work.credit_lots.used_by(payment.payment_id):
                    lots[use.lot.lot_id] = use.lot
                for lot in work.credit_lots.issued_by(payment.payment_id):
                    lots[lot.lot_id] = lot
        return sorted(lots.values(), key=spending_order)

    @rule(
        amount=amounts,
        days=st.none() | st.integers(1, 60),
        dear=st.booleans(),
        issued=st.none() | which,
    )
    def grant(self, amount: Money, days: int | None, dear: bool, issued: int | None) -> None:
        """Goodwill, or credit out of a payment's money; one without a time never expires."""
        now = self.till.clock.now()
        lot = CreditLot.granted(
            self.till.ids.new(CreditLotId),
            student_id=self.till.student,
            source=CreditSource.GOODWILL if issued is None else CreditSource.CANCEL_LT12,
            payment_id=None if issued is None else self.payments[issued].payment_id,
            amount=amount,
            at=now,
            expires_at=None if days is None else now + timedelta(days=days),
            min_lesson_price=Money(LESSON.cents + 1) if dear else NOTHING,
        )
        with self.till.begin() as work:
            credit = CreditTill(work, self.till.ids, now)
            if credit.grant(lot):
                self.granted = self.granted + amount

    @rule(amount=amounts, unlock=st.booleans())
    def earn(self, amount: Money, unlock: bool) -> None:
        """Pending credit, unlocked at once or not."""
        now = self.till.clock.now()
        ids = self.till.ids
        lot = CreditLot.granted(
            ids.new(CreditLotId),
            student_id=self.till.student,
            source=CreditSource.MILESTONE_S5,
            amount=amount,
            at=now,
            booking_id=ids.new(BookingId),
            ordinal=5 + 11 * self.granted.cents,
            pending=True,
        )
        with self.till.begin() as work:
            credit = CreditTill(work, ids, now)
            assert credit.grant(lot)
            if unlock:
                credit.unlock(lot)
        self.granted = self.granted + amount

    @rule(number=which, requested=amounts)
    def reserve(self, number: int, requested: Money) -> None:
        """Set aside: again is the same, and the first to expire goes first. Source: CR-4."""
        payment, now = self.payments[number], self.till.clock.now()
        before = {lot.lot_id: lot for lot in self._lots()}
        held = self._at_the_till(lambda credit: credit.held(payment.payment_id))
        total = self._at_the_till(
            lambda credit: credit.reserve(
                payment.payment_id, self.till.student, lesson_price=LESSON, requested=requested
            )
        )
        if held:
            assert total == held, "what was set aside stands"
            return
        wanted = min(requested, LESSON)
        for lot in sorted(before.values(), key=spending_order):
            part = min(wanted, lot.eligible(LESSON, now))
            wanted = wanted - part
            assert self._lot(lot.lot_id).reserved == lot.reserved + part, lot
        assert total == min(requested, LESSON) - wanted

    @rule(number=which, more=amounts)
    def add(self, number: int, more: Money) -> None:
        """More than what is set aside. Source: CR-4."""
        payment = self.payments[number]
        with self.till.begin() as work:
            credit = CreditTill(work, self.till.ids, self.till.clock.now())
            room = LESSON - min(LESSON, credit.held(payment.payment_id))
            added = credit.add(
                payment.payment_id,
                self.till.student,
                lesson_price=LESSON,
                more=min(more, room),
            )
        assert added <= room

    @rule(number=which, fault=st.sampled_from(ReleaseFault), keep=st.integers(0, 3000).map(Money))
    def release(self, number: int, fault: ReleaseFault, keep: Money) -> None:
        """All but so much comes back. Source: CR-6, CR-7."""
        payment = self.payments[number]
        held = self._at_the_till(lambda credit: credit.held(payment.payment_id))
        back = self._at_the_till(lambda credit: credit.release(payment, fault=fault, keep=keep))
        assert back == held - min(held, keep)
        left = self._at_the_till(lambda credit: credit.held(payment.payment_id))
        assert left == min(held, keep)

    @rule(number=which, apply=st.booleans())
    def use_up(self, number: int, apply: bool) -> None:
        """What is set aside pays, or is lost; there is nothing to do it twice with."""
        payment = self.payments[number]
        held = self._at_the_till(lambda credit: credit.held(payment.payment_id))

        def act(credit: CreditTill) -> Money:
            return credit.apply(payment) if apply else credit.forfeit(payment)

        assert self._at_the_till(act) == held
        assert self._at_the_till(act) == NOTHING

    @rule(number=which, limit=amounts)
    def freeze(self, number: int, limit: Money) -> None:
        """Keep what was issued from being spent. Source: PY-56."""
        payment = self.payments[number]
        unspent = self._at_the_till(lambda credit: credit.issued(payment.payment_id).unspent)
        frozen = self._at_the_till(lambda credit: credit.freeze_issued(payment, limit))
        assert frozen == min(limit, unspent)

    @rule(number=which)
    def unfreeze(self, number: int) -> None:
        """Let it be spent again. Source: PY-57."""
        payment = self.payments[number]
        self._at_the_till(lambda credit: credit.unfreeze_issued(payment))

    @rule(number=which)
    def lose_frozen(self, number: int) -> None:
        """It is lost; row 30 tells of it. Source: PY-57."""
        payment = self.payments[number]
        lost = self._at_the_till(lambda credit: credit.revoke_frozen(payment))
        self.elsewhere[CreditPart.FROZEN] -= lost.cents

    @rule(number=which)
    def revoke_issued(self, number: int) -> None:
        """A full refund takes it back; row 23 tells of it. Source: PY-53."""
        payment = self.payments[number]
        taken = self._at_the_till(lambda credit: credit.revoke_issued(payment))
        self.elsewhere[CreditPart.AVAILABLE] -= taken.cents

    @rule(number=which)
    def reinstate(self, number: int) -> None:
        """What was used comes back, once; row 23 tells of it. Source: CR-13."""
        payment = self.payments[number]
        given = self._at_the_till(lambda credit: credit.reinstate(payment))
        assert self._at_the_till(lambda credit: credit.reinstate(payment)) == NOTHING
        self.granted = self.granted + given
        self.elsewhere[CreditPart.AVAILABLE] += given.cents

    @rule(balance=st.integers(0, 8000).map(Money))
    def set_balance(self, balance: Money) -> None:
        """The staff says how much there shall be. Source: CR-15."""
        now = self.till.clock.now()
        with self.till.begin() as work:
            done = adjust_credit(self.till.student, balance, work=work, ids=self.till.ids, now=now)
        self.granted = self.granted + (done.amount if done.lot is not None else NOTHING)
        with self.till.read() as reads:
            seen = reads.credit_queries.balance_of(self.till.student, now=now)
        assert seen.available == balance

    @precondition(lambda self: self.granted)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        """It was not earned after all. Source: CR-12."""
        earned = [lot for lot in self._lots() if lot.booking_id is not None and not lot.withdrawn]
        if not earned:
            return
        lot = data.draw(st.sampled_from(earned))
        assert lot.booking_id is not None
        payment = evolve(self.payments[0], booking_id=lot.booking_id)
        self._at_the_till(lambda credit: credit.revoke_milestone(payment))
        after = self._lot(lot.lot_id)
        assert (after.pending, after.available, after.withdrawn) == (NOTHING, NOTHING, True)

    @rule(days=st.integers(1, 45), expire=st.booleans())
    def wait(self, days: int, expire: bool) -> None:
        """Time goes by, and the nightly job may come. Source: CR-14."""
        self.till.clock.set(self.till.clock.now() + timedelta(days=days))
        if expire:
            expire_credit(begin=self.till.begin, ids=self.till.ids, clock=self.till.clock)
            now = self.till.clock.now()
            assert all(lot.live(now) or not lot.available for lot in self._lots())

    @invariant()
    def everything_granted_is_somewhere(self) -> None:
        """Property 10: the parts sum to what was granted."""
        with self.till.read() as reads:
            parts = reads.credit_queries.parts_of(self.till.student)
        assert sum(parts.values(), NOTHING) == self.granted

    @invariant()
    def what_payments_use_is_what_lots_say(self) -> None:
        """CR-1: reserved, applied and forfeited are what the payments use."""
        uses: list[CreditAllocation] = []
        with self.till.begin() as work:
            for payment in self.payments:
                found = work.credit_lots.used_by(payment.payment_id)
                uses.extend(use.allocation for use in found)
        with self.till.read() as reads:
            parts = reads.credit_queries.parts_of(self.till.student)
        for part in (CreditPart.RESERVED, CreditPart.APPLIED, CreditPart.FORFEITED):
            assert sum((getattr(use, part.value) for use in uses), NOTHING) == parts[part]

    @invariant()
    def the_books_say_so_too(self) -> None:
        """PY-84: credit accounts equal the sum of the lots, by state."""
        books = self.till.balances()
        with self.till.read() as reads:
            parts = reads.credit_queries.parts_of(self.till.student)
        for part, account in STANDING.items():
            assert parts[part].cents - self.elsewhere[part] == -books.get(account, 0), part
        assert self.till.books().imbalance_cents == 0

    @invariant()
    def the_statement_sums_to_what_is_available(self) -> None:
        """Every movement of spendable credit is in the statement."""
        lines: list[StatementLine] = []
        cursor = None
        while True:
            request = PageRequest(limit=100, cursor=cursor)
            page = read_credit_history(self.till.student, request, read=self.till.read)
            lines.extend(page.items)
            if (cursor := page.next_cursor) is None:
                break
        with self.till.read() as reads:
            available = reads.credit_queries.parts_of(self.till.student)[CreditPart.AVAILABLE]
        told = sum(line.cents for line in lines)
        assert told + self.elsewhere[CreditPart.AVAILABLE] == available.cents

    def _lot(self, lot_id: CreditLotId) -> CreditLot:
        with self.till.begin() as work:
            return work.credit_lots.get_for_update(lot_id)
