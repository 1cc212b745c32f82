"""How Stripe is asked, and what its errors mean to us. Source: PY-2, PY-60, PY-62; SE-42.

Stripe API pages: Authentication, Versioning, Errors, Idempotent requests, Connect/authentication.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import stripe
from attrs import field, frozen
from stripe import RequestsClient, StripeClient

from instainstru_core.payments.errors import (
    OutcomeUnknown,
    ProcessorKeyReused,
    ProcessorObjectUnknown,
)
from instainstru_core.payments.ids import OperationId

API_VERSION: Final = "2026-10-28.endive"
"""What every request asks for, whatever the account's own default: an upgrade is our decision."""

API_URL: Final = "https://api.stripe.com"
CURRENCY: Final = "usd"
CONNECT_SECONDS: Final = 2.0
READ_SECONDS: Final = 8.0
RETRIES: Final = 1
"""How often the SDK repeats a call that got no answer, with the same key."""

PAGE: Final = 100
REPLAYED: Final = "idempotent-replayed"
MISSING: Final = "resource_missing"
NOT_FOUND: Final = 404

# The SDK writes whole bodies at the level of debugging, and client secrets are in them.
logging.getLogger("stripe").setLevel(logging.WARNING)


def stripe_client(
    secret_key: str,
    *,
    url: str = API_URL,
    retries: int = RETRIES,
    read_seconds: float = READ_SECONDS,
) -> StripeClient:
    """A client of its own at *url*: nothing of it is global, and every wait is bounded."""
    return StripeClient(
        secret_key,
        stripe_version=API_VERSION,
        base_addresses={"api": url, "connect": url, "files": url, "meter_events": url},
        max_network_retries=retries,
        http_client=RequestsClient(timeout=(CONNECT_SECONDS, read_seconds)),
    )


@frozen
class Counter:
    """Where Stripe is asked; its client holds the key and stays out of the `repr`."""

    client: StripeClient = field(repr=False)


@contextmanager
def answering() -> Iterator[None]:
    """Says in our words what Stripe's errors mean, but those that a call explains itself.

    A wrong key, a lock or too many requests leave as much in doubt as silence does: the same call
    is sent again later.

    Raises:
        OutcomeUnknown: No answer, a broken one, 409, 429, 5xx, or no permission.
        ProcessorKeyReused: The key came with other arguments before.
        ProcessorObjectUnknown: Stripe has no such thing.
    """
    try:
        yield
    except stripe.IdempotencyError as error:
        raise ProcessorKeyReused from error
    except stripe.InvalidRequestError as error:
        if is_missing(error):
            raise ProcessorObjectUnknown from error
        raise
    except (
        stripe.APIConnectionError,
        stripe.APIError,
        stripe.AuthenticationError,
        stripe.PermissionError,
        stripe.RateLimitError,
    ) as error:
        raise OutcomeUnknown from error


def is_missing(error: stripe.StripeError) -> bool:
    """Whether Stripe says that it has no such thing."""
    return error.http_status == NOT_FOUND or error.code == MISSING


def is_foreign(error: stripe.StripeError) -> bool:
    """Whether the account is none of the platform's: it never was, or it left.

    Stripe makes no difference between the two.
    """
    return error.error is not None and error.error.code == "account_invalid"


def is_saved(error: BaseException | None) -> bool:
    """Whether a failure is one that Stripe has saved, and gives again to the same key."""
    if not isinstance(error, stripe.APIError):
        return False
    return (error.headers or {}).get(REPLAYED) == "true"


def metadata(key: OperationId, kind: str, **facts: str) -> dict[str, str]:
    """What is kept with everything that a call makes: its key, by which it is found again.

    The key is the *name* of an entry, so that several calls can be found by one intent. Stripe
    allows 50 entries with names of 40 characters; ours have 36.
    """
    return {str(key): kind, **facts}
