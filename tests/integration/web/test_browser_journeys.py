"""The main job in a real browser, as people do it."""

from tests.integration.web.windows import Windows


def test_a_student_signs_in_and_is_where_they_wanted_to_be(windows: Windows) -> None:
    page = windows.open()
    page.goto("/sign-in?next=/search%3Fwhat%3Dpiano")
    page.get_by_label("E-mail").fill(windows.town.emails["anna"])
    page.get_by_label("Password").fill("nine tall oaks by the lake")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/search?what=piano")
    assert page.get_by_role("heading", level=1).inner_text() == "Piano"
