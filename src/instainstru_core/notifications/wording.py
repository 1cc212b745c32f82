"""What letters are made of: their words, and what is said with them. Source: NT-11."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from attrs import frozen

from instainstru_core.notifications.errors import LetterIncomplete

BRAND: Final = "InstaInstru"


@frozen(kw_only=True)
class Letter:
    """What is said, before it is set as text or HTML. *code* is to be typed somewhere."""

    subject: str
    lines: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    code: str | None = None

    @property
    def summary(self) -> str:
        """The whole in a sentence or two, for the app."""
        return " ".join(self.lines)


@frozen
class Words:
    """What a letter is about, by name."""

    template: str
    words: Mapping[str, object]

    def __getitem__(self, word: str) -> str:
        if word not in self.words:
            raise LetterIncomplete(self.template, word)
        return " ".join(str(self.words[word]).split())

    def get(self, word: str) -> str:
        """The word, or nothing."""
        return self[word] if word in self.words else ""

    @property
    def greeting(self) -> str:
        """How the letter begins."""
        name = self.get("first_name")
        return f"Hi {name}," if name else "Hello,"

    def lesson(self) -> tuple[tuple[str, str], ...]:
        """The lesson in a table."""
        return (
            ("Lesson", self["service"]),
            ("When", self["when"]),
            ("Length", f"{self['minutes']} minutes"),
            ("With", self["other_party"]),
        )


Wording: TypeAlias = Callable[[Words], Letter]
