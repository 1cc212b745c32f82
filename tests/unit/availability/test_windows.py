"""Planes and windows: one canonical form, whatever was written. Source: AV-1…AV-8, §10."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.availability.errors import (
    InvalidFormats,
    InvalidRange,
    InvalidTime,
    RefusedField,
    TooManyWindows,
    UnalignedTime,
)
from instainstru_core.availability.model.planes import (
    FORMATS,
    SLOTS_PER_DAY,
    WHOLE_DAY,
    DayPlanes,
    eroded,
    ones,
    plane_bytes,
    runs,
    span,
)
from instainstru_core.availability.model.windows import (
    Window,
    WindowText,
    decode,
    encode,
    read_day,
    read_window,
)
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Format
from instainstru_core.testing.strategies import availability as strategies


@given(strategies.day_planes)
def test_prop1_encoding_what_was_decoded_gives_the_same_day(day: DayPlanes) -> None:
    windows = decode(day)
    assert encode(windows) == day
    assert decode(encode(windows)) == windows


@given(strategies.day_planes)
def test_av7_windows_are_maximal_ascending_and_never_empty(day: DayPlanes) -> None:
    windows = decode(day)
    for window in windows:
        assert window.start < window.end
        assert window.formats == tuple(each for each in FORMATS if each in window.formats)
        for slot in range(window.start, window.end):
            assert window.formats == tuple(e for e in FORMATS if day.of(e) >> slot & 1)
    for one, after in pairwise(windows):
        assert one.end < after.start or (one.end == after.start and one.formats != after.formats)
    assert sum(each.end - each.start for each in windows) == day.open_in_any.bit_count()


@given(st.lists(strategies.windows(), max_size=6), st.data())
def test_prop1_order_repetition_and_splitting_make_no_difference(
    windows: list[Window], data: st.DataObject
) -> None:
    pieces: list[Window] = []
    for window in windows:
        middle = data.draw(st.integers(window.start, window.end))
        for start, end in ((window.start, middle), (middle, window.end)):
            if start < end:
                pieces.extend(Window(start, end, (each,)) for each in window.formats)
    shuffled = data.draw(st.permutations(pieces + windows))
    assert encode(shuffled) == encode(windows)


@given(strategies.day_planes)
def test_prop2_bits_stay_inside_the_day_and_count_its_minutes(day: DayPlanes) -> None:
    content = day.to_bytes()
    assert len(content) == 120
    for index, each in enumerate(FORMATS):
        plane = content[40 * index : 40 * index + 40]
        assert plane[36:] == bytes(4)
        minutes = sum(5 * (w.end - w.start) for w in decode(day) if each in w.formats)
        assert 5 * day.of(each).bit_count() == minutes
    assert DayPlanes.of_bytes(content) == day


def test_av2_slot_i_is_bit_i_mod_8_of_byte_i_div_8() -> None:
    for slot in (0, 7, 8, 63, 64, 287):
        content = plane_bytes(1 << slot)
        assert content[slot // 8] == 1 << slot % 8
        assert sum(content) == 1 << slot % 8


@pytest.mark.parametrize("plane", [-1, 1 << SLOTS_PER_DAY])
def test_prop2_a_bit_outside_the_day_is_refused(plane: int) -> None:
    with pytest.raises(Malformed):
        DayPlanes(online=plane)


def test_av2_content_of_another_length_is_refused() -> None:
    with pytest.raises(Malformed, match="119"):
        DayPlanes.of_bytes(bytes(119))


def test_av8_only_a_closed_day_is_false() -> None:
    assert not DayPlanes()
    assert DayPlanes(studio=1)
    assert DayPlanes(studio=3).closed_in(DayPlanes(travel=1, studio=2)) == 1
    assert DayPlanes(studio=1).closed_in(DayPlanes(studio=3)) == 0


@pytest.mark.parametrize(
    ("start", "end", "slots"),
    [
        ("00:00", "24:00", (0, 288)),
        ("22:00", "00:00", (264, 288)),
        ("09:00:00", "09:05:00", (108, 109)),
        ("23:55", "24:00:00", (287, 288)),
    ],
)
def test_av5_windows_that_are_read(start: str, end: str, slots: tuple[int, int]) -> None:
    window = read_window(WindowText(start, end), pointer="")
    assert (window.start, window.end) == slots
    assert window.formats == FORMATS


@pytest.mark.parametrize(
    ("text", "refusal", "pointer"),
    [
        (WindowText("9:00", "10:00"), InvalidTime, "/start"),
        (WindowText("24:00", "24:00"), InvalidTime, "/start"),
        (WindowText("09:60", "10:00"), InvalidTime, "/start"),
        (WindowText("09:00:60", "10:00"), InvalidTime, "/start"),
        (WindowText("09:00", "24:05"), InvalidTime, "/end"),
        (WindowText("09:00", "\u0660\u0669:\u0660\u0660"), InvalidTime, "/end"),
        (WindowText("09:00\n", "10:00"), InvalidTime, "/start"),
        (WindowText("09:01", "99:00"), InvalidTime, "/end"),
        (WindowText("09:01", "10:00"), UnalignedTime, "/start"),
        (WindowText("09:00", "10:00:05"), UnalignedTime, "/end"),
        (WindowText("09:00", "10:02", []), UnalignedTime, "/end"),
        (WindowText("10:00", "10:00"), InvalidRange, "/end"),
        (WindowText("10:00", "09:00", []), InvalidRange, "/end"),
        (WindowText("00:00", "00:00"), InvalidRange, "/end"),
        (WindowText("09:00", "10:00", []), InvalidFormats, "/formats"),
        (WindowText("09:00", "10:00", ["online", "moon"]), InvalidFormats, "/formats"),
    ],
)
def test_av5_checks_come_in_order_and_name_their_field(
    text: WindowText, refusal: type[RefusedField], pointer: str
) -> None:
    with pytest.raises(refusal) as refused:
        read_day([WindowText("00:00", "01:00"), text], pointer="/days/x")
    assert type(refused.value) is refusal
    assert refused.value.pointer == f"/days/x/1{pointer}"
    assert refused.value.facts() == {
        "errors": [
            {
                "pointer": refused.value.pointer,
                "code": refusal.code,
                "message": refused.value.problem,
            }
        ]
    }
    assert str(refused.value).startswith("/days/x/1")


def test_av5_a_day_has_48_windows_at_most() -> None:
    text = WindowText("09:00", "10:00", ["studio"])
    assert read_day([text] * 48, pointer="") == DayPlanes(studio=span(108, 120))
    with pytest.raises(TooManyWindows):
        read_day([*[text] * 48, WindowText("nonsense", "")], pointer="")


@given(strategies.slot_sets())
def test_runs_and_ones_say_the_same(slots: int) -> None:
    found = [slot for start, end in runs(slots) for slot in range(start, end)]
    assert found == list(ones(slots)) == [n for n in range(SLOTS_PER_DAY) if slots >> n & 1]


@given(strategies.slot_sets(), st.integers(1, 80))
def test_av35_eroding_keeps_the_starts_of_long_enough_runs(slots: int, length: int) -> None:
    expected = sum(
        1 << slot
        for slot in range(SLOTS_PER_DAY)
        if all(slots >> n & 1 for n in range(slot, slot + length))
    )
    assert eroded(slots, length) == expected


def test_span_the_wrong_way_round_is_empty() -> None:
    assert span(5, 5) == span(6, 5) == 0
    assert span(0, SLOTS_PER_DAY) == WHOLE_DAY
    assert decode(DayPlanes(online=WHOLE_DAY)) == (Window(0, 288, (Format.ONLINE,)),)
    assert decode(DayPlanes(online=WHOLE_DAY))[0].ends == "24:00"
