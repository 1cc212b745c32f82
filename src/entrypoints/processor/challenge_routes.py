"""The simulated bank's own page: the cardholder says that it is them (3-D Secure)."""

import asyncio
import hmac
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from entrypoints.processor.counter import At, Counter
from entrypoints.processor.pages import challenge_page, closed_page
from instainstru_core.testing.fakes.processor.books import Intent
from instainstru_core.testing.fakes.processor.commands import ConfirmIntent


@get("/challenges/{intent:str}", media_type=MediaType.HTML, sync_to_thread=False)
def see_challenge(
    intent: FromPath[str],
    counter: At,
    client_secret: FromQuery[str] = "",
    return_url: FromQuery[str] = "",
) -> Response[str]:
    """The page with its two buttons; looking changes nothing."""
    found = _opened(counter, intent, client_secret)
    if found is None or not _leads_back(return_url):
        return Response(closed_page(), status_code=404)
    return Response(challenge_page(found, return_url))


@post("/challenges/{intent:str}")
async def answer_challenge(
    intent: FromPath[str], counter: At, request: Request[Any, Any, Any]
) -> Response[Any]:
    """The cardholder answered, and goes back to where they pay."""
    form = await request.form()
    secret, return_url = str(form.get("client_secret", "")), str(form.get("return_url", ""))
    if _opened(counter, intent, secret) is None or not _leads_back(return_url):
        return Response(closed_page(), status_code=404, media_type=MediaType.HTML)
    if form.get("answer") == "yes":
        command = ConfirmIntent(intent=intent, client_secret=secret)
        await asyncio.to_thread(counter.teller.execute, command)
        return Redirect(return_url, status_code=303)
    return Redirect(_with_a_no(return_url), status_code=303)


def _opened(counter: Counter, name: str, secret: str) -> Intent | None:
    """The intent that *secret* opens."""
    intent = counter.teller.books.intents.get(name)
    if intent is None or not hmac.compare_digest(intent.client_secret.encode(), secret.encode()):
        return None
    return intent


def _with_a_no(url: str) -> str:
    """The address, told that the cardholder did not confirm."""
    parts = urlsplit(url)
    kept = [each for each in parse_qsl(parts.query) if each[0] != "bank"]
    return urlunsplit(parts._replace(query=urlencode([*kept, ("bank", "no")])))


def _leads_back(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


HANDLERS: Final = [see_challenge, answer_challenge]
