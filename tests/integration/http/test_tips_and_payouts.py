"""Tips, payout accounts, payouts to banks and holds over HTTP. Source: PY-48…51, PY-66, PY-73."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from attrs import define, evolve

from entrypoints.http.config import HttpConfig
from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.money import Money
from instainstru_core.payments.ids import CardId, OperationId, PaymentId
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor import BankPayout, PayoutStatus, Transferred
from instainstru_core.payments.use_cases.process_processor_event import process_processor_event
from instainstru_core.ports import Ports
from instainstru_core.pricing.model.config import DEFAULT_PRICING
from instainstru_core.pricing.model.quotes import quote
from instainstru_core.pricing.model.tiers import Commission
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.strategies.booking import a_booking
from tests.integration.http.conftest import Unlimited
from tests.integration.http.people import Client, Join, Person
from tests.integration.http.serving import serving


@define
class Desk:
    """A student, and an instructor who can be paid, before the API."""

    client: Client
    ports: Ports
    processor: SimulatedProcessor
    student: Person
    teacher: Person

    @property
    def instructor(self) -> InstructorId:
        return InstructorId.parse(self.teacher.account_id)

    def send(self, method: str, path: str, who: Person, body: Any = None, key: str = "") -> Any:
        headers = who.headers | {"Idempotency-Key": key or uuid4().hex}
        return self.client.request(method, f"/api/v1{path}", json=body, headers=headers)

    def save_card(self, token: str = "pm_card_visa") -> str:
        answer = self.send("POST", "/payment-methods", self.student, {"token": token})
        return str(answer.json()["payment_method_id"])

    def given(self, *, days_ago: int = 0) -> str:
        """A lesson that was given, and its payment."""
        now = self.ports.clock.now().replace(second=0, microsecond=0) - timedelta(days=days_ago)
        begun = now - timedelta(days=2)
        booking = a_booking(
            self.ports.ids.new(BookingId),
            student=StudentId.parse(self.student.account_id),
            instructor=self.instructor,
            starts_at=now - timedelta(hours=2),
            created_at=begun,
        )
        booking = booking.confirm(at=begun).complete(at=now)
        payment = Payment.open(
            self.ports.ids.new(PaymentId),
            booking_id=booking.booking_id,
            student_id=booking.student,
            instructor_id=booking.instructor,
            lesson=booking.lesson,
            breakdown=quote(
                booking.hourly_rate,
                booking.lesson.minutes,
                booking.location_type.modality,
                commission=Commission(tier="growth", bps=1200),
                config=DEFAULT_PRICING,
            ),
            card_id=self.ports.ids.new(CardId),
            card_token="card",
            at=begun,
        )
        with self.ports.begin() as work:
            work.bookings.add(booking)
            work.payments.add(payment)
        return str(booking.booking_id)

    def tip(self, booking: str, cents: int = 1000, key: str = "", **more: Any) -> Any:
        body = {"amount_cents": cents, **more}
        return self.send("POST", f"/bookings/{booking}/tips", self.student, body, key)

    def account(self) -> str:
        with self.ports.begin() as work:
            found = work.connect_accounts.find(self.instructor)
        assert found is not None
        return found.account

    def earn(self, cents: int = 10_000) -> None:
        """So much reaches the instructor's account."""
        sent = self.processor.transfer(
            self.ports.ids.new(OperationId),
            account=self.account(),
            amount=Money(cents),
            group="booking:earlier",
            charge=None,
        )
        assert isinstance(sent, Transferred)

    def hear(self) -> None:
        """Act on all that the processor told."""
        for event in self.processor.news:
            process_processor_event(
                event,
                begin=self.ports.begin,
                gateway=self.processor,
                ids=self.ports.ids,
                clock=self.ports.clock,
            )


@pytest.fixture
def desk(ports: Ports, config: HttpConfig, join: Join) -> Iterator[Desk]:
    processor = SimulatedProcessor(ports.clock)
    simulated = evolve(ports, gateway=processor, rates=Unlimited())
    with serving(simulated, config) as client:
        client.headers["X-Client"] = "tests"
        student = join("student@example.com")
        teacher = join("teacher@example.com", role="instructor")
        made = Desk(client, simulated, processor, student, teacher)
        body = {"return_url": "http://localhost:3000/payouts"}
        link = made.send("POST", "/connect/onboarding-links", teacher, body)
        processor.onboard(link.json()["url"])
        made.hear()
        yield made


def refused(answer: Any) -> tuple[int, str]:
    """The status and the code of a refusal."""
    return answer.status_code, answer.json()["code"]


class TestTips:
    def test_py_50_paid_at_once_and_shown_to_both(self, desk: Desk) -> None:
        desk.save_card()
        booking = desk.given()
        answer = desk.tip(booking)
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert (found["tip"]["state"], found["requires_action"]) == ("succeeded", False)
        for who in (desk.student, desk.teacher):
            items = desk.send("GET", f"/bookings/{booking}/tips", who).json()["items"]
            assert [each["amount_cents"] for each in items] == [1000]

    def test_se_13_the_same_key_says_the_same_again(self, desk: Desk) -> None:
        desk.save_card()
        booking, key = desk.given(), uuid4().hex
        first, again = desk.tip(booking, key=key), desk.tip(booking, key=key)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.content == first.content
        assert refused(desk.tip(booking)) == (409, "already_tipped")

    def test_py_50_refusals_have_their_codes(self, desk: Desk, join: Join) -> None:
        booking = desk.given()
        assert refused(desk.tip(booking)) == (422, "payment_method_required")
        desk.save_card()
        assert refused(desk.tip(booking, 99)) == (422, "tip_amount_out_of_range")
        assert refused(desk.tip(booking, 50_001)) == (422, "tip_amount_out_of_range")
        assert refused(desk.tip(desk.given(days_ago=31))) == (409, "tip_not_allowed")
        other = join("other@example.com")
        body = {"amount_cents": 500}
        assert desk.send("POST", f"/bookings/{booking}/tips", other, body).status_code == 404
        assert desk.send("GET", f"/bookings/{booking}/tips", other).status_code == 404
        assert desk.send("POST", f"/bookings/{booking}/tips", desk.teacher, body).status_code == 403

    def test_py_51_declined_then_paid_with_another_card(self, desk: Desk) -> None:
        desk.save_card()
        bad = desk.save_card("pm_card_insufficient_funds")
        booking = desk.given()
        answer = desk.tip(booking, payment_method_id=bad)
        assert refused(answer) == (402, "card_declined")
        assert answer.json()["decline_category"] == "insufficient_funds"
        seen = desk.send("GET", f"/bookings/{booking}/tips", desk.teacher).json()
        assert seen == {"items": []}
        assert desk.tip(booking).json()["tip"]["state"] == "succeeded"

    def test_py_51_three_d_secure_is_finished_by_repeating(self, desk: Desk) -> None:
        card = desk.save_card("pm_card_three_d_secure")
        booking = desk.given()
        asked = desk.tip(booking, payment_method_id=card).json()
        assert (asked["tip"]["state"], asked["requires_action"]) == ("requires_action", True)
        with desk.ports.read() as reads:
            (tip,) = reads.tip_queries.of_booking(BookingId.parse(booking))
        assert tip.intent is not None
        desk.processor.confirm(tip.intent, asked["client_secret"])
        assert desk.tip(booking).json()["tip"]["state"] == "succeeded"

    def test_py_62_without_an_answer_it_is_processing(self, desk: Desk) -> None:
        desk.save_card()
        desk.processor.fail_next("charge", Fault.TIMEOUT_AFTER)
        answer = desk.tip(desk.given())
        assert (answer.status_code, answer.json()["tip"]["state"]) == (201, "processing")


class TestAccounts:
    def test_spec_02_5_status_requirements_and_schedule(self, desk: Desk) -> None:
        desk.processor.change_account(
            desk.account(), charges_enabled=False, requirements=("id_document",)
        )
        desk.hear()
        found = desk.send("GET", "/connect/account", desk.teacher).json()
        assert (found["status"], found["payable"]) == ("restricted", False)
        assert found["requirements"] == ["id_document"]
        assert found["payout_schedule"] == {
            "interval": "weekly",
            "weekday": 1,
            "month_day": None,
        }

    def test_the_dashboard(self, desk: Desk, join: Join) -> None:
        answer = desk.send("POST", "/connect/dashboard-links", desk.teacher, {})
        assert answer.status_code == 201, answer.text
        assert answer.json()["url"].startswith("http")
        newcomer = join("newcomer@example.com", role="instructor")
        assert desk.send("POST", "/connect/dashboard-links", newcomer, {}).status_code == 404

    def test_py_48_choosing_a_schedule(self, desk: Desk) -> None:
        path = "/connect/payout-schedule"
        chosen = desk.send("PUT", path, desk.teacher, {"interval": "monthly", "month_day": 28})
        assert chosen.status_code == 200, chosen.text
        assert chosen.json() == {"interval": "monthly", "weekday": None, "month_day": 28}
        for body in (
            {"interval": "monthly", "month_day": 29},
            {"interval": "weekly"},
            {"interval": "weekly", "weekday": 5},
            {"interval": "weekly", "weekday": 6},
            {"interval": "daily", "weekday": 1},
            {"interval": "yearly"},
        ):
            assert desk.send("PUT", path, desk.teacher, body).status_code == 422
        assert desk.send("PUT", path, desk.student, {"interval": "daily"}).status_code == 403


class TestPayouts:
    def test_py_48_the_history_and_its_totals(self, desk: Desk) -> None:
        empty = desk.send("GET", "/payouts", desk.teacher).json()
        assert empty == {"items": [], "next_cursor": None, "paid_cents": 0, "pending_cents": 0}
        desk.earn()
        made = desk.processor.pay_out(desk.account())
        assert isinstance(made, BankPayout)
        desk.hear()
        found = desk.send("GET", "/payouts", desk.teacher).json()
        assert (found["paid_cents"], found["pending_cents"]) == (0, 10_000)
        assert [each["status"] for each in found["items"]] == ["in_transit"]
        desk.processor.land_payout(made.payout, PayoutStatus.FAILED)
        desk.hear()
        (shown,) = desk.send("GET", "/payouts", desk.teacher).json()["items"]
        assert (shown["status"], shown["failure_code"]) == ("failed", "account_closed")
        assert desk.send("GET", "/payouts", desk.student).status_code == 403
        assert desk.send("GET", "/payouts?cursor=nonsense", desk.teacher).status_code == 422

    def test_py_49_the_fee_is_shown_first(self, desk: Desk) -> None:
        desk.earn()
        offer = desk.send("GET", "/connect/instant-payouts", desk.teacher).json()
        assert (offer["available_cents"], offer["fee_of_all_cents"]) == (10_000, 150)
        path, key = "/connect/instant-payouts", uuid4().hex
        answer = desk.send("POST", path, desk.teacher, {"amount_cents": 4000}, key)
        assert answer.status_code == 201, answer.text
        assert (answer.json()["state"], answer.json()["fee_cents"]) == ("succeeded", 60)
        again = desk.send("POST", path, desk.teacher, {"amount_cents": 4000}, key)
        assert again.headers["Idempotency-Replayed"] == "true"
        offer = desk.send("GET", path, desk.teacher).json()
        assert offer["available_cents"] == 6000
        assert [each["amount_cents"] for each in offer["items"]] == [4000]

    @pytest.mark.parametrize("cents", [0, 99, 10_001])
    def test_py_49_out_of_range(self, desk: Desk, cents: int) -> None:
        desk.earn()
        body = {"amount_cents": cents}
        answer = desk.send("POST", "/connect/instant-payouts", desk.teacher, body)
        assert refused(answer) == (422, "instant_payout_out_of_range")
        assert answer.json()["available_cents"] == 10_000

    def test_py_59_no_key_no_payout(self, desk: Desk) -> None:
        answer = desk.client.post(
            "/api/v1/connect/instant-payouts",
            json={"amount_cents": 1000},
            headers=desk.teacher.headers,
        )
        assert refused(answer) == (400, "idempotency_key_required")


class TestHolds:
    def test_ad_7_a_hold_is_shown_first_and_kept_for_ever(self, desk: Desk, admin: Person) -> None:
        """PY-73: with its reason, before and after; then released."""
        path = f"/admin/instructors/{desk.instructor}/payout-hold"
        why = {"reason_code": "identity_unclear", "note": "Waiting for a call."}
        shown = desk.send("POST", f"{path}-previews", admin, why)
        assert shown.status_code == 200, shown.text
        assert desk.send("GET", "/admin/payout-holds", admin).json() == {"items": []}
        token = {"confirm_token": shown.json()["confirm_token"]}
        other = desk.send("PUT", path, admin, why | token | {"reason_code": "other"})
        assert refused(other) == (409, "payload_mismatch")
        done = desk.send("PUT", path, admin, why | token)
        assert done.status_code == 200, done.text
        assert (done.json()["before"], done.json()["after"]) == (
            {"payouts": "released"},
            {"payouts": "held"},
        )
        (item,) = desk.send("GET", "/admin/payout-holds", admin).json()["items"]
        assert (item["cause"], item["placed_by"]) == ("operator", admin.account_id)
        assert refused(desk.send("POST", f"{path}-previews", admin, why)) == (
            409,
            "payouts_already_held",
        )
        gone = desk.send("DELETE", f"{path}?reason_code=cleared", admin)
        assert gone.status_code == 200, gone.text
        assert gone.json()["after"] == {"payouts": "released"}
        again = desk.send("DELETE", f"{path}?reason_code=cleared", admin)
        assert refused(again) == (409, "payouts_not_held")

    def test_only_who_manages_money(self, desk: Desk) -> None:
        path = f"/admin/instructors/{desk.instructor}/payout-hold"
        why = {"reason_code": "mine"}
        assert desk.send("POST", f"{path}-previews", desk.teacher, why).status_code == 403
        assert desk.send("DELETE", f"{path}?reason_code=x", desk.teacher).status_code == 403
        assert desk.send("GET", "/admin/payout-holds", desk.teacher).status_code == 403
