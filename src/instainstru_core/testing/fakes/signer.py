"""A signer whose key everybody knows."""

import hmac
from typing import Final

from attrs import frozen

from instainstru_core.payments.ledger.chain import Signature

_KEY_ID: Final = "sample"


@frozen
class FakeSigner:
    """The `Signer` port; it must never sign for anybody real."""

    _key: bytes = b"what the sample books are signed with"

    def sign(self, content: bytes) -> Signature:
        return Signature(key_id=_KEY_ID, value=hmac.new(self._key, content, "sha256").hexdigest())

    def verify(self, content: bytes, signature: Signature) -> bool:
        return hmac.compare_digest(self.sign(content).value, signature.value)

    def public_key(self) -> str:
        return self._key.hex()
