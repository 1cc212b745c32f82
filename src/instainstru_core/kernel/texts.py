"""Texts that people write: the space around them does not count. Source: BK-1, BK-28."""


def stripped(text: str) -> str:
    """*text* without the space around it."""
    return text.strip()


def stripped_or_none(text: str | None) -> str | None:
    """The same; None where nothing is left of it."""
    return (text.strip() or None) if text else None
