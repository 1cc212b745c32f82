"""Stripe Identity. Stripe API pages: Verification sessions and their status."""

from tests.integration.stripe.server.faults import wrong
from tests.integration.stripe.server.forms import Doc
from tests.integration.stripe.server.state import Books

KIND = "identity.verification_session"
ASKED = {"document": {"require_live_capture": "true", "require_matching_selfie": "true"}}


def start(books: Books, params: Doc, *, base: str) -> Doc:
    """A check that waits for a document and a face."""
    if params["type"] != "document" or params["options"] != ASKED:
        raise wrong("options", "this server knows live documents with a selfie only")
    made = books.add(
        "vs",
        KIND,
        {
            "last_error": None,
            "metadata": params["metadata"],
            "status": "requires_input",
            "type": "document",
            "verified_outputs": None,
        },
    )
    made["url"] = f"{base}/identity/{made['id']}"
    return made


def decide(
    books: Books, name: str, status: str, *, legal: tuple[str, str] | None, error: str | None
) -> None:
    """Stripe has looked at the document."""
    made = books.get(name, KIND)
    made |= {"status": status, "url": None}
    if legal is not None:
        made["verified_outputs"] = {"first_name": legal[0], "last_name": legal[1]}
    if error is not None:
        made["last_error"] = {"code": error, "reason": "The document has expired."}
    books.emit(f"identity.verification_session.{status}", made)
