"""Every row of the cancellation matrix, kept for ever. Source: PY-30, Appendix B.

Once as it is planned, at the worked figures and at odd ones, and once as it is posted.
"""

from collections import Counter
from collections.abc import Callable
from itertools import product

from instainstru_core.kernel.lessons import Modality
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.planner import (
    Ending,
    Funds,
    MoneyPolicy,
    SettlementPlan,
    escalation,
    plan,
)
from instainstru_core.pricing.model.config import DEFAULT_PRICING
from instainstru_core.pricing.model.quotes import PriceBreakdown, quote
from instainstru_core.pricing.model.tiers import Commission
from instainstru_core.testing.contracts.statements import STORIES
from instainstru_core.testing.strategies.payments import Till

AUTHORIZED, LOCKED = PaymentState.AUTHORIZED, PaymentState.LOCKED
SCHEDULED, REQUIRED = PaymentState.SCHEDULED, PaymentState.PAYMENT_METHOD_REQUIRED
UNLOCKED = (SCHEDULED, AUTHORIZED, REQUIRED)
TAKING = (AUTHORIZED, LOCKED, SCHEDULED, REQUIRED)
ROWS: tuple[tuple[Ending, tuple[PaymentState, ...]], ...] = (
    (Ending.STUDENT_GE24, UNLOCKED),
    (Ending.STUDENT_12_24, UNLOCKED),
    (Ending.STUDENT_LT12, UNLOCKED),
    (Ending.STUDENT_GE24_GAMING, UNLOCKED),
    (Ending.LOCK_STUDENT_GE12, (LOCKED,)),
    (Ending.LOCK_STUDENT_LT12, (LOCKED,)),
    (Ending.LOCK_INSTRUCTOR_CANCELLED, (LOCKED,)),
    (Ending.INSTRUCTOR, UNLOCKED),
    (Ending.PENDING_UNPAID, (REQUIRED,)),
    (Ending.LESSON_COMPLETED, TAKING),
    (Ending.STUDENT_NO_SHOW, TAKING),
    (Ending.INSTRUCTOR_NO_SHOW, TAKING),
    (Ending.MUTUAL_NO_SHOW, TAKING),
    (Ending.ISSUE_FULL_REFUND, (AUTHORIZED, LOCKED)),
    (Ending.ISSUE_FULL_CREDIT, (AUTHORIZED, LOCKED)),
    (Ending.ISSUE_SPLIT, (AUTHORIZED, LOCKED)),
    (Ending.CHECKOUT_TIMEOUT, (REQUIRED,)),
    (Ending.AUTH_DEADLINE, (REQUIRED,)),
)
POLICIES = (MoneyPolicy.FULL_REFUND, MoneyPolicy.FULL_CREDIT, MoneyPolicy.NO_REFUND)
PRICES = ((12_000, 0), (12_000, 5000), (12_000, 12_000), (8333, 0), (8333, 4167), (8333, 8333))


def price(rate: int, credit: int) -> PriceBreakdown:
    return quote(
        Money(rate),
        60,
        Modality.IN_PERSON,
        commission=Commission(tier="growth", bps=1200),
        credit_cents=credit,
        available_credit=Money(credit),
        config=DEFAULT_PRICING,
    )


def funds(state: PaymentState, breakdown: PriceBreakdown, *, late: bool) -> Funds:
    amount = breakdown.card_amount
    return Funds(
        state=state,
        held=amount if state is AUTHORIZED else NOTHING,
        captured=amount if state is LOCKED else NOTHING,
        late_move=late,
    )


def told(decided: SettlementPlan) -> str:
    amounts = {
        "card": decided.captured,
        "voided": decided.released_hold,
        "refunded": decided.refunded,
        "released": decided.credit_released,
        "applied": decided.credit_applied,
        "forfeited": decided.credit_forfeited,
        "issued": decided.credit_issued,
        "fee": decided.student_fee_kept,
        "commission": decided.commission_kept,
        "payout": decided.payout,
        "debt": decided.debt,
    }
    parts = [f"{name} {amount.cents}" for name, amount in amounts.items() if amount]
    calls = [f"{step.kind.value} {step.amount.cents}" for step in decided.steps]
    declined = f" | declined: {decided.if_declined}" if decided.if_declined else ""
    return f"{decided.outcome} | {', '.join(parts)} | {', '.join(calls)}{declined}".rstrip()


def test_py_30_every_row_as_planned(golden: Callable[[str, str], None]) -> None:
    """PY-27…PY-46: the inputs, the outcome, every amount, every call."""
    lines = []
    for rate, credit in PRICES:
        breakdown = price(rate, credit)
        lines += ["", f"LP {rate}, CR {credit}, A {breakdown.card_amount.cents}"]
        for ending, states in ROWS:
            for state, late in product(states, (False, True)):
                if state is LOCKED and not late:
                    continue
                decided = plan(
                    ending, breakdown=breakdown, funds=funds(state, breakdown, late=late)
                )
                moved = ", moved late" if late else ""
                lines.append(f"{ending} ({state}{moved}) -> {told(decided)}")
        for policy, state in product(POLICIES, TAKING):
            where = funds(state, breakdown, late=state is LOCKED)
            decided = plan(Ending.ADMIN, breakdown=breakdown, funds=where, policy=policy)
            lines.append(f"admin {policy} ({state}) -> {told(decided)}")
        for outcome in (
            Outcome.LESSON_COMPLETED,
            Outcome.STUDENT_CANCELLED_12_24,
            Outcome.STUDENT_CANCELLED_LT12,
        ):
            decided = escalation(outcome, breakdown=breakdown)
            lines.append(f"capture_escalated ({outcome}) -> {told(decided)}")
    golden("matrix.txt", "\n".join([*lines[1:], ""]))


def test_appendix_b_every_story_as_posted(golden: Callable[[str, str], None]) -> None:
    """PY-80, Appendix A and B: each journal of each story, and what each account comes to."""
    lines = []
    for name, (act, *_) in STORIES.items():
        till = Till.opened()
        act(till)
        with till.read() as reads:
            journals = reads.ledger_queries.journals(PageRequest(limit=100)).items
        lines += ["", name]
        for journal in sorted(journals, key=lambda each: each.journal_id):
            sums: Counter[str] = Counter()
            for line in journal.lines:
                sums[line.account.value] += line.cents
            moved = ", ".join(f"{account} {cents:+}" for account, cents in sums.items())
            lines.append(f"  {journal.journal_type.value}: {moved}")
        ends = ", ".join(f"{account.value} {cents:+}" for account, cents in till.balances().items())
        lines.append(f"  = {ends}".rstrip())
    golden("journals.txt", "\n".join([*lines[1:], ""]))
