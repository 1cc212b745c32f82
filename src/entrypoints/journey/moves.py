"""A lesson that is moved: for free, then late, and still one event in everybody's calendar."""

from typing import Any

from attrs import define, field
from icalendar import Calendar

from entrypoints.journey.client import agree
from entrypoints.journey.people import instant
from entrypoints.journey.stage import (
    CARD_CENTS,
    DAY,
    FRIDAY,
    MINUTE,
    PAYOUT_CENTS,
    TUESDAY,
    WEDNESDAY,
    Stage,
    calls_of,
    dollars,
    end_of,
    start_of,
    text_of,
)


@define
class Moves:
    """The rival's lesson, and where it goes."""

    stage: Stage
    _first: dict[str, Any] = field(factory=dict)
    _lesson: dict[str, Any] = field(factory=dict)

    def lesson_is_moved_for_free(self) -> str:
        """While 24 hours are left, moving costs nothing; calendars see one event that moves."""
        stage, rival = self.stage, self.stage.rival
        self._first = stage.book(rival, stage.at(WEDNESDAY, 14))
        before = self._event(self._first["booking_id"])
        moved = self._move(self._first, stage.at(WEDNESDAY, 16))
        agree("late", moved["booking"]["late_reschedule"], False)
        self._lesson = moved["booking"]
        old = stage.booking(rival, self._first["booking_id"])
        agree("the old booking", old["cancellation"]["kind"], "rescheduled")
        agree("its successor", old["successor_id"], self._lesson["booking_id"])
        agree("the chain", self._lesson["chain_id"], self._first["chain_id"])
        for booking in (self._first, self._lesson):
            event = self._event(booking["booking_id"])
            agree("the event's id", event["UID"], before["UID"])
            agree("its start", event["DTSTART"].dt, start_of(self._lesson))
            agree("its sequence", event["SEQUENCE"], before["SEQUENCE"] + 1)
        payment = stage.payment(rival, self._lesson["booking_id"])
        agree("the payment", payment["state"], "scheduled")
        agree("calls of the processor", calls_of(payment), [])
        return "a lesson was moved for free; calendars see one event that moves"

    def feed_lists_the_lessons(self) -> str:
        """A secret address for any calendar, dead once it is given up."""
        rival = self.stage.rival
        path = rival.api.post("/me/calendar-feed")["path"].removeprefix("/api/v1")
        feed: Any = Calendar.from_ical(self.stage.anybody.send("GET", path, 200).content)
        starts = [event["DTSTART"].dt for event in feed.walk("VEVENT")]
        agree("lessons in the feed", start_of(self._lesson) in starts, True)
        agree("where it was", start_of(self._first) in starts, False)
        rival.api.send("DELETE", "/me/calendar-feed", 204)
        self.stage.anybody.send("GET", path, 404)
        return "a calendar feed lists the lesson where it is now, and was revoked"

    def late_move_locks_the_money(self) -> str:
        """Twenty hours before, one move is left: the price stays, the money is taken and waits."""
        stage, rival = self.stage, self.stage.rival
        stage.move_to(stage.at(TUESDAY, 20), rival)
        before = self._lesson
        stage.payment_in_state(rival, before["booking_id"], "authorized")
        preview = rival.api.get(f"/bookings/{before['booking_id']}/reschedule-preview")
        agree("foretold", (preview["late"], preview["lock"]), (True, True))
        moved = self._move(before, stage.at(FRIDAY, 16))
        agree("the step", moved["step"], "lock")
        self._lesson = moved["booking"]
        agree("moves so far", self._lesson["reschedule_count"], 2)
        agree("funded by a lock", self._lesson["lock_funded"], True)
        payment = stage.payment(rival, self._lesson["booking_id"])
        agree("the payment", payment["state"], "locked")
        closed = rival.api.get(f"/bookings/{self._lesson['booking_id']}/reschedule-preview")
        agree("another late move", closed["code"], "reschedule_locked")
        return f"20 h before, the lesson was moved once more: {dollars(CARD_CENTS)} are locked"

    def locked_lesson_is_paid_out(self) -> str:
        """The lesson is taught where it ended up, and its money goes where it would have gone."""
        stage, rival, lesson = self.stage, self.stage.rival, self._lesson
        stage.move_to(end_of(lesson) + MINUTE, stage.teacher)
        stage.teacher.api.post(f"/bookings/{lesson['booking_id']}/complete", {}, expect=200)
        stage.move_to(end_of(lesson) + DAY + MINUTE, stage.teacher, rival)
        payment = stage.payment_in_state(rival, lesson["booking_id"], "settled")
        agree("outcome", payment["outcome"], "lesson_completed_full_payout")
        agree("calls", calls_of(payment), [("authorise", "succeeded"), ("capture", "succeeded")])
        earned = stage.earned(lesson["booking_id"]) or {}
        agree("payout", earned.get("net_cents"), PAYOUT_CENTS)
        return f"the lesson that moved twice was charged once; {dollars(PAYOUT_CENTS)} paid out"

    def _move(self, booking: dict[str, Any], start: Any) -> dict[str, Any]:
        moved: dict[str, Any] = self.stage.rival.api.post(
            f"/bookings/{booking['booking_id']}/reschedule",
            {"start": text_of(start)},
            expect=200,
        )
        agree("the new start", instant(moved["booking"]["start"]), start)
        return moved

    def _event(self, booking_id: str) -> Any:
        file = self.stage.rival.api.send("GET", f"/bookings/{booking_id}/calendar.ics", 200)
        (event,) = Calendar.from_ical(file.content).walk("VEVENT")
        return event
