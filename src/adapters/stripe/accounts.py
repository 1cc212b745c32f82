"""Instructors' connected accounts. Source: PY-3, PY-48, PY-66.

Stripe API pages: Accounts (create, retrieve), Account links, Login links, Connect Express accounts,
Account capabilities.
"""

import stripe
from attrs import frozen
from stripe import Account

from adapters.stripe.client import Counter, answering, is_foreign, metadata
from instainstru_core.payments.errors import ProcessorObjectUnknown
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.processor import PayoutAccount

COUNTRY = "US"


@frozen
class Accounts:
    """Opens Express accounts: Stripe asks for what it must know, and shows them their money."""

    counter: Counter

    def open_account(self, key: OperationId, *, instructor: str) -> PayoutAccount:
        """A new account for *instructor*, not yet onboarded."""
        with answering():
            made = self.counter.client.v1.accounts.create(
                {
                    "type": "express",
                    "country": COUNTRY,
                    "capabilities": {
                        "card_payments": {"requested": True},
                        "transfers": {"requested": True},
                    },
                    "business_type": "individual",
                    "metadata": metadata(key, "open_account", instructor=instructor),
                },
                {"idempotency_key": str(key)},
            )
        return _account(made)

    def onboarding_link(self, *, account: str, return_url: str) -> str:
        """Where the instructor completes onboarding; from a stale link they go back, too."""
        with answering():
            try:
                return self.counter.client.v1.account_links.create(
                    {
                        "account": account,
                        "refresh_url": return_url,
                        "return_url": return_url,
                        "type": "account_onboarding",
                    }
                ).url
            except (stripe.InvalidRequestError, stripe.PermissionError) as error:
                raise _unknown(error) from error

    def dashboard_link(self, *, account: str) -> str:
        """Where the instructor sees their account at Stripe."""
        with answering():
            try:
                return self.counter.client.v1.accounts.login_links.create(account).url
            except (stripe.InvalidRequestError, stripe.PermissionError) as error:
                raise _unknown(error) from error

    def find_account(self, account: str) -> PayoutAccount | None:
        """How the account stands now.

        Every account that we ask for was the platform's once; so one that is not has left.
        """
        try:
            with answering():
                try:
                    return _account(self.counter.client.v1.accounts.retrieve(account))
                except stripe.PermissionError as error:
                    if is_foreign(error):
                        return _left(account)
                    raise
        except ProcessorObjectUnknown:
            return None


def _unknown(error: stripe.StripeError) -> Exception:
    """What *error* is; for a foreign account, that there is none."""
    return ProcessorObjectUnknown() if is_foreign(error) else error


def _account(account: Account) -> PayoutAccount:
    wanted = account.requirements
    due = () if wanted is None else (*(wanted.past_due or ()), *(wanted.currently_due or ()))
    return PayoutAccount(
        account=account.id,
        charges_enabled=bool(account.charges_enabled),
        details_submitted=bool(account.details_submitted),
        payouts_enabled=bool(account.payouts_enabled),
        requirements=tuple(dict.fromkeys(due)),
    )


def _left(account: str) -> PayoutAccount:
    return PayoutAccount(
        account=account,
        charges_enabled=False,
        details_submitted=False,
        payouts_enabled=False,
        deauthorised=True,
    )
