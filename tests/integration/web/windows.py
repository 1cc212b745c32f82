"""Windows of a real Chromium: whatever goes wrong in one is noticed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from attrs import define, field
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    sync_playwright,
)

from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.use_cases.sign_in import SignIn, sign_in
from instainstru_core.testing.world import PASSWORD
from tests.integration.http.town import Town

DESKTOP: Final = ViewportSize(width=1280, height=900)
PHONE: Final = ViewportSize(width=360, height=740)
_ARGUMENTS: Final = ("--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage")
_WATCHES: Final = """
window.seen = {shift: 0, refused: []};
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) if (!each.hadRecentInput) window.seen.shift += each.value;
}).observe({type: "layout-shift", buffered: true});
document.addEventListener("securitypolicyviolation", (event) => {
  window.seen.refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
});
"""


def chromium_path() -> str | None:
    """Where Chromium is, if it is anywhere."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


@contextmanager
def chromium_at(path: str) -> Iterator[Browser]:
    """A Chromium of its own, without any window."""
    sandbox = () if os.geteuid() else ("--no-sandbox",)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*_ARGUMENTS, *sandbox])
        try:
            yield browser
        finally:
            browser.close()


@define(slots=False)  # Playwright keeps its own on whoever listens.
class Windows:
    """Opens windows before the town's pages; each has cookies of its own.

    What a page's scripts complain of, and what its policy refuses, is a `trouble`.
    """

    browser: Browser
    town: Town
    address: str
    troubles: list[str] = field(factory=list)
    opened: list[BrowserContext] = field(factory=list)

    def open(self, who: str | None = None, **options: Any) -> Page:
        """A new window, *who* of the town signed in."""
        context = self.browser.new_context(
            **{"viewport": DESKTOP, "base_url": self.address, "locale": "en-US", **options}
        )
        context.set_default_timeout(20_000)
        self.opened.append(context)
        if options.get("java_script_enabled", True):
            context.add_init_script(_WATCHES)
        if who is not None:
            context.add_cookies(self.session(who))
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        return page

    def session(self, who: str) -> list[Any]:
        """The cookies of *who*, signed in now."""
        ports = self.town.ports
        tokens = sign_in(
            SignIn(email=Email.parse(self.town.emails[who]), password=PASSWORD),
            begin=ports.begin,
            read=ports.read,
            passwords=ports.passwords,
            secrets=ports.secrets,
            tokens=ports.tokens,
            ids=ports.ids,
            clock=ports.clock,
        ).tokens
        return [
            {"name": "sid", "value": tokens.access, "url": self.address},
            {"name": "rid", "value": tokens.refresh, "url": self.address},
        ]

    def close(self) -> None:
        """Close every window that is open."""
        for context in self.opened:
            context.close()
        self.opened.clear()

    def _hear(self, message: ConsoleMessage) -> None:
        # A page that is an error says so with its status, which the console repeats.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.troubles.append(f"console: {message.text} ({message.location.get('url')})")
