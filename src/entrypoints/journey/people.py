"""People of the journey: they sign up as anybody would, and read their mail."""

import re
import secrets
from datetime import UTC, datetime
from typing import Final

from attrs import define

from entrypoints.journey.client import Api, Surprise, eventually

_PASSWORD: Final = "a long walk over the bridge"  # noqa: S105 - of accounts made for one run
_TERMS: Final = "2026-01"


@define
class Person:
    """Somebody with a mailbox and, once signed up, an account."""

    api: Api
    email: str
    password: str
    account_id: str = ""

    def sign_in(self) -> None:
        """Open a session; a moved clock has ended the one before."""
        self.api.token = None
        found = self.api.post(
            "/auth/sessions",
            {"email": self.email, "password": self.password, "transport": "bearer"},
            expect=200,
        )
        self.account_id = found["account"]["id"]
        self.api.token = found["session"]["access_token"]


def sign_up(base_url: str, role: str, first_name: str, last_name: str) -> Person:
    """Prove a new mailbox with the code that was sent to it, and register."""
    api = Api(base_url)
    email = f"{first_name.lower()}-{secrets.token_hex(5)}@journey.example.com"
    challenge = api.post("/auth/email-challenges", {"email": email}, expect=202)
    code = eventually(f"the code for {role}", lambda: _code(api, email))
    proof = api.post(
        f"/auth/email-challenges/{challenge['id']}/confirmation", {"code": code}, expect=200
    )
    registered = api.post(
        "/auth/registrations",
        {
            "email_proof": proof["email_proof"],
            "password": _PASSWORD,
            "first_name": first_name,
            "last_name": last_name,
            "zip_code": "11215",
            "role": role,
            "accepted_terms_version": _TERMS,
            "transport": "bearer",
        },
    )
    api.token = registered["session"]["access_token"]
    return Person(api, email, _PASSWORD, registered["account"]["id"])


def mails(api: Api, email: str) -> list[dict[str, str]]:
    """What the platform has sent to *email*, newest first."""
    found: list[dict[str, str]] = api.get(f"/dev/outbox.json?to={email}")["items"]
    return found


def platform_now(api: Api) -> datetime:
    """The platform's now."""
    return instant(api.get("/dev/clock", headers={"Accept": "application/json"})["now"])


def move_clock_to(api: Api, moment: datetime) -> datetime:
    """Push the platform's clock forward to *moment*, if it isn't there yet."""
    ahead = int((moment - platform_now(api)).total_seconds()) + 1
    if ahead > 0:
        api.post("/dev/clock", {"advance_seconds": ahead}, expect=200)
    return platform_now(api)


def instant(text: object) -> datetime:
    """The instant that *text* writes in RFC 3339.

    Raises:
        Surprise: It writes none.
    """
    if not isinstance(text, str):
        message = f"expected an instant, found {text!r}"
        raise Surprise(message)
    return datetime.fromisoformat(text).astimezone(UTC)


def _code(api: Api, email: str) -> str | None:
    for mail in mails(api, email):
        if found := re.search(r"\b(\d{6})\b", mail["text"]):
            return found[1]
    return None
