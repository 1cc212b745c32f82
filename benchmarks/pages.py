"""How soon the main pages are there: in Chromium, on a slow telephone far from its network.

Each page is seen by somebody who was never here, and then once more. The processor is slowed down
four times; an answer begins 150 ms late and comes at 1.6 Mbit/s. Also with `python -m
benchmarks.pages URL` before a demonstration that runs already.
"""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from statistics import median
from typing import Any, Final

from attrs import define, field, frozen
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright
from rich.console import Console
from rich.table import Table

from entrypoints.web.styles import STYLE_COOKIE

TITLE: Final = "pages in a browser"
KILO: Final = 1024
MAX_FIRST_MS: Final = 600
MAX_BYTES: Final = 100 * KILO
MAX_SCRIPT: Final = 30 * KILO
MAX_SHIFT: Final = 0.0005
"""What is told as 0.000: a word that was painted a frame after the sign before it."""

RUNS: Final = 5
KEPT_SECONDS: Final = 8
SLOWER: Final = 4
PHONE: Final = ViewportSize(width=390, height=844)
NETWORK: Final[Mapping[str, Any]] = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6 * KILO * KILO / 8,
    "uploadThroughput": 750 * KILO / 8,
}
PEOPLE: Final = {"student": "Be the student", "instructor": "Be the instructor"}
PLACES: Final[Sequence[tuple[str, str | None, str]]] = (
    ("home", None, "/"),
    ("results", None, "/search?what=guitar"),
    ("profile", None, "@.flyer h3 a"),
    ("booking", None, "@.strip"),
    ("sign-in", None, "/sign-in"),
    ("lessons", "student", "/lessons"),
    ("lesson", "student", "@a[href^='/lessons/']"),
    ("wallet", "student", "/wallet"),
    ("today", "instructor", "/teach"),
    ("week", "instructor", "/teach/week"),
    ("earnings", "instructor", "/teach/earnings"),
)
"""What it is called, who looks, and where: behind the first such link of a list after an `@`."""

_PAINTED: Final = """() => new Promise((tell) => {
  new PerformanceObserver((list) => {
    const found = list.getEntriesByName("first-contentful-paint")[0];
    if (found) tell(found.startTime);
  }).observe({type: "paint", buffered: true});
})"""
_SHIFTED: Final = """() => new Promise((tell) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) sum += each.value;
  }).observe({type: "layout-shift", buffered: true});
  setTimeout(() => tell(sum), 100);
})"""
_addresses = count(1)


@frozen(kw_only=True)
class View:
    """One look at a page: when something was seen, how far it moved, what came over the network."""

    first_ms: float
    shift: float
    size: int
    script: int


@define
class Place:
    """A page, as often as it was looked at."""

    name: str
    first: list[View] = field(factory=list)
    second: list[View] = field(factory=list)

    @property
    def row(self) -> tuple[str, ...]:
        """What a reader wants to know of it."""
        size = max(view.size for view in self.first)
        script = max(view.script for view in self.first)
        wrong = self.wrong
        return (
            self.name,
            f"{median(view.first_ms for view in self.first):.0f}",
            f"{median(view.first_ms for view in self.second):.0f}",
            f"{size / KILO:.0f}",
            f"{max(view.size for view in self.second) / KILO:.0f}",
            f"{script / KILO:.1f}",
            f"{self.shift:.3f}",
            f"✘ {', '.join(wrong)}" if wrong else "✔",
        )

    @property
    def shift(self) -> float:
        """The most that anything moved."""
        return max(view.shift for view in (*self.first, *self.second))

    @property
    def wrong(self) -> list[str]:
        """What is more than it may be. Source: the budgets of docs/guide/design.md."""
        views = (self.first, self.second)
        found = {
            "late": any(median(one.first_ms for one in each) > MAX_FIRST_MS for each in views),
            "heavy": max(view.size for view in self.first) > MAX_BYTES,
            "script": max(view.script for view in self.first) > MAX_SCRIPT,
            "moves": self.shift >= MAX_SHIFT,
        }
        return [name for name, is_so in found.items() if is_so]


def measure(
    console: Console, url: str, checkout: tuple[str, str] | None = None, *, runs: int = RUNS
) -> list[str]:
    """Print how soon the pages at *url* are there; what could not be looked at.

    *checkout* is the address of a page at the till, and the token of whoever stands there.
    """
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        console.print(f"{TITLE}: left out, as there is no chromium (apt-get install chromium)")
        return []
    arguments = ["--disable-gpu", *([] if os.geteuid() else ["--no-sandbox"])]
    surprises: list[str] = []
    table = Table(
        title=f"{TITLE}: processor {SLOWER} times slower, 150 ms, 1.6 Mbit/s, {runs} runs"
    )
    table.add_column("page")
    for name in ("first ms", "again ms", "KB", "again KB", "script KB", "shift", "wanted"):
        table.add_column(name, justify="right")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        for name, way, cookies in _ways(browser, url, checkout):
            place = Place(name)
            for number in range(runs + 1):
                views = _looks(browser, url, way, cookies, surprises)
                if number:  # The first of all warms up.
                    place.first.append(views[0])
                    place.second.append(views[1])
            table.add_row(*place.row)
        browser.close()
    console.print(table)
    console.print(
        f"wanted: first and again ≤ {MAX_FIRST_MS} ms (medians), ≤ {MAX_BYTES // KILO} KB with "
        f"what is fetched for later, ≤ {MAX_SCRIPT // KILO} KB of script, nothing moves"
    )
    return surprises


def _ways(
    browser: Browser, url: str, checkout: tuple[str, str] | None
) -> Iterator[tuple[str, str, list[Any]]]:
    """Each page with its address, and the cookies of who looks."""
    cookies = {who: _signed_in(browser, url, button) for who, button in PEOPLE.items()}
    for name, who, way in PLACES:
        brought = cookies.get(who or "", [])
        yield name, _behind(browser, url, brought, who, way) if way[0] == "@" else way, brought
    if checkout is not None:
        way, token = checkout
        yield "checkout", way, [{"name": "sid", "value": token, "url": url}]


def _behind(browser: Browser, url: str, cookies: list[Any], who: str | None, way: str) -> str:
    """Where the first such link of a list leads."""
    context = _context(browser, url, cookies)
    page = context.new_page()
    page.goto("/lessons" if who else "/search?what=guitar")
    found = page.locator(way[1:]).first.get_attribute("href")
    context.close()
    return str(found)


def _signed_in(browser: Browser, url: str, button: str) -> list[Any]:
    context = _context(browser, url, [])
    page = context.new_page()
    page.goto("/demo/accounts")
    page.get_by_role("button", name=button).click()
    page.wait_for_load_state()
    found = [each for each in context.cookies() if each["name"] != STYLE_COOKIE]
    context.close()
    return found


def _context(browser: Browser, url: str, cookies: list[Any]) -> BrowserContext:
    """Somebody who was never here, at an address of their own: the limiter limits nobody."""
    number = next(_addresses)
    context = browser.new_context(
        base_url=url,
        viewport=PHONE,
        extra_http_headers={"X-Forwarded-For": f"10.200.{number >> 8 & 255}.{number & 255}"},
    )
    context.add_cookies(cookies)
    return context


def _looks(
    browser: Browser, url: str, way: str, cookies: list[Any], surprises: list[str]
) -> tuple[View, View]:
    """Looked at for the first time, and again once the browser keeps what it was told to."""
    context = _context(browser, url, cookies)
    try:
        page = context.new_page()
        first = _view(page, way, surprises)
        if not _keeps(context, page):
            surprises.append(f"{way}: the browser keeps no style")
        return first, _view(page, way, surprises)
    finally:
        context.close()


def _keeps(context: BrowserContext, page: Page) -> bool:
    for _ in range(KEPT_SECONDS * 10):
        if any(cookie["name"] == STYLE_COOKIE for cookie in context.cookies()):
            return True
        page.wait_for_timeout(100)
    return False


def _view(page: Page, way: str, surprises: list[str]) -> View:
    watched, urls, sizes = page.context.new_cdp_session(page), dict[str, str](), dict[str, int]()
    watched.send("Network.enable")
    watched.send("Network.emulateNetworkConditions", dict(NETWORK))
    watched.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})

    def begun(event: Any) -> None:
        urls[event["requestId"]] = event["response"]["url"]

    def ended(event: Any) -> None:
        found = urls.get(event["requestId"], "")
        sizes[found] = sizes.get(found, 0) + int(event["encodedDataLength"])

    watched.on("Network.responseReceived", begun)
    watched.on("Network.loadingFinished", ended)
    answer = page.goto(way)
    if answer is None or not answer.ok:
        surprises.append(f"{way}: {None if answer is None else answer.status}")
    first = float(page.evaluate(_PAINTED))
    page.wait_for_load_state("networkidle")
    shift = float(page.evaluate(_SHIFTED))
    watched.detach()
    return View(
        first_ms=first,
        shift=shift,
        size=sum(sizes.values()),
        script=sum(size for found, size in sizes.items() if found.endswith(".js")),
    )


if __name__ == "__main__":
    sys.exit(1 if measure(Console(width=132, highlight=False), sys.argv[1]) else 0)
