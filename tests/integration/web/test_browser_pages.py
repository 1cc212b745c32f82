"""Every page in a real browser, in light and dark, on a desk and on a phone.

A new page is looked at without being named here: the list is made of the routes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.integration.http.town import Town
from tests.integration.web.legible import SEEN_RULES, unreadable, violations
from tests.integration.web.visits import COOKIES, Stage, Visit, all_visits
from tests.integration.web.windows import DESKTOP, PHONE, Windows

MAX_PAGE: Final = 100 * 1024
MAX_SCRIPT: Final = 30 * 1024
STILL: Final = 0.001
"""A layout shift that nobody sees: a word of a line that came a frame after its sign."""
ENLARGED: Final = ViewportSize(width=640, height=450)
"""What a desk shows of a page at 200 %."""

SMALLEST: Final = ViewportSize(width=320, height=256)
"""What it shows at 400 %."""

_BLOCKING: Final = """performance.getEntriesByType("resource")
.filter((one) => one.renderBlockingStatus === "blocking").length"""
_MOVING: Final = """[...document.querySelectorAll("*")].filter((one) => {
  const style = getComputedStyle(one);
  return [style.transitionDuration, style.animationDuration]
    .some((all) => all.split(",").some((each) => parseFloat(each) > 0.001));
}).map((one) => one.outerHTML.slice(0, 80)).slice(0, 5)"""


@pytest.fixture(scope="module")
def stage(place: Town) -> Stage:
    return Stage.set_up(place)


@pytest.fixture(scope="module")
def spectators(chromium: Browser, address: str, stage: Stage) -> Iterator[Windows]:
    """Windows before the stage, where nobody acts; one for each who looks."""
    opener = Windows(chromium, stage.town, address)
    yield opener
    opener.close()


@pytest.fixture(scope="module")
def windows_of(spectators: Windows) -> dict[str | None, Page]:
    return {}


@pytest.mark.parametrize("visit", all_visits(), ids=str)
def test_a_page_is_for_everybody(
    visit: Visit, stage: Stage, spectators: Windows, windows_of: dict[str | None, Page]
) -> None:
    page = windows_of.get(visit.who) or spectators.open(visit.who)
    windows_of[visit.who] = page
    for name, value in COOKIES.get(visit.template, {}).items():
        page.context.add_cookies([{"name": name, "value": value, "url": spectators.address}])
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size(DESKTOP)
    spectators.troubles.clear()
    path = visit.path(stage)
    with _weighed(page) as sizes:
        answer = page.goto(path)
    assert answer is not None
    assert answer.status == visit.status
    assert answer.url.removeprefix(spectators.address) == path, "it leads elsewhere"
    assert page.locator("h1").count() == 1
    assert violations(page) == []
    seen = page.evaluate("window.seen")
    assert (seen["refused"], spectators.troubles) == ([], [])
    if seen["shift"] >= STILL:  # A slow machine paints half of a page now and then.
        page.reload()
        seen = page.evaluate("window.seen")
    assert seen["shift"] < STILL, "something moved while the page was read"
    assert sum(sizes.values()) <= MAX_PAGE, sizes
    assert sum(size for url, size in sizes.items() if url.endswith(".js")) <= MAX_SCRIPT, sizes
    assert page.evaluate(_BLOCKING) <= 1, "more than the stylesheet stands before the first paint"
    assert page.evaluate(_MOVING) == [], "it moves though the reader wants less"
    assert unreadable(page, text=200) == [], "with text at 200 %"
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    for size, text in ((ENLARGED, 100), (ENLARGED, 200), (SMALLEST, 100), (PHONE, 100)):
        page.set_viewport_size(size)
        assert unreadable(page, text=text) == [], f"at {size['width']} px, with text at {text} %"
    assert violations(page, rules=SEEN_RULES) == []
    for dialog in page.locator("[popover]").all():
        dialog.evaluate("(one) => one.showPopover()")
        assert violations(page) == [], "with a dialog open"
        dialog.evaluate("(one) => one.hidePopover()")


@contextmanager
def _weighed(page: Page) -> Iterator[dict[str, int]]:
    """What each answer is on its way to somebody who was never here, by address."""
    watched, urls, sizes = page.context.new_cdp_session(page), dict[str, str](), dict[str, int]()
    watched.send("Network.enable")
    watched.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def begun(event: Any) -> None:
        urls[event["requestId"]] = event["response"]["url"]

    def ended(event: Any) -> None:
        url = urls.get(event["requestId"], "")
        sizes[url] = sizes.get(url, 0) + int(event["encodedDataLength"])

    watched.on("Network.responseReceived", begun)
    watched.on("Network.loadingFinished", ended)
    yield sizes
    watched.detach()
