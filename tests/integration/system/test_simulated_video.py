"""The simulated provider of video rooms: what demonstrations have. Source: BK-54."""

import base64
import json
from datetime import UTC, datetime
from uuid import UUID

from adapters.simulator.video import SimulatedVideoRooms
from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.video.model import Seat

ROOMS = SimulatedVideoRooms(b"a secret of this deployment")
LESSON, OTHER = BookingId(UUID(int=1)), BookingId(UUID(int=2))
ANNA = AccountId(UUID(int=3))
UNTIL = datetime(2030, 1, 7, 18, tzinfo=UTC)


def test_a_lesson_has_one_room_however_often_it_is_asked_for() -> None:
    room = ROOMS.create_room(LESSON)
    assert room == ROOMS.create_room(LESSON)
    assert room != ROOMS.create_room(OTHER)
    assert room != SimulatedVideoRooms(b"another").create_room(LESSON)
    assert str(LESSON) not in room


def test_a_token_says_who_may_go_where_until_when() -> None:
    token = ROOMS.token("room_1", who=ANNA, seat=Seat.HOST, until=UNTIL)
    payload, signature = token.split(".")
    content = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert content == {
        "room_id": "room_1",
        "account_id": str(ANNA),
        "seat": "host",
        "exp": int(UNTIL.timestamp()),
    }
    assert len(signature) == 43
    as_guest = ROOMS.token("room_1", who=ANNA, seat=Seat.GUEST, until=UNTIL)
    assert as_guest.split(".")[1] != signature


def test_the_secret_is_in_no_repr() -> None:
    assert "secret" not in repr(ROOMS)
