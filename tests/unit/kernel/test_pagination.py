"""Opaque cursors."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.pagination import MAX_LIMIT, Cursor, PageRequest

KEYS = st.lists(
    # A sign may take twelve characters of the 512 that a cursor has at most.
    st.one_of(st.integers(-(10**12), 10**12), st.text(max_size=7)),
    min_size=1,
    max_size=4,
).map(tuple)


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@given(KEYS)
def test_a_cursor_survives_the_client(key: tuple[str | int, ...]) -> None:
    text = str(Cursor(key))
    assert Cursor.parse(text) == Cursor(key)
    assert set(text).isdisjoint("+/=")


@given(st.text(max_size=60))
def test_any_text_is_a_cursor_or_malformed(text: str) -> None:
    try:
        parsed = Cursor.parse(text)
    except Malformed:
        return
    assert parsed.key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "é",
        "A",
        packed({"a": 1}),
        packed([]),
        packed([None]),
        packed([True]),
        packed([1.5]),
        packed([[1]]),
        packed("[" * 300),
        "A" * 600,
        base64.urlsafe_b64encode(b"[" * 300).decode(),
    ],
)
def test_forged_cursors_are_refused(text: str) -> None:
    with pytest.raises(Malformed):
        Cursor.parse(text)


@pytest.mark.parametrize("limit", [0, -1, MAX_LIMIT + 1])
def test_a_page_has_a_bound(limit: int) -> None:
    with pytest.raises(ValueError, match="limit"):
        PageRequest(limit=limit)
