"""Credit over HTTP: granted by the staff, spent at checkout, seen, and taken back."""

from typing import Any

import pytest

from tests.integration.http.people import Person
from tests.integration.http.test_budget import statements
from tests.integration.http.test_payments import Counter, counter

__all__ = ["counter"]

WHY = {"reason_code": "goodwill", "note": "sorry for the wait"}
CHECKOUT_BUDGET = 10
CALLER_AND_KEY = 3


def two_steps(counter: Counter, admin: Person, previews: str, path: str, body: Any) -> Any:
    """The answer of an act that was previewed first."""
    shown = counter.post(previews, body, who=admin)
    assert shown.status_code == 200, shown.text
    return counter.post(path, {**body, "confirm_token": shown.json()["confirm_token"]}, who=admin)


def adjust(counter: Counter, admin: Person, cents: int, **more: Any) -> Any:
    """Change the student's credit."""
    base = f"/admin/students/{counter.student.account_id}"
    body = {**WHY, "amount_cents": cents, **more}
    return two_steps(counter, admin, f"{base}/credit-previews", f"{base}/credits", body)


def test_cr_15_the_staff_grants_in_two_steps_and_it_is_kept_who(
    counter: Counter, admin: Person
) -> None:
    base = f"/admin/students/{counter.student.account_id}"
    body = {**WHY, "amount_cents": 5000}
    shown = counter.post(f"{base}/credit-previews", body, who=admin).json()
    assert shown["after"] == {"available_cents": "5000"}
    assert counter.get("/credits").json()["available_cents"] == 0, "a preview grants nothing"
    other = {**body, "amount_cents": 50_000, "confirm_token": shown["confirm_token"]}
    refused = counter.post(f"{base}/credits", other, who=admin)
    assert (refused.status_code, counter.get("/credits").json()["items"]) == (409, [])
    done = adjust(counter, admin, 5000).json()
    assert done["kind"] == "grant_credit"
    assert (done["before"], done["after"]) == (
        {"available_cents": "0"},
        {"available_cents": "5000"},
    )
    seen = counter.get("/credits").json()
    assert (seen["available_cents"], seen["next_expiry_cents"]) == (5000, 5000)
    (lot,) = seen["items"]
    assert (lot["source"], lot["remaining_cents"], lot["payment_id"]) == ("goodwill", 5000, None)
    assert counter.get(f"{base}/credits", who=admin).json() == seen


def test_cr_4_pr_14_credit_is_quoted_spent_and_seen(counter: Counter, admin: Person) -> None:
    """A checkout with credit costs the database at most ten statements of its own."""
    adjust(counter, admin, 5000)
    counter.save_card()
    booking = counter.hold()
    priced = counter.get(f"/bookings/{booking}/pricing?credit_cents=7000").json()["quote"]
    assert (priced["credit_cents"], priced["card_amount_cents"]) == (5000, 5080)
    assert priced["line_items"][-1] == {"label": "Credit", "cents": -5000}
    agreed = {"fingerprint": priced["fingerprint"], "credit_cents": 7000}
    with statements() as seen:
        paid = counter.post(f"/bookings/{booking}/confirm", agreed)
    assert paid.status_code == 200, paid.text
    assert len(seen) <= CHECKOUT_BUDGET + CALLER_AND_KEY, "\n".join(seen)
    wallet = counter.get("/credits").json()
    assert (wallet["available_cents"], wallet["reserved_cents"]) == (0, 5000)
    history = counter.get("/credits/history?limit=1").json()
    assert [(each["kind"], each["cents"]) for each in history["items"]] == [
        ("credit_reserve", -5000)
    ]
    more = counter.get(f"/credits/history?cursor={history['next_cursor']}").json()
    assert [(each["kind"], each["cents"]) for each in more["items"]] == [
        ("credit_issue_promo", 5000)
    ]
    assert more["next_cursor"] is None


def test_spec_9_a_balance_that_shrank_is_a_409_with_the_new_quote(
    counter: Counter, admin: Person
) -> None:
    adjust(counter, admin, 5000)
    counter.save_card()
    booking = counter.hold()
    priced = counter.get(f"/bookings/{booking}/pricing?credit_cents=5000").json()["quote"]
    done = adjust(counter, admin, 1200, to_balance=True).json()
    assert (done["kind"], done["effect"]["adjustment"]) == ("set_credit_balance", "revoked")
    agreed = {"fingerprint": priced["fingerprint"], "credit_cents": 5000}
    refused = counter.post(f"/bookings/{booking}/confirm", agreed)
    assert (refused.status_code, refused.json()["code"]) == (409, "quote_changed")
    again = counter.get(f"/bookings/{booking}/pricing?credit_cents=5000").json()["quote"]
    assert again["credit_cents"] == 1200
    assert counter.get("/credits").json()["reserved_cents"] == 0


def test_pr_5_a_quote_knows_the_balance(counter: Counter, admin: Person) -> None:
    adjust(counter, admin, 2500)
    body = {
        "instructor_id": str(counter.room.instructor),
        "service_id": str(counter.room.service_id),
        "location_type": "online",
        "duration_minutes": 60,
        "credit_cents": 9000,
    }
    assert counter.post("/pricing/quotes", body).json()["credit_cents"] == 2500
    assert counter.post("/pricing/quotes", body, who=admin).json()["credit_cents"] == 0


def test_cr_15_unspent_credit_is_revoked_in_two_steps(counter: Counter, admin: Person) -> None:
    adjust(counter, admin, 5000)
    (lot,) = counter.get("/credits").json()["items"]
    base = f"/admin/credits/{lot['credit_id']}"
    body = {**WHY, "amount_cents": 2000}
    done = two_steps(counter, admin, f"{base}/revocation-previews", f"{base}/revocations", body)
    assert done.json()["effect"]["amount_cents"] == 2000
    assert counter.get("/credits").json()["available_cents"] == 3000
    more = counter.post(f"{base}/revocation-previews", {**WHY, "amount_cents": 3001}, who=admin)
    assert (more.status_code, more.json()["code"]) == (409, "nothing_to_revoke")
    rest = two_steps(counter, admin, f"{base}/revocation-previews", f"{base}/revocations", WHY)
    assert rest.json()["after"] == {"available_cents": "0"}


@pytest.mark.parametrize(
    ("cents", "code"), [(0, "credit_amount_out_of_range"), (50_001, "credit_amount_out_of_range")]
)
def test_cr_15_goodwill_has_bounds(counter: Counter, admin: Person, cents: int, code: str) -> None:
    path = f"/admin/students/{counter.student.account_id}/credit-previews"
    refused = counter.post(path, {**WHY, "amount_cents": cents}, who=admin)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


def test_refusals_have_their_documented_codes(counter: Counter, admin: Person) -> None:
    nobody, body = counter.room.instructor, {**WHY, "amount_cents": 100}
    mine = f"/admin/students/{counter.student.account_id}"
    for path, who, status in (
        (f"{mine}/credit-previews", counter.student, 403),
        (f"/admin/students/{counter.ports.ids.new(type(nobody))}/credit-previews", admin, 404),
        (f"/admin/credits/{counter.ports.ids.new(type(nobody))}/revocation-previews", admin, 404),
    ):
        assert counter.post(path, body, who=who).status_code == status, path
    assert counter.get(f"{mine}/credits").status_code == 403
    assert counter.get("/credits/history?cursor=nonsense").status_code == 422
    booking = counter.hold()
    counter.save_card()
    refused = counter.confirm(booking, credit_cents=-1)
    assert (refused.status_code, refused.json()["code"]) == (422, "negative_credit")
