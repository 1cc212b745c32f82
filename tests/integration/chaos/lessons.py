"""One lesson on its way from a wish to a payout, on a platform that keeps dying."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
from attrs import define

from tests.integration.chaos.evidence import Evidence
from tests.integration.chaos.people import (
    EVERYTHING_ENDS,
    MINUTES,
    Crowd,
    Teacher,
    eventually,
    new_key,
)
from tests.integration.chaos.stack import Stack

MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(hours=24)
TRIES: Final = 12
LOOKS_SECONDS: Final = 2.0
IN_PROGRESS: Final = "operation_in_progress"


def text_of(moment: datetime) -> str:
    """The instant as JSON has it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@define
class Lesson:
    """A student's lesson, and the student's stubborn client."""

    stack: Stack
    crowd: Crowd
    evidence: Evidence
    teacher: Teacher
    student: str
    starts_at: datetime
    booking_id: str = ""

    @classmethod
    def wished(
        cls, stack: Stack, crowd: Crowd, evidence: Evidence, *, ahead: timedelta
    ) -> "Lesson":
        """A new student's wish for an hour with the next teacher, *ahead* of now."""
        return cls(
            stack, crowd, evidence, crowd.teacher(), crowd.student(), crowd.start(ahead=ahead)
        )

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=MINUTES)

    @property
    def proposal(self) -> dict[str, Any]:
        """What is asked for."""
        return {
            "instructor_id": self.teacher.instructor_id,
            "service_id": self.teacher.service_id,
            "start": text_of(self.starts_at),
            "duration_minutes": MINUTES,
            "location_type": "online",
        }

    def hold(self, on_loss: Callable[[], None]) -> None:
        """Book it."""
        self.booking_id = self.insist("/bookings", self.proposal, on_loss)["booking_id"]

    def confirm(self, on_loss: Callable[[], None]) -> None:
        """Agree to the price, and pay by card."""
        wanted = {key: self.proposal[key] for key in _PRICED}
        quote = self.crowd.post(
            self.stack.api.url,
            "/pricing/quotes",
            wanted,
            token=self.crowd.token(self.student),
            key=new_key(),
        ).raise_for_status()
        agreed = {"fingerprint": quote.json()["fingerprint"]}
        found = self.insist(f"/bookings/{self.booking_id}/confirm", agreed, on_loss)
        assert found["booking_status"] == "CONFIRMED"

    def insist(
        self,
        path: str,
        body: Mapping[str, Any],
        on_loss: Callable[[], None],
        *,
        sender: str | None = None,
    ) -> dict[str, Any]:
        """Send it with one key until it is answered, and waited for whoever died over it.

        *on_loss* brings back what died. Nothing but a success or "still being done" is accepted.
        """
        key, token = new_key(), self.crowd.token(sender or self.student)
        for _ in range(TRIES):
            try:
                answer = self.crowd.post(self.stack.api.url, path, body, token=token, key=key)
            except httpx.TransportError:
                on_loss()
                continue
            if answer.is_success:
                found: dict[str, Any] = answer.json()
                return found
            assert answer.status_code == 409, answer.text
            assert answer.json()["code"] == IN_PROGRESS, answer.text
            self.crowd.outwait(EVERYTHING_ENDS)
        raise AssertionError(f"{path} was not answered in {TRIES} tries")

    def complete(self) -> None:
        """The instructor says that it was given."""
        self.crowd.move_to(self.ends_at + MINUTE)
        path = f"/bookings/{self.booking_id}/complete"
        done = self.insist(path, {}, _nobody_dies, sender=self.teacher.instructor_id)
        assert done["status"] == "COMPLETED"

    def becomes(self, state: str) -> None:
        """Wait until its money is in *state*."""
        eventually(
            f"the payment of {self.booking_id} is {state}",
            lambda: self.evidence.payment_state(self.booking_id) == state or None,
        )

    def recovers_to(self, state: str) -> None:
        """The same, after a crash: leases run out, and the sweeper sees what was left behind."""
        for _ in range(TRIES):
            self.crowd.outwait(EVERYTHING_ENDS)
            deadline = time.monotonic() + LOOKS_SECONDS
            while time.monotonic() < deadline:
                if self.evidence.payment_state(self.booking_id) == state:
                    return
                time.sleep(0.05)
        raise AssertionError(
            f"the payment is {self.evidence.payment_state(self.booking_id)}, not {state}: "
            f"{self.evidence.calls(self.booking_id)}"
        )

    def is_paid_in_the_end(self) -> None:
        """Go on to the payout from wherever it is, and see that everything happened once."""
        if self.evidence.payment_state(self.booking_id) == "scheduled":
            self.crowd.move_to(self.starts_at - DAY + MINUTE)
            self.becomes("authorized")
        if self.crowd.clock.now() < self.ends_at:
            self.complete()
        if self.evidence.payment_state(self.booking_id) == "authorized":
            self.crowd.move_to(self.ends_at + DAY + MINUTE)
            self.recovers_to("settled")
        self.all_went_well()

    def all_went_well(self) -> None:
        """One booking, one payment, each effect once, the books balanced, nothing left to do."""
        (booking,) = self.evidence.bookings_of(self.student)
        assert booking.status == "COMPLETED"
        self.evidence.lesson_is_paid_once(self.booking_id)
        for _ in range(TRIES):
            if self.evidence.unfinished(self.crowd.clock.now()) == 0:
                break
            self.crowd.outwait(EVERYTHING_ENDS)
            time.sleep(0.3)
        self.evidence.nothing_is_amiss()


def _nobody_dies() -> None:
    raise AssertionError("the API went away")


_PRICED: Final = ("instructor_id", "service_id", "location_type", "duration_minutes")
