"""A preview that somebody saw, and the token that proves it. Source: AD-7, MC-6."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Self

from attrs import evolve, field, frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.admin.confirmations.errors import (
    ActorMismatch,
    AlreadyUsed,
    EffectChanged,
    Expired,
    PayloadMismatch,
)
from instainstru_core.admin.confirmations.ids import ConfirmationId
from instainstru_core.kernel.time import utc

LIFE: Final = timedelta(minutes=5)
KEPT: Final = timedelta(days=1)
"""How long a confirmation is remembered after its end: to say why it proves nothing any more."""


def digest(content: Mapping[str, object]) -> bytes:
    """SHA-256 of plain values, whatever their order."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()


@frozen(kw_only=True)
class Confirmation:
    """Somebody saw what an act would do: by hashes of what was asked for, and of its effect.

    What was asked for is said again when it is done, so it need not be kept here. Source: MC-6.
    """

    confirmation_id: ConfirmationId
    principal: AccountId
    payload: bytes
    effect: bytes
    expires_at: datetime = field(converter=utc)
    used_at: datetime | None = None

    @classmethod
    def of(
        cls,
        confirmation_id: ConfirmationId,
        *,
        principal: AccountId,
        payload: Mapping[str, object],
        effect: Mapping[str, object],
        at: datetime,
    ) -> Self:
        """The proof that *principal* was shown *effect* of *payload*, good for five minutes."""
        return cls(
            confirmation_id=confirmation_id,
            principal=principal,
            payload=digest(payload),
            effect=digest(effect),
            expires_at=at + LIFE,
        )

    def used(
        self, *, principal: AccountId, payload: Mapping[str, object], at: datetime
    ) -> "Confirmation":
        """Act on it, once. Source: MC-6.

        Raises:
            ActorMismatch: Somebody else saw it.
            Expired: It is older than five minutes.
            PayloadMismatch: It was of something else.
            AlreadyUsed: For the second time.
        """
        if principal != self.principal:
            raise ActorMismatch
        if at > self.expires_at:
            raise Expired
        if not hmac.compare_digest(digest(payload), self.payload):
            raise PayloadMismatch
        if self.used_at is not None:
            raise AlreadyUsed
        return evolve(self, used_at=at)

    def check_effect(self, effect: Mapping[str, object]) -> None:
        """Whether *effect* is what was shown.

        Raises:
            EffectChanged: The world is another one by now.
        """
        if digest(effect) != self.effect:
            raise EffectChanged
