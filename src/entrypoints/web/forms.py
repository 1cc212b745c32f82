"""Forms as browsers send them: read with every mistake told at once, and shown again as typed.

Source: SE-21.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from attrs import define, field
from litestar import Request
from litestar.datastructures import FormMultiDict, UploadFile

from entrypoints.http.problems import Refusal
from entrypoints.web.marks import N_
from instainstru_core.kernel.errors import DomainError, Malformed

ReadT = TypeVar("ReadT")
MAX_FIELDS: Final = 2_000
"""The longest form is a week's list: 7 days of 48 times, each with two ends and three formats."""

MAX_TEXT: Final = 10_000
KEY_FIELD: Final = "_key"
NEXT_FIELD: Final = "next"
SECRETS: Final = frozenset({"password", "code"})
"""What is never shown again, nor carried along."""

_CONTROLS: Final = frozenset(map(chr, range(32))) - {"\n", "\r", "\t"}


@define(kw_only=True)
class Form:
    """What was typed, and what is wrong with it: `mistakes` by field, "" for the whole.

    A mistake is a text of the catalogue, or a code of the domain's.
    """

    fields: Mapping[str, tuple[str, ...]] = field(factory=dict)
    mistakes: dict[str, str] = field(factory=dict)

    def __getitem__(self, name: str) -> str:
        """What stands in the field, to be shown again."""
        values = self.fields.get(name)
        return values[0] if values else ""

    def all(self, name: str) -> tuple[str, ...]:
        """Everything of a field that can be chosen several times."""
        return self.fields.get(name, ())

    @property
    def refused(self) -> bool:
        """Whether something is wrong."""
        return bool(self.mistakes)

    def refuse(self, name: str, why: str) -> None:
        """Mark a field, unless something else is wrong with it."""
        self.mistakes.setdefault(name, why)

    def text(self, name: str, *, most: int, least: int = 1) -> str:
        """The text of a field, the space around it aside; browsers' line ends are folded."""
        found = self[name].replace("\r\n", "\n").strip()
        if len(found) < least:
            self.refuse(
                name, N_("Please fill this in.") if least == 1 else N_("This is too short.")
            )
        if len(found) > most:
            self.refuse(name, N_("This is too long."))
        return found

    def whole(self, name: str, *, least: int, most: int, default: int | None = None) -> int:
        """A whole number of a field."""
        typed = self[name].strip()
        if not typed and default is not None:
            return default
        # `isdecimal` alone takes digits of every script, which nobody here typed on purpose.
        if not (typed.isascii() and typed.isdecimal()) or not least <= int(typed[:12]) <= most:
            self.refuse(name, N_("Please give a number that fits here."))
            return least
        return int(typed)

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self[name])

    def parsed(
        self, name: str, parse: Callable[[str], ReadT], *, otherwise: str = ""
    ) -> ReadT | None:
        """The field as *parse* reads it; None, and a mistake, where it can't.

        *otherwise* says what belongs there.
        """
        try:
            return parse(self[name].strip())
        except (Malformed, ValueError) as error:
            code = error.code if isinstance(error, DomainError) else ""
            wrong = otherwise or code or N_("This is not what belongs here.")
            self.refuse(name, wrong if self[name].strip() else N_("Please fill this in."))
            return None

    def refused_by(self, error: DomainError, name: str = "") -> None:
        """What the domain refused, at the field that it is about."""
        self.refuse(name, error.code)

    def carried(self) -> list[tuple[str, str]]:
        """Every field that may travel through a sign-in, secrets left behind."""
        return [
            (name, value)
            for name, values in self.fields.items()
            if name not in SECRETS
            for value in values
        ]


def form_of(found: FormMultiDict) -> Form:
    """The form that Litestar *found* in a body.

    Raises:
        Refusal: It holds what no browser sends.
    """
    fields: dict[str, tuple[str, ...]] = {}
    pairs = list(found.multi_items())
    if len(pairs) > MAX_FIELDS:
        raise Refusal(413, "content_too_large", f"more than {MAX_FIELDS} fields")
    for name, value in pairs:
        if isinstance(value, UploadFile) or not isinstance(value, str):
            raise Refusal(422, "validation_failed", "no file belongs here")
        if len(value) > MAX_TEXT or _CONTROLS & set(value) or not _is_text(value):
            raise Refusal(422, "validation_failed", f"the field {name[:60]} can't be read")
        fields[name] = (*fields.get(name, ()), value)
    return Form(fields=fields)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


async def provide_form(request: Request[Any, Any, Any]) -> Form:
    """The form of this request; what goes wrong with it later still knows what was typed."""
    typed = await request.form()
    form = form_of(typed)
    request.scope["state"]["typed"] = typed
    return form
