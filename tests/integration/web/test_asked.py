"""A search as the address tells it."""

from litestar.datastructures import MultiDict

from entrypoints.web.asked import Asked

ODD = "x" * 400


def test_what_is_meant_is_taken_as_it_is() -> None:
    given = {
        "what": " piano ",
        "where": "Chelsea",
        "date": "2030-01-08",
        "hours": "evening",
        "format": "online",
        "minutes": "45",
        "most": "110",
        "sort": "soonest",
        "after": "eyJ",
    }
    meant = {**given, "what": "piano", "day": given["date"]}
    del meant["date"]
    assert Asked.of(MultiDict(given)) == Asked(**meant)


def test_what_can_t_be_meant_is_in_no_link() -> None:
    """A page has hundreds of links to its search, which are kept with its map."""
    names = ("date", "hours", "format", "minutes", "most", "sort")
    asked = Asked.of(MultiDict({"what": "piano", **dict.fromkeys(names, ODD)}))
    assert asked == Asked(what="piano")
    assert asked.way(where="chelsea") == "/search?what=piano&where=chelsea"
