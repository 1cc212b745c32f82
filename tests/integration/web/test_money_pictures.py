"""Pictures of money, as plain functions."""

from xml.etree import ElementTree as ET

from markupsafe import Markup

from entrypoints.web.pictures.dollar import Part, dollar_bars
from entrypoints.web.pictures.policy_clock import Step, policy_clock
from entrypoints.web.pictures.stamps import stamp_card

STEPS = [
    Step(since=("Now", ""), cost=0, said="Free"),
    Step(since=("Mon, Jan 7", "12:00 PM"), cost=1080, said="$10.80"),
    Step(since=("Tue, Jan 8", "12:00 PM"), cost=10080, said="$100.80"),
]


def drawn(picture: str) -> ET.Element:
    """The picture, which must be well-formed, and say what it shows."""
    root = ET.fromstring(picture)
    assert root.get("role") == "img"
    assert root.get("aria-label")
    return root


def test_steps_rise_with_what_they_cost() -> None:
    bars = drawn(policy_clock(STEPS, most=10080, label="What it costs")).findall("rect")
    heights = [int(bar.get("height", "0")) for bar in bars]
    assert heights == sorted(heights)
    assert heights[0] == 3
    assert [bar.get("class") for bar in bars] == ["free", "s1", "whole"]


def test_steps_begin_now() -> None:
    bars = drawn(policy_clock(STEPS, most=10080, label="x")).findall("rect")
    assert [bar.get("x") for bar in bars] == ["0", "107", "213"]


def test_no_steps_are_no_picture() -> None:
    assert policy_clock([], most=1, label="x") == ""


def test_what_costs_nothing_at_most_is_flat() -> None:
    (bar,) = drawn(policy_clock(STEPS[:1], most=0, label="x")).findall("rect")
    assert bar.get("height") == "3"


def test_long_words_are_squeezed_into_their_step() -> None:
    steps = [Step(since=("miércoles, 12 de septiembre", "12:00"), cost=1, said="1")] * 4
    texts = drawn(policy_clock(steps, most=1, label="x")).findall("text")
    assert texts[1].get("textLength") == "70"
    assert texts[2].get("textLength") is None


def test_bars_share_one_length() -> None:
    rows = [[Part("Card", 100, "solid")], [Part("Lesson", 75, "deep"), Part("Fee", 25, "hollow")]]
    picture = drawn(dollar_bars(rows, names=["From", "To"], label="Dollars"))
    bars = picture.findall("rect")
    assert [text.text for text in picture.findall("text")] == ["From", "To"]
    assert [(bar.get("x"), bar.get("width")) for bar in bars] == [
        ("0", "358"),
        ("0", "268"),
        ("270", "88"),
    ]


def test_parts_of_nothing_are_left_out() -> None:
    assert dollar_bars([[Part("Card", 0, "solid")]], names=["From"], label="x") == ""


def test_words_are_escaped() -> None:
    picture = dollar_bars([[Part("<b>&", 1, "solid")]], names=["&"], label='"<')
    assert isinstance(picture, Markup)
    assert "&lt;b&gt;&amp;" in picture
    assert drawn(picture).get("aria-label") == '"<'
    steps = [Step(since=("<", ">"), cost=1, said="&")]
    assert drawn(policy_clock(steps, most=1, label="<")).get("aria-label") == "<"


def test_stamps_are_set_in_order() -> None:
    card = drawn(stamp_card(3, 11, {5: "$10", 11: "$20"}, label="3 of 11"))
    kinds = [group.get("class") for group in card.findall("g")]
    assert kinds == [*["stamped"] * 3, "free", "gift", *["free"] * 5, "gift"]
    words = [text.text for text in card.iter("text")]
    assert words == ["4", "$10", "6", "7", "8", "9", "10", "$20"]
    assert card.get("viewBox") == "0 0 288 96"
