"""`make screenshots`: the main pages as people see them, on a desk and a phone, in light and dark.

A demonstration is started with its sample people, on a port of its own, on the same Wednesday
morning each time, and stopped in the end. What is no page worth showing ends it with an error.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright
from rich.progress import Progress

from adapters.system.clock import MovableClock
from entrypoints.supervisor.ready import free_port
from entrypoints.web.styles import STYLE_COOKIE

ROOT: Final = Path(__file__).resolve().parents[1]
PLACE: Final = ROOT / "docs" / "screenshots"
MORNING: Final = datetime(2030, 5, 15, 8, 35, tzinfo=ZoneInfo("America/New_York"))
"""A Wednesday: the week is neither just begun nor nearly over."""
PEOPLE: Final = {"student": "Be the student", "instructor": "Be the instructor"}
SIZES: Final[Mapping[str, Any]] = {
    "desk": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}},
}
SCHEMES: Final = ("light", "dark")
PAGES: Final = (
    ("home", None, "/", "Home: one search, and who is free today"),
    ("results", None, "/search?what=guitar", "Who is free, with times to tear off"),
    ("profile", None, "@profile", "An instructor, and when they are free"),
    ("booking", "student", "@booking", "The last look before paying: every dollar"),
    ("lessons", "student", "/lessons", "A student's lessons"),
    ("lesson", "student", "@lesson", "A lesson: what cancelling costs, where each dollar goes"),
    ("wallet", "student", "/wallet", "Credit, and stamps towards more of it"),
    ("today", "instructor", "/teach", "Where an instructor's day begins"),
    ("week", "instructor", "/teach/week", "The week, painted"),
    ("earnings", "instructor", "/teach/earnings", "What lessons brought"),
)
FIRST: Final = {
    "@profile": ("/search?what=guitar", ".flyer h3 a"),
    "@booking": ("/search?what=guitar&format=studio", ".strip"),
    "@lesson": ("/lessons", "main a[href^='/lessons/']"),
}
"""Pages that are found by the first link of another one."""
READY_SECONDS: Final = 300
PATIENCE: Final = 5
COLORS: Final = 256
MOST_BYTES: Final = 3_000_000
_STYLED: Final = """() => document.styleSheets.length > 0
  && getComputedStyle(document.body).fontFamily.includes("Figtree")"""
_FONTS: Final = "document.fonts.ready.then(() => 0)"
_TIDY: Final = """document.querySelector(".demo-bar")?.remove();
document.activeElement?.blur()"""


def main() -> int:
    """Take them all."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.stderr.write("there is no chromium to look at pages with: apt-get install chromium\n")
        return 2
    PLACE.mkdir(exist_ok=True)
    with Progress() as progress, sync_playwright() as playwright, _address(sys.argv[1:]) as url:
        task = progress.add_task("screenshots", total=len(PAGES) * len(SIZES) * len(SCHEMES))
        arguments = ["--disable-gpu", *([] if os.geteuid() else ["--no-sandbox"])]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        cookies = {who: _signed_in(browser, url, button) for who, button in PEOPLE.items()}
        for size, options in SIZES.items():
            for scheme in SCHEMES:
                for name, who, way, _ in PAGES:
                    context = browser.new_context(
                        base_url=url, color_scheme=scheme, locale="en-US", **options
                    )
                    context.add_cookies(cookies.get(who or "", []))
                    _take(context, way, file_of(name, size, scheme))
                    context.close()
                    progress.advance(task)
        browser.close()
    (PLACE / "README.md").write_text(index(), encoding="utf-8")
    whole = sum(each.stat().st_size for each in PLACE.glob("*.png"))
    if whole > MOST_BYTES:
        raise SystemExit(f"the pictures are {whole} bytes, and may be {MOST_BYTES}")
    return 0


def file_of(name: str, size: str, scheme: str) -> Path:
    """Where a picture is kept."""
    return PLACE / f"{name}-{size}-{scheme}.png"


def index() -> str:
    """The page that shows all the pictures."""
    head = (
        "# The main pages\n\nTaken by `make screenshots` of a fresh demonstration: on a desk and a "
        "phone, in light and dark.\nHow they are meant to look is in "
        "[the design](../guide/design.md).\n"
    )
    parts = []
    for name, _, _, told in PAGES:
        shots = [
            f'<img src="{file_of(name, size, scheme).name}" width="{wide}" '
            f'alt="{told}, on a {size}, {scheme}">'
            for size, wide in (("desk", "400"), ("phone", "120"))
            for scheme in SCHEMES
        ]
        parts.append("\n".join([f"\n## {told}\n", *shots, ""]))
    return head + "".join(parts)


@contextmanager
def _address(given: list[str]) -> Iterator[str]:
    """A demonstration that runs already, or one for this."""
    if given:
        yield given[0].rstrip("/")
        return
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="ii-shots-") as data:
        clock = MovableClock.at(Path(data) / "clock")
        clock.move(MORNING - clock.now())
        command = [sys.executable, "-m", "entrypoints.cli", "demo", "--data", data]
        demo = subprocess.Popen(
            [*command, "--port", str(port)], stdout=subprocess.DEVNULL, cwd=ROOT
        )
        try:
            _wait(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(60)


def _wait(url: str) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        try:
            if httpx.get(f"{url}/health", timeout=5).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise SystemExit("the demonstration did not start")


def _signed_in(browser: Browser, url: str, button: str) -> list[Any]:
    """The cookies of one of the sample people."""
    context = browser.new_context(base_url=url)
    page = context.new_page()
    _open(page, "/demo/accounts")
    page.get_by_role("button", name=button).click()
    page.wait_for_load_state()
    found: list[Any] = context.cookies()
    context.close()
    return found


def _take(context: BrowserContext, way: str, file: Path) -> None:
    page = context.new_page()
    if way in FIRST:
        list_of, link = FIRST[way]
        _open(page, list_of)
        way = page.locator(link).first.get_attribute("href") or ""
    _open(page, way)
    _keep(page)
    _open(page, page.url)  # Fonts are kept by now, as for anybody who looks at a second page.
    page.evaluate(_FONTS)
    if not page.evaluate(_STYLED):
        raise SystemExit(f"{page.url} came without its style")
    page.evaluate(_TIDY)
    page.screenshot(path=file, animations="disabled", caret="hide")
    with Image.open(file) as taken:
        few = taken.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
    few.save(file, optimize=True)


def _keep(page: Page) -> None:
    """Wait until the browser keeps the style and the fonts of this release."""
    page.evaluate(_FONTS)
    end = time.monotonic() + READY_SECONDS
    while STYLE_COOKIE not in {cookie.get("name") for cookie in page.context.cookies()}:
        if time.monotonic() > end:
            raise SystemExit(f"{page.url} keeps no style")
        page.wait_for_timeout(50)


def _open(page: Page, way: str) -> None:
    """Go there, and wait where that is asked for: a picture of a refusal is none of a page."""
    answer: Response | None = None
    for _ in range(PATIENCE):
        answer = page.goto(way, wait_until="load")
        if answer is None or answer.status != httpx.codes.TOO_MANY_REQUESTS:
            break
        time.sleep(float(answer.headers.get("retry-after", "1")))
    if answer is None or not answer.ok:
        raise SystemExit(f"{way} answers {'nothing' if answer is None else answer.status}")


if __name__ == "__main__":
    sys.exit(main())
