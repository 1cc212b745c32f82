"""What every processor's webhook has in common: kept first, acted on later. Source: PY-63."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from litestar import Request
from msgspec import Struct

from entrypoints.http.problems import Refusal
from instainstru_core.kernel.errors import DomainError
from instainstru_core.payments.inbox.ports import WebhookVerifier
from instainstru_core.payments.use_cases.receive_webhook import (
    Receipt,
    ReceiveWebhook,
    receive_webhook,
)
from instainstru_core.ports import Ports

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


def raw_of(
    provider: str, *, signature: str
) -> Callable[[Request[Any, Any, Any]], Awaitable[ReceiveWebhook]]:
    """Reads a request of *provider*, signed in the header called *signature*."""

    async def provide_raw(request: Request[Any, Any, Any]) -> ReceiveWebhook:
        """The request as it came, unread: its bytes are what was signed."""
        return ReceiveWebhook(
            provider=provider,
            signature=request.headers.get(signature),
            headers=dict(request.headers),
            body=await request.body(),
        )

    return provide_raw


def kept(raw: ReceiveWebhook, *, verifier: WebhookVerifier, ports: Ports) -> WebhookView:
    """Keep one signed event and answer at once; acting on it is due work."""
    try:
        receipt = receive_webhook(
            raw, begin=ports.begin, verifier=verifier, ids=ports.ids, clock=ports.clock
        )
    except DomainError:
        raise
    except Exception as error:
        # Whatever kept us from storing it: the provider must come again. Source: PY-63.
        _log.error("webhook_not_stored", provider=raw.provider, exc_info=error)
        headers = {"Retry-After": RETRY_SECONDS}
        detail = "the event could not be stored; send it again"
        raise Refusal(503, "unavailable", detail, headers=headers) from error
    return WebhookView.of(receipt)
