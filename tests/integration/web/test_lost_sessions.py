"""Every form that acts survives a session that ended while it was filled in. Source: AC-26.

The list is made of the routes: a new form is sent without being named here.
"""

from typing import Any, Final

import pytest
from litestar.handlers import HTTPRouteHandler

from entrypoints.http.policy import OPT, RoutePolicy
from entrypoints.web.app import PAGES
from instainstru_core.testing.world import PASSWORD
from tests.integration.http.people import Client
from tests.integration.http.routes import NOTHING
from tests.integration.web.seen import Page, Slip, read, send
from tests.integration.web.test_refusals import Place, memory, page, serve

__all__ = ["memory", "page", "serve"]

TYPED: Final[dict[str, Any]] = {
    "_key": "k" * 32,
    "note": 'It is "mine" & <yours>,\r\nall of it: ñ',
    "formats": ["travel", "online"],
    "blank": "",
    "0.0.start": "09:00",
}
"""What somebody filled in: several lines, several ticks, nothing, and what only a list has."""


def acting() -> list[str]:
    """Where forms of people who are signed in go to."""
    found: list[str] = []
    for handler in PAGES:
        assert isinstance(handler, HTTPRouteHandler)
        declared: RoutePolicy = handler.opt[OPT]
        if "POST" in handler.http_methods and declared.access.signed_in:
            found += handler.paths
    return sorted(found)


def filled(path: str) -> str:
    """The address with something well-formed in each part that varies."""
    parts = (NOTHING if part[:1] == "{" else part for part in path.split("/"))
    return "/".join(parts) + "?week=2030-01-07"


def form_to(page: Page, path: str) -> Slip:
    (found,) = [each for each in page.slips if each.action == path]
    return found


@pytest.mark.parametrize("path", acting())
def test_what_was_typed_comes_back_from_the_sign_in(page: Client, memory: Place, path: str) -> None:
    address = filled(path)
    who = memory.jane if path.startswith("/teach") else memory.anna
    asked = page.post(address, data={**TYPED, "password": "a secret"})
    assert asked.status_code == 401, asked.text
    assert "nothing that you typed is lost" in read(asked).text
    assert "a secret" not in asked.text
    slip = read(asked).form("/sign-in")
    assert slip.fields["next"] == [address]
    signed = send(page, slip, email=memory.email(who), password=PASSWORD)
    assert signed.status_code == 200, signed.text
    go_on = form_to(read(signed), address)
    assert {name: values for name, values in go_on.fields.items() if name in TYPED} == {
        name: value if isinstance(value, list) else [value] for name, value in TYPED.items()
    }
    sent = send(page, go_on)
    assert sent.status_code != 401, "it asks for the sign-in once more"
