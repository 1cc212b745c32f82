"""People of the town before the pages."""

from instainstru_core.testing.world import PASSWORD
from tests.integration.http.people import Client
from tests.integration.http.town import Town


def sign_in(web: Client, town: Town, name: str) -> Client:
    """*name* of the town is signed in there from now on: anna, bob, jane, mary, ada or rob."""
    web.cookies.clear()
    fields = {"email": town.emails[name], "password": PASSWORD, "next": "/"}
    answer = web.post("/sign-in", data=fields)
    assert answer.status_code == 303, answer.text
    return web
