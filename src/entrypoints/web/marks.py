"""How words are marked for translation where no reader is known yet."""


def N_(text: str) -> str:  # noqa: N802 - the name that extractors of messages know
    """*text* as it is: the catalogue finds it here, and the page says it in its language."""
    return text
