"""Checks of documents and faces by Stripe Identity. Source: TR-1…4.

Stripe API pages: Verification sessions (create, retrieve), Identity verification checks, Access
verification results (`verified_outputs`).
"""

from datetime import UTC, datetime
from typing import Final

from attrs import field, frozen
from stripe import StripeClient
from stripe.identity import VerificationSession

from adapters.stripe.client import answering
from instainstru_core.instructors.model.identity import IdentityCheck, IdentityStatus, LegalName
from instainstru_core.payments.errors import ProcessorObjectUnknown

INSTRUCTOR: Final = "instructor"
WITH_NAME: Final = ["verified_outputs"]


@frozen
class StripeIdentity:
    """Asks Stripe to look at documents; what it sees there stays there, but the name."""

    _client: StripeClient = field(repr=False)

    def start_check(self, *, key: str, instructor: str, return_url: str) -> IdentityCheck:
        """A check of a document, live, with a matching face."""
        with answering():
            made = self._client.v1.identity.verification_sessions.create(
                {
                    "type": "document",
                    "metadata": {INSTRUCTOR: instructor},
                    "options": {
                        "document": {"require_live_capture": True, "require_matching_selfie": True}
                    },
                    "return_url": return_url,
                },
                {"idempotency_key": key},
            )
        return _check(made)

    def find_check(self, session: str) -> IdentityCheck | None:
        """How the check stands now."""
        try:
            with answering():
                found = self._client.v1.identity.verification_sessions.retrieve(
                    session, {"expand": WITH_NAME}
                )
        except ProcessorObjectUnknown:
            return None
        return _check(found)


def _check(session: VerificationSession) -> IdentityCheck:
    error = session.last_error
    return IdentityCheck(
        session=session.id,
        instructor=str(session.metadata[INSTRUCTOR]),
        status=IdentityStatus(session.status),
        created_at=datetime.fromtimestamp(session.created, UTC),
        url=session.url,
        error_code=None if error is None else error.code,
        name=_name(session),
    )


def _name(session: VerificationSession) -> LegalName | None:
    seen = getattr(session, "verified_outputs", None)
    if seen is None or seen.first_name is None or seen.last_name is None:
        return None
    return LegalName(first=seen.first_name, last=seen.last_name)
