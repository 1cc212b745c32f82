"""What pages say of a lesson and its money, to each of the two and to nobody else."""

from datetime import timedelta
from typing import Final

from instainstru_core.kernel.time import instant_text
from instainstru_core.testing.world import NOON
from tests.integration.http.people import Client
from tests.integration.http.town import HOME, Town
from tests.integration.web.seen import look
from tests.integration.web.signing import sign_in
from tests.integration.web.test_booking import online
from tests.integration.web.test_checkout import credited

HOUR: Final = timedelta(hours=1)
AT_HOME: Final = str(HOME["address"])


def test_a_lesson_elsewhere_is_told_on_its_own_clock(web: Client, beginning: Town) -> None:
    """BK-4: on the lesson's clock, by its name; and on the student's, where that differs."""
    here = beginning.hold()
    sign_in(web, beginning, "anna")
    for path in (f"/checkout/{here}", f"/lessons/{here}"):
        assert "On your clock" not in look(web, path).text
    beginning.do("anna", "PATCH", "/me", {"timezone": "America/Los_Angeles"})
    there = beginning.hold(start=instant_text(NOON + 50 * HOUR))
    for path in (f"/checkout/{there}", f"/lessons/{there}"):
        page = look(web, path)
        assert "2:00 PM" in page.text
        assert "EST" in page.text
        assert "On your clock: Wed, Jan 9, 11:00 AM" in page.text


def test_the_address_is_shown_until_a_day_after_the_lesson(web: Client, beginning: Town) -> None:
    """BK-5, AC-56: to who comes there, from when it is booked."""
    held = beginning.hold(location_type="student_location", place=HOME)
    sign_in(web, beginning, "jane")
    assert AT_HOME not in look(web, f"/teach/lessons/{held}").text
    beginning.do("anna", "POST", f"/bookings/{held}/confirm", beginning.agreed("anna", held))
    assert AT_HOME in look(web, f"/teach/lessons/{held}").text
    beginning.world.clock.set(NOON + 49 * HOUR)
    sign_in(web, beginning, "jane")
    assert AT_HOME in look(web, f"/teach/lessons/{held}").text
    beginning.world.clock.set(NOON + 50 * HOUR)
    sign_in(web, beginning, "jane")
    assert AT_HOME not in look(web, f"/teach/lessons/{held}").text


def test_another_lesson_close_by_is_told_and_hinders_nothing(web: Client, beginning: Town) -> None:
    """BK-13: a studio right after a lesson at home."""
    other = beginning.book(
        instructor_id=beginning.id_of("mary"), start=instant_text(NOON + 25.25 * HOUR)
    )
    sign_in(web, beginning, "anna")
    page = look(web, online(beginning, format="studio"))
    assert "only 15 minutes away from this one" in page.text
    assert f"/lessons/{other}" in page.answer.text
    assert "Hold this time" in page.text


def test_the_two_of_a_lesson_are_names_and_initials(web: Client, beginning: Town) -> None:
    """BK-44: no e-mail, no surname."""
    booked = beginning.book()
    names = {who: beginning.do(who, "GET", "/me") for who in ("anna", "jane")}
    seen = {
        "anna": ("/lessons", f"/lessons/{booked}", f"/lessons/{booked}/cancel"),
        "jane": ("/teach", "/teach/lessons", f"/teach/lessons/{booked}", "/teach/week"),
    }
    for who, other in (("anna", "jane"), ("jane", "anna")):
        sign_in(web, beginning, who)
        for path in seen[who]:
            shown = look(web, path)
            name = names[other]
            assert f"{name['first_name']} {name['last_name'][0]}." in shown.text
            assert name["last_name"] not in shown.text
            assert beginning.emails[other] not in shown.answer.text


def test_how_to_meet_is_in_the_instructor_s_words(web: Client, beginning: Town) -> None:
    """BK-45; a link in them leads there, and says nothing of where it was."""
    sign_in(web, beginning, "anna")
    assert "how to meet is on the page of your lesson" in look(web, online(beginning)).text
    booked = beginning.book()
    assert "will write here how you meet online" in look(web, f"/lessons/{booked}").text
    words = {"meeting_details": "Ring at https://meet.example/jane <b>"}
    beginning.do("jane", "PATCH", f"/bookings/{booked}", words)
    page = look(web, f"/lessons/{booked}")
    assert "Ring at https://meet.example/jane <b>" in page.text
    assert 'href="https://meet.example/jane" rel="nofollow noopener noreferrer"' in page.answer.text


def test_what_the_student_pays_on_top_is_not_shown(web: Client, beginning: Town) -> None:
    """PR-15: an instructor sees the lesson's price, the commission and the rest."""
    booked = beginning.book()
    sign_in(web, beginning, "jane")
    for path in (f"/teach/lessons/{booked}", "/teach", "/teach/earnings"):
        page = look(web, path)
        assert "Protection" not in page.text
        assert "134.40" not in page.text
        assert "14.40" not in page.text


def test_credit_says_what_it_is_and_until_when(web: Client, beginning: Town) -> None:
    """CR-9, CR-11: what can be spent, what is set aside, and which part runs out first."""
    credited(beginning, 5000)
    held = beginning.hold(start=instant_text(NOON + 50 * HOUR))
    priced = beginning.do("anna", "GET", f"/bookings/{held}/pricing?credit_cents=2000")
    agreed = {"fingerprint": priced["quote"]["fingerprint"], "credit_cents": 2000}
    beginning.do("anna", "POST", f"/bookings/{held}/confirm", agreed)
    sign_in(web, beginning, "anna")
    page = look(web, "/wallet")
    assert "You can spend $30.00" in page.text
    assert "$20 set aside for lessons" in page.text
    assert "$30 of it runs out on" in page.text
    assert "of $50" in page.text
