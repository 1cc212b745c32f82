"""Money moved to instructors' accounts, and taken back from them. Source: PY-2, PY-47, PY-53.

Stripe API pages: Transfers (create), Transfer reversals, Separate charges and transfers
(`source_transaction`), Error codes.
"""

from collections.abc import Mapping
from typing import Final

import stripe
from attrs import frozen
from stripe import Transfer, TransferReversal
from stripe.params import TransferCreateParams

from adapters.stripe.client import CURRENCY, Counter, answering, is_foreign, is_missing, metadata
from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import ProcessorObjectUnknown
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.processor import Refused, Reversed, Transferred

_REASONS: Final[Mapping[str, str]] = {
    "account_invalid": "account_deauthorised",
    "balance_insufficient": "insufficient_balance",
    "insufficient_capabilities_for_transfer": "account_not_payable",
    "insufficient_funds": "insufficient_balance",
    "transfers_not_allowed": "account_not_payable",
}
_PARAMETERS: Final[Mapping[str, str]] = {
    "amount": "amount_too_large",
    "destination": "account_not_payable",
    "source_transaction": "charge_not_transferable",
}
_MISSING: Final[Mapping[str, str]] = {
    "destination": "account_unknown",
    "source_transaction": "charge_unknown",
    "id": "transfer_unknown",
}


@frozen
class Transfers:
    """Moves money between the platform's balance and connected accounts."""

    counter: Counter

    def transfer(
        self, key: OperationId, *, account: str, amount: Money, group: str, charge: str | None
    ) -> Transferred | Refused:
        """Move *amount* to *account*."""
        params: TransferCreateParams = {
            "amount": amount.cents,
            "currency": CURRENCY,
            "destination": account,
            "metadata": metadata(key, "transfer", group=group),
            "transfer_group": group,
        }
        if charge is not None:
            params["source_transaction"] = charge
        with answering():
            try:
                made = self.counter.client.v1.transfers.create(
                    params, {"idempotency_key": str(key)}
                )
            except (stripe.CardError, stripe.InvalidRequestError) as error:
                return refused(error)
            except stripe.PermissionError as error:
                if is_foreign(error):
                    return Refused(reason="account_unknown")
                raise
        return transferred(made)

    def reverse(self, key: OperationId, *, transfer: str, amount: Money) -> Reversed | Refused:
        """Take *amount* of a transfer back."""
        try:
            with answering():
                made = self.counter.client.v1.transfers.reversals.create(
                    transfer,
                    {"amount": amount.cents, "metadata": metadata(key, "reverse")},
                    {"idempotency_key": str(key)},
                )
        except ProcessorObjectUnknown:
            return Refused(reason="transfer_unknown")
        except (stripe.CardError, stripe.InvalidRequestError) as error:
            told = refused(error)
            # It is the instructor's balance that lacks the money here, not the platform's.
            short = told == Refused(reason="insufficient_balance")
            return Refused(reason="insufficient_account_balance") if short else told
        return reversed_of(made)


def refused(error: stripe.CardError | stripe.InvalidRequestError) -> Refused:
    """Why Stripe will not move the money."""
    parameter = error.param or ""
    if is_missing(error):
        return Refused(reason=_MISSING.get(parameter, "account_unknown"))
    code = error.code or ""
    reason = _REASONS.get(code) or _PARAMETERS.get(parameter) or code
    return Refused(reason=reason or "transfer_refused")


def transferred(transfer: Transfer) -> Transferred:
    """What *transfer* moved."""
    return Transferred(transfer=transfer.id, amount=Money(transfer.amount))


def reversed_of(reversal: TransferReversal) -> Reversed:
    """What *reversal* took back."""
    return Reversed(reversal=reversal.id, amount=Money(reversal.amount))
