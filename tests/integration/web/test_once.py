"""A form acts once: sent again, changed after a refusal, changed after it was done.

Source: SE-13.
"""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from entrypoints.http.policy import PUBLIC, policy
from entrypoints.web.forms import KEY_FIELD, Form
from entrypoints.web.once import once
from instainstru_core.kernel.errors import Conflict
from instainstru_core.testing.world import MONDAY
from tests.integration.http.people import Client
from tests.integration.http.town import Town
from tests.integration.web.seen import Slip, look, read, send
from tests.integration.web.signing import sign_in

NEXT = MONDAY + timedelta(days=7)
WAY = f"/teach/week?week={NEXT}"


@pytest.fixture
def desk(web: Client, place: Town) -> Client:
    """Jane, before her weeks."""
    return sign_in(web, place, "jane")


def away(desk: Client) -> Slip:
    """The form by which she is away on some days."""
    return next(each for each in look(desk, WAY).slips if each.fields.get("act") == ["away"])


def days_away(place: Town) -> list[str]:
    found = place.do("jane", "GET", "/instructors/me/blackouts")["items"]
    return [each["date"] for each in found]


def test_a_refused_form_is_changed_and_sent_from_the_page_before(desk: Client, place: Town) -> None:
    form = away(desk)
    refused = send(desk, form, first=str(MONDAY - timedelta(days=1)))
    assert refused.status_code == 422, refused.text
    assert send(desk, form, first=str(NEXT)).status_code == 303, "a refusal used its key up"
    assert days_away(place) == [str(NEXT)]


def test_a_form_that_was_done_and_then_changed_is_asked_about(desk: Client, place: Town) -> None:
    form, other = away(desk), str(NEXT + timedelta(days=2))
    assert send(desk, form, first=str(NEXT)).status_code == 303
    asked = send(desk, form, first=other, reason="On tour")
    assert asked.status_code == 409
    assert "This was done already" in read(asked).text
    assert f'href="{WAY}"' in asked.text
    assert days_away(place) == [str(NEXT)], "it acted twice, and told nobody"
    again = next(each for each in read(asked).slips if "first" in each.fields)
    assert again.fields["_key"] != form.fields["_key"]
    assert again.fields["reason"] == ["On tour"]
    assert send(desk, again).status_code == 303
    assert send(desk, again).status_code == 303
    assert days_away(place) == [str(NEXT), other]


def test_what_is_sent_again_unchanged_leads_to_the_same_place(desk: Client, place: Town) -> None:
    form = away(desk)
    answers = [send(desk, form, first=str(NEXT)) for _ in range(2)]
    assert {each.headers["location"] for each in answers} == {WAY}
    assert days_away(place) == [str(NEXT)]


def test_an_answer_that_was_lost_with_its_unit_frees_the_key(place: Town) -> None:
    """What was to be kept with an effect is gone with it: the form may be sent again at once."""
    state = {"path": "/somewhere", "request_id": "one", "template": "/somewhere"}
    opt = policy(access=PUBLIC, bucket="write", page=True)
    request: Any = SimpleNamespace(route_handler=SimpleNamespace(opt=opt), scope={"state": state})
    form = Form(fields={KEY_FIELD: ("k" * 32,)})
    anna: Any = place.id_of("anna")

    def send() -> None:
        with (
            once(request, form, principal=anna, ports=place.ports) as sent,
            place.ports.begin() as work,
        ):
            sent.answer(lambda _: "/done")(work, None)
            raise Conflict("the unit could not be kept")

    for _ in range(2):
        with pytest.raises(Conflict):
            send()
