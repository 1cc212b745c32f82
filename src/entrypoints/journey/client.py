"""What the journey needs of HTTP: say what is expected, and stop at the first surprise."""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import httpx
from attrs import define, field

API: Final = "/api/v1"
TIMEOUT_SECONDS: Final = 15.0
PATIENCE_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.4
LONGEST_WAIT_SECONDS: Final = 30
ResultT = TypeVar("ResultT")


class Surprise(Exception):
    """The platform did something else than a user would expect."""


@define
class Api:
    """One person's view of the platform."""

    base_url: str
    token: str | None = None
    _client: httpx.Client = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._client = httpx.Client(base_url=self.base_url, timeout=TIMEOUT_SECONDS)

    def get(self, path: str, expect: int = 200, **more: Any) -> Any:
        """The JSON that GET *path* answers."""
        return self.send("GET", path, expect, **more).json()

    def post(self, path: str, body: object = None, expect: int = 201, **more: Any) -> Any:
        """The JSON that POST *path* answers; each call has an `Idempotency-Key` of its own."""
        headers = {"Idempotency-Key": new_key(), **more.pop("headers", {})}
        response = self.send("POST", path, expect, json=body or {}, headers=headers, **more)
        return response.json() if response.content else None

    def put(self, path: str, body: object, expect: int = 200, **more: Any) -> Any:
        """The JSON that PUT *path* answers."""
        response = self.send("PUT", path, expect, json=body, **more)
        return response.json() if response.content else None

    def patch(self, path: str, body: object, expect: int = 200, **more: Any) -> Any:
        """The JSON that PATCH *path* answers."""
        response = self.send("PATCH", path, expect, json=body, **more)
        return response.json() if response.content else None

    def send(
        self,
        method: str,
        path: str,
        expect: int,
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """The whole answer.

        Raises:
            Surprise: Its status is not the expected one.
        """
        all_headers = {"X-Client": "journey", **(headers or {})}
        if self.token is not None:
            all_headers["Authorization"] = f"Bearer {self.token}"
        address = path if path.startswith("/dev") else API + path
        response = self._client.request(method, address, headers=all_headers, **more)
        while response.status_code == httpx.codes.TOO_MANY_REQUESTS != expect:
            # Anybody would wait as long as they are told to, and try the same again.
            time.sleep(min(int(response.headers["Retry-After"]), LONGEST_WAIT_SECONDS))
            response = self._client.request(method, address, headers=all_headers, **more)
        if response.status_code != expect:
            message = (
                f"{method} {address} answered {response.status_code}, not {expect}: "
                f"{response.text[:600]}"
            )
            raise Surprise(message)
        return response

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()


def new_key() -> str:
    """An `Idempotency-Key` never used before."""
    return secrets.token_urlsafe(24)


def eventually(
    what: str, look: Callable[[], ResultT | None], *, seconds: float = PATIENCE_SECONDS
) -> ResultT:
    """What *look* finds, once it does: background work takes its moment.

    Raises:
        Surprise: It found nothing in *seconds*.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(POLL_SECONDS)
    message = f"waited {seconds:.0f} s in vain: {what}"
    raise Surprise(message)


def agree(what: str, found: object, expected: object) -> None:
    """Stop unless *found* is what was *expected*.

    Raises:
        Surprise: It is not.
    """
    if found != expected:
        message = f"{what}: expected {expected!r}, found {found!r}"
        raise Surprise(message)
