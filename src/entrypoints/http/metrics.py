"""Numbers about the API, with bounded labels: route templates, never ids. Source: OP-6, OP-7."""

import hmac
from base64 import b64decode
from binascii import Error
from typing import Any, Final

from litestar import Request, Response, get
from litestar.di import NamedDependency
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from entrypoints.http.config import HttpConfig
from entrypoints.http.limits import networks, within
from entrypoints.http.policy import PUBLIC, policy
from entrypoints.http.problems import Refusal

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_MAX_BYTES: Final = 8_000_000
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """What one process counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "endpoint", "status_code")
        self._duration = Histogram(
            "instainstru_http_request_duration_seconds",
            "How long requests took.",
            labels,
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._requests = Counter(
            "instainstru_http_requests", "Requests served.", labels, registry=self.registry
        )
        self._in_progress = Gauge(
            "instainstru_http_requests_in_progress",
            "Requests being served.",
            registry=self.registry,
        )
        self._decisions = Counter(
            "instainstru_rl_decisions",
            "Decisions of the rate limiter.",
            ("bucket", "action", "shadow"),
            registry=self.registry,
        )
        self._bypassed = Counter(
            "instainstru_rl_bypassed", "Requests with a bypass grant.", registry=self.registry
        )
        self._children: dict[tuple[str, str, str], tuple[Any, Any]] = {}

    def started(self) -> None:
        """A request came in."""
        self._in_progress.inc()

    def finished(self, method: str, endpoint: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._in_progress.dec()
        key = (method if method in _METHODS else "OTHER", endpoint, str(status))
        if (children := self._children.get(key)) is None:
            children = self._duration.labels(*key), self._requests.labels(*key)
            self._children[key] = children
        children[0].observe(seconds)
        children[1].inc()

    def decided(self, bucket: str, *, allowed: bool) -> None:
        """The limiter let a request pass, or not."""
        self._decisions.labels(bucket, "allow" if allowed else "block", "false").inc()

    def passed_freely(self) -> None:
        """A request showed a valid bypass grant. Source: SE-11."""
        self._bypassed.inc()


def _authorise(request: Request[Any, Any, Any], config: HttpConfig) -> None:
    address = request.scope["state"].get("client")
    allowed = networks(config.metrics_networks)
    if allowed and (address is None or not within(address, allowed)):
        raise Refusal(403, "permission_denied", "metrics are not for this address")
    if config.metrics_credentials is None:
        if config.hosted and not allowed:
            raise Refusal(403, "permission_denied", "metrics are for nobody until it is said whom")
        return
    expected = ":".join(config.metrics_credentials).encode()
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        given = b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
    except Error:
        given = b""
    if not hmac.compare_digest(given, expected):
        raise Refusal(
            401,
            "invalid_token",
            "metrics need a name and a password",
            headers={"WWW-Authenticate": 'Basic realm="metrics"'},
        )


@get(
    ["/metrics", "/internal/metrics"],
    sync_to_thread=False,
    include_in_schema=False,
    opt=policy(access=PUBLIC, bucket="metrics"),
)
def metrics(
    request: Request[Any, Any, Any],
    numbers: NamedDependency[Metrics],
    config: NamedDependency[HttpConfig],
) -> Response[bytes]:
    """What Prometheus reads."""
    _authorise(request, config)
    content = generate_latest(numbers.registry)
    if len(content) > _MAX_BYTES:
        raise Refusal(503, "unavailable", "there are too many metrics to show")
    # Litestar adds the charset by itself.
    kind = CONTENT_TYPE_LATEST.partition("; charset=")[0]
    return Response(content, media_type=kind, headers={"Cache-Control": "no-store"})
