"""Logs: one JSON object per line on standard error, without secrets. Source: SE-35, SE-36, OP-8."""

import logging
import sys

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from entrypoints.redaction import REDACTED, is_secret_key, redact


def start_logs(*, level: str, site_mode: str, release: str) -> None:
    """Send every log of this process, the libraries' too, to standard error as JSON lines."""
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
        _stamped(site_mode=site_mode, release=release),
        structlog.processors.format_exc_info,
        redact_event,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _line],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(number)
    for noisy in ("httpx", "httpcore", "asyncio"):
        logging.getLogger(noisy).setLevel(max(number, logging.WARNING))


def redact_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Take the secrets out of one log event."""
    return {
        key: value if key.startswith("_") else REDACTED if is_secret_key(key) else redact(value)
        for key, value in event.items()
    }


def _stamped(*, site_mode: str, release: str) -> Processor:
    def stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {**event, "site_mode": site_mode, "release": release}

    return stamp


def _line(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """One line: JSON escapes every line break, so nobody can forge an entry."""
    return msgspec.json.encode(event, enc_hook=str).decode()
