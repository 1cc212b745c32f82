"""Debts, standings, and cards from forms over HTTP. Source: PY-4, PY-26, PY-67, PY-71."""

from typing import Any
from uuid import uuid4

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.money import Money
from instainstru_core.payments.debts.model import DebtCause
from instainstru_core.payments.use_cases.debts.recognise_debt import recognise_debt
from tests.integration.http.people import Join, Person
from tests.integration.http.test_tips_and_payouts import Desk, desk, refused

__all__ = ["desk"]

WHY = {"reason_code": "agreed_with_student", "note": "She phoned us."}


def owe(desk: Desk, cents: int = 10_000) -> str:
    """The student owes for a lesson; their standing is locked."""
    booking = BookingId.parse(desk.given())
    with desk.ports.begin() as work:
        payment = work.payments.find_for_update(booking)
        assert payment is not None
        debt = recognise_debt(
            work,
            desk.ports.ids,
            payment,
            Money(cents),
            cause=DebtCause.ESCALATED,
            standing=Standing.LOCKED,
            at=desk.ports.clock.now(),
        )
    assert debt is not None
    return str(debt.debt_id)


def debts(desk: Desk) -> Any:
    """What the student is shown."""
    return desk.send("GET", "/debts", desk.student).json()


class TestDebts:
    def test_py_26_paid_in_parts_until_booking_is_open_again(self, desk: Desk) -> None:
        desk.save_card()
        debt = owe(desk)
        shown = debts(desk)
        assert (shown["owed_cents"], shown["standing"]) == (10_000, "locked")
        assert shown["items"][0]["debt_id"] == debt
        pay = f"/debts/{debt}/payments"
        first = desk.send("POST", pay, desk.student, {"amount_cents": 4000})
        assert first.status_code == 200, first.text
        assert first.json()["debt"]["owed_cents"] == 6000
        assert first.json()["standing"] == "locked"
        rest = desk.send("POST", pay, desk.student, {}).json()
        assert (rest["debt"]["owed_cents"], rest["standing"]) == (0, "ok")
        assert refused(desk.send("POST", pay, desk.student, {})) == (409, "debt_paid")

    def test_py_59_the_same_key_pays_once(self, desk: Desk) -> None:
        desk.save_card()
        pay, key = f"/debts/{owe(desk)}/payments", uuid4().hex
        body = {"amount_cents": 4000}
        first = desk.send("POST", pay, desk.student, body, key)
        again = desk.send("POST", pay, desk.student, body, key)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.content == first.content
        assert debts(desk)["owed_cents"] == 6000

    def test_py_26_refusals_have_their_codes(self, desk: Desk, join: Join) -> None:
        pay = f"/debts/{owe(desk)}/payments"
        assert refused(desk.send("POST", pay, desk.student, {})) == (422, "payment_method_required")
        desk.save_card("pm_card_insufficient_funds")
        assert refused(desk.send("POST", pay, desk.student, {})) == (402, "card_declined")
        few = desk.send("POST", pay, desk.student, {"amount_cents": 10})
        assert refused(few) == (422, "debt_amount_out_of_range")
        assert few.json()["owed_cents"] == 10_000
        other = join("other@example.com")
        assert desk.send("POST", pay, other, {}).status_code == 404
        assert desk.send("GET", "/debts", other).json()["items"] == []
        assert desk.send("POST", pay, desk.teacher, {}).status_code == 403

    def test_three_d_secure_is_finished_by_repeating(self, desk: Desk) -> None:
        desk.save_card("pm_card_three_d_secure")
        pay = f"/debts/{owe(desk)}/payments"
        asked = desk.send("POST", pay, desk.student, {}).json()
        assert asked["requires_action"]
        with desk.ports.begin() as work:
            student = StudentId.parse(desk.student.account_id)
            assert work.debts.owed_by(student).cents == 10_000
        intent = asked["client_secret"].partition("_secret")[0]
        desk.processor.confirm(intent, asked["client_secret"])
        done = desk.send("POST", pay, desk.student, {}).json()
        assert (done["debt"]["owed_cents"], done["standing"]) == (0, "ok")


class TestOperators:
    def test_py_26_a_write_off_unlocks_nobody(self, desk: Desk, admin: Person) -> None:
        debt = owe(desk)
        path = f"/admin/debts/{debt}/write-offs"
        part = desk.send("POST", path, admin, {**WHY, "amount_cents": 2500})
        assert part.status_code == 200, part.text
        assert part.json()["before"] == {"owed_cents": "10000"}
        assert part.json()["after"] == {"owed_cents": "7500"}
        desk.send("POST", path, admin, WHY)
        shown = debts(desk)
        assert (shown["owed_cents"], shown["standing"]) == (0, "locked")
        assert refused(desk.send("POST", path, admin, WHY)) == (409, "debt_paid")

    def test_py_71_an_operator_clears_a_standing(self, desk: Desk, admin: Person) -> None:
        path = f"/admin/students/{desk.student.account_id}/payment-standing"
        debt = owe(desk)
        answer = desk.send("PATCH", path, admin, {**WHY, "standing": "ok"})
        assert refused(answer) == (409, "debt_outstanding")
        desk.send("POST", f"/admin/debts/{debt}/write-offs", admin, WHY)
        answer = desk.send("PATCH", path, admin, {**WHY, "standing": "ok"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["before"] == {"standing": "locked"}
        assert debts(desk)["standing"] == "ok"

    def test_nobody_else_may(self, desk: Desk) -> None:
        debt = owe(desk)
        path = f"/admin/students/{desk.student.account_id}/payment-standing"
        body = {**WHY, "standing": "ok"}
        for who in (desk.student, desk.teacher):
            assert desk.send("PATCH", path, who, body).status_code == 403
            written = desk.send("POST", f"/admin/debts/{debt}/write-offs", who, WHY)
            assert written.status_code == 403

    def test_an_unknown_student_and_an_unknown_debt(self, desk: Desk, admin: Person) -> None:
        nobody = str(desk.ports.ids.new(StudentId))
        body = {**WHY, "standing": "restricted"}
        path = f"/admin/students/{nobody}/payment-standing"
        assert desk.send("PATCH", path, admin, body).status_code == 404
        path = f"/admin/debts/{nobody}/write-offs"
        assert desk.send("POST", path, admin, WHY).status_code == 404


class TestCardForms:
    def test_py_4_a_card_comes_from_a_form(self, desk: Desk) -> None:
        form = desk.send("POST", "/payment-methods/setup-intents", desk.student, {}).json()
        body = {"setup_intent_id": form["setup_intent_id"]}
        early = desk.send("POST", "/payment-methods", desk.student, body)
        assert refused(early) == (409, "card_setup_unfinished")
        desk.processor.fill_in(form["setup_intent_id"], form["client_secret"], "pm_card_mastercard")
        kept = desk.send("POST", "/payment-methods", desk.student, body)
        assert kept.status_code == 201, kept.text
        assert kept.json()["last4"] == "4444"

    def test_a_card_is_named_in_one_way(self, desk: Desk) -> None:
        both = {"token": "pm_card_visa", "setup_intent_id": "seti_1"}
        for body in ({}, both):
            answer = desk.send("POST", "/payment-methods", desk.student, body)
            assert refused(answer) == (422, "validation_failed")

    def test_py_67_the_default_is_chosen(self, desk: Desk) -> None:
        desk.save_card()
        other = desk.save_card("pm_card_mastercard")
        path = f"/payment-methods/{other}"
        assert desk.send("PATCH", path, desk.student, {"is_default": False}).status_code == 422
        assert desk.send("PATCH", path, desk.student, {"is_default": True}).json()["is_default"]
        listed = desk.send("GET", "/payment-methods", desk.student).json()["items"]
        assert listed[0]["payment_method_id"] == other
        assert [each["is_default"] for each in listed] == [True, False]
        assert desk.send("PATCH", path, desk.teacher, {"is_default": True}).status_code == 403
