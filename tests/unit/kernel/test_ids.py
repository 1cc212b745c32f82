"""Ids that can't be mistaken. Source: SE-22."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.due_work.ids import EventId, WorkId
from instainstru_core.kernel.errors import Malformed

NUMBERS = st.integers(0, 2**128 - 1)
CROCKFORD = set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


@given(NUMBERS)
def test_text_and_back(number: int) -> None:
    work_id = WorkId(UUID(int=number))
    assert len(str(work_id)) == 26
    assert set(str(work_id)) <= CROCKFORD
    assert WorkId.parse(str(work_id)) == work_id


@given(NUMBERS, NUMBERS)
def test_text_sorts_as_the_id_does(one: int, other: int) -> None:
    first, second = WorkId(UUID(int=one)), WorkId(UUID(int=other))
    assert (first < second) == (str(first) < str(second)) == (one < other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0" * 25,
        "0" * 27,
        "8" + "0" * 25,
        "0" * 25 + "I",
        "0" * 25 + "L",
        "0" * 25 + "O",
        "0" * 25 + "U",
        "0" * 25 + "a",
        "0" * 25 + "-",
        "0" * 25 + "\N{ARABIC-INDIC DIGIT ONE}",
        " " + "0" * 25,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        WorkId.parse(text)


@given(st.text(max_size=40))
def test_no_text_is_read_as_another(text: str) -> None:
    try:
        parsed = WorkId.parse(text)
    except Malformed:
        return
    assert str(parsed) == text


@given(NUMBERS)
def test_kinds_differ(number: int) -> None:
    work_id, event_id = WorkId(UUID(int=number)), EventId(UUID(int=number))
    assert len({work_id, event_id}) == 2
    with pytest.raises(TypeError):
        assert work_id < event_id  # type: ignore[operator]


def test_an_id_does_not_change() -> None:
    work_id = WorkId(UUID(int=1))
    with pytest.raises(AttributeError):
        work_id.value = UUID(int=2)
    assert repr(work_id) == "WorkId('00000000000000000000000001')"
