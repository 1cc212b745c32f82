"""The one page that people see: an instructor's onboarding."""

from html import escape
from typing import Final

_STYLE: Final = (
    "body{font-family:sans-serif;background:#f6f6f4;color:#222;margin:0;padding:48px}"
    "main{max-width:480px;margin:0 auto;background:#fff;border-radius:8px;padding:32px}"
    "button{font-size:16px;padding:12px 24px;border:0;border-radius:6px;background:#1a5fb4;"
    "color:#fff;cursor:pointer}"
)


def onboarding_page(link: str) -> str:
    """Asks for nothing, because nothing here is real."""
    return _page(
        "Get paid",
        "<p>This is the simulated processor. A real one would ask for your bank account now.</p>"
        f'<form method="post" action="/onboarding/{escape(link, quote=True)}">'
        "<button>Complete onboarding</button></form>",
    )


def closed_page() -> str:
    """The link is none, or too old."""
    return _page("This link is closed", "<p>Ask the platform for a new one.</p>")


def _page(title: str, content: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>{content}</main>"
        "</body></html>"
    )
