"""What is somebody else's is nowhere: asked of every route with an id in its address.

Source: AC-56, BK-44.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec
import pytest

from entrypoints.http.app import create_app
from entrypoints.http.config import PREFIX, HttpConfig
from entrypoints.http.openapi import complete
from entrypoints.http.wire import encode
from instainstru_core.accounts.model import GRANTS, Role
from instainstru_core.testing.world import World
from tests.integration.http.money_stories import owing
from tests.integration.http.refused_calendars import FEED, ME, WEEK
from tests.integration.http.routes import Route, routes_of
from tests.integration.http.town import TUESDAY, Ask, Town

APP: Final = create_app(World().ports, HttpConfig(mode="int", threads=4))
DOCUMENT: Final[dict[str, Any]] = msgspec.json.decode(encode(complete(APP)))
STRANGERS: Final = {Role.STUDENT: "bob", Role.INSTRUCTOR: "mary"}


def _admits(route: Route, role: Role) -> bool:
    access = route.policy.access
    if access.any_of:
        return not access.permissions.isdisjoint(GRANTS[role])
    return access.permissions <= GRANTS[role]


ASKED: Final = [
    (route, role)
    for route in routes_of(APP)
    if route.is_documented and route.has_id and route.policy.access.signed_in
    for role in STRANGERS
    if _admits(route, role)
]


def _blackout(town: Town) -> str:
    made = town.do("jane", "POST", f"{ME}/blackouts", {"date": str(TUESDAY)})
    return str(made["blackouts"][0]["blackout_id"])


def _edit(town: Town) -> str:
    step = {"op": "close", "date": str(TUESDAY), "start": "09:00", "end": "10:00"}
    return str(town.do("jane", "PATCH", WEEK, {"operations": [step]})["edit_id"])


def _feed(town: Town) -> str:
    made = town.do("jane", "POST", f"{ME}/external-calendars", {"url": FEED})
    return str(made["external_calendar_id"])


def _offering(town: Town) -> str:
    (piano,) = town.do("jane", "GET", f"{ME}/offerings")["items"]
    return str(piano["offering_id"])


def _subscription(town: Town) -> str:
    body = {
        "instructor_id": town.id_of("jane"),
        "location_type": "online",
        "duration": 60,
        "from": str(TUESDAY),
        "to": str(TUESDAY),
    }
    return str(town.do("anna", "POST", "/waitlist", body)["subscription_id"])


def _card(town: Town) -> str:
    (card,) = town.do("anna", "GET", "/payment-methods")["items"]
    return str(card["payment_method_id"])


def _notification(town: Town) -> str:
    town.book()
    town.world.settle()
    told = town.do("anna", "GET", "/notifications")["items"]
    return str(told[0]["notification_id"])


OWNED: Final[dict[str, Callable[[Town], str]]] = {
    "booking_id": Town.book,
    "blackout_id": _blackout,
    "edit_id": _edit,
    "external_calendar_id": _feed,
    "offering_id": _offering,
    "subscription_id": _subscription,
    "card_id": _card,
    "notification_id": _notification,
    "debt_id": owing,
}
"""Something of Anna's or Jane's, by what its id is called in addresses."""


def _example(route: Route) -> Any:
    """A body that can be read: the document's own example."""
    if route.body is None:
        return None
    operation = DOCUMENT["paths"][route.template][route.method.lower()]
    return operation["requestBody"]["content"]["application/json"]["example"]


@pytest.mark.parametrize(("route", "role"), ASKED, ids=str)
def test_what_is_anothers_is_nowhere(beginning: Town, route: Route, role: Role) -> None:
    """404, as if it were not there, before anything else is said of it; and nothing changes."""
    names = {name: OWNED[name](beginning) for name in route.names}
    ask = Ask(
        who=STRANGERS[role],
        method=route.method,
        path=route.template.removeprefix(PREFIX).format(**names),
        body=_example(route),
        video=True,
    )
    token = beginning.token(STRANGERS[role])
    before = beginning.state()
    answer = beginning.send(ask, token)
    assert answer.status_code == 404, answer.text
    assert answer.json()["code"].endswith("not_found")
    assert beginning.state() == before
