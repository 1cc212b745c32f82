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
from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import instant_text
from instainstru_core.payments.debts.model import DebtCause
from instainstru_core.payments.use_cases.debts.recognise_debt import recognise_debt
from instainstru_core.testing.world import HOUR, NOON
from tests.integration.http.money_stories import OWED, payment
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
    moved: str
    """Bob's, to an earlier time, about which his bank wants to hear."""
    tipped: str
    """Bob's, with a tip about which his bank wants to hear."""
    debt: str
    """What Bob owes, and pays once his bank has heard from him."""
    category: str
    subcategory: str
    service: str
    offering: str
    """Jane's piano lessons."""

    @classmethod
    def set_up(cls, town: Town) -> "Stage":
        """Everything anew: it is Thursday, and some lessons are over."""
        town.restore()
        done, tipped = town.book(), town.book("bob", start=instant_text(NOON + DAY + 3 * HOUR))
        town.world.clock.set(NOON + 3 * DAY)
        town.world.settle()
        for over in (done, tipped):
            town.do("jane", "POST", f"/bookings/{over}/complete", {})
        card = town.world.add_card(town.people["bob"], "pm_card_three_d_secure")
        asked = town.hold("bob", start=instant_text(NOON + 3 * DAY + 20 * HOUR))
        paid = {**town.agreed("bob", asked), "payment_method_id": str(card.card_id)}
        town.do("bob", "POST", f"/bookings/{asked}/confirm", paid)
        moved = _asked_about(town, str(card.card_id), tipped)
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
            moved=moved,
            tipped=tipped,
            debt=_debt(town, tipped, str(card.card_id)),
            category=category,
            subcategory=catalog.subcategories_of(category)[0].slug,
            service="piano",
            offering=offering["offering_id"],
        )


def _asked_about(town: Town, card: str, tipped: str) -> str:
    """Bob's bank is asked about a tip for *tipped*, and about a lesson that he moves; its id."""
    town.do("bob", "PATCH", f"/payment-methods/{card}", {"is_default": True})
    town.do("bob", "POST", f"/bookings/{tipped}/tips", {"amount_cents": 500})
    moved = town.book("bob", start=instant_text(NOON + 6 * DAY + 3 * HOUR))
    start = {"start": instant_text(NOON + 3 * DAY + 23 * HOUR)}
    town.do("bob", "POST", f"/bookings/{moved}/reschedule", start)
    return moved


def _debt(town: Town, lesson: str, card: str) -> str:
    """What Bob owes for *lesson*, about which his bank is asked; its id."""
    with town.ports.begin() as work:
        found = recognise_debt(
            work,
            town.ports.ids,
            work.payments.get_for_update(payment(town, lesson).payment_id),
            Money(OWED),
            cause=DebtCause.ESCALATED,
            standing=Standing.LOCKED,
            at=town.ports.clock.now(),
        )
    assert found is not None
    town.do("bob", "POST", f"/debts/{found.debt_id}/payments", {"payment_method_id": card})
    return str(found.debt_id)


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
    ("/debts/{debt_id}/verify", "debt_id"): lambda stage: stage.debt,
    ("/lessons/{booking_id}/move/verify", "booking_id"): lambda stage: stage.moved,
    ("/lessons/{booking_id}/tip/verify", "booking_id"): lambda stage: stage.tipped,
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

_THREE_D_SECURE: Final = "bob"
"""Whose bank wants to be asked, and who looks at the pages of that."""

_TROUBLES: Final = (
    Visit("/lessons/{booking_id}", "bob", status=404),
    Visit("/nowhere", None, status=404),
    Visit("/sign-out", None, status=405),
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
            who = _who(template, handler.opt[OPT])
            if template.endswith("/verify"):
                who = _THREE_D_SECURE
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
