"""The main job: one lesson from two sign-ups to the payout, and what must not happen on the way."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
from attrs import define, field

from entrypoints.journey.client import Api, agree, eventually, new_key
from entrypoints.journey.people import (
    Person,
    instant,
    mails,
    move_clock_to,
    platform_now,
    sign_up,
)

NEW_YORK: Final = ZoneInfo("America/New_York")
SERVICE: Final = "piano"
HOURLY_CENTS: Final = 12_000
LESSON_CENTS: Final = 12_000
FEE_CENTS: Final = 1_440
CARD_CENTS: Final = LESSON_CENTS + FEE_CENTS
COMMISSION_CENTS: Final = 1_800
PAYOUT_CENTS: Final = LESSON_CENTS - COMMISSION_CENTS
MINUTE: Final = timedelta(minutes=1)


@define
class Journey:
    """The state of one run; `steps` tells each step as it is done."""

    base_url: str
    admin_email: str
    admin_password: str
    _anybody: Api = field(init=False)
    _teacher: Person = field(init=False)
    _student: Person = field(init=False)
    _rival: Person = field(init=False)
    _service_id: str = ""
    _lesson: dict[str, Any] = field(factory=dict)
    _card_id: str = ""
    _fingerprint: str = ""

    def __attrs_post_init__(self) -> None:
        self._anybody = Api(self.base_url)

    def steps(self) -> Iterator[str]:
        """Play the story; each text says what has just been seen to be so.

        Raises:
            Surprise: Something was not.
        """
        yield self.people_sign_up()
        yield self.instructor_gets_ready()
        yield self.week_is_published()
        yield self.search_finds_the_instructor()
        yield self.price_is_quoted()
        yield self.lesson_is_booked()
        yield self.nobody_books_it_twice()
        yield self.another_lesson_is_cancelled()
        yield self.card_is_authorised()
        yield self.lesson_is_taught()
        yield self.money_is_taken_and_passed_on()
        yield self.books_balance()
        yield self.everybody_was_told()

    def people_sign_up(self) -> str:
        """Mailboxes are proven by code."""
        self._teacher = sign_up(self.base_url, "instructor", "Maya", "Rivera")
        self._student = sign_up(self.base_url, "student", "Sam", "Lee")
        self._rival = sign_up(self.base_url, "student", "Robin", "Cho")
        return "an instructor and two students proved their mailboxes and signed up"

    def instructor_gets_ready(self) -> str:
        """Profile, area, offering, payouts; live only when nothing is missing."""
        api = self._teacher.api
        self._service_id = api.get(f"/catalog/services/{SERVICE}")["service_id"]
        api.patch("/instructors/me", {"bio": "I have taught piano to all ages for twelve years."})
        api.put("/instructors/me/service-areas", {"regions": ["park-slope", "carroll-gardens"]})
        refused = api.post("/instructors/me/go-live", expect=409)
        agree("what is missing", refused["missing"], ["skills", "stripe_connect"])
        api.post(
            "/instructors/me/offerings",
            {
                "service_id": self._service_id,
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

    def week_is_published(self) -> str:
        """A week is replaced by whoever saw it last, and by nobody else."""
        api, day = self._teacher.api, self._day()
        monday = day - timedelta(days=day.weekday())
        address = f"/instructors/me/availability/weeks/{monday}"
        seen = api.send("GET", address, 200).headers["ETag"]
        windows = [{"start": "10:00", "end": "16:00"}]
        week = {"days": {str(day): windows}}
        api.put(address, week, 428)
        api.put(address, week, headers={"If-Match": seen})
        api.put(address, {"days": {}}, 412, headers={"If-Match": seen})
        return f"the week of {monday} is published; an older copy of it was refused"

    def search_finds_the_instructor(self) -> str:
        """Found where and when they teach; not where they don't."""
        query = f"/search?service={SERVICE}&date={self._day()}&after=10:00&before=16:00&limit=50"
        found = eventually("the search finds her", lambda: self._find(f"{query}&region=park-slope"))
        agree("first start", found["first_start"], _text(self._at(10)))
        agree("price", found["price_cents"], LESSON_CENTS)
        agree("elsewhere", self._find(f"{query}&region=astoria&format=travel"), None)
        return "search shows her first free start, in her neighbourhood and in no other"

    def price_is_quoted(self) -> str:
        """Every cent is explained before anything is agreed on."""
        quote = self._quote()
        agree("lesson price", quote["lesson_price_cents"], LESSON_CENTS)
        agree("student fee", quote["student_fee_cents"], FEE_CENTS)
        agree("on the card", quote["card_amount_cents"], CARD_CENTS)
        agree("sum of the lines", sum(each["cents"] for each in quote["line_items"]), CARD_CENTS)
        self._fingerprint = quote["fingerprint"]
        return f"the quote: lesson {_dollars(LESSON_CENTS)} + fee {_dollars(FEE_CENTS)}"

    def lesson_is_booked(self) -> str:
        """Held, then confirmed with a card; the same key answers the same, once."""
        api, key = self._student.api, new_key()
        first = api.post("/bookings", self._proposal(10), headers={"Idempotency-Key": key})
        again = api.send(
            "POST", "/bookings", 201, json=self._proposal(10), headers={"Idempotency-Key": key}
        )
        agree("replayed", again.headers.get("Idempotency-Replayed"), "true")
        agree("replay", again.json(), first)
        self._card_id = api.post("/payment-methods", {"token": "pm_card_visa"})["payment_method_id"]
        confirmed = self._confirm(first["booking_id"])
        agree("status", confirmed["booking_status"], "CONFIRMED")
        agree("payment", confirmed["state"], "scheduled")
        self._lesson = api.get(f"/bookings/{first['booking_id']}")
        return f"a lesson on {self._day()} at 10:00 is booked and confirmed at once"

    def nobody_books_it_twice(self) -> str:
        """A rival is told so, and learns nothing else."""
        refused = self._rival.api.post("/bookings", self._proposal(10), expect=409)
        agree("code", refused["code"], "instructor_conflict")
        free = self._anybody.get(
            f"/instructors/{self._teacher.account_id}/availability"
            f"?from={self._day()}&to={self._day()}&duration=60"
        )
        starts = [each["start"] for day in free["days"] for each in day["starts"]]
        agree("10:00 is offered", "10:00" in starts, False)
        self._rival.api.get(f"/bookings/{self._lesson['booking_id']}", 404)
        return "a rival for the same hour gets 409, and the hour is off the calendar"

    def another_lesson_is_cancelled(self) -> str:
        """A day and more before, cancelling costs nothing and frees the time."""
        api = self._student.api
        booked = api.post("/bookings", self._proposal(14))
        self._confirm(booked["booking_id"])
        cancelled = api.post(
            f"/bookings/{booked['booking_id']}/cancel", {"reason": "I must travel"}, expect=200
        )
        agree("status", cancelled["status"], "CANCELLED")
        payment = self._payment_in_state(booked["booking_id"], "settled")
        agree("outcome", payment["outcome"], "student_cancel_gt24_no_charge")
        rebooked = self._rival.api.post("/bookings", self._proposal(14))
        self._rival.api.post(
            f"/bookings/{rebooked['booking_id']}/cancel", {"reason": "only to see"}, expect=200
        )
        return "another lesson is cancelled for free, and its time was free again at once"

    def card_is_authorised(self) -> str:
        """24 hours before the lesson the money is held, not taken."""
        move_clock_to(self._anybody, instant(self._lesson["start"]) - timedelta(hours=24) + MINUTE)
        self._student.sign_in()
        payment = self._payment_in_state(self._lesson["booking_id"], "authorized")
        agree("held", payment["card_amount_cents"], CARD_CENTS)
        return f"24 h before the lesson {_dollars(CARD_CENTS)} are held on the card"

    def lesson_is_taught(self) -> str:
        """Only after its end can the instructor complete it."""
        self._teacher.sign_in()
        address = f"/bookings/{self._lesson['booking_id']}/complete"
        early = self._teacher.api.post(address, {}, expect=409)
        agree("code", early["code"], "lesson_not_ended")
        move_clock_to(self._anybody, instant(self._lesson["end"]) + MINUTE)
        self._teacher.sign_in()
        done = self._teacher.api.post(address, {}, expect=200)
        agree("status", done["status"], "COMPLETED")
        return "the lesson is taught and completed, not a minute before its end"

    def money_is_taken_and_passed_on(self) -> str:
        """24 hours after the end: charge, fee, commission, transfer."""
        move_clock_to(self._anybody, instant(self._lesson["end"]) + timedelta(hours=24) + MINUTE)
        self._student.sign_in()
        self._teacher.sign_in()
        payment = self._payment_in_state(self._lesson["booking_id"], "settled")
        agree("outcome", payment["outcome"], "lesson_completed_full_payout")
        calls = [(each["kind"], each["state"]) for each in payment["timeline"]]
        agree("calls of the processor", sorted(calls), sorted(_EXPECTED_CALLS))
        (earned,) = self._teacher.api.get("/earnings")["items"]
        agree("commission", earned["commission_cents"], COMMISSION_CENTS)
        agree("payout", earned["net_cents"], PAYOUT_CENTS)
        agree("status", earned["status"], "paid")
        return (
            f"24 h after the end {_dollars(CARD_CENTS)} are charged, and "
            f"{_dollars(PAYOUT_CENTS)} are the instructor's"
        )

    def books_balance(self) -> str:
        """The ledger explains every cent."""
        admin = Person(Api(self.base_url), self.admin_email, self.admin_password)
        admin.sign_in()
        balance = admin.api.get("/admin/ledger/trial-balance")
        agree("imbalance", balance["imbalance_cents"], 0)
        agree("balanced", balance["balanced"], True)
        payment_id = self._payment()["payment_id"]
        journals = admin.api.get(f"/admin/ledger/journals?payment_id={payment_id}&limit=100")
        sums: dict[str, int] = {}
        for journal in journals["items"]:
            agree("a journal's sum", sum(line["cents"] for line in journal["lines"]), 0)
            for line in journal["lines"]:
                sums[line["account"]] = sums.get(line["account"], 0) + line["cents"]
        for account, cents in _EXPECTED_BALANCES.items():
            agree(f"the lesson's {account}", sums.get(account, 0), cents)
        return f"{len(journals['items'])} journals explain the lesson; all books sum to zero"

    def everybody_was_told(self) -> str:
        """Mails went to whom they concern."""
        wanted = {
            self._student.email: {
                "booking_confirmed",
                "booking_cancellation_receipt",
                "payment_receipt",
            },
            self._teacher.email: {"booking_confirmed", "booking_cancelled", "payout_sent"},
        }
        for email, templates in wanted.items():
            eventually(f"the mails to {email}", partial(self._has_mails, email, templates))
        return "student and instructor had their mails: confirmed, cancelled, receipt, payout"

    def _has_mails(self, email: str, templates: set[str]) -> bool | None:
        sent = {each["template"] for each in mails(self._anybody, email)}
        return True if templates <= sent else None

    def _day(self) -> Any:
        if not self._lesson:
            return (platform_now(self._anybody).astimezone(NEW_YORK) + timedelta(days=8)).date()
        return instant(self._lesson["start"]).astimezone(NEW_YORK).date()

    def _at(self, hour: int) -> datetime:
        return datetime.combine(self._day(), time(hour), NEW_YORK)

    def _find(self, query: str) -> dict[str, Any] | None:
        for each in self._anybody.get(query)["items"]:
            if each["instructor_id"] == self._teacher.account_id:
                return dict(each)
        return None

    def _proposal(self, hour: int) -> dict[str, Any]:
        return {
            "instructor_id": self._teacher.account_id,
            "service_id": self._service_id,
            "start": _text(self._at(hour)),
            "duration_minutes": 60,
            "location_type": "online",
        }

    def _quote(self) -> dict[str, Any]:
        quote: dict[str, Any] = self._student.api.post(
            "/pricing/quotes",
            {
                "instructor_id": self._teacher.account_id,
                "service_id": self._service_id,
                "location_type": "online",
                "duration_minutes": 60,
            },
            expect=200,
        )
        return quote

    def _confirm(self, booking_id: str) -> dict[str, Any]:
        body = {"payment_method_id": self._card_id, "fingerprint": self._fingerprint}
        confirmed: dict[str, Any] = self._student.api.post(
            f"/bookings/{booking_id}/confirm", body, expect=200
        )
        return confirmed

    def _payment(self, booking_id: str | None = None) -> dict[str, Any]:
        address = f"/bookings/{booking_id or self._lesson['booking_id']}/payment"
        payment: dict[str, Any] = self._student.api.get(address)
        return payment

    def _payment_in_state(self, booking_id: str, state: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            payment = self._payment(booking_id)
            return payment if payment["state"] == state else None

        return eventually(f"the payment is {state}", look)


_EXPECTED_CALLS: Final = [
    ("authorise", "succeeded"),
    ("capture", "succeeded"),
]
"""What a student sees of it; how the instructor is paid is not theirs to know."""
_EXPECTED_BALANCES: Final = {
    "booking_escrow": 0,
    "instructor_payable": 0,
    "auth_held": 0,
    "student_fee_revenue": -FEE_CENTS,
    "commission_revenue": -COMMISSION_CENTS,
    "processor_balance": CARD_CENTS - PAYOUT_CENTS,
    "connect_balance": PAYOUT_CENTS,
}


def _text(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")


def _dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02}"
