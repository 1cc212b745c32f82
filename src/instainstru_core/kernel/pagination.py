"""Lists, a page at a time."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Generic, TypeVar

from attrs import field, frozen
from attrs.validators import and_, ge, le

from instainstru_core.kernel.errors import Malformed

ItemT = TypeVar("ItemT")
MAX_LIMIT = 100
MAX_CURSOR_LENGTH = 512


@frozen
class Cursor:
    """Where a list goes on: the sort key of the last row seen. Opaque to callers."""

    key: tuple[str | int, ...]

    def __str__(self) -> str:
        packed = json.dumps(self.key, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """The cursor that *text* writes.

        Raises:
            Malformed: It is none of ours.
        """
        refusal = Malformed("expected a cursor that an earlier page returned")
        if len(text) > MAX_CURSOR_LENGTH:
            raise refusal
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        except (UnicodeError, binascii.Error, ValueError, RecursionError):
            raise refusal from None
        if not isinstance(key, list) or not key:
            raise refusal
        if not all(isinstance(part, str | int) and not isinstance(part, bool) for part in key):
            raise refusal
        return cls(tuple(key))


@frozen(kw_only=True)
class PageRequest:
    """Which part of a list: at most *limit* rows after *cursor*."""

    limit: int = field(default=20, validator=and_(ge(1), le(MAX_LIMIT)))
    cursor: Cursor | None = None


@frozen(kw_only=True)
class Page(Generic[ItemT]):
    """Part of a list, and where it goes on."""

    items: Sequence[ItemT]
    next_cursor: Cursor | None = None
