"""What a template says stands in its language before it is ever shown."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from jinja2.ext import Extension
from jinja2.lexer import (
    TOKEN_DATA,
    TOKEN_LPAREN,
    TOKEN_NAME,
    TOKEN_RPAREN,
    TOKEN_STRING,
    TOKEN_VARIABLE_BEGIN,
    TOKEN_VARIABLE_END,
    Token,
    TokenStream,
)

_SAYS: Final = (
    (TOKEN_VARIABLE_BEGIN, None),
    (TOKEN_NAME, "_"),
    (TOKEN_LPAREN, None),
    (TOKEN_STRING, None),
    (TOKEN_RPAREN, None),
    (TOKEN_VARIABLE_END, None),
)
"""`{{ _("…") }}`, as the lexer reads it."""
_TEXT: Final = 3


class Worded(Extension):
    """Makes `{{ _("…") }}` the text itself, as a template is compiled.

    Each language has templates of its own, so nothing is looked up while a page waits. What has
    names to fill in, or is the argument of something, is translated when it is shown. The
    environment's `translated` says what a text is in its language.
    """

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """The tokens of a template, with what is said in them translated."""
        translated: Callable[[str], str] = self.environment.translated  # type: ignore[attr-defined]
        held: deque[Token] = deque()
        for token in stream:
            held.append(token)
            while not _begins(held):
                yield held.popleft()
            if len(held) == len(_SAYS):
                # As the one who fills names in would leave it: a percent sign is written twice.
                text = translated(held[_TEXT].value) % {}
                yield Token(held[0].lineno, TOKEN_DATA, text)
                held.clear()
        yield from held


def _begins(held: deque[Token]) -> bool:
    """Whether what is *held* may become `{{ _("…") }}`; nothing may."""
    return all(
        token.type == kind and name in (None, token.value)
        for token, (kind, name) in zip(held, _SAYS, strict=False)
    )
