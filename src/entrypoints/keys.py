"""Secret keys: from the environment where strangers come, made once and kept where only we do.

Source: SE-42.
"""

import base64
import binascii
import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from attrs import field, frozen

from entrypoints.tiers import Refused

MIN_KEY_BYTES: Final = 32


@frozen(kw_only=True)
class Keys:
    """Every secret of the platform; none of them shows in a log or a traceback."""

    signing: bytes = field(repr=False)
    """The 32-byte seed of the Ed25519 key that signs access tokens. Source: AC-21."""
    pepper: bytes = field(repr=False)
    """Mixed into the digests of codes and tokens. Source: AC-4."""
    webhook: bytes = field(repr=False)
    """Signs the payment processor's webhooks. Source: SE-30."""
    processor: bytes = field(repr=False)
    """Opens the payment processor's API to us."""
    ledger: bytes = field(repr=False)
    """The 32-byte seed of the Ed25519 key that signs the books after each day."""


_VARIABLES: Final = {
    "signing": "SIGNING_KEY",
    "pepper": "PEPPER",
    "webhook": "WEBHOOK_SECRET",
    "processor": "PROCESSOR_KEY",
    "ledger": "LEDGER_KEY",
}


def read_keys(environment: Mapping[str, str], *, samples: Path | None) -> Keys:
    """Read the keys, each base64 in a variable of its own.

    With a directory for *samples*, missing keys are made at random and kept there; without, as in
    hosted modes, they are refused.

    Raises:
        Refused: A key is missing, malformed, shorter than 32 bytes, or serves two purposes.
            Source: SE-26.
    """
    found = {name: _key(environment, name, samples) for name in _VARIABLES}
    if len(set(found.values())) < len(found):
        variables = ", ".join(_VARIABLES.values())
        message = f"two of {variables} are the same: each purpose needs a key of its own"
        raise Refused("key_shared", message)
    return Keys(**found)


def _key(environment: Mapping[str, str], name: str, samples: Path | None) -> bytes:
    variable = _VARIABLES[name]
    text = environment.get(variable, "").strip()
    if not text:
        if samples is None:
            message = f"{variable} is not set: give it the output of `openssl rand -base64 32`"
            raise Refused("key_missing", message)
        return _sample(samples / f"{name}.key")
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        message = f"{variable} is not base64: use the output of `openssl rand -base64 32`"
        raise Refused("key_malformed", message) from error
    if len(key) < MIN_KEY_BYTES or len(set(key)) < MIN_KEY_BYTES // 4:
        message = f"{variable} is weak: it needs {MIN_KEY_BYTES} random bytes or more"
        raise Refused("key_weak", message)
    return key


def _sample(path: Path) -> bytes:
    """The key in this file; of several processes that start at once, one makes it for all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(MIN_KEY_BYTES))
        # Another process may have been first: then its key is the one.
        with suppress(FileExistsError):
            path.hardlink_to(name)
        Path(name).unlink()
    return path.read_bytes()
