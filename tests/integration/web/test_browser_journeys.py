"""The main job in a real browser, as people do it: with scripts and without."""

import re
from typing import Any

import pytest

from instainstru_core.testing.world import PASSWORD
from tests.integration.web.journeys import choose_a_time, hold, lessons_of, pay
from tests.integration.web.windows import PHONE, Windows

BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@BOTH
def test_a_student_books_and_the_instructor_sees_it(windows: Windows, scripts: bool) -> None:
    student = windows.open("anna", java_script_enabled=scripts)
    instructor = windows.open("jane", java_script_enabled=scripts)
    choose_a_time(student)
    hold(student)
    lesson = pay(student)
    student.get_by_role("link", name="See the lesson").click()
    assert "Piano with Jane" in student.get_by_role("heading", level=1).inner_text()
    instructor.goto("/teach/lessons")
    instructor.locator(f"a[href='/teach/lessons/{lesson}']").first.click()
    assert "Anna" in instructor.get_by_role("main").inner_text()


@BOTH
def test_whoever_is_not_signed_in_comes_back_to_the_time(windows: Windows, scripts: bool) -> None:
    page = windows.open(java_script_enabled=scripts, viewport=PHONE)
    choose_a_time(page)
    page.get_by_role("link", name="Sign in to hold it").click()
    page.get_by_label("E-mail").fill(windows.town.emails["anna"])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", level=1, name="A last look").wait_for()
    hold(page)
    pay(page)


@BOTH
def test_who_comes_second_is_told_kindly_and_takes_another_time(
    windows: Windows, scripts: bool
) -> None:
    first = windows.open("bob", java_script_enabled=scripts)
    second = windows.open("anna", java_script_enabled=scripts)
    choose_a_time(first)
    choose_a_time(second)
    assert first.url == second.url
    hold(first)
    second.get_by_role("button", name="Hold this time").click()
    second.get_by_role("alert").wait_for()
    assert "Still free with Jane" in second.get_by_role("main").inner_text()
    second.locator(".strip").first.click()
    hold(second)
    pay(second)
    assert lessons_of(windows.town) == 2


@BOTH
def test_back_and_again_books_once(windows: Windows, scripts: bool) -> None:
    page = windows.open("anna", java_script_enabled=scripts)
    choose_a_time(page)
    hold(page)
    page.go_back()
    hold(page)
    assert lessons_of(windows.town) == 1
    checkout = page.url
    page.reload()
    lesson = pay(page)
    page.reload()
    assert page.get_by_role("heading", level=1).inner_text() == "It is yours"
    page.goto(checkout)
    assert page.get_by_role("button", name=re.compile(r"Book for \$")).count() == 0
    assert lessons_of(windows.town) == 1
    assert windows.town.kept(lesson).status == "CONFIRMED"


@BOTH
def test_a_double_click_books_once(windows: Windows, scripts: bool) -> None:
    moved: Any = windows.town.moved()
    page = windows.open("anna", java_script_enabled=scripts)
    choose_a_time(page)
    page.get_by_role("button", name="Hold this time").dblclick()
    page.wait_for_url("**/checkout/*")
    page.get_by_role("button", name=re.compile(r"Book for \$")).dblclick()
    page.get_by_role("heading", level=1, name="It is yours").wait_for()
    assert lessons_of(windows.town) == 1
    now: Any = windows.town.moved()
    assert now["effects"] == moved["effects"] + 1, "held on the card once"


@BOTH
def test_a_student_cancels(windows: Windows, scripts: bool) -> None:
    lesson = windows.town.book()
    page = windows.open("anna", java_script_enabled=scripts)
    page.goto("/lessons")
    page.get_by_role("link", name="Cancel").first.click()
    page.get_by_label("Why do you cancel?").fill("I have a cold.")
    page.get_by_role("button", name="Cancel the lesson").click()
    page.wait_for_url(f"**/lessons/{lesson}*")
    assert windows.town.kept(lesson).status == "CANCELLED"
