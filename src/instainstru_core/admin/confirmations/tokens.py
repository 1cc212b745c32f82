"""Confirm tokens: references that only we can seal. Source: MC-6."""

import base64
import hmac
from typing import Final

from instainstru_core.accounts.ports import Secrets
from instainstru_core.admin.confirmations.errors import InvalidFormat, InvalidSignature
from instainstru_core.admin.confirmations.ids import ConfirmationId
from instainstru_core.kernel.errors import Malformed

_PURPOSE: Final = "confirm_token"


def token_of(confirmation_id: ConfirmationId, *, secrets: Secrets) -> str:
    """The sealed reference to a confirmation, for whoever saw the preview."""
    return f"{confirmation_id}.{_seal(confirmation_id, secrets)}"


def read_token(token: str, *, secrets: Secrets) -> ConfirmationId:
    """The confirmation that *token* refers to.

    Raises:
        InvalidFormat: It is no token.
        InvalidSignature: It is none of ours.
    """
    name, _, seal = token.partition(".")
    try:
        confirmation_id = ConfirmationId.parse(name)
    except Malformed:
        raise InvalidFormat from None
    if len(seal) != len(_seal(confirmation_id, secrets)) or not seal.isascii():
        raise InvalidFormat
    if not hmac.compare_digest(seal, _seal(confirmation_id, secrets)):
        raise InvalidSignature
    return confirmation_id


def _seal(confirmation_id: ConfirmationId, secrets: Secrets) -> str:
    mac = secrets.mac(_PURPOSE, str(confirmation_id))
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
