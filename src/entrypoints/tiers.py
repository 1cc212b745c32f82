"""Which of the three databases a process may open, and how its URL must look.

Pure policy: no environment is read here, and nothing is opened. Source: SE-38, SE-40, SE-41, OP-1,
OP-2.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qs, urlsplit

from attrs import frozen


class Refused(RuntimeError):
    """A setting that must not be used; the message says what to change."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class SiteMode(StrEnum):
    """Where the platform runs. Source: OP-1."""

    PROD = "prod"
    PREVIEW = "preview"
    STG = "stg"
    LOCAL = "local"
    INT = "int"

    @property
    def is_hosted(self) -> bool:
        """Whether strangers can reach it, so that nothing may be a sample."""
        return self in {SiteMode.PROD, SiteMode.PREVIEW, SiteMode.STG}


class Tier(StrEnum):
    """Which database. Source: SE-38, OP-2."""

    INT = "INT"
    STG = "STG"
    PROD = "PROD"


_MODES: Final = {
    "": SiteMode.INT,
    "beta": SiteMode.PROD,
    "ci": SiteMode.INT,
    "dev": SiteMode.LOCAL,
    "development": SiteMode.LOCAL,
    "int": SiteMode.INT,
    "live": SiteMode.PROD,
    "local": SiteMode.LOCAL,
    "preview": SiteMode.PREVIEW,
    "prod": SiteMode.PROD,
    "production": SiteMode.PROD,
    "stage": SiteMode.STG,
    "staging": SiteMode.STG,
    "stg": SiteMode.STG,
    "test": SiteMode.INT,
}
_HOSTED: Final = (
    "supabase.com",
    "supabase.co",
    "amazonaws.com",
    "cloud.google.com",
    "database.azure.com",
    "elephantsql.com",
    "bit.io",
    "neon.tech",
    "railway.app",
    "render.com",
    "aiven.io",
)
_INT_MARKS: Final = frozenset({"test", "testing", "int", "ci"})
_TRUE: Final = frozenset({"1", "true", "yes", "on"})


@frozen
class Selection:
    """The database that a process may open, and the only variable its URL is read from."""

    mode: SiteMode
    tier: Tier
    url_variable: str


def site_mode(value: str | None) -> SiteMode:
    """Read the site mode.

    Raises:
        Refused: The word is unknown: a misspelt mode must never run. Source: OP-1.
    """
    word = (value or "").strip().casefold()
    try:
        return _MODES[word]
    except KeyError as error:
        known = ", ".join(sorted(filter(None, _MODES)))
        message = f"SITE_MODE is {word!r}, which is no mode: set it to one of {known}"
        raise Refused("site_mode_unknown", message) from error


def select_tier(environment: Mapping[str, str]) -> Selection:
    """Choose the database tier from an environment.

    Under a test runner or CI it is INT, whatever else is set. Source: SE-38, OP-2.

    Raises:
        Refused: `SITE_MODE` is no mode.
    """
    if under_test(environment):
        return Selection(SiteMode.INT, Tier.INT, "DATABASE_URL")
    mode = site_mode(environment.get("SITE_MODE"))
    match mode:
        case SiteMode.PROD:
            return Selection(mode, Tier.PROD, "PROD_DATABASE_URL")
        case SiteMode.PREVIEW:
            return Selection(mode, Tier.STG, "PREVIEW_DATABASE_URL")
        case SiteMode.STG | SiteMode.LOCAL:
            return Selection(mode, Tier.STG, "STG_DATABASE_URL")
        case SiteMode.INT:
            return Selection(mode, Tier.INT, "DATABASE_URL")


def under_test(environment: Mapping[str, str]) -> bool:
    """Whether a test runner or CI is at work."""
    if "PYTEST_CURRENT_TEST" in environment or "PYTEST_VERSION" in environment:
        return True
    return environment.get("CI", "").strip().casefold() in _TRUE


def vet_url(tier: Tier, url: str) -> str:
    """Return the URL if the tier may open it.

    Raises:
        Refused: It is no PostgreSQL URL, or looks hosted where it must not, or an INT database is
            not named as one. Source: SE-40.
    """
    parts = urlsplit(url)
    name = parts.path.removeprefix("/")
    if parts.scheme.partition("+")[0] not in {"postgresql", "postgres"} or not name:
        message = f"not a PostgreSQL URL with a database name: {mask_url(url)}"
        raise Refused("url_malformed", message)
    hosts = ",".join([parts.netloc.rpartition("@")[2], *parse_qs(parts.query).get("host", [])])
    if tier is not Tier.PROD and any(hosted in hosts.casefold() for hosted in _HOSTED):
        message = f"{mask_url(url)} looks hosted: {tier} opens only databases of this network"
        raise Refused("url_looks_hosted", message)
    if tier is Tier.INT and _INT_MARKS.isdisjoint(re.split(r"[^a-z0-9]+", name.casefold())):
        marks = ", ".join(sorted(_INT_MARKS))
        message = (
            f"{mask_url(url)} is not marked as an INT database: put one of {marks} in its name"
        )
        raise Refused("int_url_name_unmarked", message)
    return url


def mask_url(url: str) -> str:
    """The URL without its credentials: `scheme://***:***@host[:port]/db`. Source: SE-41."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2] or ",".join(parse_qs(parts.query).get("host", []))
    return f"{parts.scheme}://***:***@{host}{parts.path}"
