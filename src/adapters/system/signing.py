"""Signatures that anybody can check with a public key. Source: spec 02 §11.7."""

from typing import Self

from attrs import define, field
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.system.tokens import SigningKey
from instainstru_core.payments.ledger.chain import Signature


@define
class Ed25519Signer:
    """The `Signer` port."""

    _kid: str
    _key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def of(cls, seed: bytes) -> Self:
        """Signs with the key of *seed*; of a longer one the first 32 bytes count."""
        key = SigningKey.of(seed[:32])
        return cls(key.kid, key.private)

    def sign(self, content: bytes) -> Signature:
        return Signature(key_id=self._kid, value=self._key.sign(content).hex())

    def verify(self, content: bytes, signature: Signature) -> bool:
        if signature.key_id != self._kid:
            return False
        try:
            self._key.public_key().verify(bytes.fromhex(signature.value), content)
        except (InvalidSignature, ValueError):
            return False
        return True

    def public_key(self) -> str:
        return self._key.public_key().public_bytes_raw().hex()
