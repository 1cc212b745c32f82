"""Letters: what they say, and that nothing people write becomes markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.notifications.errors import LetterIncomplete, UnknownTemplate
from instainstru_core.notifications.letters import LETTERS, letter
from instainstru_core.notifications.mails import compose
from instainstru_core.notifications.model import Kind

WORDS = {
    "code": "042042",
    "first_name": "Anna",
    "service": "Piano",
    "before": "Sunday, January 6, 2030 at 3:00 PM EST",
    "when": "Monday, January 7, 2030 at 3:00 PM EST",
    "minutes": "60",
    "other_party": "Sarah C.",
    "amount": "$100.80",
    "day": "tomorrow",
    "time": "3:00 PM EST",
    "host": "calendar.example.com",
    "problem": "malformed",
    "resolution": "dispute_upheld",
    "offerings": "23",
    "date": "May 4, 2026",
    "rate": "12%",
    "lessons": "11",
}


@pytest.mark.parametrize("template", sorted(LETTERS))
def test_every_letter_comes_as_text_and_as_html(template: str) -> None:
    """NT-11."""
    mail = compose(template, WORDS, to="anna@example.com")
    assert (mail.to, mail.template) == ("anna@example.com", template)
    assert mail.subject
    assert mail.subject in mail.html or "&#x27;" in mail.html
    assert mail.text.endswith("-- \nInstaInstru\n")
    assert mail.html.startswith("<!doctype html>")


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_its_letter(kind: Kind) -> None:
    """NT-20."""
    written = letter(kind, WORDS)
    assert written.summary
    said = written.subject + written.summary
    subjects = ("service", "host", "other_party", "offerings", "date", "rate")
    assert any(WORDS[subject] in said for subject in subjects)


def test_a_code_can_be_copied() -> None:
    """AC-4: the code stands alone on its line."""
    mail = compose("sign_up_code", WORDS, to="anna@example.com")
    assert "\n042042\n" in mail.text
    assert ">042042</p>" in mail.html


def test_a_lesson_is_told_in_full() -> None:
    """NT-13, AC-56: who, what, when on the lesson's own clocks."""
    mail = compose("booking_confirmed", WORDS, to="anna@example.com")
    assert mail.subject == "Confirmed: Piano with Sarah C."
    for line in (
        "Lesson: Piano",
        "When: Monday, January 7, 2030 at 3:00 PM EST",
        "Length: 60 minutes",
        "With: Sarah C.",
    ):
        assert line in mail.text


@pytest.mark.parametrize(
    ("words", "greeting"), [({"first_name": "Anna"}, "Hi Anna,"), ({}, "Hello,")]
)
def test_a_greeting_knows_the_name_if_there_is_one(words: dict[str, str], greeting: str) -> None:
    assert compose("welcome", words, to="a@example.com").text.startswith(greeting)


def test_accounts_finds_its_letters() -> None:
    """AC-4, AC-6, AC-22: the letters that accounts files by name."""
    wanted = {"already_registered", "session_ended", "sign_up_code", "welcome"}
    assert wanted <= LETTERS.keys()


def test_a_code_says_how_long_it_works() -> None:
    """AC-4: whole numbers may come as numbers."""
    assert "works for 5 minutes" in letter("sign_up_code", {"code": "1", "minutes": 5}).summary


def test_an_unknown_letter_is_a_defect() -> None:
    with pytest.raises(UnknownTemplate, match="'ransom'"):
        letter("ransom", WORDS)


def test_a_letter_without_its_words_is_a_defect() -> None:
    with pytest.raises(LetterIncomplete, match="'code'"):
        letter("sign_up_code", {})


@given(name=st.text(max_size=60), service=st.text(max_size=60))
def test_nothing_people_write_is_markup_or_a_header(name: str, service: str) -> None:
    """NT-15: HTML is escaped, and a subject is one line."""
    words = {**WORDS, "other_party": f"<script>{name}", "service": f"<b>{service}\r\nBcc: x"}
    mail = compose("booking_confirmed", words, to="anna@example.com")
    assert "<script>" not in mail.html
    assert "<b>" not in mail.html
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject


def test_bk36_the_accused_learn_until_when_they_can_object() -> None:
    """BK-36, NT-20: a report has a deadline; an issue waits for an admin."""
    until = "Tuesday, January 8, 2030 at 3:00 PM EST"
    assert until in letter("no_show_reported", {**WORDS, "until": until}).summary
    issue = letter("no_show_reported", WORDS).summary
    assert "Sarah C. opened an issue" in issue


@pytest.mark.parametrize("resolution", [*Resolution, *IssueOutcome])
def test_every_resolution_can_be_told(resolution: str) -> None:
    """BK-39, BK-41."""
    assert letter("no_show_resolved", {**WORDS, "resolution": resolution}).lines[1]
