"""Every text of the pages, in the catalogues of their languages: `make messages`.

Texts that are new wait in the Spanish catalogue with nothing beside them, and a test names them;
texts that no page says any more are dropped.
"""

from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

WEB: Final = Path(__file__).resolve().parents[1] / "src" / "entrypoints" / "web"
LANGUAGES: Final = ("en", "es")
_METHODS: Final = [("**.jinja", "jinja2"), ("**.py", "python")]
_OPTIONS: Final = {
    "**.jinja": {
        "extensions": "jinja2.ext.i18n,jinja2.ext.do",
        "trim_blocks": "true",
        "lstrip_blocks": "true",
        "silent": "false",
    }
}
_KEYWORDS: Final = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}
# No dates and no line numbers: the catalogue changes when the texts do.
_HEADER: Final = (
    b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    b'"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)


def extracted() -> Catalog:
    """All texts, as they stand in templates and modules."""
    found = Catalog()
    for name, _, message, comments, context in extract_from_dir(
        str(WEB), method_map=_METHODS, options_map=_OPTIONS, keywords=_KEYWORDS
    ):
        found.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    return found


def catalogue_file(language: str) -> Path:
    """Where the texts of *language* are."""
    return WEB / "locale" / language / "LC_MESSAGES" / "messages.po"


def kept(language: str) -> Catalog:
    """What the catalogue holds."""
    with catalogue_file(language).open("rb") as file:
        return read_po(file, locale=language)


def update(language: str, texts: Catalog) -> tuple[str, ...]:
    """Write the catalogue anew, and return the texts that it has no words for."""
    catalogue = kept(language)
    catalogue.update(texts, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    written = BytesIO()
    write_po(
        written, catalogue, width=100, sort_by_file=True, include_lineno=False, omit_header=True
    )
    catalogue_file(language).write_bytes(_HEADER + written.getvalue().strip() + b"\n")
    return tuple(untranslated(catalogue))


def untranslated(catalogue: Catalog) -> list[str]:
    """The texts without words beside them."""
    return [
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogue
        if message.id
        and not all(message.string if isinstance(message.string, tuple) else [message.string])
    ]


def main() -> None:
    """Bring all catalogues up to date, and name what is to be translated."""
    texts = extracted()
    for language in LANGUAGES:
        waiting = update(language, texts)
        if language != "en":
            print(f"{language}: {len(texts)} texts, {len(waiting)} to be translated")
            for text in waiting:
                print(f"  {text}")


if __name__ == "__main__":
    main()
