"""The pages that people see: onboarding, an instructor's account, a bank's question."""

from collections.abc import Sequence
from html import escape
from typing import Final

from instainstru_core.kernel.money import Money
from instainstru_core.payments.model.processor import BankPayout
from instainstru_core.testing.fakes.processor.books import ConnectedAccount, Intent

_STYLE: Final = (
    "body{font-family:sans-serif;background:#f6f6f4;color:#222;margin:0;padding:48px}"
    "main{max-width:480px;margin:0 auto;background:#fff;border-radius:8px;padding:32px}"
    "button{font-size:16px;padding:12px 24px;border:0;border-radius:6px;background:#1a5fb4;"
    "color:#fff;cursor:pointer;margin:0 8px 8px 0}.quiet{background:#e4e4df;color:#222}"
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


def challenge_page(intent: Intent, return_url: str) -> str:
    """The cardholder's bank asks whether it is them (3-D Secure)."""
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value, quote=True)}">'
        for name, value in (("client_secret", intent.client_secret), ("return_url", return_url))
    )
    return _page(
        "Is it you?",
        "<p>This bank is simulated. A real one would send a code to your phone now.</p>"
        f"<p>A payment of <b>{Money(intent.amount_cents)}</b> waits for you.</p>"
        f'<form method="post" action="/challenges/{escape(intent.intent, quote=True)}">{hidden}'
        '<button name="answer" value="yes">Yes, it is me</button>'
        '<button name="answer" value="no" class="quiet">No, go back</button></form>',
    )


def closed_page() -> str:
    """The link is none, or too old."""
    return _page("This link is closed", "<p>Ask the platform for a new one.</p>")


def _page(title: str, content: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        f"<title>{escape(title)}</title>"
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>{content}</main>"
        "</body></html>"
    )
