"""What goes wrong between people: a late cancellation, and a lesson that nobody came to teach."""

from typing import Any, Final

from attrs import define, field

from entrypoints.journey.client import Surprise, agree
from entrypoints.journey.stage import (
    CARD_CENTS,
    DAY,
    FEE_CENTS,
    HOUR,
    LESSON_CENTS,
    MINUTE,
    WEDNESDAY,
    Stage,
    calls_of,
    dollars,
    end_of,
)

_LOOKS: Final = 5
_LOOK_SECONDS: Final = 10.0


@define
class Quarrels:
    """Two lessons that are not taught."""

    stage: Stage
    _called_off: dict[str, Any] = field(factory=dict)
    _missed: dict[str, Any] = field(factory=dict)

    @property
    def missed_id(self) -> str:
        """The lesson that nobody came to teach."""
        return str(self._missed["booking_id"])

    def two_more_are_booked(self) -> str:
        """One for each student, on the same day."""
        stage = self.stage
        self._called_off = stage.book(stage.student, stage.at(WEDNESDAY, 12))
        self._missed = stage.book(stage.rival, stage.at(WEDNESDAY, 10))
        return "two more lessons are booked, one by each student"

    def late_cancellation_leaves_credit(self) -> str:
        """Sixteen hours before, the price becomes credit; the preview said so to the cent."""
        stage, student, lesson = self.stage, self.stage.student, self._called_off
        student.sign_in()
        address = f"/bookings/{lesson['booking_id']}"
        stage.payment_in_state(student, lesson["booking_id"], "authorized")
        foretold = student.api.get(f"{address}/cancel-preview")["now"]
        agree("the case", foretold["policy_case"], "student_12_24")
        cancelled = student.api.post(f"{address}/cancel", {"reason": "I am ill"}, expect=200)
        settlement = cancelled["settlement"]
        agree("what the preview said", settlement, foretold["settlement"])
        agree("charged", settlement["charged_cents"], CARD_CENTS)
        agree("kept", settlement["student_fee_kept_cents"], FEE_CENTS)
        payment = stage.payment_in_state(student, lesson["booking_id"], "settled")
        agree("outcome", payment["outcome"], settlement["outcome"])
        agree("calls", calls_of(payment), [("authorise", "succeeded"), ("capture", "succeeded")])
        credit = student.api.get("/credits")
        agree("credit", credit["available_cents"], LESSON_CENTS)
        agree("credit granted", settlement["credit_granted_cents"], LESSON_CENTS)
        return f"a late cancellation left {dollars(LESSON_CENTS)} of credit, as was foretold"

    def no_show_is_reported(self) -> str:
        """The money is frozen while the instructor can object; only once can it be said."""
        stage, rival, lesson = self.stage, self.stage.rival, self._missed
        stage.move_to(end_of(lesson) + MINUTE, rival, stage.teacher, stage.student)
        address = f"/bookings/{lesson['booking_id']}/no-show"
        refused = rival.api.post(address, {"type": "student"}, expect=403)
        agree("not theirs to say", refused["code"], "permission_denied")
        report = rival.api.post(address, {"type": "instructor", "reason": "I waited"})
        agree("the report", report["state"], "open")
        again = rival.api.post(address, {"type": "instructor"}, expect=409)
        agree("said twice", again["code"], "already_reported")
        stage.payment_in_state(rival, lesson["booking_id"], "manual_review")
        done = stage.teacher.api.post(f"/bookings/{lesson['booking_id']}/complete", {}, expect=409)
        agree("completing it", done["code"], "no_show_open")
        return "a student reported that nobody came: the money is frozen"

    def no_show_is_refunded(self) -> str:
        """A day without an objection settles it: nothing is charged."""
        stage, rival, lesson = self.stage, self.stage.rival, self._missed
        self._wait_for_the_verdict()
        stage.teacher.sign_in()
        payment = stage.payment_in_state(rival, lesson["booking_id"], "settled")
        agree("outcome", payment["outcome"], "instructor_no_show_full_refund")
        agree("calls", calls_of(payment), [("authorise", "succeeded"), ("void", "succeeded")])
        earned = stage.earned(lesson["booking_id"]) or {}
        agree("earned", (earned.get("net_cents"), earned.get("status")), (0, "refunded"))
        return "nobody objected for a day: the hold on the card is gone, nothing was charged"

    def _wait_for_the_verdict(self) -> None:
        """The platform looks every hour; what is busy with something else is left to the next."""
        lesson, rival = self._missed, self.stage.rival
        for hours in range(1, _LOOKS):
            self.stage.move_to(end_of(lesson) + DAY + hours * HOUR + MINUTE, rival)
            try:
                self.stage.booking_in_status(
                    rival, lesson["booking_id"], "NO_SHOW", seconds=_LOOK_SECONDS
                )
            except Surprise:
                continue
            return
        message = f"nobody settled the report in {_LOOKS} hours"
        raise Surprise(message)
