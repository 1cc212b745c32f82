"""Appendix A, row by row: every journal to its last dimension. Source: PY-80, PY-81, PY-87."""

from datetime import date

import pytest
from attrs import evolve

from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.chargebacks.model import Chargeback, ChargebackStatus
from instainstru_core.payments.credits.model import CreditLot, CreditPart, CreditSource, Funding
from instainstru_core.payments.ids import ChargebackId, CreditLotId, DebtId, JournalId, TipId
from instainstru_core.payments.ledger.chargeback_postings import ChargebackBookkeeper
from instainstru_core.payments.ledger.credit_postings import CreditBooks
from instainstru_core.payments.ledger.debt_postings import DebtBookkeeper
from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line
from instainstru_core.payments.ledger.payout_postings import PayoutBookkeeper
from instainstru_core.payments.ledger.postings import Bookkeeper
from instainstru_core.payments.ledger.refund_postings import RefundBookkeeper
from instainstru_core.payments.ledger.tip_postings import TipBookkeeper
from instainstru_core.payments.model.operation import OperationKind
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.planner import settlement
from instainstru_core.payments.model.processor import BankPayout, PayoutStatus
from instainstru_core.payments.refunds.plan import Bearer, RefundPlan
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.pricing import NOW
from tests.unit.payments.samples import (
    HOLD,
    INSTRUCTOR,
    PAYMENT,
    STUDENT,
    a_hold,
    a_payment,
    a_price,
    an_operation,
    taken,
)

IDS = CountedIds()
TIP = IDS.new(TipId)
DEBT = IDS.new(DebtId)
CHARGEBACK = IDS.new(ChargebackId)
LOT = IDS.new(CreditLotId)

type_of = JournalType
Entry = tuple[str, int, str | None]
"""An account, its cents, and the processor's name for what moved them."""


def of_the_payment(journal: Journal, tip: TipId | None = None) -> tuple[str, str, list[Entry]]:
    """What it tells; whom each line is about is checked at once."""
    assert isinstance(journal.journal_id, JournalId)
    assert journal.occurred_at == NOW
    for line in journal.lines:
        assert (line.payment_id, line.instructor_id) == (PAYMENT, INSTRUCTOR)
        assert (line.student_id, line.tip_id, line.lot_id) == (STUDENT, tip, None)
    entries = [(line.account.value, line.cents, line.processor_ref) for line in journal.lines]
    return journal.journal_type.value, journal.source_id, entries


class TestLessons:
    """Rows 1 to 3, 9, 15 to 18 and 22."""

    books = Bookkeeper(a_payment(), IDS, NOW)

    def test_rows_1_and_2_a_hold_comes_and_goes(self) -> None:
        (held,) = self.books.authorised(a_hold())
        assert of_the_payment(held) == (
            "authorise",
            str(HOLD),
            [("auth_held", 13_440, "pi_1"), ("auth_contra", -13_440, "pi_1")],
        )
        (gone,) = self.books.released(a_hold())
        assert of_the_payment(gone) == (
            "void",
            str(HOLD),
            [("auth_contra", 13_440, "pi_1"), ("auth_held", -13_440, "pi_1")],
        )

    def test_row_3_less_may_be_taken_and_the_whole_hold_goes(self) -> None:
        operation = an_operation(OperationKind.CAPTURE, 13_000, "ch_1")
        capture, void = self.books.captured(operation, taken(13_000))
        assert of_the_payment(capture) == (
            "capture",
            str(HOLD),
            [("processor_balance", 13_000, "ch_1"), ("booking_escrow", -13_000, "ch_1")],
        )
        assert of_the_payment(void)[0] == "void"
        assert [line.cents for line in void.lines] == [13_440, -13_440]

    def test_rows_15_to_17_who_gets_what(self) -> None:
        split = settlement(Outcome.STUDENT_CANCELLED_LT12, breakdown=a_price())
        source = str(PAYMENT)
        escrow = "booking_escrow"
        assert [of_the_payment(journal) for journal in self.books.settled(split)] == [
            ("settle_fee", source, [(escrow, 1440, None), ("student_fee_revenue", -1440, None)]),
            (
                "settle_commission",
                source,
                [(escrow, 720, None), ("commission_revenue", -720, None)],
            ),
            (
                "settle_payout",
                source,
                [(escrow, 5280, None), ("instructor_payable", -5280, None)],
            ),
        ]

    def test_what_is_nothing_is_not_written(self) -> None:
        """§9: amount 0 is skipped, no journal."""
        credit = settlement(Outcome.STUDENT_CANCELLED_12_24, breakdown=a_price())
        assert [each.journal_type for each in self.books.settled(credit)] == [type_of.SETTLE_FEE]
        assert self.books.authorised(a_hold(amount=NOTHING)) == []

    def test_row_18_a_transfer(self) -> None:
        (sent,) = self.books.transferred(an_operation(OperationKind.TRANSFER, 10_560, "tr_1"))
        assert of_the_payment(sent) == (
            "transfer",
            str(HOLD),
            [
                ("instructor_payable", 10_560, "tr_1"),
                ("processor_balance", -10_560, "tr_1"),
                ("connect_balance", 10_560, "tr_1"),
                ("connect_owner", -10_560, "tr_1"),
            ],
        )

    def test_row_22_a_refund_before_the_settlement(self) -> None:
        (back,) = self.books.refunded(an_operation(OperationKind.REFUND, 13_440, "re_1"))
        assert of_the_payment(back) == (
            "refund",
            str(HOLD),
            [("booking_escrow", 13_440, "re_1"), ("processor_balance", -13_440, "re_1")],
        )


class TestRefunds:
    """Rows 19 and 23, and PY-54's corrections."""

    books = RefundBookkeeper(a_payment(), IDS, NOW)
    whole = RefundPlan(
        card=Money(13_440),
        full=True,
        bearer=Bearer.INSTRUCTOR,
        reinstated=Money(500),
        reversed=Money(10_560),
        revoked=Money(300),
    )

    def test_row_23_whole(self) -> None:
        operation = an_operation(OperationKind.REFUND, 13_440, "re_1")
        (refund,) = self.books.refunded(operation, self.whole)
        assert of_the_payment(refund) == (
            "refund_settled",
            str(HOLD),
            [
                ("refunds_contra", 3080, None),
                ("instructor_payable", 10_560, None),
                ("credit_available", 300, None),
                ("processor_balance", -13_440, "re_1"),
                ("credit_available", -500, None),
            ],
        )

    def test_row_23_what_the_platform_gets_back_is_a_credit(self) -> None:
        plan = evolve(self.whole, card=Money(1000), reinstated=NOTHING, revoked=NOTHING)
        (refund,) = self.books.refunded(an_operation(OperationKind.REFUND, 1000, "re_2"), plan)
        assert of_the_payment(refund)[2] == [
            ("refunds_contra", -9560, None),
            ("instructor_payable", 10_560, None),
            ("processor_balance", -1000, "re_2"),
        ]

    def test_py_54_a_card_that_did_not_take_it_after_all(self) -> None:
        operation = an_operation(OperationKind.REFUND, 13_440, "re_1")
        (back,) = self.books.came_back(operation, self.whole)
        assert of_the_payment(back) == (
            "correction",
            f"refund:{HOLD}",
            [("processor_balance", 13_440, "re_1"), ("refunds_contra", -13_440, "re_1")],
        )

    def test_py_58_the_platform_bears_what_nobody_gives_back(self) -> None:
        (borne,) = self.books.borne(an_operation(OperationKind.REVERSE, 10_560, None))
        assert of_the_payment(borne) == (
            "correction",
            f"reversal:{HOLD}",
            [("refunds_contra", 10_560, None), ("instructor_payable", -10_560, None)],
        )

    def test_row_19_a_transfer_comes_back(self) -> None:
        (back,) = self.books.reversed(an_operation(OperationKind.REVERSE, 400, "trr_1"))
        assert of_the_payment(back) == (
            "transfer_reversal",
            str(HOLD),
            [
                ("processor_balance", 400, "trr_1"),
                ("instructor_payable", -400, "trr_1"),
                ("connect_owner", 400, "trr_1"),
                ("connect_balance", -400, "trr_1"),
            ],
        )


class TestTips:
    """Rows 24 and 18."""

    books = TipBookkeeper(a_payment(), IDS, NOW)

    def test_row_24_all_of_it_is_the_instructors(self) -> None:
        (charged,) = self.books.charged(HOLD, TIP, Money(900), "ch_9")
        assert of_the_payment(charged, TIP) == (
            "tip_charge",
            str(HOLD),
            [("processor_balance", 900, "ch_9"), ("instructor_payable", -900, "ch_9")],
        )

    def test_row_18_of_a_tip(self) -> None:
        (sent,) = self.books.transferred(HOLD, TIP, Money(900), "tr_9")
        assert of_the_payment(sent, TIP) == (
            "transfer",
            str(HOLD),
            [
                ("instructor_payable", 900, "tr_9"),
                ("processor_balance", -900, "tr_9"),
                ("connect_balance", 900, "tr_9"),
                ("connect_owner", -900, "tr_9"),
            ],
        )


class TestDebts:
    """Rows 25 and 26."""

    books = DebtBookkeeper(a_payment(), IDS, NOW)

    def test_row_25_what_the_card_did_not_give_is_owed(self) -> None:
        (owed,) = self.books.recognised(DEBT, Money(7440))
        assert of_the_payment(owed) == (
            "debt_recognised",
            str(DEBT),
            [("student_receivable", 7440, None), ("booking_escrow", -7440, None)],
        )

    def test_row_26_collected(self) -> None:
        (paid,) = self.books.collected(HOLD, Money(440), "ch_2")
        assert of_the_payment(paid) == (
            "debt_collected",
            str(HOLD),
            [("processor_balance", 440, "ch_2"), ("student_receivable", -440, "ch_2")],
        )

    def test_row_26_written_off_twice_is_two_journals(self) -> None:
        (first,) = self.books.written_off(DEBT, NOTHING, Money(5000))
        assert of_the_payment(first) == (
            "debt_written_off",
            f"{DEBT}:0",
            [("bad_debt_expense", 5000, None), ("student_receivable", -5000, None)],
        )
        (rest,) = self.books.written_off(DEBT, Money(5000), Money(2000))
        assert rest.source_id == f"{DEBT}:5000"


class TestChargebacks:
    """Rows 27 to 30."""

    books = ChargebackBookkeeper(a_payment(), IDS, NOW)
    disputed = Chargeback(
        chargeback_id=CHARGEBACK,
        payment_id=PAYMENT,
        dispute="dp_1",
        amount=Money(13_440),
        fee=Money(1500),
        reason="fraudulent",
        status=ChargebackStatus.OPEN,
        opened_at=NOW,
    )

    def test_row_27_withdrawn_with_a_fee(self) -> None:
        assert [of_the_payment(each) for each in self.books.opened(self.disputed)] == [
            (
                "chargeback_opened",
                str(CHARGEBACK),
                [("dispute_hold", 13_440, "dp_1"), ("processor_balance", -13_440, "dp_1")],
            ),
            (
                "chargeback_fee",
                str(CHARGEBACK),
                [("dispute_loss_expense", 1500, "dp_1"), ("processor_balance", -1500, "dp_1")],
            ),
        ]

    def test_row_28_won(self) -> None:
        (won,) = self.books.won(self.disputed)
        assert of_the_payment(won) == (
            "chargeback_won",
            str(CHARGEBACK),
            [("processor_balance", 13_440, "dp_1"), ("dispute_hold", -13_440, "dp_1")],
        )

    def test_row_29_lost(self) -> None:
        (lost,) = self.books.lost(self.disputed)
        assert of_the_payment(lost) == (
            "chargeback_lost",
            str(CHARGEBACK),
            [("dispute_loss_expense", 13_440, "dp_1"), ("dispute_hold", -13_440, "dp_1")],
        )

    def test_row_30_recovered(self) -> None:
        (back,) = self.books.recovered(Account.CREDIT_FROZEN, Money(600), "unspent")
        assert of_the_payment(back) == (
            "chargeback_recovery",
            "unspent",
            [("credit_frozen", 600, None), ("dispute_loss_expense", -600, None)],
        )


class TestPayouts:
    """Row 20, about no payment."""

    books = PayoutBookkeeper(INSTRUCTOR, IDS, NOW)
    payout = BankPayout(
        payout="po_1",
        account="acct_1",
        amount=Money(10_560),
        status=PayoutStatus.PAID,
        created_at=NOW,
        arrives_on=date(2030, 1, 3),
    )

    def told(self, journals: list[Journal]) -> list[tuple[str, str, tuple[Line, ...]]]:
        assert all(each.occurred_at == NOW for each in journals)
        assert all(isinstance(each.journal_id, JournalId) for each in journals)
        return [(each.journal_type.value, each.source_id, each.lines) for each in journals]

    def lines(self, debit: Account, credit: Account) -> tuple[Line, Line]:
        line = Line(account=debit, cents=10_560, instructor_id=INSTRUCTOR, processor_ref="po_1")
        return line, evolve(line, account=credit, cents=-10_560)

    def test_row_20_to_the_bank(self) -> None:
        lines = self.lines(Account.CONNECT_OWNER, Account.CONNECT_BALANCE)
        paid = self.told(self.books.paid_out(self.payout))
        assert paid == [("instructor_bank_payout", "po_1", lines)]

    def test_row_20_and_back(self) -> None:
        lines = self.lines(Account.CONNECT_BALANCE, Account.CONNECT_OWNER)
        back = self.told(self.books.came_back(self.payout))
        assert back == [("instructor_bank_payout_failed", "po_1", lines)]

    def test_nothing_paid_is_not_written(self) -> None:
        assert self.books.paid_out(evolve(self.payout, amount=NOTHING)) == []


def a_lot(funding: Funding = Funding.CASH, *, pending: bool = False) -> CreditLot:
    return CreditLot.granted(
        LOT,
        student_id=STUDENT,
        source=CreditSource.CANCEL_LT12,
        amount=Money(6000),
        at=NOW,
        payment_id=PAYMENT,
        funding=funding,
        pending=pending,
    )


class TestCredits:
    """Rows 5 to 14: about a student and a lot, and the payment that moves it."""

    books = CreditBooks(IDS, NOW)

    def lines(self, debit: str, credit: str, cents: int) -> tuple[Line, Line]:
        line = Line(
            account=Account(debit),
            cents=cents,
            payment_id=PAYMENT,
            student_id=STUDENT,
            lot_id=LOT,
        )
        return line, evolve(line, account=Account(credit), cents=-cents)

    @pytest.mark.parametrize(
        ("source", "target", "funding", "kind", "debit", "credit"),
        [
            (*row.split()[:2], Funding(row.split()[2]), *row.split()[3:])
            for row in (
                "available reserved cash credit_reserve credit_available credit_reserved",
                "reserved available cash credit_release credit_reserved credit_available",
                "reserved applied cash credit_apply credit_reserved booking_escrow",
                "reserved forfeited promo credit_forfeit credit_reserved booking_escrow",
                "pending available promo credit_unlock credit_pending credit_available",
                "available expired cash credit_expire credit_available credit_breakage",
                "available expired promo credit_expire credit_available promo_credit_expense",
                "reserved expired cash credit_expire credit_reserved credit_breakage",
                "available revoked promo credit_revoke credit_available promo_credit_expense",
                "pending revoked promo credit_revoke credit_pending promo_credit_expense",
                "available revoked cash credit_revoke credit_available credit_breakage",
                "available frozen cash credit_freeze credit_available credit_frozen",
                "frozen available cash credit_unfreeze credit_frozen credit_available",
            )
        ],
    )
    def test_rows_5_to_8_and_11_to_14(
        self, source: str, target: str, funding: Funding, kind: str, debit: str, credit: str
    ) -> None:
        lot = evolve(a_lot(funding), changes=3)
        moved = self.books.moved(
            lot, Money(250), CreditPart(source), CreditPart(target), payment_id=PAYMENT
        )
        assert isinstance(moved.journal_id, JournalId)
        assert (moved.journal_type.value, moved.occurred_at) == (kind, NOW)
        assert moved.source_id == f"{LOT}#3"
        assert moved.lines == self.lines(debit, credit, 250)

    def test_what_no_payment_moves_names_none(self) -> None:
        lot = a_lot()
        moved = self.books.moved(lot, Money(250), CreditPart.AVAILABLE, CreditPart.EXPIRED)
        assert {line.payment_id for line in moved.lines} == {None}

    @pytest.mark.parametrize(
        ("funding", "pending", "kind", "debit", "credit"),
        [
            (Funding.CASH, False, "credit_issue", "booking_escrow", "credit_available"),
            (
                Funding.PROMO,
                False,
                "credit_issue_promo",
                "promo_credit_expense",
                "credit_available",
            ),
            (Funding.PROMO, True, "credit_issue_promo", "promo_credit_expense", "credit_pending"),
        ],
    )
    def test_rows_9_and_10(
        self, funding: Funding, pending: bool, kind: str, debit: str, credit: str
    ) -> None:
        granted = self.books.granted(a_lot(funding, pending=pending))
        assert isinstance(granted.journal_id, JournalId)
        assert (granted.journal_type.value, granted.occurred_at) == (kind, NOW)
        assert granted.source_id == str(LOT)
        assert granted.lines == self.lines(debit, credit, 6000)
