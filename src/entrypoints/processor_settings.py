"""Which card processor a deployment uses, and the keys that Stripe gave it.

Source: SE-42; ADR 0020. Test keys move no money and live keys do, so neither may be where the other
belongs.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from attrs import field, frozen

from entrypoints.tiers import Refused, Selection, Tier

SIMULATOR: Final = "simulator"
STRIPE: Final = "stripe"
API_URL: Final = "https://api.stripe.com"
_MIN_LENGTH: Final = 16


@frozen(kw_only=True)
class StripeSettings:
    """What Stripe's dashboard shows for one account; its secrets stay out of the `repr`."""

    secret_key: str = field(repr=False)
    publishable_key: str
    webhook_secrets: tuple[bytes, ...] = field(repr=False)
    url: str = API_URL


def read_processor(
    environment: Mapping[str, str], selection: Selection, *, demo: bool
) -> StripeSettings | None:
    """Stripe's keys; None: the simulated processor is used.

    Raises:
        Refused: The processor is unknown, a key is missing or malformed, or it is a test key in
            PROD or a live key elsewhere; or a demo, whose clock is moved, would ask Stripe.
    """
    choice = environment.get("PAYMENT_PROCESSOR", "").strip().casefold() or SIMULATOR
    if choice == SIMULATOR:
        return None
    if choice != STRIPE:
        message = f"PAYMENT_PROCESSOR is {choice!r}: set it to {SIMULATOR} or {STRIPE}"
        raise Refused("setting_malformed", message)
    if demo:
        message = "PAYMENT_PROCESSOR is stripe in a demo: unset it, Stripe's clock can't be moved"
        raise Refused("stripe_in_demo", message)
    mode = "live" if selection.tier is Tier.PROD else "test"
    secrets = [
        secret.strip() for secret in environment.get("STRIPE_WEBHOOK_SECRETS", "").split(",")
    ]
    return StripeSettings(
        secret_key=_key(environment, "STRIPE_SECRET_KEY", ("sk", "rk"), mode),
        publishable_key=_key(environment, "STRIPE_PUBLISHABLE_KEY", ("pk",), mode),
        webhook_secrets=tuple(_webhook_secret(secret) for secret in secrets),
        url=_address(environment, selection),
    )


def _key(environment: Mapping[str, str], variable: str, kinds: tuple[str, ...], mode: str) -> str:
    key = environment.get(variable, "").strip()
    starts = tuple(f"{kind}_{mode}_" for kind in kinds)
    if not key:
        raise Refused("key_missing", f"{variable} is not set: copy it from Stripe's dashboard")
    if key.startswith(tuple(f"{kind}_" for kind in kinds)) and not key.startswith(starts):
        message = f"{variable} is no {mode} key: this tier takes one that begins with {starts[0]}"
        raise Refused("stripe_key_of_other_mode", message)
    if not key.startswith(starts) or len(key) < _MIN_LENGTH:
        raise Refused("key_malformed", f"{variable} must begin with {' or '.join(starts)}")
    return key


def _webhook_secret(secret: str) -> bytes:
    if not secret.startswith("whsec_") or len(secret) < _MIN_LENGTH:
        message = (
            "STRIPE_WEBHOOK_SECRETS must list the endpoints' signing secrets, whsec_…, by commas"
        )
        raise Refused("key_malformed", message)
    return secret.encode()


def _address(environment: Mapping[str, str], selection: Selection) -> str:
    """Where Stripe is; elsewhere than at Stripe only where nobody but us is."""
    url = environment.get("STRIPE_URL", "").strip()
    if not url:
        return API_URL
    if selection.tier is not Tier.INT:
        raise Refused("int_only", "STRIPE_URL is set: unset it, it is for the INT tier")
    if urlsplit(url).scheme not in {"http", "https"}:
        raise Refused("setting_malformed", f"STRIPE_URL is {url!r}: set it to a URL")
    return url.rstrip("/")
