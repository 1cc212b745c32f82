"""What the staff sees of a quarrel, and how it calls a lesson off: shown first, then done."""

from typing import Any

from attrs import define

from entrypoints.journey.client import agree
from entrypoints.journey.people import Person
from entrypoints.journey.stage import CARD_CENTS, WEDNESDAY, Stage, calls_of, dollars


@define
class Staff:
    """An admin of the platform, at work."""

    stage: Stage
    admin: Person

    def lesson_is_called_off(self, missed_id: str) -> str:
        """A lesson of the same day is refunded in two steps; its proof works once."""
        stage, student = self.stage, self.stage.student
        lesson = stage.book(student, stage.at(WEDNESDAY, 17))
        held = stage.payment(student, lesson["booking_id"])
        agree("held at once", held["state"], "authorized")
        self.admin.sign_in()
        waiting = self.admin.api.get("/admin/bookings?needs_action=true&per_page=200")["items"]
        agree("waits for us", missed_id in {each["booking_id"] for each in waiting}, True)
        self._cancel(lesson["booking_id"])
        payment = stage.payment_in_state(student, lesson["booking_id"], "settled")
        agree("outcome", payment["outcome"], "admin_refund")
        agree("calls", calls_of(payment), [("authorise", "succeeded"), ("void", "succeeded")])
        return f"the staff called a lesson off, as shown before: {dollars(CARD_CENTS)} were let go"

    def _cancel(self, booking_id: str) -> None:
        address, api = f"/admin/bookings/{booking_id}", self.admin.api
        words: dict[str, Any] = {"reason_code": "instructor_ill", "policy": "full_refund"}
        preview = api.post(f"{address}/cancel-preview", words, expect=200)
        settlement = preview["effect"]["settlement"]
        agree("foretold", settlement["released_hold_cents"], CARD_CENTS)
        agree("changed so far", api.get(address)["booking"]["status"], "CONFIRMED")
        proof = {"confirm_token": preview["confirm_token"]}
        done = api.post(f"{address}/cancel", {**words, **proof}, expect=200)
        agree("done as foretold", done["effect"], preview["effect"])
