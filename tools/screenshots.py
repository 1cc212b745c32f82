"""`make screenshots`: the main pages as people see them, on a desk and a phone, in light and dark.

A demonstration is started with its sample people, on a port of its own, and stopped in the end.
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
from pathlib import Path
from typing import Any, Final

import httpx
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from rich.progress import Progress

from entrypoints.supervisor.ready import free_port

ROOT: Final = Path(__file__).resolve().parents[1]
PLACE: Final = ROOT / "docs" / "screenshots"
PEOPLE: Final = {"student": "Be the student", "instructor": "Be the instructor"}
SIZES: Final[Mapping[str, Any]] = {
    "desk": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}},
}
PAGES: Final = (
    ("home", None, "/"),
    ("results", None, "/search?what=guitar"),
    ("profile", None, "@profile"),
    ("booking", None, "@booking"),
    ("lessons", "student", "/lessons"),
    ("lesson", "student", "@lesson"),
    ("wallet", "student", "/wallet"),
    ("today", "instructor", "/teach"),
    ("week", "instructor", "/teach/week"),
    ("earnings", "instructor", "/teach/earnings"),
)
READY_SECONDS: Final = 300


def main() -> int:
    """Take them all."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.stderr.write("there is no chromium to look at pages with: apt-get install chromium\n")
        return 2
    PLACE.mkdir(exist_ok=True)
    with Progress() as progress, sync_playwright() as playwright, _address(sys.argv[1:]) as url:
        task = progress.add_task("screenshots", total=len(PAGES) * len(SIZES) * 2)
        arguments = ["--disable-gpu", *([] if os.geteuid() else ["--no-sandbox"])]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        cookies = {who: _signed_in(browser, url, button) for who, button in PEOPLE.items()}
        for size, options in SIZES.items():
            for scheme in ("light", "dark"):
                for name, who, way in PAGES:
                    context = browser.new_context(base_url=url, color_scheme=scheme, **options)
                    context.add_cookies(cookies.get(who or "", []))
                    _take(context, way, PLACE / f"{name}-{size}-{scheme}.png")
                    context.close()
                    progress.advance(task)
        browser.close()
    return 0


@contextmanager
def _address(given: list[str]) -> Iterator[str]:
    """A demonstration that runs already, or one for this."""
    if given:
        yield given[0].rstrip("/")
        return
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="ii-shots-") as data:
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
    page.goto("/demo/accounts")
    page.get_by_role("button", name=button).click()
    page.wait_for_load_state()
    found: list[Any] = context.cookies()
    context.close()
    return found


def _take(context: BrowserContext, way: str, file: Path) -> None:
    page = context.new_page()
    if way == "@lesson":
        page.goto("/lessons")
        page.locator("a[href^='/lessons/']").first.click()
    elif way.startswith("@"):
        page.goto("/search?what=guitar")
        target = ".flyer h3 a" if way == "@profile" else ".strip"
        page.locator(target).first.click()
    else:
        page.goto(way)
    page.reload()  # Fonts are kept by now, as for anybody who looks at a second page.
    if page.evaluate("document.styleSheets.length") == 0:
        raise SystemExit(f"{page.url} came without its style")
    page.screenshot(path=file, animations="disabled")


if __name__ == "__main__":
    sys.exit(main())
