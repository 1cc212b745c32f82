"""Accounts over HTTP, on real servers. Source: AC-1…AC-7, AC-14, AC-20…AC-26."""

from http.cookies import SimpleCookie

import pytest
from sqlalchemy import Engine, text

from tests.integration.http.people import PASSWORD, Client, Join, Person, mailed_code


def test_somebody_registers_and_is_signed_in(free_api: Client, join: Join) -> None:
    """AC-6, AC-20."""
    sarah = join("sarah@example.com")
    answer = free_api.get("/api/v1/auth/session", headers=sarah.headers)
    assert answer.status_code == 200
    found = answer.json()
    assert found["account"]["display_name"] == "Sarah C."
    assert found["account"]["role"] == "student"
    assert found["account"]["timezone"] == "America/New_York"
    assert len(found["permissions"]) == 10


def test_an_instructor_gets_a_draft_profile_with_the_account(
    free_api: Client, join: Join, engine: Engine
) -> None:
    """AC-6, IN-1: both, in one transaction."""
    ana = join("ana@example.com", role="instructor")
    with engine.connect() as connection:
        count = connection.scalar(text("SELECT count(*) FROM instructors"))
    assert count == 1
    found = free_api.get("/api/v1/auth/session", headers=ana.headers).json()
    assert len(found["permissions"]) == 13


def test_nobody_registers_as_admin(free_api: Client) -> None:
    """AC-3: 422, like any other word."""
    body = {"role": "admin"}
    answer = free_api.post("/api/v1/auth/registrations", json=body)
    assert answer.status_code == 422
    assert "/role" in {one["pointer"] for one in answer.json()["errors"]}


def test_a_taken_address_is_told_only_to_its_owner(
    free_api: Client, join: Join, engine: Engine
) -> None:
    """AC-4, AC-7: the same answer, another mail."""
    join("sarah@example.com")
    answer = free_api.post("/api/v1/auth/email-challenges", json={"email": "SARAH@example.com"})
    assert answer.status_code == 202
    assert set(answer.json()) == {"id", "expires_in"}
    with engine.connect() as connection:
        sent = connection.scalars(
            text("SELECT payload->>'template' FROM work_items WHERE handler = 'send_email'")
        ).all()
    assert sorted(sent) == ["already_registered", "sign_up_code", "welcome"]


def test_five_wrong_codes_lock_the_address(free_api: Client, engine: Engine) -> None:
    """AC-5: 400 with the attempts left, then 429 even for the right code."""
    body = {"email": "sarah@example.com"}
    challenge = free_api.post("/api/v1/auth/email-challenges", json=body).json()["id"]
    code = mailed_code(engine, "sarah@example.com")
    wrong = "000000" if code != "000000" else "111111"
    path = f"/api/v1/auth/email-challenges/{challenge}/confirmation"
    for left in (4, 3, 2, 1):
        answer = free_api.post(path, json={"code": wrong})
        assert answer.status_code == 400
        assert answer.json()["code"] == "challenge_invalid"
        assert answer.json()["remaining_attempts"] == left
    answer = free_api.post(path, json={"code": wrong})
    assert (answer.status_code, answer.json()["code"]) == (429, "challenge_locked")
    assert answer.headers["Retry-After"] == "600"
    answer = free_api.post(path, json={"code": code})
    assert answer.status_code == 429
    # A new challenge is answered as ever, but no code is sent.
    assert free_api.post("/api/v1/auth/email-challenges", json=body).status_code == 202
    with engine.connect() as connection:
        count = connection.scalar(text("SELECT count(*) FROM work_items"))
    assert count == 1


def test_a_proof_is_good_once(free_api: Client, engine: Engine) -> None:
    """AC-5, AC-6."""
    body = {"email": "sarah@example.com"}
    challenge = free_api.post("/api/v1/auth/email-challenges", json=body).json()["id"]
    path = f"/api/v1/auth/email-challenges/{challenge}/confirmation"
    code = mailed_code(engine, "sarah@example.com")
    proof = free_api.post(path, json={"code": code}).json()["email_proof"]
    assert free_api.post(path, json={"code": code}).json()["code"] == "challenge_invalid"
    person = {
        "email_proof": proof,
        "password": PASSWORD,
        "first_name": "Sarah",
        "last_name": "Chen",
        "zip_code": "60601",
        "accepted_terms_version": "2026-01",
        "transport": "bearer",
    }
    answer = free_api.post("/api/v1/auth/registrations", json=person)
    assert answer.status_code == 201
    assert answer.json()["account"]["timezone"] == "America/Chicago"
    answer = free_api.post("/api/v1/auth/registrations", json=person)
    assert (answer.status_code, answer.json()["code"]) == (400, "proof_invalid")


def test_weak_passwords_are_refused_with_every_reason(free_api: Client) -> None:
    """AC-9."""
    person = {
        "email_proof": "whatever",
        "password": "aaaa",
        "first_name": "Sarah",
        "last_name": "Chen",
        "zip_code": "11215",
        "accepted_terms_version": "2026-01",
    }
    answer = free_api.post("/api/v1/auth/registrations", json=person)
    assert (answer.status_code, answer.json()["code"]) == (422, "password_rejected")
    assert answer.json()["reasons"] == ["too_short", "too_repetitive"]
    assert "aaaa" not in answer.text


def test_wrong_password_and_unknown_address_look_the_same(free_api: Client, join: Join) -> None:
    """AC-7, AC-14."""
    join("sarah@example.com")
    answers = [
        free_api.post("/api/v1/auth/sessions", json={"email": email, "password": "not this one"})
        for email in ("sarah@example.com", "nobody@example.com")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].headers["WWW-Authenticate"] == "Bearer"
    documents = [answer.json() for answer in answers]
    for document in documents:
        assert document.pop("request_id")
    assert documents[0] == documents[1]


def test_browsers_get_cookies_and_no_tokens_in_the_body(free_api: Client, join: Join) -> None:
    """AC-20, AC-26."""
    join("sarah@example.com")
    body = {"email": "sarah@example.com", "password": PASSWORD}
    answer = free_api.post("/api/v1/auth/sessions", json=body)
    assert answer.status_code == 200
    session = answer.json()["session"]
    assert session["access_token"] is None
    assert session["refresh_token"] is None
    cookies: SimpleCookie = SimpleCookie()
    for header in answer.headers.get_list("set-cookie"):
        cookies.load(header)
    assert set(cookies) == {"sid", "rid"}
    assert all(cookie["httponly"] and cookie["path"] == "/" for cookie in cookies.values())
    assert cookies["sid"]["max-age"] == "900"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert free_api.get("/api/v1/me").json()["email"] == "sarah@example.com"
    answer = free_api.delete("/api/v1/auth/session")
    assert answer.status_code == 204
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert free_api.get("/api/v1/me").status_code == 401


def refresh(api: Client, token: str) -> tuple[int, dict[str, object]]:
    answer = api.post("/api/v1/auth/sessions/refresh", json={"refresh_token": token})
    return answer.status_code, answer.json()


def test_a_used_refresh_token_gets_grace_and_an_older_one_ends_the_session(
    free_api: Client, join: Join
) -> None:
    """AC-22: rotate, grace for the previous one, reuse of an older one."""
    sarah = join("sarah@example.com")
    status, second = refresh(free_api, sarah.refresh)
    assert status == 200
    assert second["refresh_token"]
    status, grace = refresh(free_api, sarah.refresh)
    assert (status, grace["refresh_token"]) == (200, None)
    status, third = refresh(free_api, str(second["refresh_token"]))
    assert status == 200
    status, problem = refresh(free_api, sarah.refresh)
    assert (status, problem["code"]) == (401, "refresh_reuse_detected")
    status, problem = refresh(free_api, str(third["refresh_token"]))
    assert (status, problem["code"]) == (401, "invalid_token")
    headers = {"Authorization": f"Bearer {third['access_token']}"}
    assert free_api.get("/api/v1/me", headers=headers).status_code == 401


def test_signing_out_holds_from_the_next_request(free_api: Client, join: Join) -> None:
    """AC-24, AC-25."""
    sarah = join("sarah@example.com")
    assert free_api.delete("/api/v1/auth/session", headers=sarah.headers).status_code == 204
    answer = free_api.get("/api/v1/me", headers=sarah.headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


def test_people_change_their_name_and_zone(free_api: Client, join: Join) -> None:
    """Spec 03 §6: what is left out stays."""
    sarah = join("sarah@example.com")
    body = {"first_name": " Sara ", "timezone": "America/Chicago"}
    answer = free_api.patch("/api/v1/me", json=body, headers=sarah.headers)
    assert answer.status_code == 200
    assert answer.json()["first_name"] == "Sara"
    assert answer.json()["last_name"] == "Chen"
    assert answer.json()["timezone"] == "America/Chicago"


@pytest.mark.parametrize("name", ["   ", "x" * 51, "a\nb", "a\tb"])
def test_a_name_is_refused_where_it_stands(free_api: Client, join: Join, name: str) -> None:
    """AC-2: 1 to 50 code points after trim, no control characters; SE-23: with its pointer."""
    sarah = join("sarah@example.com")
    for field in ("first_name", "last_name"):
        answer = free_api.patch("/api/v1/me", json={field: name}, headers=sarah.headers)
        assert answer.status_code == 422
        assert [one["pointer"] for one in answer.json()["errors"]] == [f"/{field}"]


def test_a_teachers_profile_follows_her_account(
    free_api: Client, join: Join, engine: Engine
) -> None:
    """IN-8, AV-9: in one transaction, and the roster notices."""
    jane = join("jane@example.com", role="instructor")
    marked = text("SELECT changed_xid::text FROM calendars")
    with engine.connect() as connection:
        before = connection.scalar(marked)
    body = {"first_name": "Joan", "last_name": "Doe", "timezone": "America/Chicago"}
    assert free_api.patch("/api/v1/me", json=body, headers=jane.headers).status_code == 200
    found = free_api.get("/api/v1/instructors/me", headers=jane.headers).json()
    shown = (found["first_name"], found["last_initial"], found["zone"])
    assert shown == ("Joan", "D", "America/Chicago")
    with engine.connect() as connection:
        assert connection.scalar(marked) != before


def test_the_public_keys_verify_our_tokens(free_api: Client, join: Join) -> None:
    """AC-21."""
    import jwt

    sarah = join("sarah@example.com")
    keys = jwt.PyJWKSet.from_dict(free_api.get("/api/v1/auth/jwks").json())
    header = jwt.get_unverified_header(sarah.access)
    assert (header["typ"], header["alg"]) == ("at+jwt", "EdDSA")
    claims = jwt.decode(
        sarah.access,
        keys[header["kid"]].key,
        algorithms=["EdDSA"],
        options={"verify_aud": False},
    )
    assert claims["sub"] == sarah.account_id
    assert claims["exp"] - claims["iat"] == 900
    assert not {"email", "role", "permissions"} & claims.keys()


def test_an_admin_has_all_thirty(free_api: Client, admin: Person) -> None:
    """AC-39."""
    found = free_api.get("/api/v1/auth/session", headers=admin.headers).json()
    assert len(found["permissions"]) == 30
