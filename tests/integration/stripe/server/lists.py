"""Lists, searches and what is expanded in them.

Stripe API pages: Pagination, Search query language, Expanding responses.
"""

import re
from collections.abc import Iterable

from tests.integration.stripe.server.faults import missing, wrong
from tests.integration.stripe.server.forms import Doc
from tests.integration.stripe.server.state import Books

MOST = 100
_IS = re.compile(r"metadata\['([^']+)'\]:'([^']*)'")
_HAS = re.compile(r"-metadata\['([^']+)'\]:null")


def page(books: Books, found: Iterable[Doc], params: Doc, *, url: str) -> Doc:
    """One page of a list, the newest first."""
    limit = int(params.get("limit", 10))
    if not 1 <= limit <= MOST:
        raise wrong("limit", "limit is from 1 to 100")
    things = [each for each in found if _fits(each, params)]
    after = params.get("starting_after")
    if after is not None:
        names = [each["id"] for each in things]
        if after not in names:
            raise missing("object", after, param="starting_after", status=400)
        things = things[names.index(after) + 1 :]
    shown = [expanded(books, each, _inner(params)) for each in things[:limit]]
    return {"object": "list", "url": url, "has_more": len(things) > limit, "data": shown}


def _fits(thing: Doc, params: Doc) -> bool:
    created = params.get("created", {})
    wanted = {
        name: params[name] for name in ("customer", "type", "transfer_group") if name in params
    }
    return (
        thing["created"] >= int(created.get("gte", 0))
        and thing["created"] < int(created.get("lt", 2**40))
        and all(thing.get(name) == value for name, value in wanted.items())
    )


def search(books: Books, found: Iterable[Doc], params: Doc, *, url: str) -> Doc:
    """Everything whose metadata fits the query."""
    query = params["query"]
    if fits := _IS.fullmatch(query):
        name, value = fits.groups()
        things = [each for each in found if each["metadata"].get(name) == value]
    elif fits := _HAS.fullmatch(query):
        things = [each for each in found if fits[1] in each["metadata"]]
    else:
        raise wrong("query", f"this server does not understand {query}")
    shown = [expanded(books, each, _inner(params)) for each in things[: int(params["limit"])]]
    return {"object": "search_result", "url": url, "has_more": False, "data": shown}


def _inner(params: Doc) -> list[str]:
    return [each.removeprefix("data.") for each in params.get("expand", [])]


def expanded(books: Books, thing: Doc, names: Iterable[str]) -> Doc:
    """A copy in which these references are the objects themselves."""
    shown = {name: value for name, value in thing.items() if name != "test_token"}
    for name in names:
        reference = shown.get(name)
        if isinstance(reference, str) and reference in books.objects:
            shown[name] = dict(books.objects[reference])
    return shown
