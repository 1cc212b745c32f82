"""The API over HTTP: who asks, with which version, key and account, and what goes wrong.

Stripe API pages: Authentication, Versioning, Idempotent requests, Errors, Request IDs,
Connect/authentication; Advanced error handling (`Stripe-Should-Retry`).
"""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from instainstru_core.testing.fakes.processor.cards import Habit
from tests.integration.stripe.server import connect, identity, payments
from tests.integration.stripe.server.faults import Hiccup, Refusal, missing
from tests.integration.stripe.server.forms import Doc, parse
from tests.integration.stripe.server.lists import expanded, page, search
from tests.integration.stripe.server.state import PLATFORM, Books

LISTED = {
    "balance_transactions": "balance_transaction",
    "payment_intents": "payment_intent",
    "payment_methods": "payment_method",
    "payouts": "payout",
    "refunds": "refund",
    "transfers": "transfer",
}
SHOWN = LISTED | {
    "customers": "customer",
    "disputes": "dispute",
    "setup_intents": "setup_intent",
    "identity/verification_sessions": identity.KIND,
}
HANG_SECONDS = 3.0
_HABITS = {
    Habit.TIMEOUT_ONCE: Hiccup.TIMEOUT_AFTER,
    Habit.TIMEOUT_BEFORE: Hiccup.TIMEOUT_BEFORE,
}


@dataclass(frozen=True)
class Call:
    """One request, as it came."""

    method: str
    path: str
    params: Doc
    headers: dict[str, str]

    @property
    def account(self) -> str:
        """Whose account is acted on."""
        return self.headers.get("stripe-account", PLATFORM)


@dataclass
class Trouble:
    """The next *calls* to paths like *pattern* go wrong."""

    pattern: re.Pattern[str]
    hiccup: Hiccup
    calls: int


@dataclass
class FakeStripe:
    """The whole of it: its books, and what it has been told to get wrong."""

    secret_key: str
    version: str
    books: Books = field(default_factory=Books)
    calls: list[Call] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    base: str = ""
    _saved: dict[tuple[str, str], tuple[Call, int, Doc]] = field(default_factory=dict)
    _busy: set[tuple[str, str]] = field(default_factory=set)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _tries: dict[str, int] = field(default_factory=dict)
    pause: float = 0.0
    patience: int = 1
    """How often the client tries a call."""

    def trouble(self, pattern: str, hiccup: Hiccup, *, calls: int = 1) -> None:
        """Let the next calls of `METHOD /path` go wrong."""
        self.troubles.append(Trouble(re.compile(pattern), hiccup, calls))

    def next_hiccup(self, call: Call) -> Hiccup | None:
        """What goes wrong with this call."""
        with self._lock:
            if (habitual := self._habit(call)) is not None:
                return habitual
            for each in self.troubles:
                if each.calls > 0 and each.pattern.fullmatch(f"{call.method} {call.path}"):
                    each.calls -= 1
                    return each.hiccup
        return None

    def _habit(self, call: Call) -> Hiccup | None:
        """What the card itself makes go wrong, until the client gives up for the first time."""
        card = self.books.objects.get(call.params.get("payment_method", ""))
        hiccup = _HABITS.get(payments.card_of(card).habit) if card else None
        if hiccup is None or call.method != "POST":
            return None
        key = call.headers["idempotency-key"]
        self._tries[key] = self._tries.get(key, 0) + 1
        return hiccup if self._tries[key] <= self.patience else None

    def forget_keys(self) -> None:
        """A day has passed."""
        self._saved.clear()

    def answer(self, call: Call) -> tuple[int, Doc, dict[str, str]]:
        """Status, body and headers; a key that was seen before has no second effect."""
        key = call.headers.get("idempotency-key")
        place = (call.account, key or "")
        with self._lock:
            self.calls.append(call)
            if key is not None and call.method == "POST":
                if place in self._busy:
                    code = "idempotency_key_in_use"
                    message = "There is currently another in-progress request using this key"
                    busy = Refusal(409, code, message, type="idempotency_error")
                    return 409, busy.body, {}
                if place in self._saved:
                    return self._repeated(call, *self._saved[place])
                self._busy.add(place)
        if self.pause:
            time.sleep(self.pause)
        try:
            with self._lock:
                return self._done(call, place if key is not None else None)
        finally:
            self._busy.discard(place)

    def save(self, call: Call, status: int, document: Doc) -> None:
        """From now on this is what the key is answered with."""
        self._saved[(call.account, call.headers["idempotency-key"])] = (call, status, document)

    def _repeated(
        self, call: Call, first: Call, status: int, body: Doc
    ) -> tuple[int, Doc, dict[str, str]]:
        if (first.path, first.params) != (call.path, call.params):
            message = "Keys for idempotent requests can only be used with the same parameters"
            refusal = Refusal(400, None, message, type="idempotency_error")
            return 400, refusal.body, {}
        headers = {"Idempotent-Replayed": "true", "Original-Request": "req_first"}
        return status, body, headers

    def _done(self, call: Call, place: tuple[str, str] | None) -> tuple[int, Doc, dict[str, str]]:
        saved = True
        try:
            self._admit(call)
            payments.lapse(self.books)
            status, body = 200, json.loads(json.dumps(self._route(call)))
        except Refusal as refusal:
            status, body, saved = refusal.status, refusal.body, refusal.saved
        if place is not None and saved:
            self._saved[place] = (call, status, body)
        return status, body, {}

    def _admit(self, call: Call) -> None:
        if call.headers.get("authorization") != f"Bearer {self.secret_key}":
            raise Refusal(401, None, "Invalid API Key provided: sk_test_****", saved=False)
        if call.headers.get("stripe-version") != self.version:
            raise Refusal(400, None, "Invalid Stripe API version", saved=False)

    def _route(self, call: Call) -> Doc:
        books, params, parts = self.books, call.params, call.path.split("/")[2:]
        for pattern, act in ROUTES:
            if pattern == (call.method, *(part for part in parts[::2]), len(parts)):
                return act(self, call, parts)
        name = "/".join(parts[:2]) if parts[0] == "identity" else parts[0]
        rest = parts[2:] if parts[0] == "identity" else parts[1:]
        if call.account != PLATFORM:
            books.connected(call.account)
        if call.method == "GET" and name in LISTED and not rest:
            found = books.all(LISTED[name], account=call.account)
            return page(books, found, params, url=call.path)
        if call.method == "GET" and rest == ["search"]:
            return search(books, books.all(SHOWN[name]), params, url=call.path)
        if call.method == "GET" and name in SHOWN and len(rest) == 1:
            return expanded(
                books,
                self._shown(call, name, rest[0]),
                params.get("expand", []),
            )
        raise missing("route", f"{call.method} {call.path}")

    def _shown(self, call: Call, name: str, thing: str) -> Doc:
        if name == "payment_methods":
            return payments.method(self.books, thing)
        return self.books.get(thing, SHOWN[name], account=call.account)


Act = Callable[[FakeStripe, Call, list[str]], Doc]


def _expanding(act: Act) -> Act:
    def shown(stripe: FakeStripe, call: Call, parts: list[str]) -> Doc:
        made = act(stripe, call, parts)
        return expanded(stripe.books, made, call.params.get("expand", []))

    return shown


_POSTS: dict[tuple[Any, ...], Act] = {
    ("POST", "customers", 1): lambda s, c, _: payments.create_customer(s.books, c.params),
    ("POST", "setup_intents", 1): lambda s, c, _: payments.create_setup(s.books, c.params),
    ("POST", "payment_intents", 1): lambda s, c, _: payments.create_intent(s.books, c.params),
    ("POST", "payment_intents", 2): lambda s, c, p: payments.update_intent(s.books, p[1], c.params),
    ("POST", "payment_intents", "capture", 3): lambda s, c, p: payments.capture(
        s.books, p[1], c.params
    ),
    ("POST", "payment_intents", "cancel", 3): lambda s, _, p: payments.cancel(s.books, p[1]),
    ("POST", "payment_methods", "attach", 3): lambda s, c, p: payments.attach(
        s.books, p[1], c.params
    ),
    ("POST", "payment_methods", "detach", 3): lambda s, _, p: payments.detach(s.books, p[1]),
    ("POST", "refunds", 1): lambda s, c, _: payments.create_refund(s.books, c.params),
    ("POST", "transfers", 1): lambda s, c, _: connect.transfer(s.books, c.params),
    ("POST", "transfers", "reversals", 3): lambda s, c, p: connect.reverse(s.books, p[1], c.params),
    ("POST", "accounts", 1): lambda s, c, _: connect.create_account(s.books, c.params),
    ("POST", "accounts", "login_links", 3): lambda s, _, p: connect.login_link(
        s.books, p[1], base=s.base
    ),
    ("POST", "account_links", 1): lambda s, c, _: connect.link(s.books, c.params, base=s.base),
    ("POST", "payouts", 1): lambda s, c, _: connect.instant_payout(s.books, c.account, c.params),
    ("POST", "balance_settings", 1): lambda s, c, _: connect.change_settings(
        s.books, c.account, c.params
    ),
    ("POST", "identity", 2): lambda s, c, _: identity.start(s.books, c.params, base=s.base),
    ("GET", "accounts", 2): lambda s, _, p: s.books.connected(p[1]),
    ("GET", "balance", 1): lambda s, c, _: connect.balance(s.books, c.account),
    ("GET", "balance_settings", 1): lambda s, c, _: connect.settings(s.books, c.account),
}
ROUTES: list[tuple[tuple[Any, ...], Act]] = [
    (pattern, _expanding(act)) for pattern, act in _POSTS.items()
]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stripe: FakeStripe

    def _serve(self) -> None:
        url = urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length).decode()
        text = body if self.command == "POST" else url.query
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(self.command, url.path, parse(text), headers)
        hiccup = self.stripe.next_hiccup(call)
        extra: dict[str, str] = {}
        status, document = 500, {"error": {"type": "api_error", "message": "Sorry"}}
        if hiccup is Hiccup.BUSY:
            status, document = 429, {"error": {"type": "invalid_request_error", "code": "rate"}}
        if hiccup in {None, Hiccup.TIMEOUT_AFTER, Hiccup.SAVED_500}:
            answered = self.stripe.answer(call)
            if hiccup is Hiccup.SAVED_500:
                self.stripe.save(call, status, document)
            else:
                status, document, extra = answered
        if hiccup is Hiccup.HANGS:
            time.sleep(HANG_SECONDS)
        if hiccup in {Hiccup.TIMEOUT_BEFORE, Hiccup.TIMEOUT_AFTER, Hiccup.HANGS}:
            self.close_connection = True
            return
        self._send(status, document, extra)

    def _send(self, status: int, document: Doc, extra: dict[str, str]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        headers = {"Content-Type": "application/json", "Request-Id": "req_of_the_fake"}
        for name, value in (headers | extra | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _serve  # noqa: N815

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def running(stripe: FakeStripe) -> Iterator[None]:
    """The API on a port of its own, at the fake's `base`."""
    handler = type("Handler", (_Handler,), {"stripe": stripe})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        stripe.base = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield
        server.shutdown()
