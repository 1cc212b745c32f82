"""Everything that a deployment chooses, read once from the environment, then frozen."""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import urlsplit

import msgspec
from attrs import evolve, field, fields_dict, frozen

from entrypoints.keys import Keys, read_keys
from entrypoints.processor_settings import StripeSettings, read_processor
from entrypoints.tiers import Refused, Selection, SiteMode, Tier, select_tier, vet_url
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules

Network: TypeAlias = IPv4Network | IPv6Network

VERSION: Final = "0.1.0"
_LOCAL_ORIGINS: Final = "http://localhost:3000,http://127.0.0.1:3000"
_LEVELS: Final = ("debug", "info", "warning", "error", "critical")
_MAX_THREADS: Final = 200
_MAX_WORKERS: Final = 64
_MAX_PORT: Final = 65_535


@frozen(kw_only=True)
class Settings:
    """One deployment's choices; secrets stay out of its `repr`.

    `threads` is the number of requests, or of work items, done at once in one process, and of its
    database connections.
    """

    mode: SiteMode
    tier: Tier
    database_url: str = field(repr=False)
    valkey_url: str | None = field(repr=False)
    keys: Keys
    processor_url: str
    stripe: StripeSettings | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"
    http_workers: int = 1
    threads: int = 20
    queue: int = 200
    origins: tuple[str, ...] = ()
    trusted_proxies: tuple[Network, ...] = ()
    bypass_secret: bytes = field(default=b"", repr=False)
    metrics_credentials: tuple[str, str] | None = field(default=None, repr=False)
    metrics_networks: tuple[Network, ...] = ()
    log_level: str = "info"
    release: str = VERSION
    demo: bool = False
    data_dir: Path = Path(".demo")
    crash_at: str | None = None
    calendar_rules: CalendarRules = DEFAULT_RULES

    @property
    def clock_file(self) -> Path:
        """Where the demo's time machine keeps its offset."""
        return self.data_dir / "clock"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read and check the settings.

    Raises:
        Refused: A setting is missing, malformed, or not for this mode; the message names the
            variable and what to do. Source: OP-1, OP-2, SE-38, SE-40, SE-42.
    """
    selection = select_tier(environment)
    hosted = selection.mode.is_hosted
    data_dir = Path(environment.get("DATA_DIR") or ".demo")
    port = _number(environment, "PORT", 8000, low=1, high=_MAX_PORT)
    demo = _only_without_strangers(environment, "INSTAINSTRU_DEMO", selection) is not None
    return Settings(
        mode=selection.mode,
        tier=selection.tier,
        database_url=database_url(environment, selection),
        valkey_url=environment.get("VALKEY_URL") or None,
        keys=read_keys(environment, samples=None if hosted else data_dir / "keys"),
        processor_url=_url(environment, "PROCESSOR_URL", "http://127.0.0.1:8001"),
        stripe=read_processor(environment, selection, demo=demo),
        host=environment.get("HOST") or "127.0.0.1",
        port=port,
        public_url=_url(environment, "PUBLIC_URL", f"http://127.0.0.1:{port}"),
        http_workers=_number(environment, "HTTP_WORKERS", 1, low=1, high=_MAX_WORKERS),
        threads=_number(environment, "THREADS", 20, low=1, high=_MAX_THREADS),
        queue=_number(environment, "QUEUE", 200, low=0, high=10_000),
        origins=_origins(environment, hosted=hosted),
        trusted_proxies=_networks(environment, "TRUSTED_PROXIES"),
        bypass_secret=_bypass_secret(environment, selection.mode),
        metrics_credentials=_credentials(environment),
        metrics_networks=_networks(environment, "METRICS_NETWORKS"),
        log_level=_level(environment),
        release=environment.get("RELEASE") or VERSION,
        demo=demo,
        data_dir=data_dir,
        crash_at=_only_without_strangers(environment, "INSTAINSTRU_CRASH_AT", selection),
        calendar_rules=_calendar_rules(environment),
    )


def database_url(environment: Mapping[str, str], selection: Selection) -> str:
    """The tier's own URL, vetted: a missing one is an error, never a fallback. Source: OP-2.

    Raises:
        Refused: It is missing, or not for this tier.
    """
    url = environment.get(selection.url_variable, "").strip()
    if not url:
        message = (
            f"{selection.url_variable} is not set, and the {selection.tier} tier reads no other: "
            "set it, or run `make demo`, which brings its own database"
        )
        raise Refused("database_url_missing", message)
    return vet_url(selection.tier, url)


def _number(
    environment: Mapping[str, str], variable: str, default: int, *, low: int, high: int
) -> int:
    text = environment.get(variable, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        message = f"{variable} is {text!r}: set it to a whole number from {low} to {high}"
        raise Refused("setting_malformed", message)
    return int(text)


def _url(environment: Mapping[str, str], variable: str, default: str) -> str:
    text = environment.get(variable, "").strip() or default
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        message = f"{variable} is {text!r}: set it to a URL such as {default}"
        raise Refused("setting_malformed", message)
    return text.rstrip("/")


def _origins(environment: Mapping[str, str], *, hosted: bool) -> tuple[str, ...]:
    text = environment.get("CORS_ORIGINS", "" if hosted else _LOCAL_ORIGINS)
    origins = tuple(origin.strip() for origin in text.split(",") if origin.strip())
    for origin in origins:
        if "*" in origin or urlsplit(origin).scheme not in {"http", "https"}:
            message = f"CORS_ORIGINS has {origin!r}: name each origin, as https://example.com"
            raise Refused("cors_origin_refused", message)
    return origins


def _networks(environment: Mapping[str, str], variable: str) -> tuple[Network, ...]:
    texts = [text.strip() for text in environment.get(variable, "").split(",") if text.strip()]
    try:
        return tuple(ip_network(text) for text in texts)
    except ValueError as error:
        message = f"{variable} has a malformed network ({error}): write it as 10.0.0.0/8"
        raise Refused("setting_malformed", message) from error


def _bypass_secret(environment: Mapping[str, str], mode: SiteMode) -> bytes:
    secret = environment.get("RATE_LIMIT_BYPASS_SECRET", "").encode()
    if secret and mode is SiteMode.PROD:
        message = "RATE_LIMIT_BYPASS_SECRET is set: unset it, PROD has no way round its limits"
        raise Refused("bypass_in_prod", message)
    return secret


def _credentials(environment: Mapping[str, str]) -> tuple[str, str] | None:
    text = environment.get("METRICS_CREDENTIALS", "")
    if not text:
        return None
    user, separator, password = text.partition(":")
    if not (user and separator and password):
        raise Refused("setting_malformed", "METRICS_CREDENTIALS must be `user:password`")
    return user, password


def _level(environment: Mapping[str, str]) -> str:
    level = environment.get("LOG_LEVEL", "").strip().casefold() or "info"
    if level not in _LEVELS:
        message = f"LOG_LEVEL is {level!r}: set it to one of {', '.join(_LEVELS)}"
        raise Refused("setting_malformed", message)
    return level


def _calendar_rules(environment: Mapping[str, str]) -> CalendarRules:
    """The figures of calendars: those named here, the others as the platform starts. AD-10."""
    text = environment.get("CALENDAR_RULES", "").strip() or "{}"
    try:
        unknown = msgspec.json.decode(text, type=dict[str, object]).keys() - fields_dict(
            CalendarRules
        )
        if unknown:
            raise msgspec.ValidationError(f"there is no {', '.join(sorted(unknown))}")
        # Built once more by its own constructor, which msgspec goes around: it caches its hash.
        return evolve(msgspec.json.decode(text, type=CalendarRules))
    except msgspec.MsgspecError as error:
        message = f'CALENDAR_RULES is wrong ({error}): write it as {{"hold_minutes": 30}}'
        raise Refused("setting_malformed", message) from error


def _only_without_strangers(
    environment: Mapping[str, str], variable: str, selection: Selection
) -> str | None:
    """A variable for the INT tier alone: where strangers come, it must not even be set."""
    text = environment.get(variable, "").strip()
    if not text:
        return None
    if selection.tier is not Tier.INT:
        message = (
            f"{variable} is set: unset it, it is for the INT tier and this is {selection.tier}"
        )
        raise Refused("int_only", message)
    return text
