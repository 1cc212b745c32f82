"""Signing in and out on the pages."""

from tests.integration.http.people import Client
from tests.integration.http.town import Town
from tests.integration.web.seen import look, read, send
from tests.integration.web.signing import sign_in


def test_a_student_signs_in_is_told_so_once_and_signs_out(web: Client, place: Town) -> None:
    sign_in(web, place, "anna")
    home = look(web, "/")
    assert "My lessons" in home.text
    assert "Sign in" not in home.text
    assert send(web, home.form("/sign-out")).headers["location"] == "/"
    assert "Sign in" in look(web, "/").text


def test_a_wrong_password_leaves_the_address_in_its_field(web: Client, place: Town) -> None:
    form = look(web, "/sign-in?next=/search").form("/sign-in")
    answer = send(web, form, email=place.emails["anna"], password="not this one")
    page = read(answer)
    assert answer.status_code == 401
    assert page.form("/sign-in").fields["email"] == [place.emails["anna"]]
    assert page.form("/sign-in").fields["password"] == [""]
    assert page.form("/sign-in").fields["next"] == ["/search"]
