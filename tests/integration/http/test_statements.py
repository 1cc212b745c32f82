"""Receipts, earnings, exports and transactions over HTTP. Source: PY-55, PY-68…PY-70."""

import csv
from collections.abc import Iterator
from io import StringIO
from types import SimpleNamespace
from typing import Any, cast

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Engine, event

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from entrypoints.http import earnings, receipts, transactions, wallet
from instainstru_core.accounts.model import Role
from instainstru_core.availability.model.rules import DEFAULT_RULES
from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.zones import Zone
from instainstru_core.payments.statements.facts import number_of
from instainstru_core.testing.contracts.statements import STORIES, told
from instainstru_core.testing.contracts.tips import settled, tip
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import NOON, signed_in
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till
from tests.integration.http.lone_routes import lone_routes
from tests.integration.http.people import Join
from tests.integration.http.test_tips_and_payouts import Desk, desk, refused

__all__ = ["desk"]
ROUTERS = (earnings.ROUTER, receipts.ROUTER, transactions.ROUTER, wallet.ROUTER)
Client = TestClient[Litestar]
ENDS = ("first_day", "last_day")


@pytest.fixture
def till(engine: Engine) -> Till:
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    return Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)


def shop(till: Till) -> InMemoryStore:
    """What routes need of a till: it stands where a store in memory would."""
    named = {"begin": till.begin, "read": till.read, "ids": till.ids, "clock": till.clock}
    return cast("InMemoryStore", SimpleNamespace(**named, rules=DEFAULT_RULES))


@pytest.fixture
def student(till: Till) -> Iterator[Client]:
    with lone_routes(shop(till), signed_in(till.student), *ROUTERS) as client:
        yield client


@pytest.fixture
def teacher(till: Till) -> Iterator[Client]:
    who = signed_in(till.classroom.instructor, Role.INSTRUCTOR)
    with lone_routes(shop(till), who, *ROUTERS) as client:
        yield client


def tipped(till: Till) -> Booking:
    booking = settled(till)
    tip(till, booking)
    return booking


class TestReceipts:
    def test_py_55_as_a_page_and_as_a_sheet(self, till: Till, student: Client) -> None:
        """PY-55: `format`, or else what Accept prefers; a page where it says nothing."""
        booking = tipped(till)
        path = f"/bookings/{booking.booking_id}/receipt"
        page = student.get(path)
        assert page.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "private, no-store"
        number = number_of(till.payment(booking).payment_id)
        for words in (number, "$90.00", "$10.80", "$110.80", "Visa ending in 4242"):
            assert words in page.text
        sheet = student.get(f"{path}?format=pdf")
        assert sheet.headers["content-type"] == "application/pdf"
        assert sheet.content.startswith(b"%PDF-")
        assert number in sheet.headers["content-disposition"]
        preferred = student.get(path, headers={"Accept": "application/pdf"})
        assert preferred.content == sheet.content
        both = {"Accept": "application/pdf"}
        assert student.get(f"{path}?format=html", headers=both).text == page.text

    def test_py_55_nothing_charged_no_receipt(self, till: Till, student: Client) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        answer = student.get(f"/bookings/{booking.booking_id}/receipt")
        assert refused(answer) == (404, "receipt_not_found")
        strange = student.get(f"/bookings/{booking.booking_id}/receipt?format=doc")
        assert strange.status_code == 422

    def test_py_55_not_the_instructors(self, till: Till, teacher: Client) -> None:
        answer = teacher.get(f"/bookings/{tipped(till).booking_id}/receipt")
        assert refused(answer) == (404, "receipt_not_found")


class TestEarnings:
    def test_py_68_lines_and_totals(self, till: Till, teacher: Client) -> None:
        """PY-68: the totals are the sums of the lines, whatever happened."""
        told(till, STORIES)
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = teacher.get(f"/earnings?limit=4{cursor}").json()
            items += page["items"]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert len(items) == len(STORIES)
        days = "from=2030-01-01&to=2030-12-31"
        summary = teacher.get(f"/earnings/summary?{days}").json()
        for total, each in (("net_cents", "net_cents"), ("tips_cents", "tip_cents")):
            assert summary[total] == sum(item[each] for item in items)
        counting = [item for item in items if item["status"] in {"paid", "partial"}]
        assert summary["lessons"] == len(counting)
        assert summary["lesson_value_cents"] == sum(each["lesson_price_cents"] for each in counting)
        assert summary["commission_cents"] == sum(each["commission_cents"] for each in counting)

    def test_py_68_one_statement_a_page(self, till: Till, teacher: Client, engine: Engine) -> None:
        """PY-68: however many lessons there are."""
        told(till, ["taught", "called off late", "tipped"])
        asked: list[str] = []

        def hear(_: object, __: object, statement: str, *___: object) -> None:
            asked.append(statement)

        event.listen(engine, "before_cursor_execute", hear)
        try:
            assert len(teacher.get("/earnings").json()["items"]) == 3
        finally:
            event.remove(engine, "before_cursor_execute", hear)
        assert len(asked) == 1

    def test_py_69_today_is_the_instructors(self, till: Till, teacher: Client) -> None:
        """PY-69: where it is Tuesday already, the last 90 days end on Tuesday."""
        first, last = (teacher.get("/earnings/summary").json()[each] for each in ENDS)
        assert (first, last) == ("2029-10-10", "2030-01-07")
        with till.begin() as work:
            teaches = work.instructors.get_for_update(till.classroom.instructor)
            moved = teaches.introduce(at=till.clock.now(), zone=Zone("Pacific/Auckland"))
            work.instructors.save(moved)
        first, last = (teacher.get("/earnings/summary").json()[each] for each in ENDS)
        assert (first, last) == ("2029-10-11", "2030-01-08")
        file = teacher.get("/earnings/export").headers["content-disposition"]
        assert "earnings-2029-10-11-2030-01-08.csv" in file

    @pytest.mark.parametrize("path", ["/earnings", "/earnings/summary", "/earnings/export"])
    def test_py_69_days_that_can_not_be(self, teacher: Client, path: str) -> None:
        for days in ("from=2030-01-02&to=2030-01-01", "from=2028-01-01&to=2030-01-01"):
            assert refused(teacher.get(f"{path}?{days}")) == (422, "invalid_period")
        assert teacher.get(f"{path}?from=2030-02-30").status_code == 422
        assert teacher.get(f"{path}?from=2028-01-01&to=2029-12-31").status_code == 200


class TestExports:
    def test_py_69_a_table(self, till: Till, teacher: Client) -> None:
        booking = tipped(till)
        answer = teacher.get("/earnings/export?format=csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert "earnings-2029-10-" in answer.headers["content-disposition"]
        assert answer.content.startswith(b"\xef\xbb\xbf")
        head, row = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
        assert head[4:8] == ["Lesson Price", "Platform Fee", "Net Earnings", "Tip"]
        payment = str(till.payment(booking).payment_id)
        assert row == [
            *("2030-01-08", "", "Piano", "60", "$90.00", "$13.50", "$76.50", "$10.00"),
            *("paid", payment),
        ]

    def test_py_69_on_paper(self, till: Till, teacher: Client) -> None:
        tipped(till)
        answer = teacher.get("/earnings/export?format=pdf")
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        assert teacher.get("/earnings/export?format=xls").status_code == 422

    def test_py_69_more_lessons_than_a_page_holds(self, till: Till, teacher: Client) -> None:
        act = STORIES["called off early"][0]
        for _ in range(103):
            act(till)
        days = "from=2030-01-01&to=2030-01-31"
        rows = teacher.get(f"/earnings/export?{days}").content.decode().splitlines()
        assert len(rows) == 104
        assert len(set(rows)) == 104


class TestTransactions:
    def test_py_70_rows_and_what_happened_in_them(self, till: Till, student: Client) -> None:
        tipped(till)
        (row,) = student.get("/transactions").json()["items"]
        assert (row["lesson_price_cents"], row["student_fee_cents"]) == (9000, 1080)
        assert (row["tip_cents"], row["total_paid_cents"], row["status"]) == (1000, 11_080, "paid")
        assert [each["kind"] for each in row["events"]] == ["charged", "tipped"]
        assert student.get("/transactions?limit=101").status_code == 422
        assert student.get("/transactions?cursor=x").status_code == 422

    def test_py_70_the_wallet_agrees(self, till: Till, student: Client) -> None:
        """PY-70, CR-11: what a row says was given as credit is what the wallet has of it."""
        STORIES["called off late"][0](till)
        (row,) = student.get("/transactions").json()["items"]
        wallet = student.get("/credits").json()
        assert row["credit_given_cents"] == wallet["available_cents"] == 9000
        assert wallet["items"][0]["payment_id"] == row["payment_id"]


def test_py_68_py_70_to_whom_they_belong(desk: Desk, join: Join) -> None:
    """AC-41: students have no earnings, instructors no transactions."""
    assert desk.send("GET", "/earnings", desk.student).status_code == 403
    assert desk.send("GET", "/earnings/export", desk.student).status_code == 403
    assert desk.send("GET", "/transactions", desk.teacher).status_code == 403
    assert desk.send("GET", "/transactions", desk.student).json()["items"] == []
