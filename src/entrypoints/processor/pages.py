"""The pages that people see: an instructor's onboarding, and their account."""

from collections.abc import Sequence
from html import escape
from typing import Final

from instainstru_core.kernel.money import Money
from instainstru_core.payments.model.processor import BankPayout
from instainstru_core.testing.fakes.processor.books import ConnectedAccount

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


def account_page(account: ConnectedAccount, payouts: Sequence[BankPayout]) -> str:
    """What the account has, and what it paid out, newest first."""
    rows = "".join(
        f"<li>{each.created_at:%Y-%m-%d}: {each.amount}, {escape(each.status)}</li>"
        for each in payouts
    )
    return _page(
        "Your account",
        f"<p>Balance: {Money(account.balance_cents)}</p><h2>Payouts</h2>"
        f"<ul>{rows or '<li>None yet</li>'}</ul>",
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
