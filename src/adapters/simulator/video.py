"""Rooms that are nowhere: what demonstrations and tests have instead of a provider of video.

A room's id follows from its booking, so asking twice gives the same; a token says in plain JSON who
may go in where, and is signed, so that a client can show it and a test can read it.
"""

import base64
import hashlib
import hmac
import json
from datetime import datetime

from attrs import field, frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.video.model import Seat


@frozen
class SimulatedVideoRooms:
    """The `VideoRooms` port, by computation alone."""

    _secret: bytes = field(repr=False)

    def create_room(self, booking_id: BookingId) -> str:
        """The id that the booking's room always has."""
        return f"room_{self._mac(f'room:{booking_id}').hexdigest()[:32]}"

    def token(self, room_id: str, *, who: AccountId, seat: Seat, until: datetime) -> str:
        """A signed pass: `<payload>.<signature>`, both URL-safe."""
        content = {
            "room_id": room_id,
            "account_id": str(who),
            "seat": seat.value,
            "exp": int(until.timestamp()),
        }
        payload = _written(json.dumps(content, separators=(",", ":")).encode())
        return f"{payload}.{_written(self._mac(f'token:{payload}').digest())}"

    def _mac(self, message: str) -> "hmac.HMAC":
        return hmac.new(self._secret, f"video:{message}".encode(), hashlib.sha256)


def _written(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
