"""Checkout, cards, payout accounts and the books over HTTP. Source: spec 02 §5, §6."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from attrs import define, evolve

from entrypoints.http.config import HttpConfig
from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.payments.use_cases.open_payout_account import (
    LinkOnboarding,
    link_onboarding,
    refresh_payout_account,
)
from instainstru_core.ports import Ports
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.strategies.booking import Classroom, a_booking, open_classroom
from tests.integration.http.conftest import Unlimited
from tests.integration.http.people import Client, Join, Person
from tests.integration.http.serving import serving


@define
class Counter:
    """A student and a bookable instructor, before the API with the simulated processor."""

    client: Client
    ports: Ports
    processor: SimulatedProcessor
    room: Classroom
    student: Person

    def hold(self, hours_ahead: int = 72) -> str:
        now = self.ports.clock.now().replace(second=0, microsecond=0)
        booking = a_booking(
            self.ports.ids.new(BookingId),
            student=StudentId.parse(self.student.account_id),
            instructor=self.room.instructor,
            starts_at=now + timedelta(hours=hours_ahead),
            created_at=now,
        )
        with self.ports.begin() as work:
            return str(work.bookings.add(booking).booking_id)

    def post(self, path: str, body: Any, who: Person | None = None, key: str | None = None) -> Any:
        headers = (who or self.student).headers | {"Idempotency-Key": key or uuid4().hex}
        return self.client.post(f"/api/v1{path}", json=body, headers=headers)

    def get(self, path: str, who: Person | None = None) -> Any:
        return self.client.get(f"/api/v1{path}", headers=(who or self.student).headers)

    def save_card(self, token: str = "pm_card_visa") -> str:
        answer = self.post("/payment-methods", {"token": token})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["payment_method_id"])

    def confirm(self, booking: str, key: str | None = None, **more: Any) -> Any:
        priced = self.get(f"/bookings/{booking}/pricing")
        assert priced.status_code == 200, priced.text
        body = {"fingerprint": priced.json()["quote"]["fingerprint"], **more}
        return self.post(f"/bookings/{booking}/confirm", body, key=key)


@pytest.fixture
def counter(ports: Ports, config: HttpConfig, join: Join) -> Any:
    processor = SimulatedProcessor(ports.clock)
    simulated = evolve(ports, gateway=processor, rates=Unlimited())
    with serving(simulated, config) as client:
        client.headers["X-Client"] = "tests"
        room = open_classroom(ports.begin, ports.ids, first_day=ports.clock.now().date())
        student = join("student@example.com")
        made = Counter(client, simulated, processor, room, student)
        _onboard(made, room.instructor)
        yield made


def _onboard(counter: Counter, instructor: InstructorId) -> None:
    ports = counter.ports
    link = link_onboarding(
        LinkOnboarding(instructor_id=instructor, return_url="http://localhost:3000/"),
        begin=ports.begin,
        gateway=counter.processor,
        clock=ports.clock,
    )
    counter.processor.onboard(link)
    refresh_payout_account(
        instructor, begin=ports.begin, gateway=counter.processor, clock=ports.clock
    )


class TestCheckout:
    def test_24_hours_ahead_it_is_confirmed_at_once(self, counter: Counter) -> None:
        counter.save_card()
        booking = counter.hold()
        answer = counter.confirm(booking)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert (found["state"], found["booking_status"]) == ("scheduled", "CONFIRMED")
        shown = counter.get(f"/bookings/{booking}/payment").json()
        assert shown["card_amount_cents"] == 10_080
        assert shown["payout_cents"] is None
        assert [line["label"] for line in shown["line_items"]] == [
            "Lesson",
            "Booking Protection (12%)",
        ]

    def test_se_13_the_same_key_says_the_same_again(self, counter: Counter) -> None:
        counter.save_card()
        booking = counter.hold()
        key = uuid4().hex
        first = counter.confirm(booking, key=key)
        again = counter.confirm(booking, key=key)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.content == first.content

    def test_bk_56_who_pays_is_alone_with_the_booking(self, counter: Counter) -> None:
        """PY-61: nor can it be called off, or another card be named, meanwhile."""
        counter.save_card()
        booking = counter.hold()
        card = counter.save_card()
        with counter.ports.mutexes.hold(f"booking:{booking}"):
            refused = [
                counter.confirm(booking),
                counter.post(f"/bookings/{booking}/cancel", {"reason": "ill"}),
                counter.post(f"/bookings/{booking}/payment-retries", {}),
                counter.client.put(
                    f"/api/v1/bookings/{booking}/payment-method",
                    json={"payment_method_id": card},
                    headers=counter.student.headers,
                ),
            ]
        for answer in refused:
            assert (answer.status_code, answer.json()["code"]) == (409, "operation_in_progress")
            assert answer.headers["Retry-After"] == "1"
        assert counter.confirm(booking).json()["booking_status"] == "CONFIRMED"

    def test_py_9_a_decline_is_a_402_with_its_category(self, counter: Counter) -> None:
        card = counter.save_card("pm_card_insufficient_funds")
        answer = counter.confirm(counter.hold(hours_ahead=20), payment_method_id=card)
        assert answer.status_code == 402
        found = answer.json()
        assert (found["code"], found["decline_category"]) == (
            "card_declined",
            "insufficient_funds",
        )

    def test_py_9_three_d_secure_is_finished_by_repeating(self, counter: Counter) -> None:
        card = counter.save_card("pm_card_three_d_secure")
        booking = counter.hold(hours_ahead=20)
        asked = counter.confirm(booking, payment_method_id=card).json()
        assert asked["requires_action"]
        with counter.ports.begin() as work:
            payment = work.payments.find_for_update(BookingId.parse(booking))
        assert payment is not None
        assert payment.hold is not None
        intent = payment.hold.intent
        counter.processor.confirm(intent, asked["client_secret"])
        done = counter.confirm(booking, payment_method_id=card).json()
        assert (done["state"], done["booking_status"]) == ("authorized", "CONFIRMED")

    def test_refusals_have_their_documented_codes(self, counter: Counter) -> None:
        booking = counter.hold()
        body = {"fingerprint": "0" * 64}
        path = f"/bookings/{booking}/confirm"
        assert counter.confirm(booking).json()["code"] == "payment_method_required"
        counter.save_card()
        changed = counter.post(path, body)
        assert (changed.status_code, changed.json()["code"]) == (409, "quote_changed")
        assert changed.json()["quote"]["card_amount_cents"] == 10_080
        missing = counter.client.post(f"/api/v1{path}", json=body, headers=counter.student.headers)
        assert (missing.status_code, missing.json()["code"]) == (400, "idempotency_key_required")
        unknown = counter.post("/bookings/01JZ8Q5H3M7YB2K4N6P8R0T1V3/confirm", body)
        assert unknown.status_code == 404
        assert counter.post("/bookings/nonsense/confirm", body).status_code == 404
        assert counter.post(path, body | {"colour": "red"}).status_code == 422
        assert counter.post(path, {"fingerprint": "short"}).status_code == 422

    def test_other_peoples_payments_are_not_found(self, counter: Counter, join: Join) -> None:
        counter.save_card()
        booking = counter.hold()
        counter.confirm(booking)
        other = join("other@example.com")
        for what in ("payment", "pricing"):
            assert counter.get(f"/bookings/{booking}/{what}", who=other).status_code == 404

    def test_py_15_another_card_and_another_try(self, counter: Counter) -> None:
        counter.save_card()
        booking = counter.hold()
        counter.confirm(booking)
        other = counter.save_card("pm_card_mastercard")
        swapped = counter.client.put(
            f"/api/v1/bookings/{booking}/payment-method",
            json={"payment_method_id": other},
            headers=counter.student.headers,
        )
        assert swapped.status_code == 200, swapped.text
        assert swapped.json()["payment_method_id"] == other
        again = counter.post(f"/bookings/{booking}/payment-retries", {})
        assert again.status_code == 200, again.text


class TestCards:
    def test_py_67_the_first_is_the_default_and_a_known_one_is_updated(
        self, counter: Counter
    ) -> None:
        first = counter.save_card()
        second = counter.save_card("pm_card_mastercard")
        assert counter.save_card() == first
        items = counter.get("/payment-methods").json()["items"]
        assert [(each["payment_method_id"], each["is_default"]) for each in items] == [
            (first, True),
            (second, False),
        ]
        gone = counter.client.delete(
            f"/api/v1/payment-methods/{first}", headers=counter.student.headers
        )
        assert gone.status_code == 204
        items = counter.get("/payment-methods").json()["items"]
        assert [(each["payment_method_id"], each["is_default"]) for each in items] == [
            (second, True)
        ]

    def test_a_card_nobody_has_is_not_found(self, counter: Counter) -> None:
        path = "/api/v1/payment-methods/01JZ8Q5H3M7YB2K4N6P8R0T1V3"
        assert counter.client.delete(path, headers=counter.student.headers).status_code == 404

    def test_py_67_the_last_card_of_an_open_payment_stays(self, counter: Counter) -> None:
        card = counter.save_card()
        counter.confirm(counter.hold())
        path = f"/api/v1/payment-methods/{card}"
        refused = counter.client.delete(path, headers=counter.student.headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "payment_method_in_use")


class TestInstructors:
    def test_py_3_onboarding(self, counter: Counter, join: Join) -> None:
        teacher = join("teacher@example.com", role="instructor")
        assert counter.get("/connect/account", who=teacher).status_code == 404
        body = {"return_url": "http://localhost:3000/payouts"}
        answer = counter.post("/connect/onboarding-links", body, who=teacher)
        assert answer.status_code == 201, answer.text
        counter.processor.onboard(answer.json()["url"])
        assert counter.get("/connect/account", who=teacher).json()["payable"] is False
        _onboard_again(counter, teacher)
        assert counter.get("/connect/account", who=teacher).json()["payable"] is True

    def test_return_addresses_of_strangers_are_refused(self, counter: Counter, join: Join) -> None:
        teacher = join("teacher@example.com", role="instructor")
        strangers = (
            "https://evil.example/",
            "http://localhost:3000.evil.example/",
            "//x",
            "http://[",
        )
        for url in strangers:
            answer = counter.post("/connect/onboarding-links", {"return_url": url}, who=teacher)
            assert answer.status_code == 422, answer.text

    def test_earnings_begin_empty(self, counter: Counter, join: Join) -> None:
        teacher = join("teacher@example.com", role="instructor")
        assert counter.get("/earnings", who=teacher).json() == {"items": [], "next_cursor": None}
        assert counter.get("/earnings").status_code == 403


def _onboard_again(counter: Counter, teacher: Person) -> None:
    refresh_payout_account(
        InstructorId.parse(teacher.account_id),
        begin=counter.ports.begin,
        gateway=counter.processor,
        clock=counter.ports.clock,
    )


class TestTheBooks:
    def test_only_those_who_may_see_them(self, counter: Counter, admin: Person) -> None:
        assert counter.get("/admin/ledger/trial-balance").status_code == 403
        counter.save_card()
        booking = counter.hold(hours_ahead=20)
        assert counter.confirm(booking).status_code == 200
        balance = counter.get("/admin/ledger/trial-balance", who=admin).json()
        assert balance["balanced"]
        assert balance["accounts"] == [
            {"account": "auth_held", "cents": 10_080},
            {"account": "auth_contra", "cents": -10_080},
        ]
        journals = counter.get("/admin/ledger/journals?limit=1", who=admin).json()
        assert [each["journal_type"] for each in journals["items"]] == ["authorise"]
        payment = journals["items"][0]["lines"][0]["payment_id"]
        same = counter.get(f"/admin/ledger/journals?payment_id={payment}", who=admin).json()
        assert same["items"] == journals["items"]


class TestPricing:
    def test_the_figures_are_public(self, counter: Counter) -> None:
        found = counter.client.get("/api/v1/pricing/config").json()
        assert (found["student_fee_bps"], found["founding_rate_bps"]) == (1200, 800)
        assert [tier["commission_bps"] for tier in found["tiers"]] == [1500, 1200, 1000]

    def quote(
        self, counter: Counter, *, headers: dict[str, str] | None = None, **changes: Any
    ) -> Any:
        body = {
            "instructor_id": str(counter.room.instructor),
            "service_id": str(counter.room.service_id),
            "location_type": "online",
            "duration_minutes": 60,
        }
        return counter.client.post(
            "/api/v1/pricing/quotes",
            json=body | changes,
            headers=headers or counter.student.headers,
        )

    def test_pr_14_a_quote_is_what_checkout_wants(self, counter: Counter) -> None:
        quoted = self.quote(counter)
        assert quoted.status_code == 200, quoted.text
        booking = counter.hold()
        priced = counter.get(f"/bookings/{booking}/pricing").json()["quote"]
        assert quoted.json() == priced

    def test_pr_15_a_student_s_quote_hides_what_the_instructor_pays(
        self, counter: Counter, admin: Person
    ) -> None:
        """PR-14 lists every share, PR-15 hides the other's fee: only bookkeepers get them all."""
        assert "shares" not in self.quote(counter).json()
        shares = self.quote(counter, headers=admin.headers).json()["shares"]
        assert (shares["payout_cents"], shares["tier"]) == (7650, "entry")

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"credit_cents": -1}, 422, "negative_credit"),
            ({"duration_minutes": 55}, 422, "duration_not_offered"),
            ({"service_id": "01JZ8Q5H3M7YB2K4N6P8R0T1V3"}, 404, "not_found"),
            ({"location_type": "moon"}, 422, "validation_failed"),
        ],
    )
    def test_refusals(
        self, counter: Counter, changes: dict[str, Any], status: int, code: str
    ) -> None:
        answer = self.quote(counter, **changes)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
