"""Calling lessons off over HTTP, and what that costs whom. Source: BK-25…BK-29, PY-30, PR-15."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from attrs import define, fields
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.testing import TestClient

from entrypoints.http import cancellations, wallet
from entrypoints.http.idempotency import Keyed
from entrypoints.http.parameters import refuse_bad_addresses
from entrypoints.http.problems import Refusal, on_domain_error, on_http_error, on_refusal
from entrypoints.http.wire import TYPE_DECODERS, TYPE_ENCODERS, StrictBody, Values
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal, Role
from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.time import instant_text
from instainstru_core.ports import Ports
from instainstru_core.testing.stories.endings import locked
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.strategies.booking import signed_in
from instainstru_core.testing.strategies.payments import Till

OF_THE_STUDENT = {
    "charged_cents",
    "hold_released_cents",
    "refunded_cents",
    "student_fee_kept_cents",
    "credit_granted_cents",
    "credit_released_cents",
    "credit_forfeited_cents",
}


@define
class Desk:
    """The routes alone, over a till, called by whoever sits there."""

    client: TestClient[Litestar]
    till: Till
    student: Principal
    instructor: Principal
    caller: Principal

    def paid(self, *, hours_before: float) -> Booking:
        """A lesson that is paid for, so long before it."""
        booking = self.till.hold(hours_ahead=72)
        self.till.pay(booking)
        self.till.at(booking.lesson.starts_at - hours_before * HOUR)
        return booking

    def preview(self, booking: Booking) -> Any:
        return self.client.get(f"/bookings/{booking.booking_id}/cancel-preview")

    def cancel(self, booking: Booking) -> Any:
        return self.client.post(f"/bookings/{booking.booking_id}/cancel", json={"reason": "ill"})


@pytest.fixture
def desk() -> Iterator[Desk]:
    till = Till.opened()
    kept: dict[str, Any] = dict.fromkeys((each.name for each in fields(Ports)), None)
    kept |= {
        "begin": till.begin,
        "read": till.read,
        "clock": till.clock,
        "ids": till.ids,
        "mutexes": till.mutexes,
    }
    ports = Ports(**kept)
    seat: list[Desk] = []
    app = Litestar(
        [Router("/", route_handlers=[cancellations.ROUTER, wallet.ROUTER])],
        dependencies={
            "ports": Provide(lambda: ports, sync_to_thread=False),
            "principal": Provide(lambda: seat[0].caller, sync_to_thread=False),
            "keyed": Provide(lambda: Keyed(ports, None, 200), sync_to_thread=False),
        },
        before_request=refuse_bad_addresses,
        exception_handlers={
            Refusal: on_refusal,
            DomainError: on_domain_error,
            HTTPException: on_http_error,
        },
        dto=StrictBody,
        return_dto=None,
        type_decoders=TYPE_DECODERS,
        type_encoders=TYPE_ENCODERS,
        plugins=[Values()],
        openapi_config=None,
    )
    with TestClient(app) as client:
        student = signed_in(till.student)
        teacher = signed_in(till.classroom.instructor, Role.INSTRUCTOR)
        seat.append(Desk(client, till, student, teacher, student))
        yield seat[0]


@pytest.mark.parametrize(
    ("hours_before", "band", "case", "outcome", "charged", "credit"),
    [
        (30, "ge24", "student_ge24", "student_cancel_gt24_no_charge", 0, 0),
        (24, "ge24", "student_ge24", "student_cancel_gt24_no_charge", 0, 0),
        (18, "h12_24", "student_12_24", "student_cancel_12_24_full_credit", 10_080, 9000),
        (12, "h12_24", "student_12_24", "student_cancel_12_24_full_credit", 10_080, 9000),
        (6, "lt12", "student_lt12", "student_cancel_lt12_split_50_50", 10_080, 4500),
    ],
)
def test_bk_29_a_student_sees_it_and_then_it_happens(
    desk: Desk,
    hours_before: int,
    band: str,
    case: str,
    outcome: str,
    charged: int,
    credit: int,
) -> None:
    booking = desk.paid(hours_before=hours_before)
    shown = desk.preview(booking)
    assert shown.status_code == 200, shown.text
    now = shown.json()["now"]
    assert (now["band"], now["policy_case"]) == (band, case)
    money = now["settlement"]
    assert (money["outcome"], money["charged_cents"], money["credit_granted_cents"]) == (
        outcome,
        charged,
        credit,
    )
    cancelled = desk.cancel(booking)
    assert cancelled.status_code == 200, cancelled.text
    assert cancelled.json()["status"] == "CANCELLED"
    assert cancelled.json()["settlement"] == money
    desk.till.work_off()
    assert desk.till.payment(booking).outcome == outcome
    mine = desk.client.get("/credits").json()
    assert mine["available_cents"] == credit
    assert [each["amount_cents"] for each in mine["items"]] == ([credit] if credit else [])


@pytest.mark.parametrize("hours_before", [30, 18, 6])
def test_pr_15_each_side_sees_its_own(desk: Desk, hours_before: int) -> None:
    """The student no payout and no commission, the instructor no card, no fee and no credit."""
    booking = desk.paid(hours_before=hours_before)
    mine = desk.preview(booking).json()["now"]["settlement"]
    assert mine["payout_cents"] is None
    assert all(mine[name] is not None for name in OF_THE_STUDENT)
    desk.caller = desk.instructor
    theirs = desk.preview(booking).json()["now"]["settlement"]
    assert theirs["payout_cents"] == 0
    assert all(theirs[name] is None for name in OF_THE_STUDENT)
    desk.caller = desk.student
    desk.cancel(booking)
    desk.caller = desk.instructor
    told = desk.cancel(booking).json()["settlement"]
    assert told["payout_cents"] == (3825 if hours_before < 12 else 0)
    assert all(told[name] is None for name in OF_THE_STUDENT)


def test_bk_29_says_when_it_changes(desk: Desk) -> None:
    booking = desk.paid(hours_before=30)
    start = booking.lesson.starts_at
    shown = desk.preview(booking).json()
    assert shown["changes_at"] == instant_text(start - timedelta(hours=24))
    assert [(each["since"], each["band"]) for each in shown["later"]] == [
        (instant_text(start - timedelta(hours=24)), "h12_24"),
        (instant_text(start - timedelta(hours=12)), "lt12"),
        (instant_text(start), None),
    ]


def test_bk_29_of_locked_money(desk: Desk) -> None:
    booking = locked(desk.till)
    shown = desk.preview(booking).json()["now"]
    assert shown["policy_case"] == "lock_student_ge12"
    assert shown["settlement"]["credit_granted_cents"] == 9000
    desk.caller = desk.instructor
    shown = desk.preview(booking).json()["now"]
    assert shown["policy_case"] == "lock_instructor_cancelled"


def test_bk_29_a_hold_has_no_money_yet(desk: Desk) -> None:
    booking = desk.till.hold()
    shown = desk.preview(booking).json()["now"]
    assert (shown["policy_case"], shown["settlement"]) == ("pending_unpaid", None)
    assert desk.cancel(booking).json()["settlement"] is None


def test_py_36_says_what_happens_when_the_card_refuses(desk: Desk) -> None:
    booking = desk.till.hold(hours_ahead=72)
    desk.till.pay(booking)
    desk.till.clock.set(booking.lesson.starts_at - 20 * HOUR)
    money = desk.preview(booking).json()["now"]["settlement"]
    assert money["outcome_if_declined"] == "unauthorized_cancel_no_charge"


def test_bk_25_refusals(desk: Desk) -> None:
    booking = desk.paid(hours_before=1)
    desk.caller = signed_in(desk.till.ids.new(StudentId))
    assert desk.preview(booking).status_code == 404
    assert desk.cancel(booking).status_code == 404
    desk.caller = desk.student
    desk.till.at(booking.lesson.starts_at)
    for answer in (desk.preview(booking), desk.cancel(booking)):
        assert (answer.status_code, answer.json()["code"]) == (409, "lesson_started")
    desk.till.at(booking.lesson.ends_at)
    desk.till.complete(booking)
    for answer in (desk.preview(booking), desk.cancel(booking)):
        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_state")


def test_bk_25_what_is_cancelled_has_no_preview(desk: Desk) -> None:
    booking = desk.paid(hours_before=30)
    first = desk.cancel(booking).json()
    assert desk.preview(booking).json()["code"] == "invalid_state"
    again = desk.cancel(booking).json()
    assert again["settlement"] == first["settlement"]


def test_bk_56_somebody_else_is_at_it(desk: Desk) -> None:
    booking = desk.paid(hours_before=30)
    with desk.till.mutexes.hold(f"booking:{booking.booking_id}"):
        answer = desk.cancel(booking)
    assert (answer.status_code, answer.json()["code"]) == (409, "operation_in_progress")


def test_cr_11_without_credit_the_wallet_is_empty(desk: Desk) -> None:
    assert desk.client.get("/credits").json() == {
        "available_cents": 0,
        "reserved_cents": 0,
        "pending_cents": 0,
        "next_expiry_at": None,
        "next_expiry_cents": 0,
        "items": [],
    }
