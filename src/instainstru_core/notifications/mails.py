"""Letters set as e-mail: plain text, and HTML in which nothing a person wrote is markup."""

from collections.abc import Mapping
from html import escape
from typing import Final

from instainstru_core.notifications.letters import letter
from instainstru_core.notifications.model import Mail
from instainstru_core.notifications.wording import BRAND, Letter

_BODY: Final = "margin:0;padding:24px;background:#f6f6f4;font-family:sans-serif;color:#222"
_CARD: Final = "max-width:560px;margin:0 auto;padding:32px;background:#fff;border-radius:8px"
_CODE: Final = "font-size:32px;letter-spacing:6px;font-weight:bold;margin:24px 0"
_LABEL: Final = "padding:4px 16px 4px 0;color:#666"
_FOOTER: Final = "max-width:560px;margin:16px auto;color:#666;font-size:12px"


def compose(template: str, words: Mapping[str, object], *, to: str) -> Mail:
    """The letter called *template* as a mail to *to*.

    Raises:
        UnknownTemplate: Nobody wrote it.
        LetterIncomplete: A word is missing.
    """
    written = letter(template, words)
    return Mail(
        to=to, template=template, subject=written.subject, text=_text(written), html=_html(written)
    )


def _text(written: Letter) -> str:
    parts = list(written.lines)
    if written.code:
        parts.append(written.code)
    if written.facts:
        parts.append("\n".join(f"{label}: {value}" for label, value in written.facts))
    return "\n\n".join([*parts, f"-- \n{BRAND}\n"])


def _html(written: Letter) -> str:
    parts = [f"<p>{escape(line)}</p>" for line in written.lines]
    if written.code:
        parts.append(f'<p style="{_CODE}">{escape(written.code)}</p>')
    if written.facts:
        rows = (
            f'<tr><td style="{_LABEL}">{escape(label)}</td><td>{escape(value)}</td></tr>'
            for label, value in written.facts
        )
        parts.append(f"<table>{''.join(rows)}</table>")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(written.subject)}</title></head>"
        f'<body style="{_BODY}"><div style="{_CARD}"><h1 style="font-size:20px">'
        f"{escape(written.subject)}</h1>{''.join(parts)}</div>"
        f'<p style="{_FOOTER}">{BRAND}</p></body></html>'
    )
