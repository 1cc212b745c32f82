"""Why a bank refused, in our categories. Source: PY-9, PY-12, PY-13.

Stripe API pages: Errors (card errors), Decline codes.
"""

from collections.abc import Mapping
from typing import Final

import stripe

from instainstru_core.payments.model.processor import Declined

OTHER: Final = "do_not_honor"
PROCESSING: Final = "processing_error"

_HARD: Final[Mapping[str, str]] = {
    "expired_card": "expired_card",
    "invalid_expiry_month": "expired_card",
    "invalid_expiry_year": "expired_card",
    "lost_card": "lost_or_stolen",
    "pickup_card": "lost_or_stolen",
    "restricted_card": "lost_or_stolen",
    "stolen_card": "lost_or_stolen",
    "incorrect_number": OTHER,
    "invalid_account": OTHER,
    "invalid_number": OTHER,
    "new_account_information_available": OTHER,
}
_SOFT: Final[Mapping[str, str]] = {
    "authentication_not_handled": "authentication_required",
    "authentication_required": "authentication_required",
    "payment_intent_authentication_failure": "authentication_required",
    "setup_intent_authentication_failure": "authentication_required",
    "card_velocity_exceeded": "insufficient_funds",
    "insufficient_funds": "insufficient_funds",
    "withdrawal_count_limit_exceeded": "insufficient_funds",
    "issuer_not_available": PROCESSING,
    "processing_error": PROCESSING,
    "reenter_transaction": PROCESSING,
    "try_again_later": PROCESSING,
}


def declined(code: str | None, decline_code: str | None, *, intent: str | None = None) -> Declined:
    """The refusal that *code*, or its finer *decline_code*, stands for."""
    for each in (decline_code or "", code or ""):
        if each in _HARD:
            return Declined(category=_HARD[each], hard=True, intent=intent)
        if each in _SOFT:
            return Declined(category=_SOFT[each], intent=intent)
    return Declined(category=OTHER, intent=intent)


def declined_by(error: stripe.CardError) -> Declined:
    """The refusal that a card error tells of, with the intent that was made for the try."""
    told = error.error
    if told is None:
        return declined(error.code, None)
    intent = None if told.payment_intent is None else told.payment_intent.id
    return declined(error.code, told.decline_code, intent=intent)
