"""The languages of the pages: what the reader chose, else what the browser asks for."""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from attrs import frozen
from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from entrypoints.web.formats import Formats

LANGUAGE_COOKIE: Final = "lang"
_CATALOGUES: Final = Path(__file__).with_name("locale")
_RANGE: Final = re.compile(
    r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*q=([01](?:\.\d{1,3})?))?"
)
_MAX_RANGES: Final = 20


class Language(StrEnum):
    """What the pages are written in."""

    ENGLISH = "en"
    SPANISH = "es"


@frozen(eq=False, slots=False)
class Tongue:
    """A language with what is said in it, and how its numbers and dates are written."""

    language: Language
    locale: Locale
    translations: GNUTranslations

    @cached_property
    def formats(self) -> Formats:
        """How it writes what is counted."""
        return Formats(self.locale)

    def words(self, text: str) -> str:
        """*text*, marked with `N_` where it stands, in this language."""
        return self.translations.gettext(text)


def _tongue(language: Language) -> Tongue:
    """The catalogue as it was written: compiled here, so that it can't be older than its text."""
    file, compiled = _CATALOGUES / language / "LC_MESSAGES" / "messages.po", BytesIO()
    with file.open("rb") as written:
        write_mo(compiled, read_po(written, locale=str(language)))
    compiled.seek(0)
    # Money and dates are those of the city: dollars, and Spanish as it is written there.
    return Tongue(language, Locale(str(language), "US"), GNUTranslations(compiled))


TONGUES: Final = {language: _tongue(language) for language in Language}


def chosen_language(cookie: str | None, accept: str) -> Language:
    """The reader's choice, else the first that the browser likes best, else English.

    Source: RFC 9110 §12.5.4.
    """
    if cookie in set(Language):
        return Language(cookie)
    liked = sorted(_ranges(accept), key=lambda each: -each[1])
    return next(
        (Language(name) for name, q in liked if q and name in set(Language)), Language.ENGLISH
    )


def _ranges(accept: str) -> Iterable[tuple[str, float]]:
    for part in accept.split(",")[:_MAX_RANGES]:
        if (found := _RANGE.fullmatch(part)) is not None:
            yield found[1].lower(), float(found[2] or 1)
