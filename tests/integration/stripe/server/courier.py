"""Brings signed events to the platform's endpoint.

Stripe pages: Webhooks; Verify webhook signatures. `Stripe-Signature` is `t=` the moment of sending
and `v1=` the HMAC-SHA256 of `{t}.{body}`; with two secrets, while one takes over from the other,
there are two `v1`.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.integration.stripe.server.forms import Doc
from tests.integration.stripe.server.state import Books

Post = Callable[[bytes, dict[str, str]], int]


def signed(body: bytes, secrets: Sequence[bytes], *, at: int) -> str:
    """The header for *body*."""
    digests = [
        hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest() for secret in secrets
    ]
    return ",".join([f"t={at}", *(f"v1={digest}" for digest in digests)])


@dataclass
class Courier:
    """Sends each event as often as it is told to; who answers nothing but 2xx gets it again."""

    books: Books
    secrets: Sequence[bytes]
    post: Post
    copies: int = 1
    _sent: int = 0

    def deliver(self) -> int:
        """Bring what has not been brought yet; how many events that were."""
        waiting = self.books.events[self._sent :]
        for event in waiting:
            for _ in range(self.copies):
                status = self.send(event)
                assert 200 <= status < 300, (status, event)
            self._sent += 1
        return len(waiting)

    def send(self, event: Doc) -> int:
        """Bring one event; the status it is answered with."""
        shown = {name: value for name, value in event.items() if name != "test_token"}
        body = json.dumps(shown, indent=2).encode()
        signature = signed(body, self.secrets, at=self.books.now())
        return self.post(body, {"Stripe-Signature": signature, "Content-Type": "application/json"})
