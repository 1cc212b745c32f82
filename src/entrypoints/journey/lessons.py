"""One lesson from the first search to the payout, and what must not happen on the way."""

from functools import partial
from typing import Any, Final

import httpx
from attrs import define, field

from entrypoints.journey.client import agree, eventually, new_key
from entrypoints.journey.people import Person, mails
from entrypoints.journey.stage import (
    CARD_CENTS,
    COMMISSION_CENTS,
    DAY,
    FEE_CENTS,
    HOURLY_CENTS,
    LESSON_CENTS,
    MINUTE,
    PAYOUT_CENTS,
    PROCESSING_CENTS,
    SERVICE,
    TUESDAY,
    Stage,
    calls_of,
    dollars,
    end_of,
    start_of,
    text_of,
)


@define
class Lessons:
    """The student's lesson, and what becomes of it."""

    stage: Stage
    _lesson: dict[str, Any] = field(factory=dict)

    @property
    def lesson_id(self) -> str:
        """The lesson that is taught."""
        return str(self._lesson["booking_id"])

    def instructor_gets_ready(self) -> str:
        """Profile, area, offering, payouts; live only when nothing is missing."""
        api = self.stage.teacher.api
        self.stage.service_id = api.get(f"/catalog/services/{SERVICE}")["service_id"]
        api.patch("/instructors/me", {"bio": "I have taught piano to all ages for twelve years."})
        api.put("/instructors/me/service-areas", {"regions": ["park-slope", "carroll-gardens"]})
        refused = api.post("/instructors/me/go-live", expect=409)
        agree("what is missing", refused["missing"], ["skills", "stripe_connect"])
        api.post(
            "/instructors/me/offerings",
            {
                "service_id": self.stage.service_id,
                "hourly_rate_cents": HOURLY_CENTS,
                "formats": ["travel", "online"],
                "durations": [60],
            },
        )
        link = api.post(
            "/connect/onboarding-links", {"return_url": "http://localhost:3000/onboarded"}
        )["url"]
        httpx.post(link, timeout=15, follow_redirects=False)
        eventually(
            "the payout account is ready",
            lambda: api.get("/connect/account")["payable"] or None,
        )
        eventually(
            "nothing is missing any more",
            lambda: api.get("/instructors/me/onboarding")["missing"] == [] or None,
        )
        live = api.post("/instructors/me/go-live", expect=200)
        agree("is live", live["is_live"], True)
        return "the instructor set rate, area and payouts, and went live"

    def search_finds_the_instructor(self) -> str:
        """Found where and when they teach; not where they don't."""
        day = self.stage.date(TUESDAY)
        query = f"/search?service={SERVICE}&date={day}&after=10:00&before=16:00&limit=50"
        found = eventually("the search finds her", lambda: self._find(f"{query}&region=park-slope"))
        agree("first start", found["first_start"], text_of(self.stage.at(TUESDAY, 10)))
        agree("price", found["price_cents"], LESSON_CENTS)
        agree("elsewhere", self._find(f"{query}&region=astoria&format=travel"), None)
        return "search shows her first free start, in her neighbourhood and in no other"

    def price_is_quoted(self) -> str:
        """Every cent is explained before anything is agreed on."""
        quote = self.stage.student.api.post(
            "/pricing/quotes",
            {
                "instructor_id": self.stage.teacher.account_id,
                "service_id": self.stage.service_id,
                "location_type": "online",
                "duration_minutes": 60,
            },
            expect=200,
        )
        agree("lesson price", quote["lesson_price_cents"], LESSON_CENTS)
        agree("student fee", quote["student_fee_cents"], FEE_CENTS)
        agree("on the card", quote["card_amount_cents"], CARD_CENTS)
        agree("sum of the lines", sum(each["cents"] for each in quote["line_items"]), CARD_CENTS)
        self.stage.fingerprint = quote["fingerprint"]
        return f"the quote: lesson {dollars(LESSON_CENTS)} + fee {dollars(FEE_CENTS)}"

    def lesson_is_booked(self) -> str:
        """Held, then confirmed with a card; the same key answers the same, once."""
        stage, student, key = self.stage, self.stage.student, new_key()
        wanted = stage.proposal(stage.at(TUESDAY, 10))
        first = student.api.post("/bookings", wanted, headers={"Idempotency-Key": key})
        again = student.api.send(
            "POST", "/bookings", 201, json=wanted, headers={"Idempotency-Key": key}
        )
        agree("replayed", again.headers.get("Idempotency-Replayed"), "true")
        agree("replay", again.json(), first)
        confirmed = stage.confirm(student, first["booking_id"])
        agree("status", confirmed["booking_status"], "CONFIRMED")
        agree("payment", confirmed["state"], "scheduled")
        self._lesson = stage.booking(student, first["booking_id"])
        return f"a lesson on {stage.date(TUESDAY)} at 10:00 is booked and confirmed at once"

    def nobody_books_it_twice(self) -> str:
        """A rival is told so, and learns nothing else."""
        stage, rival = self.stage, self.stage.rival
        wanted = stage.proposal(stage.at(TUESDAY, 10))
        refused = rival.api.post("/bookings", wanted, expect=409)
        agree("code", refused["code"], "instructor_conflict")
        agree("10:00 is offered", "10:00" in stage.starts(TUESDAY), False)
        rival.api.get(f"/bookings/{self._lesson['booking_id']}", 404)
        return "a rival for the same hour gets 409, and the hour is off the calendar"

    def another_lesson_is_cancelled(self) -> str:
        """A day and more before, cancelling costs nothing and frees the time."""
        stage, student, rival = self.stage, self.stage.student, self.stage.rival
        start = stage.at(TUESDAY, 14)
        booked = stage.book(student, start)
        cancelled = student.api.post(
            f"/bookings/{booked['booking_id']}/cancel", {"reason": "I must travel"}, expect=200
        )
        agree("status", cancelled["status"], "CANCELLED")
        payment = stage.payment_in_state(student, booked["booking_id"], "settled")
        agree("outcome", payment["outcome"], "student_cancel_gt24_no_charge")
        rebooked = rival.api.post("/bookings", stage.proposal(start))
        rival.api.post(
            f"/bookings/{rebooked['booking_id']}/cancel", {"reason": "only to see"}, expect=200
        )
        return "another lesson is cancelled for free, and its time was free again at once"

    def card_is_authorised(self) -> str:
        """24 hours before the lesson the money is held, not taken."""
        stage = self.stage
        stage.move_to(start_of(self._lesson) - DAY + MINUTE, stage.student)
        payment = stage.payment_in_state(stage.student, self._lesson["booking_id"], "authorized")
        agree("held", payment["card_amount_cents"], CARD_CENTS)
        # A reminder that is late is not sent: the clock goes on when this one is out.
        reminded = partial(self._has_mails, stage.student.email, {"booking_reminder_24h"})
        eventually("the reminder", reminded)
        return f"24 h before the lesson {dollars(CARD_CENTS)} are held on the card"

    def lesson_is_taught(self) -> str:
        """Only after its end can the instructor complete it."""
        stage, teacher = self.stage, self.stage.teacher
        teacher.sign_in()
        address = f"/bookings/{self._lesson['booking_id']}/complete"
        early = teacher.api.post(address, {}, expect=409)
        agree("code", early["code"], "lesson_not_ended")
        stage.move_to(end_of(self._lesson) + MINUTE, teacher)
        done = teacher.api.post(address, {}, expect=200)
        agree("status", done["status"], "COMPLETED")
        return "the lesson is taught and completed, not a minute before its end"

    def money_is_taken_and_passed_on(self) -> str:
        """24 hours after the end: charge, fee, commission, transfer; the others' day has begun."""
        stage, booking_id = self.stage, self._lesson["booking_id"]
        stage.move_to(end_of(self._lesson) + DAY + MINUTE, stage.student, stage.teacher)
        payment = stage.payment_in_state(stage.student, booking_id, "settled")
        agree("outcome", payment["outcome"], "lesson_completed_full_payout")
        agree("calls of the processor", calls_of(payment), _EXPECTED_CALLS)
        earned = stage.earned(booking_id) or {}
        agree("commission", earned.get("commission_cents"), COMMISSION_CENTS)
        agree("payout", earned.get("net_cents"), PAYOUT_CENTS)
        agree("status", earned.get("status"), "paid")
        return (
            f"24 h after the end {dollars(CARD_CENTS)} are charged, and "
            f"{dollars(PAYOUT_CENTS)} are the instructor's"
        )

    def books_balance(self, admin: Person) -> str:
        """The ledger explains every cent."""
        admin.sign_in()
        self.stage.student.sign_in()
        balance = admin.api.get("/admin/ledger/trial-balance")
        agree("imbalance", balance["imbalance_cents"], 0)
        agree("balanced", balance["balanced"], True)
        payment = self.stage.payment(self.stage.student, self._lesson["booking_id"])
        number, sums = eventually(
            "the night's comparison posts the processor's fee",
            lambda: self._fee_posted(admin, payment["payment_id"]),
        )
        for account, cents in _EXPECTED_BALANCES.items():
            agree(f"the lesson's {account}", sums.get(account, 0), cents)
        return f"{number} journals explain the lesson; all books sum to zero"

    def _fee_posted(self, admin: Person, payment_id: str) -> tuple[int, dict[str, int]] | None:
        """How many journals the payment has, and what each account comes to."""
        found = admin.api.get(f"/admin/ledger/journals?payment_id={payment_id}&limit=100")["items"]
        sums: dict[str, int] = {}
        for journal in found:
            agree("a journal's sum", sum(line["cents"] for line in journal["lines"]), 0)
            for line in journal["lines"]:
                sums[line["account"]] = sums.get(line["account"], 0) + line["cents"]
        return (len(found), sums) if "processing_fee_expense" in sums else None

    def everybody_was_told(self) -> str:
        """Mails went to whom they concern."""
        stage = self.stage
        wanted = {
            stage.student.email: {
                "booking_confirmed",
                "booking_cancellation_receipt",
                "booking_reminder_24h",
                "payment_receipt",
            },
            stage.teacher.email: {
                "booking_confirmed",
                "booking_cancelled",
                "booking_rescheduled",
                "no_show_reported",
                "payout_sent",
            },
            stage.rival.email: {"booking_rescheduled", "no_show_resolved", "waitlist_matched"},
        }
        for email, templates in wanted.items():
            eventually(f"the mails to {email}", partial(self._has_mails, email, templates))
        return "everybody had their mails: confirmed, moved, cancelled, no-show, receipt, payout"

    def _has_mails(self, email: str, templates: set[str]) -> bool | None:
        sent = {each["template"] for each in mails(self.stage.anybody, email)}
        return True if templates <= sent else None

    def _find(self, query: str) -> dict[str, Any] | None:
        for each in self.stage.anybody.get(query)["items"]:
            if each["instructor_id"] == self.stage.teacher.account_id:
                return dict(each)
        return None


_EXPECTED_CALLS: Final = [("authorise", "succeeded"), ("capture", "succeeded")]
"""What a student sees of it; how the instructor is paid is not theirs to know."""
_EXPECTED_BALANCES: Final = {
    "booking_escrow": 0,
    "instructor_payable": 0,
    "auth_held": 0,
    "student_fee_revenue": -FEE_CENTS,
    "commission_revenue": -COMMISSION_CENTS,
    "processor_balance": CARD_CENTS - PAYOUT_CENTS - PROCESSING_CENTS,
    "processing_fee_expense": PROCESSING_CENTS,
    "connect_balance": PAYOUT_CENTS,
}
