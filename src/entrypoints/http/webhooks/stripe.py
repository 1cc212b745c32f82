"""Stripe's webhooks, each endpoint with a secret of its own. Source: SE-30, PY-63."""

from typing import Final

from litestar import Router, post
from litestar.di import NamedDependency, Provide

from entrypoints.http.openapi import documented
from entrypoints.http.policy import PUBLIC, policy
from entrypoints.http.webhooks.receiving import WebhookView, kept, raw_of
from instainstru_core.payments.use_cases.receive_webhook import ReceiveWebhook
from instainstru_core.ports import Ports

PROVIDER: Final = "stripe"
SIGNATURE: Final = "stripe-signature"


@post(
    "/stripe",
    status_code=200,
    sync_to_thread=True,
    dependencies={"raw": Provide(raw_of(PROVIDER, signature=SIGNATURE))},
    opt=policy(access=PUBLIC, bucket="edge", machine=True),
    **documented("Take an event of Stripe", refusals=(400, 503)),
)
def receive(raw: NamedDependency[ReceiveWebhook], ports: NamedDependency[Ports]) -> WebhookView:
    """Keep one signed event and answer at once; acting on it is due work."""
    return kept(raw, verifier=ports.stripe_verifier, ports=ports)


ROUTER: Final = Router("/webhooks", route_handlers=[receive], tags=["webhooks"])
