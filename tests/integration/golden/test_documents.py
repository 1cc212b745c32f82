"""Receipts and exports, kept for ever to the last byte. Source: PY-55, PY-69; `make golden`."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from entrypoints.documents.earnings_csv import BOM, COLUMNS, earnings_csv, harmless
from entrypoints.documents.earnings_pdf import earnings_pdf
from entrypoints.documents.receipt_page import receipt_page
from entrypoints.documents.receipt_pdf import receipt_pdf
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.statements.earnings import EarningLine, EarningStatus
from instainstru_core.payments.statements.facts import ShownCard, number_of
from instainstru_core.payments.statements.periods import Period
from instainstru_core.payments.statements.receipts import CardMove, MoveKind, Receipt

PAYMENT = PaymentId.parse("01JH3Z8Q4T6V9X2B5C7D8F9G0H")
BOOKING = BookingId.parse("01JH3Z8Q4T0000000000000007")
TAKEN = datetime(2030, 1, 9, 14, 0, tzinfo=UTC)
Keep = Callable[[str, str | bytes], None]


def a_receipt(**changes: Any) -> Receipt:
    """A lesson that was taught and paid by card."""
    plain = Receipt(
        number=number_of(PAYMENT),
        issued_at=TAKEN,
        payment_id=PAYMENT,
        booking_id=BOOKING,
        student="Łukasz Ñ.",
        instructor="Þórunn Š.",
        service_name="Piano & theory <beginners>",
        lesson_starts_at=datetime(2030, 1, 8, 13, 0, tzinfo=UTC),
        zone=NEW_YORK,
        minutes=60,
        cancelled_at=None,
        lesson_price=Money(12_000),
        student_fee=Money(1440),
        student_fee_bps=1200,
        credit=NOTHING,
        charged=Money(13_440),
        uncharged=NOTHING,
        recovered=NOTHING,
        credit_given=NOTHING,
        card=ShownCard(brand="visa", last4="4242"),
        tip=NOTHING,
        refunds=NOTHING,
        net_paid=Money(13_440),
        moves=(CardMove(kind=MoveKind.LESSON, at=TAKEN, cents=13_440),),
    )
    return evolve(plain, **changes)


RECEIPTS = {
    "taught": a_receipt(),
    "tipped_and_refunded": a_receipt(
        credit=Money(5000),
        charged=Money(8440),
        tip=Money(1000),
        refunds=Money(2000),
        net_paid=Money(7440),
        moves=(
            CardMove(kind=MoveKind.LESSON, at=TAKEN, cents=8440),
            CardMove(kind=MoveKind.TIP, at=TAKEN + timedelta(hours=3), cents=1000),
            CardMove(kind=MoveKind.REFUND, at=TAKEN + timedelta(days=3), cents=-2000),
        ),
    ),
    "called_off_late": a_receipt(cancelled_at=TAKEN - timedelta(days=2), credit_given=Money(6000)),
    "no_card_known": a_receipt(card=None, student="", instructor=""),
}


def a_line(number: int, **changes: Any) -> EarningLine:
    """One lesson that was paid."""
    plain = EarningLine(
        payment_id=PaymentId.parse(f"01JH3Z8Q4T00000000000000{number:02}"),
        booking_id=BOOKING,
        lesson_starts_at=datetime(2030, 1, 8, 13, 0, tzinfo=UTC) - timedelta(days=number),
        zone=NEW_YORK,
        student="Łukasz Ñ.",
        service_name="Piano",
        minutes=60,
        lesson_price=Money(12_000),
        commission=Money(1440),
        commission_bps=1200,
        net=Money(10_560),
        tip=NOTHING,
        owed=NOTHING,
        status=EarningStatus.PAID,
        payout_reference="tr_1",
    )
    return evolve(plain, **changes)


LINES = [
    a_line(1, tip=Money(1000)),
    a_line(2, status=EarningStatus.PARTIAL, net=Money(5280), commission=Money(720)),
    a_line(3, status=EarningStatus.CANCELLED, net=NOTHING, commission=NOTHING),
    a_line(4, student='=HYPERLINK("http://evil.example","x")', service_name="+1 voice"),
    a_line(5, student="@cmd", service_name="-drums"),
    a_line(6, student='Anne "Ann", O.', service_name="Violin, viola\nand more"),
    a_line(7, lesson_starts_at=datetime(2030, 1, 2, 3, 30, tzinfo=UTC), net=Money(123_456)),
]
PERIOD = Period(date(2029, 10, 10), date(2030, 1, 7))


@pytest.mark.parametrize("name", RECEIPTS)
def test_py_55_receipts(name: str, golden: Keep) -> None:
    """The page and the sheet; the same bytes each time."""
    receipt = RECEIPTS[name]
    golden(f"receipt_{name}.html", receipt_page(receipt))
    sheet = receipt_pdf(receipt)
    assert sheet == receipt_pdf(receipt)
    assert sheet.count(b"/Type /Page\n") == 1
    golden(f"receipt_{name}.pdf", sheet)


def test_py_69_exports(golden: Keep) -> None:
    golden("earnings.csv", "".join(earnings_csv(LINES)))
    golden("earnings.pdf", earnings_pdf(LINES, PERIOD, made_at=TAKEN))
    golden("no_earnings.csv", "".join(earnings_csv([])))


def test_py_55_nothing_in_a_name_is_markup() -> None:
    page = receipt_page(a_receipt(student="<script>alert(1)</script>"))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_py_55_what_can_not_be_seen_is_not_printed() -> None:
    """Overrides of direction and control characters stay out; accents are one letter."""
    tricky = a_receipt(student="Jose\N{COMBINING ACUTE ACCENT}\u202e\x00 M.")
    assert "José M." in receipt_page(tricky)
    assert receipt_pdf(tricky) == receipt_pdf(a_receipt(student="José M."))


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\N{MINUS SIGN}1", "\uff1d1"]
)
def test_py_69_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


def test_py_69_the_table_begins_as_it_is_documented() -> None:
    first = next(iter(earnings_csv([])))
    assert first == BOM + ",".join(COLUMNS) + "\r\n"
    assert first.encode().startswith(b"\xef\xbb\xbfDate,Student,Service,Duration (min),")


def test_py_69_long_statements_go_over_many_pages() -> None:
    many = earnings_pdf(LINES * 60, PERIOD, made_at=TAKEN)
    assert many.count(b"/Type /Page\n") > 10
