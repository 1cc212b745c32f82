"""Templates have their words as they are compiled, and show what they showed before."""

from gettext import NullTranslations

import pytest
from jinja2 import Environment

from entrypoints.web.frame import ENVIRONMENTS
from entrypoints.web.languages import TONGUES, Language
from entrypoints.web.wording import Worded


class Quoted(NullTranslations):
    """Says everything in guillemets."""

    def gettext(self, message: str) -> str:
        return f"«{message}»"


def environment(*extensions: str | type[Worded]) -> Environment:
    made = Environment(autoescape=True, extensions=["jinja2.ext.i18n", *extensions])
    made.install_gettext_translations(Quoted(), newstyle=True)  # type: ignore[attr-defined]
    if extensions:
        made.extend(translated=Quoted().gettext)
    return made


TEXTS = [
    '{{ _("a <b> & c") }}',
    '<a title="{{ _(\'x\') }}">{{- _("y") -}}</a>',
    '{{ _("100 %% sure") }}',
    '{{ _("%(n)s more", n=2) }}{{ _(name) }}{{ _("a") ~ "b" }}{{ _("a")|lower }}',
    '{% if name %}{{ _("x") }}{% else %}{{ name }}{% endif %}',
    "plain {{ name }} {# _('x') #} {% raw %}{{ _('x') }}{% endraw %}",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_page_reads_as_it_did(text: str) -> None:
    before = environment().from_string(text).render(name="<n>")
    assert environment(Worded).from_string(text).render(name="<n>") == before


def test_nothing_is_looked_up_while_a_page_waits() -> None:
    made = environment(Worded)
    page = made.from_string('{{ _("word") }}')
    made.globals["gettext"] = made.globals["_"] = None
    assert page.render() == "«word»"


def test_each_language_has_its_own_words() -> None:
    text = '{{ _("Sign in") }}'
    english, spanish = (
        ENVIRONMENTS[each].from_string(text).render()
        for each in (Language.ENGLISH, Language.SPANISH)
    )
    assert english == "Sign in"
    assert spanish == TONGUES[Language.SPANISH].words("Sign in") != english
