"""Argon2id as AC-10 wants it, a bounded number at a time. Source: AC-7, AC-10, AC-17."""

import threading
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

import pytest
from argon2 import PasswordHasher

from adapters.system.passwords import Argon2Passwords
from instainstru_core.accounts.errors import SignInBusy

PASSWORD = "nine tall oaks by the lake"


@pytest.fixture(scope="module")
def passwords() -> Argon2Passwords:
    return Argon2Passwords()


def test_hashes_with_the_parameters_of_the_rule(passwords: Argon2Passwords) -> None:
    """AC-10: a PHC string, with a salt of its own."""
    first, second = passwords.hash(PASSWORD), passwords.hash(PASSWORD)
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert not passwords.needs_rehash(first)


def test_verifies_the_password_and_no_other(passwords: Argon2Passwords) -> None:
    phc = passwords.hash(PASSWORD)
    assert passwords.verify(PASSWORD, phc)
    assert not passwords.verify(PASSWORD.upper(), phc)
    assert not passwords.verify(PASSWORD + " ", phc)
    assert not passwords.verify(PASSWORD, "no hash at all")


def test_nobody_has_no_password(passwords: Argon2Passwords) -> None:
    """AC-7: not even the one that the dummy was made of."""
    assert not passwords.verify("nobody has this password", None)


def test_older_parameters_are_noticed(passwords: Argon2Passwords) -> None:
    """AC-10."""
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    assert passwords.verify(PASSWORD, old)
    assert passwords.needs_rehash(old)


def test_who_waits_too_long_is_told_to_come_back() -> None:
    """AC-17: the slot covers only the hash."""
    slots = BoundedSemaphore(1)
    passwords = Argon2Passwords(slots=slots, wait_seconds=0.01)
    with slots, pytest.raises(SignInBusy) as caught:
        passwords.hash(PASSWORD)
    assert caught.value.retry_after_seconds == 5
    assert passwords.hash(PASSWORD)


def test_many_at_once_all_get_their_turn() -> None:
    passwords = Argon2Passwords(slots=BoundedSemaphore(2))
    phc = passwords.hash(PASSWORD)
    barrier = threading.Barrier(6)

    def verify(_: int) -> bool:
        barrier.wait()
        return passwords.verify(PASSWORD, phc)

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(verify, range(6)))
