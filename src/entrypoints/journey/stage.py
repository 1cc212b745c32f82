"""What every part of the journey needs: the people, their week, and one way to book in it."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import define, field

from entrypoints.journey.client import Api, eventually
from entrypoints.journey.people import Person, instant, move_clock_to, platform_now

NEW_YORK: Final = ZoneInfo("America/New_York")
SERVICE: Final = "piano"
HOURLY_CENTS: Final = 12_000
LESSON_CENTS: Final = 12_000
FEE_CENTS: Final = 1_440
CARD_CENTS: Final = LESSON_CENTS + FEE_CENTS
COMMISSION_CENTS: Final = 1_800
PAYOUT_CENTS: Final = LESSON_CENTS - COMMISSION_CENTS
PROCESSING_CENTS: Final = 420
"""What the simulated processor keeps of a charge of that amount: 2.9 % and 30 cents."""
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = range(6)


@define
class Stage:
    """One instructor, two students, and a week that begins eight days from now at the earliest."""

    anybody: Api
    teacher: Person
    student: Person
    rival: Person
    monday: date
    service_id: str = ""
    fingerprint: str = ""
    _cards: dict[str, str] = field(factory=dict)

    @classmethod
    def of(cls, anybody: Api, *, teacher: Person, student: Person, rival: Person) -> "Stage":
        """The stage on the platform's today."""
        soonest = (platform_now(anybody).astimezone(NEW_YORK) + timedelta(days=8)).date()
        monday = soonest + timedelta(days=-soonest.weekday() % 7)
        return cls(anybody, teacher, student, rival, monday)

    def date(self, weekday: int) -> date:
        """A date of the week."""
        return self.monday + timedelta(days=weekday)

    def at(self, weekday: int, hour: int) -> datetime:
        """An hour of the week, on the instructor's clock."""
        return datetime.combine(self.date(weekday), time(hour), NEW_YORK)

    def move_to(self, moment: datetime, *people: Person) -> None:
        """Push the platform's clock to *moment*; *people* sign in again."""
        move_clock_to(self.anybody, moment)
        for person in people:
            person.sign_in()

    def starts(self, weekday: int) -> list[str]:
        """What the public is offered on a date for an hour, as `HH:MM`."""
        day = self.date(weekday)
        free = self.anybody.get(
            f"/instructors/{self.teacher.account_id}/availability?from={day}&to={day}&duration=60"
        )
        return [each["start"] for found in free["days"] for each in found["starts"]]

    def proposal(self, start: datetime) -> dict[str, Any]:
        """An hour online from *start*."""
        return {
            "instructor_id": self.teacher.account_id,
            "service_id": self.service_id,
            "start": text_of(start),
            "duration_minutes": 60,
            "location_type": "online",
        }

    def book(self, person: Person, start: datetime) -> dict[str, Any]:
        """A lesson of *person*, confirmed with their card."""
        held = person.api.post("/bookings", self.proposal(start))
        self.confirm(person, held["booking_id"])
        return self.booking(person, held["booking_id"])

    def confirm(self, person: Person, booking_id: str, **more: object) -> dict[str, Any]:
        """Agree on the price with the card of *person*, which they save the first time.

        *more* stands in the place of what would be said otherwise.
        """
        if person.email not in self._cards:
            saved = person.api.post("/payment-methods", {"token": "pm_card_visa"})
            self._cards[person.email] = saved["payment_method_id"]
        body = {
            "payment_method_id": self._cards[person.email],
            "fingerprint": self.fingerprint,
            **more,
        }
        confirmed: dict[str, Any] = person.api.post(
            f"/bookings/{booking_id}/confirm", body, expect=200
        )
        return confirmed

    def booking(self, person: Person, booking_id: str) -> dict[str, Any]:
        """The booking as *person* sees it."""
        found: dict[str, Any] = person.api.get(f"/bookings/{booking_id}")
        return found

    def payment(self, person: Person, booking_id: str) -> dict[str, Any]:
        """The money of a booking as its student sees it."""
        found: dict[str, Any] = person.api.get(f"/bookings/{booking_id}/payment")
        return found

    def payment_in_state(self, person: Person, booking_id: str, state: str) -> dict[str, Any]:
        """The money of a booking, once it has come to *state*."""

        def look() -> dict[str, Any] | None:
            found = self.payment(person, booking_id)
            return found if found["state"] == state else None

        return eventually(f"the payment is {state}", look)

    def booking_in_status(
        self, person: Person, booking_id: str, status: str, *, seconds: float
    ) -> dict[str, Any]:
        """The booking, once it has come to *status*."""

        def look() -> dict[str, Any] | None:
            found = self.booking(person, booking_id)
            return found if found["status"] == status else None

        return eventually(f"the booking is {status}", look, seconds=seconds)

    def earned(self, booking_id: str) -> dict[str, Any] | None:
        """What the instructor has of a lesson, if there is anything."""
        for each in self.teacher.api.get("/earnings")["items"]:
            if each["booking_id"] == booking_id:
                return dict(each)
        return None

    def week_address(self) -> str:
        """Where the instructor edits the week."""
        return f"/instructors/me/availability/weeks/{self.monday}"


def text_of(moment: datetime) -> str:
    """*moment* as the API writes it."""
    return moment.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")


def start_of(booking: dict[str, Any]) -> datetime:
    """When a booking starts."""
    return instant(booking["start"])


def end_of(booking: dict[str, Any]) -> datetime:
    """When a booking ends."""
    return instant(booking["end"])


def dollars(cents: int) -> str:
    """An amount as people write it."""
    return f"${cents // 100:,}.{cents % 100:02}"


def calls_of(payment: dict[str, Any]) -> list[tuple[str, str]]:
    """What the processor was asked for, and what came of it."""
    return sorted((each["kind"], each["state"]) for each in payment["timeline"])
