"""Every text of the pages is in both languages, and none is outside of the catalogues."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest
from babel.messages.catalog import Message
from jinja2 import Environment, nodes

from entrypoints.web.languages import TONGUES, Language
from tools.messages import WEB, extracted, kept, untranslated

TEMPLATES: Final = sorted((WEB / "templates").rglob("*.jinja"))
MODULES: Final = sorted(WEB.rglob("*.py"))
SCRIPTS: Final = sorted((WEB / "static").rglob("*.js"))
BLANK: Final = "\N{SECTION SIGN}"
"""Stands where a template puts a value in."""
OUR_OWN: Final = {"iNSTA", "iNSTRU", "iNSTAiNSTRU", "English", "Español", "CSV", "PDF"}
"""Names, which are the same in every language."""
SPOKEN: Final = frozenset(
    {"title", "aria-label", "placeholder", "alt", "aria-description", "label"}
)
"""Attributes that people are told."""
_NAMED: Final = re.compile(r"%\((\w+)\)[ds]")
_SENTENCE: Final = re.compile(r"[A-Z][\w']* [a-z].*|[A-Z][a-z]+(?: [\w'…]+)*[.!?…:]", re.DOTALL)
_WORD: Final = re.compile(r"[A-Z][a-z']+")
"""In a template, a word with a capital is spoken as well: `button("Save")`."""
_WIDTH: Final = re.compile(r"{% block width %}[\w -]*{% endblock %}")
"""The block that names the class of a page's width, and says nothing."""
_MARKS: Final = {"_", "gettext", "ngettext", "N_"}


def texts(message: Message) -> tuple[str, ...]:
    return _several(message.id)


def _several(said: object) -> tuple[str, ...]:
    return tuple(said) if isinstance(said, tuple | list) else (str(said or ""),)


def test_the_catalogues_hold_what_the_pages_say() -> None:
    """`make messages` was not forgotten: no text is missing, and none is there for nothing."""
    said = {texts(each)[0] for each in extracted() if each.id}
    for language in Language:
        assert {texts(each)[0] for each in kept(language) if each.id} == said, language


def test_every_text_has_words_in_spanish() -> None:
    assert untranslated(kept("es")) == []


@pytest.mark.parametrize("language", list(Language))
def test_translations_name_what_the_texts_name(language: Language) -> None:
    """What a page puts into a sentence is put into it in every language."""
    for message in kept(language):
        for string in _several(message.string):
            if message.id and string:
                asked = {frozenset(_NAMED.findall(each)) for each in texts(message)}
                assert frozenset(_NAMED.findall(string)) in asked, message.id
                assert re.sub(r"%(\(\w+\)[ds]|%)", "", string).count("%") == 0, message.id


def test_spanish_differs_from_english() -> None:
    """A text that stays as it is was forgotten, unless both languages say it so."""
    alike = {
        "Auto",
        "No",
        "Total",
        "Error",
        "ZIP",
        "PDF",
        "CSV",
        "Piano",
        "%(num)d min",
        "%(minutes)d min",
    }
    same = [
        each.id
        for each in kept("es")
        if isinstance(each.id, str) and each.id and each.id == each.string
    ]
    assert [each for each in same if each not in alike and re.search("[a-z]{3} [a-z]", each)] == []


def test_a_page_speaks_both_languages() -> None:
    spanish = TONGUES[Language.SPANISH].translations
    assert spanish.gettext("Sign in") == "Iniciar sesión"
    assert spanish.ngettext("%(num)d free", "%(num)d free", 2) != "%(num)d free"


class _Spoken(HTMLParser):
    """The words of a template that no catalogue knows."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in SPOKEN:
                self.hear(value or "")

    def handle_data(self, data: str) -> None:
        self.hear(data)

    def hear(self, text: str) -> None:
        for part in re.split(f"[{BLANK}\n·]", text):
            if part.strip() not in OUR_OWN and re.search(r"[^\W\d_]{2}", part):
                self.words.append(part.strip())


def bare(source: str) -> list[str]:
    """What stands in a template outside of every expression, as people would read it."""
    pieces = []
    for _, kind, value in Environment().lex(_WIDTH.sub("", source)):
        if kind in {"data", "variable_begin"}:
            pieces.append(value if kind == "data" else BLANK)
    spoken = _Spoken()
    spoken.feed("".join(pieces))
    return spoken.words


def literals(tree: nodes.Node, *, marked: bool = False) -> Iterator[str]:
    """The sentences of a template's expressions that are not marked for translation."""
    said = tree.value if isinstance(tree, nodes.Const) and not marked else None
    if isinstance(said, str) and (_SENTENCE.fullmatch(said) or _WORD.fullmatch(said)):
        yield said
    if isinstance(tree, nodes.Call) and isinstance(tree.node, nodes.Name):
        marked = marked or tree.node.name in _MARKS
    for child in tree.iter_child_nodes():
        yield from literals(child, marked=marked)


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_templates_say_nothing_but_what_is_translated(file: Path) -> None:
    source = file.read_text()
    assert bare(source) == []
    pages = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"])
    assert list(literals(pages.parse(source))) == []


def test_bare_words_are_found() -> None:
    """The judge itself: it sees words between tags, in attributes and in expressions."""
    assert bare("<p>Hello {{ name }}, there</p>") == ["Hello", ", there"]
    assert bare('<input placeholder="Where">{{ _("Fine") }}') == ["Where"]
    assert bare('<p class="card">{% if a %}§{% endif %}{# a word #}</p>') == []
    tree = Environment(extensions=["jinja2.ext.i18n"]).parse('{{ a("Sign in") }}{{ _("Sign in") }}')
    assert list(literals(tree)) == ["Sign in"]
    tree = Environment().parse(
        '{{ button("Save", "main") }}{% call card("a", "Price") %}{% endcall %}'
    )
    assert list(literals(tree)) == ["Save", "Price"]


def unmarked(source: str) -> list[str]:
    """The sentences of a module that no `N_` marks: docstrings and errors' messages aside."""
    tree, quiet = ast.parse(source), set[int]()
    for each in ast.walk(tree):
        if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant):
            quiet.add(id(each.value))
        if isinstance(each, ast.Raise) or (
            isinstance(each, ast.Call)
            and isinstance(each.func, ast.Name)
            and each.func.id in _MARKS
        ):
            quiet |= {id(inner) for inner in ast.walk(each)}
    return [
        each.value
        for each in ast.walk(tree)
        if isinstance(each, ast.Constant)
        and isinstance(each.value, str)
        and id(each) not in quiet
        and _SENTENCE.fullmatch(each.value)
    ]


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.name)
def test_modules_mark_what_they_say(file: Path) -> None:
    assert unmarked(file.read_text()) == []


def test_unmarked_sentences_are_found() -> None:
    assert unmarked('form.refuse("a", "Please go away.")') == ["Please go away."]
    assert unmarked('"""A docstring, no more."""\nx = N_("Please go away.")') == []


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_scripts_say_only_what_their_page_gives_them(file: Path) -> None:
    code = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", file.read_text(), flags=re.DOTALL)
    spoken = re.findall(r"[\"'`]([^\"'`\n]*)[\"'`]", code)
    assert [each for each in spoken if _SENTENCE.fullmatch(each)] == []
