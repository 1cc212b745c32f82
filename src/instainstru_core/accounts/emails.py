"""E-mail addresses: as typed, and as compared. Source: AC-1."""

import re
from typing import Final

from attrs import frozen

from instainstru_core.kernel.errors import Malformed

MAX_LENGTH: Final = 254
MAX_LOCAL_LENGTH: Final = 64
_LOCAL: Final = re.compile(r"[^\s@\"(),:;<>\[\\\]\x00-\x1f\x7f]+")
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_ASCII_SPACE: Final = " \t\n\r\f\v"


@frozen
class Email:
    """One address; *key* is what is unique: no plus- or dot-folding."""

    typed: str
    key: str

    @classmethod
    def parse(cls, text: str) -> "Email":
        """The address that *text* writes.

        Raises:
            Malformed: It is none.
        """
        typed = text.strip(_ASCII_SPACE)
        refusal = Malformed("expected an e-mail address, like name@example.com")
        local, at, domain = typed.rpartition("@")
        if not at or len(typed) > MAX_LENGTH or not 1 <= len(local) <= MAX_LOCAL_LENGTH:
            raise refusal
        if not _LOCAL.fullmatch(local) or ".." in local or local[0] == "." or local[-1] == ".":
            raise refusal
        try:
            ascii_domain = domain.encode("idna").decode("ascii").lower()
        except UnicodeError:
            raise refusal from None
        labels = ascii_domain.split(".")
        if len(labels) < 2 or len(ascii_domain) > 253 or not all(map(_LABEL.fullmatch, labels)):
            raise refusal
        return cls(typed, f"{local.lower()}@{ascii_domain}")

    @property
    def local_part(self) -> str:
        """What stands before the at sign."""
        return self.key.rpartition("@")[0]

    @property
    def domain_label(self) -> str:
        """The first label of the domain."""
        return self.key.rpartition("@")[2].partition(".")[0]
