"""Tips that operators give back or look into, over any adapter.

Source: PY-47, PY-51, PY-54, PY-58, Appendix A rows 18, 19, 23, 24.
"""

from datetime import timedelta

import pytest

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.errors import Forbidden, InvalidState
from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.payments.errors import NothingToRefund, OutcomeUnknown
from instainstru_core.payments.ids import TipId
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.operation import TRANSFER_RETRIES
from instainstru_core.payments.model.processor import DisputeSeen, DisputeStatus
from instainstru_core.payments.refunds.errors import AlreadyRefunded, RefundWindowClosed
from instainstru_core.payments.tips.errors import AlreadyTipped, TipNotFound
from instainstru_core.payments.tips.model import Tip, TipTrouble
from instainstru_core.payments.tips.remedies import TipRemedy, TipRemedyNotLegal
from instainstru_core.payments.use_cases.carry_out import carry_out
from instainstru_core.payments.use_cases.office.resolve_tip import ResolveTip, resolve_tip
from instainstru_core.payments.use_cases.payouts.hold_payouts import (
    HoldPayouts,
    hold_payouts,
    release_payouts,
)
from instainstru_core.payments.use_cases.refunds.hear_refund import hear_refund
from instainstru_core.payments.use_cases.tips.record_tip import TipDesk
from instainstru_core.testing.contracts.payment_reviews import empty_account, settled_next
from instainstru_core.testing.contracts.tips import can_be_paid, settled, tip, tips_of
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.endings import operator
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.stories.refunds import close, hear, moved
from instainstru_core.testing.strategies.booking import signed_in
from instainstru_core.testing.strategies.payments import Till

GIVEN = 1000


def act(till: Till, tip_id: TipId, remedy: TipRemedy = TipRemedy.REFUND) -> None:
    """An operator decides about a tip, and what follows is carried out."""
    request = ResolveTip(principal=operator(till), tip_id=tip_id, remedy=remedy)
    with till.begin() as work:
        done = resolve_tip(request, work=work, ids=till.ids, clock=till.clock)
    carry_out(
        done.followups,
        done.payment,
        begin=till.begin,
        gateway=till.gateway,
        ids=till.ids,
        clock=till.clock,
        desk=TipDesk,
    )


def of(till: Till, booking: Booking) -> Tip:
    """The lesson's tip as it stands."""
    (only,) = tips_of(till, booking)
    return only


def waiting(till: Till) -> list[TipId]:
    """The tips that wait for somebody."""
    with till.read() as reads:
        return [each.tip_id for each in reads.tip_queries.stuck(PageRequest()).items]


def tell_of_failure(till: Till) -> None:
    """The card's bank sends the latest refund back, and the processor tells of it twice."""
    made = [each.object_id for each in till.processor.effects if each.kind == "refund"][-1]
    till.processor.fail_refund(made)
    for _ in range(2):
        hear_refund(made, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock)


def given_up(till: Till) -> Booking:
    """A tip that the instructor's account refused to the last try."""
    booking = settled(till)
    can_be_paid(till, payable=False)
    tip(till, booking)
    for wait in TRANSFER_RETRIES:
        till.at(till.clock.now() + wait)
    assert of(till, booking).trouble is TipTrouble.TRANSFER_FAILED
    return booking


class TipRefundsContract:
    """Inherit, and provide the `till` fixture."""

    def test_py_51_the_card_has_it_all_back_and_the_instructor_nothing(self, till: Till) -> None:
        """Rows 23 and 19: nothing is left of the tip anywhere."""
        booking = settled(till)
        before = till.balances()
        given = tip(till, booking).tip
        act(till, given.tip_id)
        assert moved(till)[-2:] == [("refund", GIVEN), ("reversal", GIVEN)]
        assert till.balances() == before
        done = of(till, booking)
        assert (done.refunded_at, done.trouble) == (till.clock.now(), None)
        assert till.payment(booking).settled
        assert till.books().balanced
        with pytest.raises(AlreadyRefunded):
            act(till, given.tip_id)
        with pytest.raises(AlreadyTipped):
            tip(till, booking)

    def test_py_51_what_waits_to_be_transferred_never_is(self, till: Till) -> None:
        """PY-73: the hold is let go afterwards, and nothing leaves."""
        booking = settled(till)
        before, who = till.balances(), booking.instructor
        hold = HoldPayouts(instructor_id=who, operator=till.ids.new(AccountId), reason="unclear")
        with till.begin() as work:
            hold_payouts(hold, work=work, at=till.clock.now())
        given = tip(till, booking).tip
        act(till, given.tip_id)
        with till.begin() as work:
            release_payouts(who, work=work, at=till.clock.now())
        till.after(hours=14)
        assert moved(till)[-1] == ("refund", GIVEN)
        assert till.balances() == before

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_BEFORE, Fault.TIMEOUT_AFTER])
    @pytest.mark.parametrize("call", ["refund", "reverse"])
    def test_py_62_a_lost_answer_is_swept_up(self, till: Till, call: str, fault: Fault) -> None:
        booking = settled(till)
        before = till.balances()
        given = tip(till, booking).tip
        till.processor.fail_next(call, fault)
        with pytest.raises(OutcomeUnknown):
            act(till, given.tip_id)
        with pytest.raises((InvalidState, AlreadyRefunded)):
            act(till, given.tip_id)
        till.after(minutes=3)
        assert moved(till)[-2:] == [("refund", GIVEN), ("reversal", GIVEN)]
        assert till.balances() == before

    def test_py_62_while_its_transfer_is_not_answered_it_is_not_refunded(self, till: Till) -> None:
        booking = settled(till)
        till.processor.fail_next("transfer", Fault.TIMEOUT_AFTER)
        given = tip(till, booking).tip
        with pytest.raises(InvalidState):
            act(till, given.tip_id)
        till.after(minutes=2)
        act(till, given.tip_id)
        assert of(till, booking).refunded_at is not None
        assert till.books().balanced

    def test_py_51_only_what_succeeded(self, till: Till) -> None:
        booking = settled(till)
        card = till.add_card("pm_card_three_d_secure")
        given = tip(till, booking, card_id=card.card_id).tip
        with pytest.raises(TipRemedyNotLegal) as refusal:
            act(till, given.tip_id)
        assert refusal.value.facts() == {"legal": []}
        with pytest.raises(TipNotFound):
            act(till, till.ids.new(TipId))

    def test_py_52_only_those_who_manage_money(self, till: Till) -> None:
        given = tip(till, settled(till)).tip
        request = ResolveTip(
            principal=signed_in(till.student), tip_id=given.tip_id, remedy=TipRemedy.REFUND
        )
        with pytest.raises(Forbidden), till.begin() as work:
            resolve_tip(request, work=work, ids=till.ids, clock=till.clock)

    def test_py_54_the_card_takes_refunds_for_180_days(self, till: Till) -> None:
        given = tip(till, settled(till)).tip
        till.clock.move(timedelta(days=180, seconds=1))
        with pytest.raises(RefundWindowClosed):
            act(till, given.tip_id)
        till.clock.move(timedelta(seconds=-1))
        act(till, given.tip_id)

    @pytest.mark.parametrize("status", [None, DisputeStatus.LOST])
    def test_py_57_what_the_bank_took_is_not_given_again(
        self, till: Till, status: DisputeStatus | None
    ) -> None:
        booking = settled(till)
        given = tip(till, booking).tip
        seen = till.processor.open_dispute(given.intent or "")
        assert isinstance(seen, DisputeSeen)
        hear(till, seen.dispute)
        if status is not None:
            close(till, seen.dispute, status)
        with pytest.raises(NothingToRefund):
            act(till, given.tip_id)


class TipTroublesContract:
    """Inherit, and provide the `till` fixture."""

    def test_py_58_a_transfer_nobody_takes_is_in_the_queue(self, till: Till) -> None:
        """PY-47: an operator sends it again, once the account takes it."""
        booking = given_up(till)
        assert waiting(till) == [of(till, booking).tip_id]
        for account in till.processor.books.accounts.values():
            account.is_onboarded = True  # The platform has not heard of it yet.
        act(till, of(till, booking).tip_id, TipRemedy.RETRY_TRANSFER)
        assert of(till, booking).transfer is not None
        assert waiting(till) == []
        assert Account.INSTRUCTOR_PAYABLE not in till.balances()

    def test_py_58_refused_again_it_is_in_the_queue_again(self, till: Till) -> None:
        booking = given_up(till)
        act(till, of(till, booking).tip_id, TipRemedy.RETRY_TRANSFER)
        assert of(till, booking).trouble is TipTrouble.TRANSFER_FAILED

    def test_py_51_what_nobody_takes_can_be_given_back(self, till: Till) -> None:
        """And is not sent when the account can be paid again."""
        booking = given_up(till)
        act(till, of(till, booking).tip_id)
        assert waiting(till) == []
        can_be_paid(till, payable=True)
        till.work_off()
        assert moved(till)[-1] == ("refund", GIVEN)
        assert Account.INSTRUCTOR_PAYABLE not in till.balances()

    def test_py_54_an_instructor_who_has_nothing_left(self, till: Till) -> None:
        """The student has it back; what the instructor owes is asked for again, or borne."""
        booking = settled(till)
        given = tip(till, booking).tip
        empty_account(till, booking)
        act(till, given.tip_id)
        assert of(till, booking).trouble is TipTrouble.REVERSAL_FAILED
        assert till.balances()[Account.INSTRUCTOR_PAYABLE] == GIVEN
        act(till, given.tip_id, TipRemedy.RETRY_REVERSAL)
        assert waiting(till) == [given.tip_id], "it failed again"
        act(till, given.tip_id, TipRemedy.BEAR_REVERSAL)
        assert waiting(till) == []
        assert Account.INSTRUCTOR_PAYABLE not in till.balances()
        assert till.balances()[Account.REFUNDS_CONTRA] == GIVEN
        with pytest.raises(TipRemedyNotLegal):
            act(till, given.tip_id, TipRemedy.BEAR_REVERSAL)

    def test_py_54_a_refund_that_is_refused_leaves_all_as_it_was(self, till: Till) -> None:
        """A person tries again, or lets it be."""
        booking = settled(till)
        given = tip(till, booking).tip
        before = till.balances()
        till.processor.open_dispute(given.intent or "")  # The platform has not heard of it yet.
        act(till, given.tip_id)
        assert of(till, booking).trouble is TipTrouble.REFUND_FAILED
        assert till.balances() == before
        act(till, given.tip_id, TipRemedy.LET_BE)
        assert waiting(till) == []

    def test_py_54_a_refund_that_fails_days_later(self, till: Till) -> None:
        """The tip is owed to its instructor again, or given back once more."""
        booking = settled(till)
        given = tip(till, booking).tip
        before = till.balances()
        act(till, given.tip_id)
        till.clock.move(72 * HOUR)
        tell_of_failure(till)
        assert of(till, booking).trouble is TipTrouble.TRANSFER_FAILED
        assert till.balances()[Account.INSTRUCTOR_PAYABLE] == -GIVEN
        act(till, given.tip_id, TipRemedy.RETRY_TRANSFER)
        assert till.balances() == before
        assert waiting(till) == []
        act(till, given.tip_id)
        assert moved(till)[-2:] == [("refund", GIVEN), ("reversal", GIVEN)]
        assert Account.INSTRUCTOR_PAYABLE not in till.balances()

    def test_py_54_a_refund_that_fails_after_the_platform_bore_it(self, till: Till) -> None:
        """It is the platform's again: the instructor kept theirs."""
        booking = settled(till)
        given = tip(till, booking).tip
        before = till.balances()
        empty_account(till, booking)
        act(till, given.tip_id)
        act(till, given.tip_id, TipRemedy.BEAR_REVERSAL)
        tell_of_failure(till)
        assert of(till, booking).trouble is TipTrouble.REFUND_FAILED
        assert Account.REFUNDS_CONTRA not in till.balances()
        left = till.balances()[Account.PROCESSOR_BALANCE]
        assert left == before[Account.PROCESSOR_BALANCE]

    def test_py_58_the_queue_is_read_in_pages(self, till: Till) -> None:
        """Oldest first."""
        first, second = settled(till), settled_next(till)
        tip(till, first)
        tip(till, second)
        with till.begin() as work:
            for kept in (of(till, first), of(till, second)):
                work.tips.save(kept.give_up())
        with till.read() as reads:
            page = reads.tip_queries.stuck(PageRequest(limit=1))
            rest = reads.tip_queries.stuck(PageRequest(limit=1, cursor=page.next_cursor))
        assert [each.booking_id for each in page.items] == [first.booking_id]
        assert [each.booking_id for each in rest.items] == [second.booking_id]
        assert rest.next_cursor is None
