"""Above an amount one person decides nothing alone. Source: spec 02 §11.9, 03 §11.7, 06 §11.4."""

from datetime import timedelta
from typing import Any, Final

import pytest
from attrs import define, evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.errors import (
    ApprovalDecided,
    ApprovalExpired,
    FourEyes,
    SecondPersonRequired,
)
from instainstru_core.admin.ids import ActionId, ApprovalId
from instainstru_core.admin.model.action import AdminAction, Seconded
from instainstru_core.admin.model.acts import ActionKind, Ask, Cancel, Why
from instainstru_core.admin.model.approval import Approval, ApprovalState
from instainstru_core.admin.model.effect import Caution
from instainstru_core.admin.model.four_eyes import DEFAULT_RULE, FourEyesRule, rule_of
from instainstru_core.admin.use_cases.adjust_student_credit import (
    AdjustStudentCredit,
    adjust_student_credit,
    preview_credit_adjustment,
)
from instainstru_core.admin.use_cases.decide_approval import DecideApproval, decide_approval
from instainstru_core.admin.use_cases.find_approvals import find_approvals, read_approval
from instainstru_core.admin.use_cases.four_eyes_document import FOUR_EYES
from instainstru_core.admin.use_cases.preview_action import preview_action
from instainstru_core.admin.use_cases.publish_document import (
    Proposal,
    preview_document,
    publish_document,
)
from instainstru_core.admin.use_cases.refund_payment import preview_refund, refund_payment
from instainstru_core.admin.use_cases.take_action import ActionTaken, TakeAction, take_action
from instainstru_core.admin.use_cases.write_off_student_debt import (
    WriteOffStudentDebt,
    write_off_student_debt,
)
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import BookingStatus
from instainstru_core.config.errors import InvalidConfig
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.payments.debts.model import DebtCause, StudentDebt
from instainstru_core.payments.ids import DebtId
from instainstru_core.payments.model.planner import MoneyPolicy
from instainstru_core.payments.refunds.model import Refund
from instainstru_core.payments.refunds.plan import RefundReason
from instainstru_core.payments.use_cases.credits.adjust_credit import grant_goodwill
from instainstru_core.payments.use_cases.read_credits import read_credits
from instainstru_core.payments.use_cases.refunds.order_refund import OrderRefund
from instainstru_core.testing.world import HOUR, World
from tests.unit.admin.test_actions import a_staff

WHY: Final = Why(reason_code="goodwill", note="she was ill")
SEEN: Final = Why(reason_code="seen")
DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)
LIMIT: Final = 20_000


@define
class House:
    """A platform whose staff are two, and a student whom they are good to."""

    world: World
    root: Principal
    other: Principal
    anna: Principal

    @property
    def tools(self) -> dict[str, Any]:
        ports = self.world.ports
        return {"begin": ports.begin, "ids": ports.ids, "clock": ports.clock}

    @property
    def sealed(self) -> dict[str, Any]:
        return {**self.tools, "secrets": self.world.ports.secrets}

    def grant(
        self, cents: int, *, who: Principal | None = None, to_balance: bool = False, why: Why = WHY
    ) -> None:
        """Look at it and do it; alone, if that is enough."""
        request = AdjustStudentCredit(
            principal=who or self.root,
            student_id=StudentId(self.anna.account_id.value),
            why=why,
            amount=Money(cents),
            to_balance=to_balance,
        )
        shown = preview_credit_adjustment(request, **self.sealed)
        adjust_student_credit(request, confirm_token=shown.confirm_token, **self.sealed)

    def asks(self, cents: int, **how: Any) -> ApprovalId:
        """It isn't done, and this is the request."""
        with pytest.raises(SecondPersonRequired) as refused:
            self.grant(cents, **how)
        assert refused.value.expires_at == self.world.clock.now() + DAY
        return refused.value.approval_id

    def decide(
        self, approval_id: ApprovalId, *, yes: bool = True, who: Principal | None = None
    ) -> Approval:
        return decide_approval(
            DecideApproval(
                principal=who or self.other, approval_id=approval_id, approve=yes, why=SEEN
            ),
            **self.tools,
        )

    def publish(self, cents: int | None, expected: int = 1) -> None:
        """Look at another rule, and let it hold."""
        request = Proposal(
            document=FOUR_EYES,
            principal=self.root,
            body={"above_cents": cents},
            expected=expected,
            why=WHY,
        )
        shown = preview_document(request, **self.sealed)
        publish_document(request, confirm_token=shown.confirm_token, **self.sealed)

    def spendable(self) -> int:
        student = StudentId(self.anna.account_id.value)
        ports = self.world.ports
        return read_credits(student, read=ports.read, clock=ports.clock).balance.available.cents

    def acts(self, *kinds: ActionKind) -> list[AdminAction]:
        with self.world.database.begin() as work:
            every = work._tables.of("admin_actions", ActionId, AdminAction).values()
            return [each for each in every if each.kind in kinds]

    def approval(self, approval_id: ApprovalId) -> Approval:
        return read_approval(approval_id, principal=self.other, read=self.world.ports.read)

    def found(self, state: ApprovalState) -> list[ApprovalId]:
        page = find_approvals(
            state,
            PageRequest(),
            principal=self.other,
            read=self.world.ports.read,
            clock=self.world.clock,
        )
        return [each.approval_id for each in page.items]


@pytest.fixture
def house() -> House:
    world = World()
    anna = world.student("Anna")
    return House(world, a_staff(world), a_staff(world, "other"), anna)


# --- above the amount, and not above ---


def test_up_to_the_amount_one_person_is_enough(house: House) -> None:
    """06 §11.4: more than $200.00 needs two; $200.00 does not."""
    house.grant(LIMIT)
    assert house.spendable() == LIMIT
    (act,) = house.acts(ActionKind.GRANT_CREDIT)
    assert (act.at_stake, act.seconded) == (Money(LIMIT), None)


@pytest.mark.parametrize(("cents", "needed"), [(LIMIT, False), (LIMIT + 1, True)])
def test_a_preview_says_that_a_second_person_is_needed(
    house: House, cents: int, needed: bool
) -> None:
    """MC-6: whoever confirms it knows."""
    request = AdjustStudentCredit(
        principal=house.root,
        student_id=StudentId(house.anna.account_id.value),
        why=WHY,
        amount=Money(cents),
    )
    assert preview_credit_adjustment(request, **house.sealed).needs_second is needed


def test_above_it_nothing_happens_but_the_request(house: House) -> None:
    """02 §11.9: refused, and kept: who, what, why, what it would do, and until when."""
    approval_id = house.asks(LIMIT + 1)
    assert house.spendable() == 0
    assert house.acts(*ActionKind) == []
    asked = house.approval(approval_id)
    assert (asked.requester, asked.kind) == (house.root.account_id, ActionKind.GRANT_CREDIT)
    assert (asked.target, asked.why, asked.at_stake.cents) == (
        str(house.anna.account_id),
        WHY,
        LIMIT + 1,
    )
    assert asked.effect["after"] == {"available_cents": str(LIMIT + 1)}
    assert asked.state is ApprovalState.OPEN
    assert house.found(ApprovalState.OPEN) == [approval_id]


def test_what_is_approved_is_done_once_by_who_asked(house: House) -> None:
    """02 §11.9: both are in the audit; the next time needs a new word."""
    approval_id = house.asks(30_000)
    assert house.decide(approval_id).state is ApprovalState.APPROVED
    assert house.spendable() == 0
    house.grant(30_000)
    assert house.spendable() == 30_000
    (act,) = house.acts(ActionKind.GRANT_CREDIT)
    seconded = Seconded(approval_id=approval_id, by=house.other.account_id)
    assert (act.actor, act.seconded) == (house.root.account_id, seconded)
    assert act.told().approved_by == house.other.account_id
    assert house.approval(approval_id).state is ApprovalState.SPENT
    assert house.asks(30_000) != approval_id
    assert house.spendable() == 30_000


def test_asked_again_it_is_the_same_request(house: House) -> None:
    approval_id = house.asks(30_000)
    assert house.asks(30_000) == approval_id
    assert house.asks(30_001) != approval_id
    assert house.asks(30_000, who=house.other) != approval_id


def test_an_approval_is_for_the_same_person_words_and_effect(house: House) -> None:
    """02 §11.9: a changed effect needs a new word, and so does another reason."""
    approved = house.asks(30_000)
    house.decide(approved)
    for how in ({"who": house.other}, {"why": SEEN}, {"to_balance": True}):
        assert house.asks(30_000, **how) != approved
    assert house.asks(29_999) != approved
    student = StudentId(house.anna.account_id.value)
    with house.world.ports.begin() as work:
        ids, now = house.world.ports.ids, house.world.clock.now()
        grant_goodwill(student, Money(1), work=work, ids=ids, now=now)
    changed = house.asks(30_000)
    assert changed != approved
    assert house.approval(changed).effect["before"] == {"available_cents": "1"}
    assert house.spendable() == 1


def test_slices_are_looked_at_as_one_act(house: House) -> None:
    """ADR 0039: what one person did alone to the same target within a day is added up."""
    house.grant(15_000)
    house.grant(5_000)
    approval_id = house.asks(1)
    house.grant(5_000, who=house.other)
    house.decide(house.asks(1))
    house.grant(1)
    assert house.approval(approval_id).state is ApprovalState.OPEN
    house.asks(1)
    house.world.clock.move(DAY + MOMENT)
    house.grant(LIMIT)
    assert house.spendable() == 25_001 + LIMIT


# --- deciding ---


def test_nobody_is_their_own_second_person(house: House) -> None:
    """02 §11.9: 403; they may take it back."""
    approval_id = house.asks(30_000)
    with pytest.raises(FourEyes):
        house.decide(approval_id, who=house.root)
    assert house.acts(*ActionKind) == []
    assert house.decide(approval_id, yes=False, who=house.root).state is ApprovalState.DECLINED


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("second", [True, False])
def test_it_is_decided_once(house: House, first: bool, second: bool) -> None:
    approval_id = house.asks(30_000)
    state = house.decide(approval_id, yes=first).state
    with pytest.raises(ApprovalDecided) as refused:
        house.decide(approval_id, yes=second, who=a_staff(house.world, "third"))
    assert refused.value.state == state
    assert len(house.acts(ActionKind.APPROVE, ActionKind.DECLINE)) == 1


def test_what_is_declined_is_not_done(house: House) -> None:
    approval_id = house.asks(30_000)
    house.decide(approval_id, yes=False)
    assert house.asks(30_000) != approval_id
    assert house.spendable() == 0
    (act,) = house.acts(ActionKind.DECLINE)
    assert (act.actor, act.why, act.target) == (house.other.account_id, SEEN, str(approval_id))


def test_a_day_to_decide_and_a_day_to_act(house: House) -> None:
    """03 §11.7: within 24 hours, to the last moment."""
    first, clock = house.asks(30_000), house.world.clock
    clock.move(DAY)
    house.decide(first)
    clock.move(DAY)
    house.grant(30_000)
    assert house.spendable() == 30_000
    late = house.asks(30_000)
    clock.move(DAY + MOMENT)
    assert house.found(ApprovalState.LAPSED) == [late]
    for yes in (True, False):
        with pytest.raises(ApprovalExpired):
            house.decide(late, yes=yes)
    again = house.asks(30_000)
    assert again != late
    house.decide(again)
    clock.move(DAY + MOMENT)
    assert house.asks(30_000) not in {late, again}
    assert house.spendable() == 30_000


def test_money_needs_its_permission(house: House) -> None:
    """AC-41: who keeps no money decides about none, and who sees none sees no request."""
    approval_id, ports = house.asks(30_000), house.world.ports
    clerk = evolve(house.other, permissions=frozenset({Permission.MANAGE_ALL_BOOKINGS}))
    for yes in (True, False):
        with pytest.raises(Forbidden):
            house.decide(approval_id, yes=yes, who=clerk)
    with pytest.raises(Forbidden):
        read_approval(approval_id, principal=clerk, read=ports.read)
    with pytest.raises(Forbidden):
        find_approvals(
            ApprovalState.OPEN, PageRequest(), principal=clerk, read=ports.read, clock=ports.clock
        )


# --- the other acts ---


def a_dear_lesson(house: House) -> Booking:
    """An hour that costs $250.00, and is paid for."""
    jane = house.world.instructor("Jane", hourly_rate=Money(25_000))
    return house.world.book(house.anna, jane)


def refund(house: House, booking: Booking, cents: int | None) -> Refund:
    payment = house.world.payment(booking)
    assert payment is not None
    order = OrderRefund(
        principal=house.root,
        payment_id=payment.payment_id,
        cents=cents,
        reason=RefundReason.GOODWILL,
    )
    shown = preview_refund(order, **house.sealed)
    return refund_payment(
        order, confirm_token=shown.confirm_token, gateway=house.world.processor, **house.sealed
    )


def test_refunds_are_seconded(house: House) -> None:
    """02 §11.9: the processor is asked for nothing before."""
    booking = a_dear_lesson(house)
    house.world.advance(7 * DAY)
    payment = house.world.payment(booking)
    assert payment is not None
    with pytest.raises(SecondPersonRequired) as refused:
        refund(house, booking, None)
    with house.world.ports.begin() as work:
        assert work.refunds.of(payment.payment_id) == []
    assert refused.value.at_stake == payment.breakdown.card_amount
    house.decide(refused.value.approval_id)
    done = refund(house, booking, None)
    house.world.settle()
    assert done.plan.card == payment.breakdown.card_amount
    (act,) = house.acts(ActionKind.REFUND)
    assert act.seconded == Seconded(
        approval_id=refused.value.approval_id, by=house.other.account_id
    )
    assert house.world.books().balanced


def test_a_refund_in_slices_is_seconded(house: House) -> None:
    booking = a_dear_lesson(house)
    house.world.advance(7 * DAY)
    refund(house, booking, 15_000)
    with pytest.raises(SecondPersonRequired) as refused:
        refund(house, booking, 5_001)
    assert refused.value.at_stake == Money(5_001)
    refund(house, booking, 5_000)


def take(house: House, booking: Booking, policy: MoneyPolicy) -> ActionTaken:
    ask = Ask(
        principal=house.root,
        booking_id=booking.booking_id,
        act=Cancel(policy=policy),
        why=WHY,
    )
    shown = preview_action(ask, **house.sealed)
    return take_action(TakeAction(ask=ask, confirm_token=shown.confirm_token), **house.sealed)


def test_credit_for_a_cancelled_lesson_is_seconded(house: House) -> None:
    """02 §11.9: the amount counts, not what the act is called."""
    booking = a_dear_lesson(house)
    with pytest.raises(SecondPersonRequired) as refused:
        take(house, booking, MoneyPolicy.FULL_CREDIT)
    assert house.world.booking(booking.booking_id).status is BookingStatus.CONFIRMED
    assert house.approval(refused.value.approval_id).booking_id == booking.booking_id
    house.decide(refused.value.approval_id)
    taken = take(house, booking, MoneyPolicy.FULL_CREDIT)
    assert taken.action.seconded == Seconded(
        approval_id=refused.value.approval_id, by=house.other.account_id
    )
    assert taken.action.at_stake == refused.value.at_stake > Money(LIMIT)
    assert Caution.SECOND_PERSON in taken.effect.warnings
    house.world.advance(DAY)
    assert house.world.books().balanced


def test_letting_go_of_what_was_not_taken_is_no_refund(house: House) -> None:
    """A hold that ends costs nobody anything: one person calls a dear lesson off."""
    booking = a_dear_lesson(house)
    house.world.advance(50 * HOUR)
    taken = take(house, booking, MoneyPolicy.FULL_REFUND)
    assert (taken.action.at_stake, taken.action.seconded) == (NOTHING, None)
    assert Caution.SECOND_PERSON not in taken.effect.warnings
    assert house.world.booking(booking.booking_id).status is BookingStatus.CANCELLED


def a_debt(house: House, cents: int) -> StudentDebt:
    booking = house.world.book(house.anna, house.world.instructor("Jim"))
    payment, ports = house.world.payment(booking), house.world.ports
    assert payment is not None
    debt = StudentDebt(
        debt_id=ports.ids.new(DebtId),
        payment_id=payment.payment_id,
        student_id=StudentId(house.anna.account_id.value),
        cause=DebtCause.ESCALATED,
        amount=Money(cents),
        recognised_at=ports.clock.now(),
    )
    with ports.begin() as work:
        work.debts.add(debt)
    return debt


def test_write_offs_are_seconded(house: House) -> None:
    """02 §11.9: in one step, asked for twice; another amount is another request."""
    debt = a_debt(house, 30_000)

    def write_off(cents: int | None) -> None:
        write_off_student_debt(
            WriteOffStudentDebt(
                principal=house.root,
                debt_id=debt.debt_id,
                why=WHY,
                amount=None if cents is None else Money(cents),
            ),
            **house.tools,
        )

    def owed() -> int:
        with house.world.ports.begin() as work:
            return work.debts.get(debt.debt_id).owed.cents

    with pytest.raises(SecondPersonRequired) as refused:
        write_off(None)
    assert owed() == 30_000
    house.decide(refused.value.approval_id)
    with pytest.raises(SecondPersonRequired) as other:
        write_off(29_999)
    assert other.value.approval_id != refused.value.approval_id
    write_off(None)
    assert owed() == 0


# --- the rule ---


def test_the_rule_can_be_tightened_alone(house: House) -> None:
    """ADR 0039: 0 is every act."""
    house.publish(0)
    house.asks(1)
    assert house.spendable() == 0


@pytest.mark.parametrize("laxer", [LIMIT + 1, None])
def test_a_laxer_rule_needs_a_second_person(house: House, laxer: int | None) -> None:
    """ADR 0039: or whoever wants to get around it would change it first; null is no act."""
    with pytest.raises(SecondPersonRequired) as refused:
        house.publish(laxer)
    house.asks(LIMIT + 1)
    house.decide(refused.value.approval_id)
    house.publish(laxer)
    house.grant(LIMIT + 1)
    house.publish(LIMIT, 2)
    house.asks(LIMIT + 1, who=house.other)


def test_a_rule_is_a_document_and_back() -> None:
    for above in (None, NOTHING, Money(1), Money(100_000_000)):
        assert rule_of(FourEyesRule(above=above).document()) == FourEyesRule(above=above)
    assert rule_of({"above_cents": LIMIT}) == DEFAULT_RULE


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({}, ["/above_cents"]),
        ({"above_cents": -1}, ["/above_cents"]),
        ({"above_cents": 100_000_001}, ["/above_cents"]),
        ({"above_cents": True}, ["/above_cents"]),
        ({"above_cents": "1"}, ["/above_cents"]),
        ({"above_cents": 1.0, "below": 2}, ["/below", "/above_cents"]),
    ],
)
def test_ad11_every_broken_field_is_named(body: dict[str, Any], paths: list[str]) -> None:
    with pytest.raises(InvalidConfig) as refused:
        rule_of(body)
    assert [flaw.path for flaw in refused.value.flaws] == paths


@pytest.mark.parametrize(
    ("rule", "other", "laxer"),
    [
        (None, None, False),
        (None, 5, True),
        (5, None, False),
        (5, 5, False),
        (6, 5, True),
        (0, 5, False),
    ],
)
def test_what_is_laxer(rule: int | None, other: int | None, laxer: bool) -> None:
    rules = [FourEyesRule(above=None if c is None else Money(c)) for c in (rule, other)]
    assert rules[0].is_laxer_than(rules[1]) is laxer
