"""What never leaves the process: secrets and personal data, by key and by look.

Source: SE-35, AD-4.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

REDACTED: Final = "[REDACTED]"
_MAX_DEPTH: Final = 12
_MAX_TEXT: Final = 10_000

_SECRET_KEYS: Final = frozenset(
    {
        "address",
        "api_key",
        "authorization",
        "backup_code",
        "backup_codes",
        "cookie",
        "email",
        "otp",
        "password",
        "password_hash",
        "phone",
        "secret",
        "set_cookie",
        "token",
        "verification_code",
    }
)
_SECRET_PREFIXES: Final = ("bank_account", "card_", "payment_", "stripe_")
_SECRET_SUFFIXES: Final = ("_api_key", "_enc", "_hash", "_password", "_secret", "_token")
_READABLE: Final = frozenset({"payment_outcome", "payment_status"})

_EMAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_BEARER: Final = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}")
_CARD: Final = re.compile(r"(?<!\w)\d(?:[ -]?\d){12,18}(?!\w)")


def redact(value: object, *, depth: int = _MAX_DEPTH) -> object:
    """A copy without secrets: by key, at any depth, and by look in free text.

    Doing it twice changes nothing more, and the structure stays. Source: SE-35, AD-4.
    """
    if depth == 0:
        return REDACTED
    match value:
        case str():
            return scrub(value)
        case Mapping():
            return {
                str(key): REDACTED if is_secret_key(str(key)) else redact(inner, depth=depth - 1)
                for key, inner in value.items()
            }
        case bytes():
            return REDACTED
        case Sequence() | set() | frozenset():
            return [redact(inner, depth=depth - 1) for inner in value]
        case _:
            return value


def is_secret_key(key: str) -> bool:
    """Whether what stands under this key never leaves the process. Source: SE-35."""
    name = key.casefold().replace("-", "_")
    if name in _READABLE:
        return False
    return (
        name in _SECRET_KEYS or name.startswith(_SECRET_PREFIXES) or name.endswith(_SECRET_SUFFIXES)
    )


def scrub(text: str) -> str:
    """The text without e-mail addresses, bearer tokens and card numbers. Source: SE-35."""
    text = text[:_MAX_TEXT]
    if "@" in text:
        text = _EMAIL.sub(REDACTED, text)
    text = _BEARER.sub(rf"\1 {REDACTED}", text)
    return _CARD.sub(lambda found: REDACTED if _is_card_number(found[0]) else found[0], text)


def _is_card_number(text: str) -> bool:
    digits = [int(digit) for digit in text if digit.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
