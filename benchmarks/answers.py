"""Answers of HTTP/1.1 as they come in, as far as our own servers write them."""

import re
from typing import Final

from attrs import frozen

_STATUS: Final = re.compile(rb"HTTP/1\.[01] (\d{3})[^\r]*\r\n")
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)\r", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding: *chunked\r", re.IGNORECASE)
_CLOSES: Final = re.compile(rb"\r\nconnection: *close\r", re.IGNORECASE)
_BODILESS: Final = frozenset({204, 304})


class Unreadable(Exception):
    """What came is no answer, or ended before its end."""


@frozen
class Answer:
    """One whole answer."""

    status: int
    body: bytes
    closes: bool


def read_answer(heard: bytes, *, ended: bool = False) -> Answer | None:
    """The answer in *heard*; None: more of it is still to come.

    Raises:
        Unreadable: It is none, or the line *ended* before the answer did.
    """
    end = heard.find(b"\r\n\r\n")
    if end < 0:
        _refuse_an_end(ended=ended)
        return None
    head = heard[: end + 2]
    found = _STATUS.match(head)
    if found is None:
        raise Unreadable(f"no answer of HTTP/1.1: {head[:80]!r}")
    status, rest = int(found[1]), heard[end + 4 :]
    body: bytes | None
    if status in _BODILESS:
        body = b""
    elif (length := _LENGTH.search(head)) is not None:
        body = rest[: int(length[1])] if len(rest) >= int(length[1]) else None
    elif _CHUNKED.search(head) is not None:
        body = _unchunked(rest)
    else:
        raise Unreadable("an answer that doesn't say how long it is")
    if body is None:
        _refuse_an_end(ended=ended)
        return None
    return Answer(status, body, closes=ended or _CLOSES.search(head) is not None)


def _refuse_an_end(*, ended: bool) -> None:
    if ended:
        raise Unreadable("the line ended before the answer did")


def _unchunked(rest: bytes) -> bytes | None:
    """The body in *rest*; None: its last chunk is still to come."""
    parts: list[bytes] = []
    at = 0
    while (line := rest.find(b"\r\n", at)) >= 0:
        size = int(rest[at:line].partition(b";")[0], 16)
        at = line + 2
        if len(rest) < at + size + 2:
            return None
        if size == 0:
            return b"".join(parts)
        parts.append(rest[at : at + size])
        at += size + 2
    return None
