"""Addresses, names, ZIP codes and passwords. Source: AC-1, AC-2, AC-9."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.errors import PasswordRejected
from instainstru_core.accounts.names import person_name
from instainstru_core.accounts.password_policy import common_passwords, vet_password, weaknesses
from instainstru_core.accounts.zips import zip_code, zone_of
from instainstru_core.kernel.errors import Malformed


@pytest.mark.parametrize(
    ("text", "typed", "key"),
    [
        ("  Sarah@Example.COM\n", "Sarah@Example.COM", "sarah@example.com"),
        ("a+tag@example.com", "a+tag@example.com", "a+tag@example.com"),
        ("sarah@bücher.example", "sarah@bücher.example", "sarah@xn--bcher-kva.example"),
    ],
)
def test_addresses_are_kept_as_typed_and_compared_by_key(text: str, typed: str, key: str) -> None:
    """AC-1: no plus- or dot-folding; the domain is IDNA."""
    assert Email.parse(text) == Email(typed, key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sarah",
        "@example.com",
        "sarah@",
        "sarah@localhost",
        "sa rah@example.com",
        "a@b@example.com",
        ".sarah@example.com",
        "sa..rah@example.com",
        "sarah@-example.com",
        "sarah@exa_mple.com",
        "sarah@example..com",
        "x" * 65 + "@example.com",
        "x@" + "y" * 250 + ".com",
    ],
)
def test_what_is_no_address(text: str) -> None:
    """AC-1."""
    with pytest.raises(Malformed):
        Email.parse(text)


@given(st.text(max_size=300))
def test_any_text_is_an_address_or_malformed(text: str) -> None:
    """AC-1: nothing else ever happens; a key is its own key."""
    try:
        email = Email.parse(text)
    except Malformed:
        return
    assert Email.parse(email.key).key == email.key


@pytest.mark.parametrize("text", ["", "   ", "x" * 51, "Sa\x07rah", "Sa\nrah"])
def test_what_is_no_name(text: str) -> None:
    """AC-2."""
    with pytest.raises(Malformed):
        person_name(text)


def test_names_are_trimmed() -> None:
    """AC-2."""
    assert person_name("  Zoë ") == "Zoë"


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("11215", "America/New_York"),
        ("60614", "America/Chicago"),
        ("80202", "America/Denver"),
        ("85001", "America/Phoenix"),
        ("90012", "America/Los_Angeles"),
        ("96813", "Pacific/Honolulu"),
        ("99501", "America/Anchorage"),
        ("33101", "America/New_York"),
    ],
)
def test_zones_follow_zip_codes(code: str, zone: str) -> None:
    """AC-2."""
    assert zone_of(zip_code(code)).name == zone


@pytest.mark.parametrize("text", ["1121", "112155", "1121a", "١١٢١٥", ""])
def test_what_is_no_zip_code(text: str) -> None:
    """AC-2."""
    with pytest.raises(Malformed):
        zip_code(text)


SARAH = Email.parse("sarah.chen@gmail.com")


@pytest.mark.parametrize(
    ("password", "reasons"),
    [
        ("short", ["too_short"]),
        ("aaaabbbbccccaa", ["too_repetitive"]),
        ("aaaa", ["too_short", "too_repetitive"]),
        ("x" * 257, ["too_long", "too_repetitive"]),
        ("Password!2345", ["contains_context"]),
        ("sarah.chen-1234", ["contains_context"]),
        ("sarahSARAH1290", ["contains_context"]),
        ("administrator", ["too_common"]),
        ("1Q2W3E4R5T6Y", ["too_common"]),
        ("qwertyuiop123", ["contains_context", "too_common"]),
        ("nine tall oaks by the lake", []),
        ("sarah likes tall oaks", []),
        ("ÄÖÜäöüßçñéèê", []),
    ],
)
def test_the_policy_names_every_reason_in_order(password: str, reasons: list[str]) -> None:
    """AC-9."""
    found = weaknesses(password, email=SARAH, names=("Sarah", "Chen"))
    assert found == reasons


def test_the_common_list_is_long_and_has_the_known_ones() -> None:
    """AC-9: ≥ 3000 entries of ≥ 12 characters."""
    found = common_passwords()
    assert len(found) >= 3000
    assert all(len(entry) >= 12 for entry in found)
    assert {
        "123456789012",
        "1234567890123",
        "qwertyuiop123",
        "1q2w3e4r5t6y",
        "abcdefghijkl",
        "iloveyou1234",
        "administrator",
    } <= found


def test_a_rejected_password_is_not_repeated() -> None:
    """SE-23: never the secret itself."""
    with pytest.raises(PasswordRejected) as caught:
        vet_password("hunter2")
    assert "hunter2" not in str(caught.value)
    assert caught.value.facts() == {"reasons": ["too_short"]}
