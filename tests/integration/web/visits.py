"""Every page that there is, from the routes themselves, and who looks at it in the town.

A page whose address has a part that is not known here fails its test until it says what belongs
there.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from attrs import frozen
from litestar.handlers import HTTPRouteHandler

from entrypoints.http.policy import OPT, RoutePolicy
from entrypoints.web.app import PAGES
from entrypoints.web.pages.sign_up import PROOF_COOKIE
from instainstru_core.kernel.time import instant_text
from instainstru_core.testing.world import HOUR, NOON
from tests.integration.http.routes import NOTHING
from tests.integration.http.town import Town

DAY: Final = timedelta(days=1)


@frozen(kw_only=True)
class Stage:
    """The town with something to look at on every page."""

    town: Town
    booked: str
    """Anna's lesson with Jane, paid for at its time."""
    held: str
    """Anna's, not confirmed yet."""
    done: str
    """Anna's, over and completed."""
    asked: str
    """Bob's, whose bank wants to hear from him first."""
    category: str
    subcategory: str
    service: str
    offering: str
    """Jane's piano lessons."""

    @classmethod
    def set_up(cls, town: Town) -> "Stage":
        """Everything anew: it is Thursday, and some lessons are over."""
        town.restore()
        done = town.book()
        town.world.clock.set(NOON + 3 * DAY)
        town.world.settle()
        town.do("jane", "POST", f"/bookings/{done}/complete", {})
        card = town.world.add_card(town.people["bob"], "pm_card_three_d_secure")
        asked = town.hold("bob", start=instant_text(NOON + 3 * DAY + 20 * HOUR))
        paid = {**town.agreed("bob", asked), "payment_method_id": str(card.card_id)}
        town.do("bob", "POST", f"/bookings/{asked}/confirm", paid)
        with town.ports.read() as reads:
            catalog = reads.catalog_pages.tree()
        category = catalog.shown_categories()[0].slug
        (offering,) = town.do("jane", "GET", "/instructors/me/offerings")["items"]
        return cls(
            town=town,
            done=done,
            booked=town.book(start=instant_text(NOON + 5 * DAY)),
            held=town.hold(start=instant_text(NOON + 6 * DAY)),
            asked=asked,
            category=category,
            subcategory=catalog.subcategories_of(category)[0].slug,
            service="piano",
            offering=offering["offering_id"],
        )


@frozen
class Visit:
    """Somebody looks at a page."""

    template: str
    who: str | None
    query: str = ""
    status: int = 200

    def path(self, stage: Stage) -> str:
        """Its address there."""
        path = self.template
        for name in _names(path):
            meant = _PARTS.get((self.template, name)) or _PARTS[("", name)]
            path = path.replace(f"{{{name}}}", meant(stage))
        return path + self.query

    def __str__(self) -> str:
        return f"{self.template}{self.query} {self.who or 'anybody'}"


_PARTS: Final[Mapping[tuple[str, str], Callable[[Stage], str]]] = {
    ("", "instructor_id"): lambda stage: stage.town.id_of("jane"),
    ("", "category"): lambda stage: stage.category,
    ("", "subcategory"): lambda stage: stage.subcategory,
    ("", "service"): lambda stage: stage.service,
    ("", "booking_id"): lambda stage: stage.booked,
    ("", "challenge_id"): lambda _: NOTHING,
    ("", "offering_id"): lambda stage: stage.offering,
    ("/checkout/{booking_id}", "booking_id"): lambda stage: stage.held,
    ("/checkout/{booking_id}/verify", "booking_id"): lambda stage: stage.asked,
}
"""What belongs into an address, by the page and the name of the part; "" is any other page."""

_CHOSEN: Final = f"?format=online&minutes=60&start={instant_text(NOON + 4 * DAY)}"
_QUERIES: Final[Mapping[str, Sequence[str]]] = {
    "/search": ("", "?what=piano", "?what=piano&most=70", "?what=nonsense"),
    "/book/{instructor_id}/{service}": (
        "",
        "?format=online",
        f"?format=travel&start={instant_text(NOON + 4 * DAY)}",
    ),
    "/book/{instructor_id}/{service}/review": (_CHOSEN,),
}
"""Where a page is looked at in several ways."""

COOKIES: Final[Mapping[str, Mapping[str, str]]] = {
    "/sign-up/details": {PROOF_COOKIE: "whatever proves a mailbox"},
}
"""What a browser must have brought along to see a page."""

_PEOPLE: Final = {"/checkout/{booking_id}/verify": "bob"}
"""Who looks, where it is not who usually does."""

_ALIKE: Final = frozenset(
    {
        "/debts/{debt_id}/verify",
        "/lessons/{booking_id}/move/verify",
        "/lessons/{booking_id}/tip/verify",
    }
)
"""The page of `/checkout/{booking_id}/verify` once more, about something else."""

_TROUBLES: Final = (
    Visit("/lessons/{booking_id}", "bob", status=404),
    Visit("/nowhere", None, status=404),
    Visit(f"/instructors/{NOTHING}", None, status=404),
)


def _names(template: str) -> list[str]:
    return [part.partition("}")[0] for part in template.split("{")[1:]]


def _first_part(template: str) -> str:
    return template.split("/")[1]


def _who(template: str, declared: RoutePolicy) -> str | None:
    if not declared.access.signed_in:
        return None
    return {"teach": "jane", "admin": "ada"}.get(_first_part(template), "anna")


def all_visits() -> list[Visit]:
    """One visit at least to every page, and to pages of what goes wrong."""
    found = []
    for handler in _handlers(PAGES):
        if "GET" not in handler.http_methods:
            continue
        for path in sorted(handler.paths):
            template = _without_types(path)
            if template in _ALIKE:
                continue
            who = _PEOPLE.get(template) or _who(template, handler.opt[OPT])
            queries = _QUERIES.get(template, ("",))
            found += [Visit(template, who, query) for query in queries]
    return [*sorted(found, key=str), *_TROUBLES]


def _handlers(given: Sequence[Any]) -> list[HTTPRouteHandler]:
    strange = [each for each in given if not isinstance(each, HTTPRouteHandler)]
    assert not strange, f"PAGES holds what is no handler: {strange}"
    return [each for each in given if isinstance(each, HTTPRouteHandler)]


def _without_types(path: str) -> str:
    parts = [part.partition(":")[0] + "}" if part[:1] == "{" else part for part in path.split("/")]
    return "/".join(parts)
