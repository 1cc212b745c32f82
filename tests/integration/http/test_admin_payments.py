"""Refunds, reviews and the platform's figures over HTTP. Source: PY-52…PY-54, PY-58, AD-6, AD-7."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from attrs import define, evolve

from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.use_cases.sign_in import SignIn, sign_in
from instainstru_core.booking.model.booking import Booking
from instainstru_core.payments.ids import PaymentId, TipId
from instainstru_core.payments.model.processor import DisputeSeen
from instainstru_core.payments.use_cases.chargebacks.hear_dispute import hear_dispute
from instainstru_core.payments.use_cases.tips.give_tip import GiveTip, give_tip
from instainstru_core.testing.world import HOUR, PASSWORD, World
from tests.integration.http.conftest import Unlimited
from tests.integration.http.people import Client
from tests.integration.http.serving import serving
from tests.integration.http.test_admin import an_admin

GOODWILL = {"reason": "goodwill", "amount_cents": 2500}
WHY = {"reason_code": "checked", "note": "looked at with the bank"}


@define
class Desk:
    """A lesson that was taught and paid out, and somebody of the staff."""

    client: Client
    world: World
    booking: Booking
    payment_id: PaymentId

    def send(
        self, method: str, path: str, body: Any = None, *, who: str = "root@", key: str = ""
    ) -> Any:
        ports = self.world.ports
        session = sign_in(
            SignIn(email=Email.parse(f"{who}example.com"), password=PASSWORD),
            begin=ports.begin,
            read=ports.read,
            passwords=ports.passwords,
            secrets=ports.secrets,
            tokens=ports.tokens,
            ids=ports.ids,
            clock=ports.clock,
        )
        headers = {
            "X-Client": "tests",
            "Authorization": f"Bearer {session.tokens.access}",
            "Idempotency-Key": key or uuid4().hex,
        }
        self.client.cookies.clear()
        return self.client.request(method, f"/api/v1/admin{path}", json=body, headers=headers)

    def on(self, what: str, body: Any, *, who: str = "root@", key: str = "") -> Any:
        return self.send("POST", f"/payments/{self.payment_id}/{what}", body, who=who, key=key)

    def file(self) -> Any:
        return self.send("GET", f"/payments/{self.payment_id}").json()

    def preview(self, body: Any) -> Any:
        shown = self.on("refund-previews", body)
        assert shown.status_code == 200, shown.text
        return shown.json()

    def refund(self, body: Any, *, key: str = "") -> Any:
        token = self.preview(body)["confirm_token"]
        return self.on("refunds", {**body, "confirm_token": token}, key=key)

    def dispute(self) -> None:
        """The student's bank takes the money back."""
        ports, payment = self.world.ports, self.world.payment(self.booking)
        assert payment is not None
        assert payment.hold is not None
        seen = self.world.processor.open_dispute(payment.hold.intent)
        assert isinstance(seen, DisputeSeen)
        hear_dispute(
            seen.dispute,
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=ports.clock,
        )


@pytest.fixture
def desk() -> Iterator[Desk]:
    world = World()
    jane, anna = world.instructor("Jane"), world.student("Anna")
    booking = world.book(anna, jane)
    an_admin(world.ports, "root")
    an_admin(world.ports, "other")
    world.advance(7 * 24 * HOUR)
    payment = world.payment(booking)
    assert payment is not None
    assert payment.settled
    ports = evolve(world.ports, rates=Unlimited())
    with serving(ports) as client:
        yield Desk(client, world, booking, payment.payment_id)


def test_py_52_a_refund_in_two_steps(desk: Desk) -> None:
    shown = desk.preview(GOODWILL)
    assert shown["effect"]["card_cents"] == 2500
    assert shown["effect"]["bearer"] == "platform"
    assert desk.file()["refunds"] == [], "a preview does nothing"
    done = desk.on("refunds", {**GOODWILL, "confirm_token": shown["confirm_token"]})
    assert done.status_code == 200, done.text
    (refund,) = desk.file()["refunds"]
    assert (refund["state"], refund["card_cents"]) == ("succeeded", 2500)
    assert refund["absorbed_cents"] == 2500
    file = desk.file()
    assert file["sums_to_zero"]
    assert file["balances"]["refunds_contra"] == 2500
    assert refund["processor_reference"] in file["processor_references"]


def test_the_same_token_is_the_same_refund(desk: Desk) -> None:
    """Spec 02 §9, and SE-13 for the same key."""
    token = desk.preview(GOODWILL)["confirm_token"]
    body = {**GOODWILL, "confirm_token": token}
    first = desk.on("refunds", body, key="k" * 32)
    again = desk.on("refunds", body, key="k" * 32)
    other = desk.on("refunds", body)
    assert [each.status_code for each in (first, again, other)] == [200, 200, 200]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert {each.json()["refund_id"] for each in (first, again, other)} == {
        first.json()["refund_id"]
    }
    assert len(desk.file()["refunds"]) == 1


def test_py_53_no_more_than_there_is(desk: Desk) -> None:
    card = desk.file()["payment"]["card_amount_cents"]
    over = desk.on("refund-previews", {**GOODWILL, "amount_cents": card + 1})
    assert (over.status_code, over.json()["code"]) == (422, "amount_exceeds_remaining")
    assert over.json()["refundable_cents"] == card
    assert desk.refund({"reason": "dispute"}).status_code == 200
    spent = desk.on("refund-previews", {"reason": "other"})
    assert (spent.status_code, spent.json()["code"]) == (409, "already_refunded")
    assert desk.file()["payment"]["outcome"] == "student_wins_dispute_full_refund"


def test_ad_7_another_effect_needs_another_look(desk: Desk) -> None:
    """Somebody refunded in between: the preview's figures are no longer true."""
    whole = {"reason": "goodwill"}
    token = desk.preview(whole)["confirm_token"]
    desk.refund(GOODWILL)
    late = desk.on("refunds", {**whole, "confirm_token": token})
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    assert len(desk.file()["refunds"]) == 1


def test_ad_7_the_words_and_the_person_must_be_the_same(desk: Desk) -> None:
    token = desk.preview(GOODWILL)["confirm_token"]
    more = desk.on("refunds", {**GOODWILL, "amount_cents": 2501, "confirm_token": token})
    else_ = desk.on("refunds", {**GOODWILL, "confirm_token": token}, who="other@")
    assert 400 <= more.status_code < 500
    assert 400 <= else_.status_code < 500
    assert desk.file()["refunds"] == []


def test_nobody_else_sees_or_refunds(desk: Desk) -> None:
    """PY-52: money is the staff's."""
    for who in ("anna.2@", "jane.1@"):
        assert desk.on("refund-previews", GOODWILL, who=who).status_code == 403
        assert desk.send("GET", f"/payments/{desk.payment_id}", who=who).status_code == 403
        assert desk.send("GET", "/finance/pipeline", who=who).status_code == 403


def test_py_58_the_queue_and_a_remedy(desk: Desk) -> None:
    """A refund that the bank refuses waits for somebody, who gives credit in its place."""
    whole = {"reason": "goodwill"}
    assert desk.refund(whole).status_code == 200
    (refund,) = desk.file()["refunds"]
    desk.world.processor.fail_refund(refund["processor_reference"])
    desk.world.advance(timedelta(hours=1))
    (row,) = desk.send("GET", "/payments/?payment_state=manual_review").json()["items"]
    assert (row["payment_id"], row["review_reason"]) == (str(desk.payment_id), "refund_failed")
    assert row["remedies"] == ["retry_refund", "give_credit"]
    assert row["review_age_seconds"] >= 0
    body = {**WHY, "remedy": "give_credit"}
    wrong = desk.on("resolution-previews", {**WHY, "remedy": "retry_transfer"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "remedy_not_legal")
    assert wrong.json()["legal"] == row["remedies"]
    token = desk.on("resolution-previews", body).json()["confirm_token"]
    done = desk.on("resolutions", {**body, "confirm_token": token})
    assert (done.status_code, done.json()["state"]) == (200, "settled")
    assert desk.send("GET", "/payments/?payment_state=manual_review").json()["items"] == []
    (refund,) = desk.file()["refunds"]
    assert refund["state"] == "replaced"


def test_py_56_a_chargeback_is_in_the_queue(desk: Desk) -> None:
    desk.dispute()
    file = desk.file()
    assert file["payment"]["remedies"] == ["await_bank"]
    (chargeback,) = file["chargebacks"]
    assert chargeback["status"] == "open"
    pipeline = desk.send("GET", "/finance/pipeline").json()
    assert pipeline["reviews"] == {"chargeback": 1}
    owed = desk.send("GET", "/finance/pending-payouts").json()
    assert owed["total_cents"] == file["payment"]["payout_cents"]
    refused = desk.on("refund-previews", GOODWILL)
    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_state")


def test_what_was_earned(desk: Desk) -> None:
    """Spec 02 §6."""
    desk.refund(GOODWILL)
    desk.world.advance(timedelta(seconds=1))
    earned = desk.send("GET", "/finance/revenue").json()
    assert earned["accounts"]["refunds_contra"] == -2500
    assert earned["net_cents"] == sum(earned["accounts"].values())
    back = "/finance/revenue?starts_at=2030-02-01T00:00:00Z&ends_at=2030-01-01T00:00:00Z"
    assert desk.send("GET", back).status_code == 422


def test_ad_6_while_somebody_changes_the_lesson_its_money_waits(desk: Desk) -> None:
    """PY-61: busy is 409 `operation_in_progress`, and nothing happened."""
    token = desk.preview(GOODWILL)["confirm_token"]
    body = {**GOODWILL, "confirm_token": token}
    remedy = {**WHY, "remedy": "retry_refund", "confirm_token": token}
    with desk.world.ports.mutexes.hold(f"booking:{desk.booking.booking_id}"):
        for busy in (desk.on("refunds", body), desk.on("resolutions", remedy)):
            assert (busy.status_code, busy.json()["code"]) == (409, "operation_in_progress")
            assert busy.headers["Retry-After"] == "1"
    assert desk.file()["refunds"] == []
    assert desk.on("refunds", body).status_code == 200
    lost = desk.send("POST", "/payments/0" + "0" * 25 + "/refunds", body)
    assert (lost.status_code, lost.json()["code"]) == (404, "not_found")


def test_py_51_a_tip_is_given_back_in_two_steps(desk: Desk) -> None:
    """PY-58: what waits for somebody is a list, and one lesson's tips can be asked for."""
    ports = desk.world.ports
    given = give_tip(
        GiveTip(
            student_id=desk.booking.student, booking_id=desk.booking.booking_id, amount_cents=1500
        ),
        begin=ports.begin,
        gateway=ports.gateway,
        ids=ports.ids,
        clock=ports.clock,
        config=ports.pricing,
    ).tip
    assert desk.send("GET", "/tips").json() == {"items": [], "next_cursor": None}
    of_lesson = f"/tips?booking_id={desk.booking.booking_id}"
    (row,) = desk.send("GET", of_lesson).json()["items"]
    assert (row["tip"]["tip_id"], row["remedies"]) == (str(given.tip_id), ["refund"])
    path = f"/tips/{given.tip_id}"
    body = {**WHY, "remedy": "refund"}
    wrong = desk.send("POST", f"{path}/resolution-previews", {**WHY, "remedy": "bear_reversal"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "remedy_not_legal")
    shown = desk.send("POST", f"{path}/resolution-previews", body)
    assert shown.status_code == 200, shown.text
    assert shown.json()["effect"]["calls"] == [{"kind": "refund", "amount_cents": 1500}]
    confirmed = {**body, "confirm_token": shown.json()["confirm_token"]}
    done = desk.send("POST", f"{path}/resolutions", confirmed)
    assert done.status_code == 200, done.text
    (row,) = desk.send("GET", of_lesson).json()["items"]
    assert row["tip"]["refunded_at"] is not None
    assert (row["trouble"], row["remedies"]) == (None, [])
    again = desk.send("POST", f"{path}/resolution-previews", body)
    assert (again.status_code, again.json()["code"]) == (409, "already_refunded")
    unknown = desk.send("POST", f"/tips/{ports.ids.new(TipId)}/resolution-previews", body)
    assert unknown.status_code == 404
    for who in ("anna.2@", "jane.1@"):
        assert desk.send("GET", "/tips", who=who).status_code == 403
        denied = desk.send("POST", f"{path}/resolution-previews", body, who=who)
        assert denied.status_code == 403
