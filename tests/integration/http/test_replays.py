"""Whatever was asked is answered the same when it is asked again. Source: BK-57, SE-13, §10.15."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from attrs import evolve, frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instainstru_core.testing.world import MONDAY, PIANO, World
from tests.integration.http.conftest import Unlimited
from tests.integration.http.serving import serving
from tests.integration.http.test_in_memory import Browser

API = "/api/v1"
QUARTERS = 12
DAYS = 18
_NUMBERS = count()


@frozen(kw_only=True)
class Wish:
    """One thing to ask, of one of the bookings there are, at one of a few times."""

    action: str
    booking: int
    quarter: int
    card: str


@frozen(kw_only=True)
class Asked:
    """A request as it was sent, and what was answered."""

    path: str
    body: Any
    key: str
    status: int
    content: bytes


wishes = st.builds(
    Wish,
    action=st.sampled_from(("book", "confirm", "confirm", "reschedule", "reschedule", "cancel")),
    booking=st.integers(0, 1),
    quarter=st.integers(0, QUARTERS - 1),
    card=st.sampled_from(("pm_card_visa", "pm_card_visa", "pm_card_declined")),
)
steps = st.lists(st.one_of(wishes, st.integers(0, 20)), min_size=5, max_size=16)
"""A wish, or the number of an earlier request that is sent again."""


class Story:
    """A student who asks, and asks again."""

    def __init__(self, browser: Browser, cards: dict[str, str]) -> None:
        self.browser, self.cards = browser, cards
        self.client, self.world = browser.client, browser.world
        self.jane = str(self.world.instructor("Jane").account_id)
        self.day = MONDAY + timedelta(days=1 + next(_NUMBERS) % DAYS)
        self.bookings: list[str] = []
        self.asked: list[Asked] = []

    def ask(self, wish: Wish) -> None:
        """Ask for something new; and at once again, as a client does that heard nothing."""
        found = self.request(wish)
        if found is None:
            return
        path, body = found
        key = f"story-{self.jane}-{len(self.asked)}"
        answer = self.send(path, body, key)
        assert answer.status_code < 500, answer.text
        assert "Idempotency-Replayed" not in answer.headers
        said = answer.json()
        if answer.status_code < 300 and "booking_id" in said:
            self.bookings = [*dict.fromkeys([*self.bookings, said["booking_id"]])]
        asked = Asked(
            path=path, body=body, key=key, status=answer.status_code, content=answer.content
        )
        self.asked.append(asked)
        self.repeat(asked)

    def repeat(self, asked: Asked) -> None:
        """The same bytes, and nothing happens."""
        before = len(self.world.database.recorded), len(self.world.processor.effects)
        again = self.send(asked.path, asked.body, asked.key)
        assert (again.status_code, again.content) == (asked.status, asked.content)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert (len(self.world.database.recorded), len(self.world.processor.effects)) == before

    def request(self, wish: Wish) -> tuple[str, Any] | None:
        start = self.start(wish.quarter)
        if wish.action == "book":
            body = {
                "instructor_id": self.jane,
                "service_id": str(PIANO),
                "start": start,
                "duration_minutes": 60,
                "location_type": "online",
            }
            return "/bookings", body
        if not self.bookings:
            return None
        address = f"/bookings/{self.bookings[wish.booking % len(self.bookings)]}"
        match wish.action:
            case "confirm":
                priced = self.browser.send("GET", f"{address}/pricing", status=200)
                body = {
                    "fingerprint": priced["quote"]["fingerprint"],
                    "payment_method_id": self.cards[wish.card],
                }
            case "reschedule":
                body = {"start": start}
            case _:
                body = {"reason": "something came up"}
        return f"{address}/{wish.action}", body

    def send(self, path: str, body: Any, key: str) -> Any:
        headers = {
            "Authorization": f"Bearer {self.browser.access}",
            "Idempotency-Key": key,
            "X-Client": "tests",
        }
        return self.client.post(f"{API}{path}", json=body, headers=headers)

    def start(self, quarter: int) -> str:
        """Some are less than a day ahead, at least on the first day: then the card is asked."""
        return f"{self.day}T{15 + quarter // 4}:{15 * (quarter % 4):02}:00Z"

    def end(self) -> None:
        """Leave nothing behind that would be in the way of another story."""
        for booking_id in self.bookings:
            body = {"reason": "the story is over"}
            self.send(f"/bookings/{booking_id}/cancel", body, f"end-of-{booking_id}")


@pytest.fixture(scope="module")
def town() -> Iterator[Browser]:
    """One world in memory for all the stories: each has an instructor and a day of its own."""
    world = World()
    with serving(evolve(world.ports, rates=Unlimited())) as client:
        browser = Browser(client, world)
        browser.sign_up("sarah@example.com")
        yield browser


@pytest.fixture(scope="module")
def cards(town: Browser) -> dict[str, str]:
    """A card that pays and one that does not."""
    added = {
        token: town.send("POST", "/payment-methods", {"token": token}, status=201)
        for token in ("pm_card_visa", "pm_card_declined")
    }
    return {token: str(card["payment_method_id"]) for token, card in added.items()}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plan=steps)
def test_prop15_asked_again_it_is_answered_the_same(
    town: Browser, cards: dict[str, str], plan: list[Wish | int]
) -> None:
    """Success and refusal alike, at once or after other things happened, and no second effect."""
    story = Story(town, cards)
    story.ask(Wish(action="book", booking=0, quarter=0, card="pm_card_visa"))
    for step in plan:
        if isinstance(step, Wish):
            story.ask(step)
        elif story.asked:
            story.repeat(story.asked[step % len(story.asked)])
    story.end()
