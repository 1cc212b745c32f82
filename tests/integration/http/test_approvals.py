"""A second person's word over HTTP, on real servers. Source: spec 02 §11.9, ADR 0039."""

from datetime import timedelta
from typing import Any

from tests.integration.http.money_stories import FOUR_EYES, REASON, asked, granting, tightening
from tests.integration.http.town import Ask, Town

HOUR = timedelta(hours=1)


def looked(town: Town, path: str, **query: Any) -> Any:
    """What Rob reads."""
    answer = town.send(Ask(who="rob", method="GET", path=path, query=query))
    assert answer.status_code == 200, answer.text
    return answer.json()


def decide(town: Town, approval_id: str, how: str = "approve") -> Any:
    body = {"reason_code": "seen", "note": "spoke with her"}
    return town.do("rob", "POST", f"/admin/approvals/{approval_id}/{how}", body)


def ada(town: Town) -> str:
    """Her account."""
    return str(town.do("ada", "GET", "/me")["id"])


def rob(town: Town) -> str:
    """His account."""
    return str(looked(town, "/me")["id"])


def credit(town: Town) -> int:
    path = f"/admin/students/{town.id_of('anna')}/credits"
    return int(looked(town, path)["available_cents"])


def test_two_people_give_much_credit(beginning: Town) -> None:
    """02 §11.9: asked for, read by somebody else, approved, and done in the same words."""
    town, act = beginning, granting(beginning, 30_000)
    refused = town.send(act.doing(act.seen(town)))
    assert (refused.status_code, refused.json()["code"]) == (409, "second_person_required")
    approval_id = refused.json()["approval_id"]
    (listed,) = looked(town, "/admin/approvals")["items"]
    assert listed == looked(town, f"/admin/approvals/{approval_id}")
    assert listed["approval_id"] == approval_id
    assert listed["requester_id"] == ada(town)
    assert listed["effect"]["shows"]["amount_cents"] == 30_000
    assert (listed["kind"], listed["status"], listed["at_stake_cents"]) == (
        "grant_credit",
        "open",
        30_000,
    )
    approved = decide(town, approval_id)
    assert (approved["status"], approved["decided_by"]) == ("approved", rob(town))
    assert looked(town, "/admin/approvals")["items"] == []
    assert credit(town) == 0
    town.world.clock.move(HOUR)
    done = town.send(act.doing(act.seen(town)))
    assert done.status_code == 200, done.text
    assert credit(town) == 30_000
    (spent,) = looked(town, "/admin/approvals", status="spent")["items"]
    assert (spent["approval_id"], spent["decision_note"]) == (approval_id, "spoke with her")
    again = town.send(act.doing(act.seen(town)))
    assert again.json()["code"] == "second_person_required"
    assert again.json()["approval_id"] != approval_id


def test_the_same_key_and_proof_serve_once_it_is_approved(beginning: Town) -> None:
    """BK-57, MC-6: a refusal uses neither up, so a screen may simply send it again."""
    act = granting(beginning, 30_000)
    ask = act.doing(act.seen(beginning))
    ask = Ask(who="ada", method=ask.method, path=ask.path, body=ask.body, key="once-is-enough-01")
    refused = beginning.send(ask)
    assert refused.json()["code"] == "second_person_required"
    assert beginning.send(ask).json()["approval_id"] == refused.json()["approval_id"]
    decide(beginning, refused.json()["approval_id"])
    first, second = beginning.send(ask), beginning.send(ask)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    assert credit(beginning) == 30_000


def test_what_is_declined_is_not_done(beginning: Town) -> None:
    """02 §11.9: asked for anew, it is another request."""
    declined = decide(beginning, asked(beginning), "decline")
    assert (declined["status"], declined["decided_by"]) == ("declined", rob(beginning))
    assert asked(beginning) != declined["approval_id"]
    assert credit(beginning) == 0


def test_requests_are_read_a_page_at_a_time(beginning: Town) -> None:
    """Newest first, each once."""
    names = [asked(beginning, 30_000 + n) for n in range(3)]
    first = looked(beginning, "/admin/approvals", limit=2)
    second = looked(beginning, "/admin/approvals", limit=2, cursor=first["next_cursor"])
    found = [each["approval_id"] for each in (*first["items"], *second["items"])]
    assert found == names[::-1]
    assert second["next_cursor"] is None


def test_the_amount_is_published_without_a_release(beginning: Town) -> None:
    """AD-10: it holds from the next act on; who published what and why is kept."""
    town, act = beginning, tightening(beginning)
    assert looked(town, FOUR_EYES) == {"version": 1, "body": {"above_cents": 20_000}}
    shown = town.send(act.looking()).json()
    assert shown["effect"] == {
        "before": {"above_cents": 20_000},
        "after": {"above_cents": 10_000},
        "laxer": False,
    }
    assert town.send(act.doing(shown["confirm_token"])).status_code == 200
    assert looked(town, FOUR_EYES) == {"version": 2, "body": {"above_cents": 10_000}}
    (version,) = looked(town, f"{FOUR_EYES}/versions")["items"]
    assert (version["author"], version["reason"]) == (ada(town), REASON["note"])
    assert asked(town, 10_001)
