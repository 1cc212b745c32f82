"""What a deployment chooses about the HTTP API."""

from pathlib import Path
from typing import Final, Self

from attrs import field, frozen

from entrypoints.settings import Settings

PREFIX: Final = "/api/v1"
LOCAL_ORIGINS: Final = ("http://localhost:3000", "http://127.0.0.1:3000")


@frozen(kw_only=True)
class HttpConfig:
    """Settings of the API; the defaults suit a laptop.

    *threads* is the number of requests worked on at once and of database connections; *queue* as
    many may wait besides, and the next is told to come back. Networks are written `10.0.0.0/8`.
    """

    mode: str = "local"
    hosted: bool = False
    version: str = "dev"
    threads: int = 20
    queue: int = 200
    origins: tuple[str, ...] = LOCAL_ORIGINS
    trusted_proxies: tuple[str, ...] = ()
    bypass_secret: bytes = field(default=b"", repr=False)
    metrics_credentials: tuple[str, str] | None = field(default=None, repr=False)
    metrics_networks: tuple[str, ...] = ()
    terms_version: str = "2026-01"
    publishable_key: str | None = None
    """What the browser opens the card processor's forms with; not a secret."""
    simulator_url: str | None = None
    """Where the simulated processor's own pages are; None where a real one is asked."""

    accounts_note: Path | None = None
    """Where a demonstration notes who can sign in; None where there is none."""

    def __attrs_post_init__(self) -> None:
        if self.hosted and any("*" in origin for origin in self.origins):
            raise ValueError("CORS origins must be exact: no wildcard (SE-16)")
        if self.mode == "prod" and self.bypass_secret:
            raise ValueError("rate limits can't be bypassed in PROD (SE-11)")

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The API's part of a deployment's settings."""
        return cls(
            mode=settings.mode,
            hosted=settings.mode.is_hosted,
            version=settings.release,
            threads=settings.threads,
            queue=settings.queue,
            # Our own pages' forms come from where they are served.
            origins=(*settings.origins, settings.public_url),
            trusted_proxies=tuple(str(network) for network in settings.trusted_proxies),
            bypass_secret=settings.bypass_secret,
            metrics_credentials=settings.metrics_credentials,
            metrics_networks=tuple(str(network) for network in settings.metrics_networks),
            publishable_key=None if settings.stripe is None else settings.stripe.publishable_key,
            simulator_url=settings.processor_url if settings.stripe is None else None,
            accounts_note=settings.data_dir / "accounts.json" if settings.demo else None,
        )
