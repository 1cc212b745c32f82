"""The simulated processor's webhooks. Source: SE-30, PY-63."""

from typing import Any, Final

import structlog
from litestar import Request, Router, post
from litestar.di import NamedDependency, Provide
from msgspec import Struct

from entrypoints.http.openapi import documented
from entrypoints.http.policy import PUBLIC, policy
from entrypoints.http.problems import Refusal
from instainstru_core.kernel.errors import DomainError
from instainstru_core.payments.use_cases.receive_webhook import (
    Receipt,
    ReceiveWebhook,
    receive_webhook,
)
from instainstru_core.ports import Ports

PROVIDER: Final = "simulator"
SIGNATURE: Final = "simulator-signature"
RETRY_SECONDS: Final = "2"
_log = structlog.get_logger("http")


class WebhookView(Struct, frozen=True):
    """The event is kept; *status* says whether it will be acted on."""

    status: str
    duplicate: bool

    @classmethod
    def of(cls, receipt: Receipt) -> "WebhookView":
        """What became of it."""
        return cls(receipt.status, not receipt.is_new)


async def provide_raw(request: Request[Any, Any, Any]) -> ReceiveWebhook:
    """The request as it came, unread: its bytes are what was signed."""
    return ReceiveWebhook(
        provider=PROVIDER,
        signature=request.headers.get(SIGNATURE),
        headers=dict(request.headers),
        body=await request.body(),
    )


@post(
    "/simulator",
    status_code=200,
    sync_to_thread=True,
    dependencies={"raw": Provide(provide_raw)},
    opt=policy(access=PUBLIC, bucket="edge", machine=True),
    **documented("Take an event of the processor", refusals=(400, 503)),
)
def receive(raw: NamedDependency[ReceiveWebhook], ports: NamedDependency[Ports]) -> WebhookView:
    """Keep one signed event and answer at once; acting on it is due work."""
    try:
        receipt = receive_webhook(
            raw,
            begin=ports.begin,
            verifier=ports.webhook_verifier,
            ids=ports.ids,
            clock=ports.clock,
        )
    except DomainError:
        raise
    except Exception as error:
        # Whatever kept us from storing it: the provider must come again. Source: PY-63.
        _log.error("webhook_not_stored", provider=PROVIDER, exc_info=error)
        headers = {"Retry-After": RETRY_SECONDS}
        detail = "the event could not be stored; send it again"
        raise Refusal(503, "unavailable", detail, headers=headers) from error
    return WebhookView.of(receipt)


ROUTER: Final = Router("/webhooks", route_handlers=[receive], tags=["webhooks"])
