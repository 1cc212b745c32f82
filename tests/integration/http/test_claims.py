"""No-shows, issues and video over HTTP, on the world in memory. Source: spec 01 §6."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from attrs import define, evolve

from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.use_cases.sign_in import SignIn, sign_in
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Completed, NoShow
from instainstru_core.booking.use_cases.resolve_undisputed import resolve_undisputed
from instainstru_core.payments.inbox.signatures import sign
from instainstru_core.testing.ports import WEBHOOK_SECRET
from instainstru_core.testing.world import HOUR, PASSWORD, World
from tests.integration.http.people import Client
from tests.integration.http.serving import serving

WHY = "we had the lesson, from start to end"
MINUTE = timedelta(minutes=1)


@define
class Court:
    """A lesson that is going on, its two people, and somebody else."""

    client: Client
    world: World
    booking: Booking

    def send(
        self, who: str, method: str, path: str, body: Any = None, *, key: str | None = ""
    ) -> Any:
        """What *who* is answered about the lesson's booking."""
        ports = self.world.ports
        asked = SignIn(email=Email.parse(f"{who}@example.com"), password=PASSWORD)
        session = sign_in(
            asked,
            begin=ports.begin,
            read=ports.read,
            passwords=ports.passwords,
            secrets=ports.secrets,
            tokens=ports.tokens,
            ids=ports.ids,
            clock=ports.clock,
        )
        headers = {"X-Client": "tests", "Authorization": f"Bearer {session.tokens.access}"}
        if key is not None:
            headers["Idempotency-Key"] = key or uuid4().hex
        self.client.cookies.clear()
        return self.client.request(method, f"/api/v1{path}", json=body, headers=headers)

    def claim(self, who: str, method: str, what: str, body: Any = None, **more: Any) -> Any:
        return self.send(who, method, f"/bookings/{self.booking.booking_id}/{what}", body, **more)

    def state(self) -> object:
        return self.world.booking(self.booking.booking_id).state

    def news(self, body: Any, *, secret: bytes = WEBHOOK_SECRET) -> Any:
        """What the provider of rooms is answered."""
        content = json.dumps(body).encode()
        signature = sign(content, secret=secret, at=self.world.clock.now())
        headers = {"video-signature": signature, "Content-Type": "application/json"}
        return self.client.post("/api/v1/webhooks/video", content=content, headers=headers)


@pytest.fixture
def court() -> Iterator[Court]:
    world = World()
    jane, anna = world.instructor("Jane"), world.student("Anna")
    world.student("Bob")
    booking = world.book(anna, jane)
    world.advance(72 * HOUR)
    ports = evolve(world.ports, rules=evolve(world.ports.rules, video_enabled=True))
    with serving(ports) as client:
        yield Court(client, world, booking)


ANNA, JANE, BOB = "anna.2", "jane.1", "bob.3"
MISSED = {"type": "instructor"}


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_bk36_a_report_is_made_disputed_and_shown(court: Court) -> None:
    made = court.claim(ANNA, "POST", "no-show", {**MISSED, "reason": "nobody there"})
    assert made.status_code == 201, made.text
    assert (made.json()["state"], made.json()["resolution"]) == ("open", None)
    assert refused(court.claim(ANNA, "POST", "no-show/dispute", {"reason": WHY})) == (
        403,
        "permission_denied",
    )
    disputed = court.claim(JANE, "POST", "no-show/dispute", {"reason": f"  {WHY} "})
    assert disputed.status_code == 200, disputed.text
    assert (disputed.json()["state"], disputed.json()["dispute_reason"]) == ("disputed", WHY)
    again = court.claim(JANE, "POST", "no-show/dispute", {"reason": WHY})
    assert refused(again) == (409, "already_disputed")
    assert refused(court.claim(ANNA, "DELETE", "no-show")) == (409, "already_disputed")


def test_bk57_reports_and_disputes_need_a_key_and_replay(court: Court) -> None:
    """BK-57, SE-13: the same answer, and one effect."""
    missing = (400, "idempotency_key_required")
    assert refused(court.claim(ANNA, "POST", "no-show", MISSED, key=None)) == missing
    key = uuid4().hex
    first = court.claim(ANNA, "POST", "no-show", MISSED, key=key)
    second = court.claim(ANNA, "POST", "no-show", MISSED, key=key)
    assert second.status_code == first.status_code == 201
    assert second.content == first.content
    assert second.headers["Idempotency-Replayed"] == "true"
    disputed = court.claim(JANE, "POST", "no-show/dispute", {"reason": WHY}, key=None)
    assert refused(disputed) == missing


def test_bk39_a_report_is_withdrawn_and_stays_so(court: Court) -> None:
    assert refused(court.claim(ANNA, "DELETE", "no-show")) == (404, "not_found")
    court.claim(ANNA, "POST", "no-show", MISSED)
    assert refused(court.claim(JANE, "DELETE", "no-show")) == (403, "permission_denied")
    assert court.claim(ANNA, "DELETE", "no-show").status_code == 204
    assert court.claim(ANNA, "DELETE", "no-show").status_code == 204
    assert refused(court.claim(ANNA, "POST", "no-show", MISSED)) == (409, "already_reported")


@pytest.mark.parametrize(
    ("who", "body", "status", "code"),
    [
        (ANNA, {"type": "student"}, 403, "permission_denied"),
        (ANNA, {"type": "mutual"}, 403, "permission_denied"),
        (JANE, {"type": "instructor"}, 403, "permission_denied"),
        (BOB, {"type": "instructor"}, 404, "not_found"),
        (ANNA, {"type": "nobody"}, 422, "validation_failed"),
        (ANNA, {"type": "instructor", "reason": "x" * 501}, 422, "validation_failed"),
        (ANNA, {}, 422, "validation_failed"),
    ],
)
def test_bk36_what_can_not_be_reported(
    court: Court, who: str, body: dict[str, str], status: int, code: str
) -> None:
    assert refused(court.claim(who, "POST", "no-show", body)) == (status, code)


def test_bk36_bk41_the_window_closes_a_day_after_the_end(court: Court) -> None:
    court.world.clock.move(25 * HOUR + MINUTE)
    told = court.claim(ANNA, "POST", "no-show", MISSED)
    assert refused(told) == (409, "no_show_window_closed")
    assert told.json()["closes_at"].endswith("Z")
    issue = court.claim(ANNA, "POST", "issue", {"reason": WHY})
    assert refused(issue) == (409, "issue_window_closed")


def test_bk21_an_open_report_forbids_to_complete(court: Court) -> None:
    court.claim(ANNA, "POST", "no-show", MISSED)
    court.world.clock.move(HOUR)
    assert refused(court.claim(JANE, "POST", "complete", {})) == (409, "no_show_open")
    assert court.claim(ANNA, "DELETE", "no-show").status_code == 204
    assert court.claim(JANE, "POST", "complete", {}).status_code == 200


def test_bk38_a_report_that_nobody_disputes_becomes_true(court: Court) -> None:
    """BK-38, BK-22: by the hourly job; the timer of completion left the lesson alone."""
    court.claim(ANNA, "POST", "no-show", MISSED)
    court.world.advance(26 * HOUR)
    ports = court.world.ports
    resolve_undisputed(begin=ports.begin, mutexes=ports.mutexes, clock=ports.clock)
    assert isinstance(court.state(), NoShow)


def test_bk41_an_issue_is_opened_once(court: Court) -> None:
    opened = court.claim(JANE, "POST", "issue", {"reason": WHY}, key=None)
    assert opened.status_code == 201, opened.text
    assert (opened.json()["reason"], opened.json()["outcome"]) == (WHY, None)
    assert refused(court.claim(ANNA, "POST", "issue", {"reason": WHY})) == (409, "already_reported")
    assert refused(court.claim(BOB, "POST", "issue", {"reason": WHY})) == (404, "not_found")


def test_bk41_a_reason_has_ten_characters(court: Court) -> None:
    told = court.claim(ANNA, "POST", "issue", {"reason": "   short   "})
    assert refused(told) == (422, "validation_failed")
    assert told.json()["errors"][0]["pointer"] == "/reason"


def test_bk56_one_at_a_time(court: Court) -> None:
    """BK-56: 409 `operation_in_progress`, with `Retry-After`."""
    with court.world.ports.mutexes.hold(f"booking:{court.booking.booking_id}"):
        told = court.claim(ANNA, "POST", "no-show", MISSED)
        assert refused(told) == (409, "operation_in_progress")
        assert told.headers["Retry-After"] == "1"
        for method, what, body in (
            ("DELETE", "no-show", None),
            ("POST", "no-show/dispute", {"reason": WHY}),
            ("POST", "issue", {"reason": WHY}),
        ):
            assert refused(court.claim(ANNA, method, what, body)) == (409, "operation_in_progress")


def test_bk54_both_come_into_one_room(court: Court) -> None:
    path = f"/lessons/{court.booking.booking_id}"
    empty = court.send(ANNA, "GET", f"{path}/session")
    assert (empty.status_code, empty.json()["room_id"]) == (200, None)
    guest = court.send(ANNA, "POST", f"{path}/join").json()
    host = court.send(JANE, "POST", f"{path}/join").json()
    assert guest["room_id"] == host["room_id"]
    assert (guest["seat"], host["seat"]) == ("guest", "host")
    assert refused(court.send(BOB, "POST", f"{path}/join")) == (404, "not_found")
    now = court.world.clock.now().astimezone(UTC)
    told = {
        "type": "peer.joined",
        "room_id": guest["room_id"],
        "seat": "guest",
        "at": now.isoformat(),
    }
    assert court.news(told).json() == {"status": "recorded"}
    later = (now + MINUTE).isoformat()
    assert court.news({**told, "type": "peer.left", "at": later}).json() == {"status": "recorded"}
    shown = court.send(JANE, "GET", f"{path}/session").json()
    assert datetime.fromisoformat(shown["student"]["joined_at"]) == now
    assert datetime.fromisoformat(shown["student"]["left_at"]) == now + MINUTE
    assert shown["instructor"] == {"joined_at": None, "left_at": None}


def test_bk54_only_the_provider_is_believed(court: Court) -> None:
    """SE-30: a bad signature is 400; what makes no sense is refused; a strange room is ignored."""
    told = {
        "type": "peer.joined",
        "room_id": "room-of-others",
        "seat": "host",
        "at": "2030-01-07T17:00:00Z",
    }
    assert court.news(told).json() == {"status": "ignored"}
    assert refused(court.news(told, secret=b"guessed")) == (400, "webhook_signature_invalid")
    assert refused(court.news({**told, "type": "peer.waved"})) == (422, "validation_failed")
    unsigned = court.client.post("/api/v1/webhooks/video", json=told)
    assert refused(unsigned) == (400, "webhook_signature_invalid")


def test_bk54_the_room_is_closed_after_the_end(court: Court) -> None:
    court.world.clock.move(HOUR + MINUTE)
    told = court.send(ANNA, "POST", f"/lessons/{court.booking.booking_id}/join")
    assert refused(told) == (409, "join_window_closed")


def test_bk54_where_video_is_off_it_is_unavailable(court: Court) -> None:
    """BK-54: 503 `video_unavailable`; off is the default."""
    with serving(court.world.ports) as client:
        off = evolve(court, client=client)
        path = f"/lessons/{court.booking.booking_id}"
        assert refused(off.send(ANNA, "POST", f"{path}/join")) == (503, "video_unavailable")
        assert refused(off.send(ANNA, "GET", f"{path}/session")) == (503, "video_unavailable")
    assert not isinstance(court.state(), Completed)
