"""Which passwords are good enough. Source: AC-9."""

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import Final

from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.errors import PasswordRejected

MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 256
MIN_DISTINCT: Final = 5
MIN_BESIDE_CONTEXT: Final = 8
MIN_WORD: Final = 4
_OWN_WORDS: Final = frozenset({"instainstru", "password", "welcome", "qwerty", "letmein"})


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """The bundled list of passwords that everybody tries first."""
    text = files("instainstru_core.accounts").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(text.split())


def weaknesses(
    password: str, *, email: Email | None = None, names: Iterable[str] = ()
) -> list[str]:
    """Every way in which *password* breaks the policy, in its order; none: it is good enough."""
    found = []
    if len(password) < MIN_LENGTH:
        found.append("too_short")
    if len(password) > MAX_LENGTH:
        found.append("too_long")
    if len(set(password)) < MIN_DISTINCT:
        found.append("too_repetitive")
    if _mostly_context(password[: MAX_LENGTH * 4], _context(email, names)):
        found.append("contains_context")
    if password.casefold() in common_passwords():
        found.append("too_common")
    return found


def vet_password(password: str, *, email: Email | None = None, names: Iterable[str] = ()) -> None:
    """Accept *password* silently.

    Raises:
        PasswordRejected: With every reason.
    """
    if reasons := weaknesses(password, email=email, names=names):
        raise PasswordRejected(tuple(reasons))


def _context(email: Email | None, names: Iterable[str]) -> set[str]:
    words = {name.strip().casefold() for name in names}
    if email is not None:
        words |= {email.local_part.casefold(), email.domain_label.casefold()}
    return {word for word in words | _OWN_WORDS if len(word) >= MIN_WORD}


def _mostly_context(password: str, words: set[str]) -> bool:
    rest, occurred = password.casefold(), False
    for word in sorted(words, key=lambda word: (-len(word), word)):
        if word in rest:
            occurred = True
            rest = rest.replace(word, "")
    return occurred and len(rest) < MIN_BESIDE_CONTEXT
