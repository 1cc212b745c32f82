"""The engine: as many connections as threads, every wait bounded."""

from sqlalchemy import Engine, create_engine

STATEMENT_TIMEOUT_MS = 15_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000
CONNECT_TIMEOUT_SECONDS = 5


def postgres_engine(url: str, *, connections: int, wait_seconds: float = 3) -> Engine:
    """An engine on *url* with at most *connections* connections.

    A caller waits at most *wait_seconds* for a free one; then `sqlalchemy.exc.TimeoutError`.
    Source: OP-18.
    """
    return create_engine(
        _with_driver(url),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=wait_seconds,
        pool_pre_ping=False,
        pool_use_lifo=True,
        hide_parameters=True,  # An error that names them would take secrets and people to the log.
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "application_name": "instainstru",
            "options": (
                f"-c statement_timeout={STATEMENT_TIMEOUT_MS}"
                f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT_MS}"
                " -c timezone=UTC"
            ),
            # Prepared at the first execution: a request's few statements are always the same ones.
            "prepare_threshold": 1,
        },
    )


def _with_driver(url: str) -> str:
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url
