"""What every request meets, wherever it goes. Source: SE-4…SE-25, OP-5, OP-6."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from litestar import Litestar, get
from litestar.testing import TestClient

from entrypoints.http.app import create_app
from entrypoints.http.config import HttpConfig
from entrypoints.http.limits import sign_bypass
from entrypoints.http.perimeter import MAX_DRAINED_BYTES
from entrypoints.http.policy import PUBLIC, UndeclaredRoute, policy
from instainstru_core.accounts.rate_limits import UnknownBucket
from instainstru_core.ports import Ports
from tests.integration.http.people import ORIGIN, PASSWORD, Client, Join
from tests.integration.http.serving import lent

CHALLENGES = "/api/v1/auth/email-challenges"
SESSIONS = "/api/v1/auth/sessions"

# --- strictness: SE-21, SE-22 ---

MALFORMED = [
    b"",
    b"{",
    b'{"email": NaN}',
    b'{"email": Infinity}',
    b'{"email": 1e999}',
    b'{"email": "a@example.com", "email": "b@example.com"}',
    b'{"email": "\xff"}',
    b'{"email": "\\ud800"}',
    b'{"email": ' + b"[" * 40 + b"]" * 40 + b"}",
    b"[" * 10_000 + b"]" * 10_000,
    b'\xef\xbb\xbf{"email": "a@example.com"}',
]


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_no_acceptable_json(free_api: Client, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = free_api.post(CHALLENGES, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"/email"}),
        ({"email": 1}, {"/email"}),
        ({"email": True, "purpose": 7, "more": 1}, {"/email", "/purpose", "/more"}),
        ({"email": "sarah@example.com", "purpose": "win"}, {"/purpose"}),
        ({"email": "sarah"}, {"/email"}),
        ({"email": "sarah@example.com\x00"}, {"/email"}),
        ({"email": None}, {"/email"}),
        ([], {""}),
        ("text", {""}),
        (3, {""}),
    ],
)
def test_every_violation_is_named(free_api: Client, body: Any, pointers: set[str]) -> None:
    answer = free_api.post(CHALLENGES, json=body)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["code"] == "validation_failed"
    assert {one["pointer"] for one in problem["errors"]} == pointers


def test_nothing_is_coerced(free_api: Client) -> None:
    body = {"email": "sarah@example.com", "password": 123456789012}
    assert free_api.post(SESSIONS, json=body).status_code == 422


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/json;charset=latin-1"],
)
def test_only_json_is_read(free_api: Client, content_type: str) -> None:
    answer = free_api.post(CHALLENGES, content=b"{}", headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_huge_body_is_refused(free_api: Client) -> None:
    answer = free_api.post(CHALLENGES, json={"email": "x" * (1024 * 1024)})
    assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")


def test_long_addresses_and_headers_are_refused(free_api: Client) -> None:
    answer = free_api.get("/api/v1/auth/jwks?" + "x" * 9000)
    assert (answer.status_code, answer.json()["code"]) == (414, "uri_too_long")
    answer = free_api.get("/api/v1/auth/jwks", headers={"X-Much": "x" * 40_000})
    assert (answer.status_code, answer.json()["code"]) == (431, "headers_too_large")


def test_unknown_parameters_are_refused_by_name(free_api: Client) -> None:
    answer = free_api.get("/api/v1/auth/jwks?kid=1&kid=2&more=3")
    assert answer.status_code == 422
    pointers = [one["pointer"] for one in answer.json()["errors"]]
    assert pointers == ["/query/kid", "/query/more"]


@pytest.mark.parametrize("bad", ["x", "01jz8q5h3m7yb2k4n6p8r0t1v3", "81JZ8Q5H3M7YB2K4N6P8R0T1VI"])
def test_a_malformed_id_in_a_path_is_nowhere(free_api: Client, bad: str) -> None:
    """SE-22: 404 in a path."""
    answer = free_api.post(f"{CHALLENGES}/{bad}/confirmation", json={"code": "123456"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_problems_say_where_and_under_which_id(free_api: Client) -> None:
    """SE-23, SE-25."""
    answer = free_api.get("/nowhere", headers={"X-Request-ID": "mine-1"})
    assert answer.status_code == 404
    assert answer.json() == {
        "type": "https://instainstru.com/problems/not_found",
        "title": "Not found",
        "status": 404,
        "detail": "there is nothing at this address",
        "instance": "/nowhere",
        "code": "not_found",
        "request_id": "mine-1",
    }
    assert answer.headers["X-Request-ID"] == "mine-1"
    forged = free_api.get("/health", headers={"X-Request-ID": "no spaces, please"})
    assert len(forged.headers["X-Request-ID"]) == 26


def test_a_method_that_nothing_answers_to(free_api: Client) -> None:
    """SE-17: 405, and what it does answer to."""
    answer = free_api.delete("/api/v1/auth/jwks", headers={"Origin": ORIGIN})
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    booking = free_api.put("/api/v1/bookings/01JZ8Q5H3M7YB2K4N6P8R0T1V3")
    assert (booking.status_code, booking.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, PATCH")
    both = free_api.patch("/api/v1/payment-methods")
    assert (both.status_code, both.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")


# --- who comes from where: SE-15, SE-16, SE-18, SE-20 ---


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({}, False),
        ({"X-Client": "app"}, True),
        ({"Origin": ORIGIN}, True),
        ({"Origin": "https://evil.example", "X-Client": "app"}, False),
        ({"Origin": "null", "X-Client": "app"}, False),
        ({"Origin": "http://localhost:3001"}, False),
        ({"Origin": "https://localhost:3000"}, False),
        ({"Referer": f"{ORIGIN}/sign-up?x=1"}, True),
        ({"Referer": "https://evil.example/", "X-Client": "app"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": ORIGIN}, True),
        ({"Authorization": "Bearer anything", "Origin": "https://evil.example"}, True),
    ],
)
def test_unsafe_requests_must_come_from_us(
    free_api: Client, headers: dict[str, str], passes: bool
) -> None:
    """SE-15, the first rule that matches."""
    del free_api.headers["X-Client"]
    body = {"email": "nobody@example.com", "password": PASSWORD}
    answer = free_api.post(SESSIONS, json=body, headers=headers)
    if passes:
        assert answer.json()["code"] == "invalid_credentials"
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_origin_mismatch")


def test_preflights_and_answers_name_known_origins_only(free_api: Client) -> None:
    """SE-16; refusals carry the same headers."""
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    answer = free_api.options(SESSIONS, headers=asked)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Idempotency-Key" in answer.headers["Access-Control-Allow-Headers"]
    assert answer.headers["Access-Control-Max-Age"] == "600"
    stranger = free_api.options(SESSIONS, headers={**asked, "Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in stranger.headers
    refused = free_api.get("/api/v1/me", headers={"Origin": ORIGIN})
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "X-RateLimit-Limit" in refused.headers["Access-Control-Expose-Headers"]
    assert "Origin" in refused.headers["Vary"]


@pytest.mark.parametrize("path", ["/health", "/nowhere", "/api/v1/me", "/api/v1/auth/jwks"])
def test_every_answer_is_dressed(free_api: Client, path: str) -> None:
    """SE-18, SE-43, AC-45."""
    headers = free_api.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["X-Site-Mode"] == "int"
    assert headers["X-Beta-Phase"] == "disabled"
    assert headers["X-Beta-Allow-Signup"] == "1"
    assert "Strict-Transport-Security" not in headers
    assert "Server" not in headers


def test_hosted_modes_want_https(ports: Ports) -> None:
    """SE-17, SE-18: the scheme comes from trusted proxies only."""
    config = HttpConfig(mode="stg", hosted=True, origins=("https://app.example",))
    with lent(ports, config) as app, TestClient(app) as client:
        assert client.get("/health").status_code == 200
        answer = client.get("/api/v1/auth/jwks", headers={"X-Forwarded-Proto": "https"})
        assert (answer.status_code, answer.json()["code"]) == (403, "https_required")
    with (
        lent(ports, config) as app,
        TestClient(app, base_url="https://api.example") as client,
    ):
        answer = client.get("/api/v1/auth/jwks")
        assert answer.status_code == 200
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_what_only_one_may_see_is_never_stored(free_api: Client, join: Join) -> None:
    """SE-20."""
    sarah = join("sarah@example.com")
    answer = free_api.get("/api/v1/me", headers=sarah.headers)
    assert answer.headers["Cache-Control"] == "private, no-store"


# --- who may: AC-41, AC-42 ---


def test_tokens_that_open_nothing(free_api: Client, join: Join) -> None:
    """AC-21: no difference between the ways of being wrong."""
    sarah = join("sarah@example.com")
    head, content, signature = sarah.access.split(".")
    forged = f"{head}.{content}.{signature[:-4]}AAAA"
    none = f"eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{content}."
    for token in ("x", "a.b.c", forged, none, "x" * 3000):
        answer = free_api.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


def test_a_route_that_declares_nothing_stops_the_start(ports: Ports) -> None:
    """AC-41, SE-42: deny by default."""

    @get("/secret", sync_to_thread=False)
    def secret() -> str:
        return "seen"

    with pytest.raises(UndeclaredRoute, match="/secret"):
        create_app(ports, more=[secret])


def test_an_unknown_bucket_stops_the_start() -> None:
    """SE-4."""
    with pytest.raises(UnknownBucket):
        policy(access=PUBLIC, bucket="generous")


def test_origins_are_exact_where_strangers_come() -> None:
    """SE-16, SE-11."""
    with pytest.raises(ValueError, match="wildcard"):
        HttpConfig(mode="stg", hosted=True, origins=("*",))
    with pytest.raises(ValueError, match="bypass"):
        HttpConfig(mode="prod", hosted=True, origins=(), bypass_secret=b"secret")


# --- not too often: SE-4, SE-8, SE-11 ---


def test_a_bucket_runs_empty_and_says_so(api: Client) -> None:
    """SE-8: the headers, and Retry-After."""
    body = {"email": "nobody@example.com", "password": PASSWORD}
    answers = [api.post(SESSIONS, json=body) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    first, last = answers[0].headers, answers[-1].headers
    assert (first["X-RateLimit-Limit"], first["X-RateLimit-Remaining"]) == ("10", "9")
    assert first["X-RateLimit-Policy"] == "auth_attempt"
    assert first["X-RateLimit-Shadow"] == "false"
    assert answers[-1].json()["code"] == "rate_limited"
    assert 1 <= int(last["Retry-After"]) <= 3
    assert last["X-RateLimit-Remaining"] == "0"


def test_the_edge_counts_what_leads_nowhere_too(api: Client) -> None:
    """SE-4: every request, before authentication."""
    statuses = [api.get("/nowhere").status_code for _ in range(52)]
    assert statuses[:50] == [404] * 50
    assert 429 in statuses[50:]


def test_a_grant_opens_the_buckets_it_names(api: Client, ports: Ports, config: HttpConfig) -> None:
    """SE-11: ours, not over, and not for longer than a day."""
    now = ports.clock.now()
    secret = config.bypass_secret

    def denied(grant: str) -> bool:
        headers = {"X-RateLimit-Bypass": grant}
        answers = [api.get("/nowhere", headers=headers).status_code for _ in range(55)]
        return 429 in answers

    assert not denied(sign_bypass(secret, ["edge"], now + timedelta(hours=1)))
    assert denied(sign_bypass(b"another", ["edge"], now + timedelta(hours=1)))
    assert denied(sign_bypass(secret, ["edge"], now + timedelta(hours=25)))
    assert denied(sign_bypass(secret, ["edge"], now - timedelta(seconds=1)))
    assert denied(sign_bypass(secret, ["read"], now + timedelta(hours=1)))
    assert denied("nonsense")


def test_an_address_gets_three_codes_in_ten_minutes(api: Client) -> None:
    """AC-4: whatever the sender."""
    body = {"email": "sarah@example.com"}
    statuses = [api.post(CHALLENGES, json=body).status_code for _ in range(4)]
    assert statuses == [202, 202, 202, 429]
    assert api.post(CHALLENGES, json={"email": "ana@example.com"}).status_code == 202


# --- not too much at once ---


def test_a_full_house_says_when_to_come_back(ports: Ports) -> None:
    """SE-24: 503 and Retry-After at once, instead of a pile-up."""
    doors, inside = threading.Event(), threading.Semaphore(0)

    @get("/slow", sync_to_thread=True, opt=policy(access=PUBLIC, bucket="edge"))
    def slow() -> str:
        inside.release()
        doors.wait(10)
        return "done"

    class Free:
        def decide(self, asked: Any) -> list[Any]:
            from instainstru_core.accounts.rate_limits import decide

            return [decide(one, None, now_ms=0) for one, _ in asked]

        def check(self) -> None:
            """Always there."""

    config = HttpConfig(mode="int", threads=2, queue=0)
    app = create_app(evolve(ports, rates=Free()), config, more=[slow])
    with TestClient(app) as client, ThreadPoolExecutor(2) as pool:
        held = [pool.submit(client.get, "/slow") for _ in range(2)]
        for _ in held:
            assert inside.acquire(timeout=10)
        answer = client.get("/slow")
        doors.set()
        assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
        assert answer.headers["Retry-After"] == "2"
        assert [one.result().status_code for one in held] == [200, 200]
        assert client.get("/slow").status_code == 200


def test_what_breaks_is_recorded_and_not_told(ports: Ports) -> None:
    """SE-23: a generic 500."""

    @get("/broken", sync_to_thread=False, opt=policy(access=PUBLIC, bucket="edge"))
    def broken() -> str:
        raise RuntimeError("the password of the database is swordfish")

    app = create_app(ports, HttpConfig(), more=[broken])
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "swordfish" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


# --- probes, numbers, documents: OP-5, OP-6 ---


def test_the_probes(api: Client) -> None:
    """OP-5."""
    health = api.get("/health")
    assert health.json()["status"] == "ok"
    assert health.headers["X-Commit-Sha"] == "dev"
    assert api.get("/health/lite").text == "ok"
    assert api.get("/ready").json() == {"status": "ok"}


def test_not_ready_without_database_or_cache(ports: Ports) -> None:
    """OP-5: which of them, in that order."""

    class Down:
        def decide(self, asked: Any) -> list[Any]:
            return list(ports.rates.decide(asked))

        def check(self) -> None:
            raise OSError("no cache")

    def no_database() -> Any:
        raise OSError("no database")

    for broken, code in (
        (evolve(ports, rates=Down()), "cache_not_ready"),
        (evolve(ports, rates=Down(), read=no_database), "db_not_ready"),
    ):
        with lent(broken, HttpConfig()) as app, TestClient(app) as client:
            answer = client.get("/ready")
        assert (answer.status_code, answer.json()["code"]) == (503, code)


def test_metrics_have_bounded_labels_and_a_door(ports: Ports) -> None:
    """OP-6, OP-7: templates, never ids; Basic auth when configured."""
    config = HttpConfig(metrics_credentials=("prometheus", "secret"))
    with lent(ports, config) as app, TestClient(app) as client:
        client.get("/random/path/of/a/stranger")
        assert client.get("/internal/metrics").status_code == 401
        answer = client.get("/internal/metrics", auth=("prometheus", "secret"))
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert 'endpoint="/{rest}"' in answer.text
        assert "stranger" not in answer.text
        assert client.post("/internal/metrics", headers={"X-Client": "x"}).status_code == 405
    with TestClient(create_app(ports, HttpConfig(metrics_networks=("10.0.0.0/8",)))) as client:
        assert client.get("/metrics").status_code == 403


def test_hosted_metrics_are_for_those_who_were_named(ports: Ports) -> None:
    """OP-6: no public metrics endpoint."""
    config = HttpConfig(mode="stg", hosted=True, origins=("https://app.example",))
    with (
        lent(ports, config) as app,
        TestClient(app, base_url="https://api.example") as client,
    ):
        assert client.get("/metrics").status_code == 403
    named = evolve(config, metrics_credentials=("prometheus", "a long password"))
    with TestClient(create_app(ports, named), base_url="https://api.example") as client:
        assert client.get("/metrics").status_code == 401
        answer = client.get("/metrics", auth=("prometheus", "a long password"))
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].count("charset") == 1


@pytest.mark.parametrize("path", ["/health", "/api/v1/auth/jwks", "/api/v1/me", "/nowhere"])
def test_head_is_get_without_the_body(free_api: Client, path: str) -> None:
    """SE-16: HEAD is among the methods."""
    full, head = free_api.get(path), free_api.head(path)
    assert (head.status_code, head.content) == (full.status_code, b"")
    assert head.headers["Content-Type"] == full.headers["Content-Type"]
    assert abs(int(head.headers["Content-Length"]) - len(full.content)) < 10


def test_the_document_is_complete_and_the_page_needs_nobody(free_api: Client) -> None:
    """Issue: OpenAPI 3.1 with examples and error shapes; docs that work offline."""
    document = free_api.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert {"429", "500", "503"} <= operation["responses"].keys(), where
            assert any(status.startswith("2") for status in operation["responses"]), where
    page = free_api.get("/api/v1/docs")
    assert "https://" not in page.text
    for asset in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js"):
        assert free_api.get(f"/api/v1/docs/{asset}").status_code == 200
    assert free_api.get("/api/v1/docs/..%2Fsecrets").status_code == 404
    assert free_api.get("/api/v1/docs/nothing.js").status_code == 404


@pytest.mark.parametrize("size", [300, 100_000])
def test_a_refusal_takes_the_body_in(ports: Ports, size: int) -> None:
    """Else the server closes the connection, and the client's next request on it fails."""
    with lent(ports, HttpConfig()) as app:
        take_in(app, size)


def take_in(app: Litestar, size: int) -> None:
    parts = [b"{" + b" " * (size // 2), b" " * (size // 2 - 1)]
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "asgi": {"version": "3.0"},
        "method": "POST",
        "scheme": "http",
        "path": "/api/v1/bookings",
        "raw_path": b"/api/v1/bookings",
        "query_string": b"",
        "headers": [
            (b"host", b"localhost"),
            (b"content-type", b"application/json"),
            (b"content-length", str(size).encode()),
        ],
        "client": ("192.0.2.7", 40_000),
        "server": ("localhost", 80),
        "app": app,
    }
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    assert sent[0]["status"] in {401, 403}
    # What is long is not worth reading only to refuse it.
    assert len(parts) == (0 if size <= MAX_DRAINED_BYTES else 2)
