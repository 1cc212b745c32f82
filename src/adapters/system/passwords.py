"""Argon2id, a bounded number at a time. Source: AC-10, AC-17."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from attrs import define, field

from instainstru_core.accounts.errors import SignInBusy

SLOTS: Final = 10
WAIT_SECONDS: Final = 5.0
MEMORY_KIB: Final = 19_456
ROUNDS: Final = 2


def _hasher() -> PasswordHasher:
    return PasswordHasher(
        time_cost=ROUNDS,
        memory_cost=MEMORY_KIB,
        parallelism=1,
        hash_len=32,
        salt_len=16,
        type=Type.ID,
    )


@define
class Argon2Passwords:
    """The `Passwords` port."""

    _hasher: PasswordHasher = field(factory=_hasher)
    _slots: BoundedSemaphore = field(factory=lambda: BoundedSemaphore(SLOTS))
    _wait_seconds: float = WAIT_SECONDS
    _nobody: str = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        # Verified when there is no account: with today's parameters, so that it takes as long.
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """A new hash with its own salt."""
        with self._slot():
            return self._hasher.hash(_bytes(password))

    def verify(self, password: str, phc: str | None) -> bool:
        """Whether the password fits; nobody's costs as much, and never does. Source: AC-7."""
        with self._slot():
            try:
                self._hasher.verify(phc or self._nobody, _bytes(password))
            except (VerificationError, InvalidHashError):
                return False
        return phc is not None

    def needs_rehash(self, phc: str) -> bool:
        """Whether it was made with other parameters."""
        return self._hasher.check_needs_rehash(phc)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=self._wait_seconds):
            raise SignInBusy
        try:
            yield
        finally:
            self._slots.release()


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
