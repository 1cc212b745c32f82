"""The demonstration's pages: mails, clock, sample people, and the tour."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve, frozen

from adapters.system.clock import MovableClock
from entrypoints.web.tour import Step, look_at_tour
from instainstru_core.accounts.model import Principal
from instainstru_core.testing.contracts.mailbox import some_mail
from instainstru_core.testing.world import HOUR, PASSWORD, World
from tests.integration.http.people import Client
from tests.integration.web.conftest import CONFIG, browser
from tests.integration.web.seen import look, read, send


@frozen
class Sample:
    """The sample people of a demonstration."""

    world: World
    anna: Principal
    jane: Principal


@pytest.fixture
def world() -> World:
    """A demonstration in memory, with a clock that can be pushed."""
    return World()


@pytest.fixture(scope="module")
def noting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where sample people are noted, which is what an app is told once."""
    return tmp_path_factory.mktemp("demo") / "accounts.json"


@pytest.fixture
def note(noting: Path) -> Path:
    """There, with nobody noted."""
    noting.unlink(missing_ok=True)
    return noting


@pytest.fixture
def demo(world: World, tmp_path: Path, note: Path) -> Iterator[Client]:
    """Somebody's browser before a demonstration, in which nobody is noted yet."""
    machine = MovableClock.at(tmp_path / "clock")
    config = evolve(CONFIG, accounts_note=note)
    with browser(evolve(world.ports, time_machine=machine), config) as client:
        yield client


@pytest.fixture
def noted(world: World, note: Path) -> Sample:
    """Anna and Jane are the sample people."""
    people = Sample(world, world.student("Anna"), world.instructor("Jane"))
    with world.ports.read() as reads:
        rows = [
            {
                "role": str(who.role),
                "email": reads.doors.account(who.account_id).email,
                "password": PASSWORD,
            }
            for who in (people.anna, people.jane)
        ]
    note.write_text(json.dumps(rows))
    return people


def test_the_mailbox_shows_mails_and_no_markup(demo: Client, world: World) -> None:
    """NT-15: what people wrote is text on the page."""
    assert "No mail yet" in look(demo, "/dev/outbox").text
    world.mailbox.send(some_mail("<b>First</b>"), key="a")
    world.mailbox.send(some_mail("Second", to="boris@example.com"), key="b")
    page = look(demo, "/dev/outbox").answer.text
    assert page.index("Second") < page.index("&lt;b&gt;First")
    assert "<b>First" not in page
    slip = look(demo, "/dev/outbox?next=/search").form("/dev/outbox")
    answer = send(demo, slip, to="BORIS@example.com")
    his = read(answer)
    assert answer.status_code == 200
    assert "boris" not in str(answer.url).lower(), "an address of somebody is in ours"
    assert "Second" in his.text
    assert "First" not in his.text
    assert 'href="/search"' in answer.text
    assert his.form("/dev/outbox").fields["to"] == ["BORIS@example.com"]


def test_the_clock_is_pushed_from_its_page(demo: Client) -> None:
    page = look(demo, "/dev/clock")
    assert "The same as everywhere else" in page.text
    pushed = send(demo, page.form("/dev/clock/advance"), seconds="86400")
    assert (pushed.status_code, pushed.headers["location"]) == (303, "/dev/clock")
    assert "24 hours ahead of the world" in look(demo, "/dev/clock").text


def test_programs_read_the_clock_as_json(demo: Client) -> None:
    told = demo.get("/dev/clock", headers={"Accept": "application/json"}).json()
    assert told["ahead_seconds"] == 0


@pytest.mark.parametrize("seconds", ["-1", "x", "", str(367 * 86_400)])
def test_a_push_of_ones_own_is_refused(demo: Client, seconds: str) -> None:
    assert demo.post("/dev/clock/advance", data={"seconds": seconds}).status_code == 422


def test_without_sample_people_a_sign_up_is_offered(demo: Client) -> None:
    assert "Nobody is here yet" in look(demo, "/demo/accounts").text
    assert demo.post("/demo/accounts", data={"role": "student"}).status_code == 404


def test_one_press_makes_a_sample_person(demo: Client, noted: Sample) -> None:
    page = look(demo, "/demo/accounts")
    assert PASSWORD in page.text
    became = demo.post("/demo/accounts", data={"role": "instructor"})
    assert (became.status_code, became.headers["location"]) == (303, "/teach")
    assert "You are the instructor now" in look(demo, "/demo/accounts").text
    became = demo.post("/demo/accounts", data={"role": "student", "next": "//evil.example"})
    assert became.headers["location"] == "/lessons"


@pytest.mark.parametrize("path", ["/dev/outbox", "/dev/clock", "/demo/accounts", "/demo/tour"])
def test_outside_the_demonstration_there_is_nothing(world: World, path: str) -> None:
    """OP-2: the time machine and the mailbox are the demonstration's."""
    with browser(evolve(world.ports, mailbox=None, time_machine=None)) as client:
        assert client.get(path).status_code == 404
        for form in ("/dev/clock/advance", "/demo/accounts", "/demo/tour"):
            assert client.post(form, data={"seconds": "1"}).status_code == 404
        assert "/demo/tour" not in client.get("/").text


def test_the_tour_begins_with_a_search(demo: Client, noted: Sample) -> None:
    page = look(demo, "/demo/tour")
    assert "0 steps of 5 are done" in page.text
    assert "To the instructor's times" in page.text
    assert demo.cookies.get("tour") is not None
    assert demo.post("/demo/tour", data={}).headers["location"] == "/demo/tour"


def test_the_tour_is_told_by_facts(world: World) -> None:
    """A lesson is booked, paid, over, closed and paid out: each is a step, and nothing else is."""
    anna, jane = world.student("Anna"), world.instructor("Jane")
    begun = world.clock.now()

    def seen() -> tuple[int, Step | None]:
        now = world.clock.now()
        found = look_at_tour([anna.account_id], begun=begun, ports=world.ports, now=now)
        return len(found.done), found.next

    assert seen() == (0, Step.BOOK)
    held = world.hold(anna, jane)
    assert seen() == (1, Step.PAY)
    world.pay(held)
    assert seen() == (2, Step.WAIT)
    world.advance(held.lesson.ends_at - world.clock.now() + timedelta(minutes=1))
    assert seen() == (3, Step.TEACH)
    world.advance(timedelta(hours=24))
    world.settle()
    assert seen() == (5, None)


def test_lessons_from_before_the_tour_are_no_part_of_it(world: World) -> None:
    anna, jane = world.student("Anna"), world.instructor("Jane")
    world.book(anna, jane)
    world.advance(HOUR)
    now = world.clock.now()
    found = look_at_tour([anna.account_id], begun=now, ports=world.ports, now=now)
    assert (found.lesson, found.next) == (None, Step.BOOK)


def test_a_cancelled_lesson_is_no_part_of_the_tour(world: World) -> None:
    anna, jane = world.student("Anna"), world.instructor("Jane")
    begun = world.clock.now()
    world.cancel(anna, world.book(anna, jane))
    found = look_at_tour([anna.account_id], begun=begun, ports=world.ports, now=begun)
    assert found.lesson is None


def test_the_tour_says_what_to_press_at_each_step(demo: Client, noted: Sample) -> None:
    look(demo, "/demo/tour")
    world = noted.world
    held = world.hold(noted.anna, noted.jane)
    page = look(demo, "/demo/tour")
    assert f"/checkout/{held.booking_id}" in page.answer.text
    world.pay(held)
    form = look(demo, "/demo/tour").form("/dev/clock/advance")
    ahead = held.lesson.ends_at - world.clock.now()
    assert int(form.fields["seconds"][0]) == int(ahead.total_seconds()) + 60
    assert form.fields["next"] == ["/demo/tour"]
    world.advance(ahead + timedelta(minutes=1))
    assert f"/teach/lessons/{held.booking_id}" in look(demo, "/demo/tour").answer.text
    world.clock.move(timedelta(hours=25))
    assert "Look again" in look(demo, "/demo/tour").text
    world.settle()
    page = look(demo, "/demo/tour")
    assert "That was all of it" in page.text
    assert "To the earnings" in page.text


def test_the_tour_of_another_instructor_s_lesson_ends_without_them(
    demo: Client, noted: Sample
) -> None:
    """Nobody can be an instructor who is no sample person: no step may lead to their pages."""
    look(demo, "/demo/tour")
    world = noted.world
    booked = world.book(noted.anna, world.instructor("Mary"))
    world.advance(booked.lesson.ends_at - world.clock.now() + timedelta(minutes=1))
    page = look(demo, "/demo/tour")
    assert "/teach/lessons/" not in page.answer.text
    form = page.form("/dev/clock/advance")
    world.advance(timedelta(seconds=int(form.fields["seconds"][0])))
    world.settle()
    page = look(demo, "/demo/tour")
    assert "That was all of it" in page.text
    assert "To the earnings" not in page.text


def test_one_s_own_lesson_is_seen_as_oneself(demo: Client, noted: Sample) -> None:
    """The tour of somebody who has an account of their own makes nobody else of them."""
    look(demo, "/demo/tour")
    world = noted.world
    bob = world.student("Bob")
    with world.ports.read() as reads:
        email = reads.doors.account(bob.account_id).email
    demo.post("/sign-in", data={"email": email, "password": PASSWORD})
    held = world.hold(bob, noted.jane)
    checkout = f"/checkout/{held.booking_id}"
    assert f'href="{checkout}"' in look(demo, "/demo/tour").answer.text
