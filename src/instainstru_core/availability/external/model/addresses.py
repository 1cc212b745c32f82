"""Which addresses a calendar may be fetched from. Source: spec 01 §11.

What is fetched on somebody's word must never be something of ours, nor of the network we are in.
"""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

from attrs import field, frozen

from instainstru_core.availability.external.errors import FeedAddressForbidden, FeedAddressInvalid

MAX_ADDRESS_LENGTH: Final = 2_048
SHOWN_CHARACTERS: Final = 4
HTTPS_PORT: Final = "443"

IPAddress: TypeAlias = IPv4Address | IPv6Address

_URL: Final = re.compile(r"([a-z]+)://([^/?#]*)([^#]*)(?:#.*)?", re.IGNORECASE)
_AUTHORITY: Final = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::([0-9]*))?", re.IGNORECASE)
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER: Final = re.compile(r"0x[0-9a-f]*|[0-9]+")
_FIELD: Final = "/url"
_SCHEMES: Final = frozenset({"https", "webcal", "webcals"})
_MAX_HOST_LENGTH: Final = 253
_PRIVATE_NAMES: Final = (
    "localhost",
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "home.arpa",
    "in-addr.arpa",
    "ip6.arpa",
    "onion",
    "test",
    "invalid",
    "example",
)
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
# Inside the global range, but they lead to an IPv4 address that they hide, or to nobody.
_HIDING: Final = tuple(
    IPv6Network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


@frozen
class FeedAddress:
    """The https address of a calendar. Whoever has it can read the calendar: never show it."""

    url: str = field(repr=False)
    host: str = field(repr=False)

    @property
    def hint(self) -> str:
        """Enough to recognise it by, for its owner: the host and the last characters."""
        return f"{self.host}/…{self.url[-SHOWN_CHARACTERS:]}"


def read_address(text: str) -> FeedAddress:
    """The address that somebody typed or pasted; `webcal` means https.

    Raises:
        FeedAddressInvalid: It is none, or not of a kind that is fetched.
        FeedAddressForbidden: It names a machine that is not on the public internet.
    """
    found = _URL.fullmatch(text.strip())
    if found is None or not text.strip().isascii() or re.search(r"[\x00-\x20\x7f\\]", text.strip()):
        raise FeedAddressInvalid(
            _FIELD, "expected an address like https://calendar.example.com/feed.ics"
        )
    scheme, authority, rest = found.groups()
    if len(text) > MAX_ADDRESS_LENGTH:
        raise FeedAddressInvalid(_FIELD, f"an address has at most {MAX_ADDRESS_LENGTH} characters")
    if scheme.lower() not in _SCHEMES:
        raise FeedAddressInvalid(_FIELD, "a calendar's address begins with https:// or webcal://")
    if "@" in authority:
        raise FeedAddressInvalid(_FIELD, "an address with a name or password in it is not fetched")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        raise FeedAddressInvalid(_FIELD, "the address names no host")
    host, port = parts.group(1).lower().rstrip("."), parts.group(2)
    if port not in {None, "", HTTPS_PORT}:
        raise FeedAddressInvalid(_FIELD, "a calendar is fetched from port 443 only")
    check_host(host)
    path = rest if rest.startswith("/") else f"/{rest}"
    return FeedAddress(f"https://{host}{path}", host)


def check_host(host: str) -> None:
    """Nothing if *host* may be on the public internet: names are looked up later.

    Raises:
        FeedAddressInvalid: It is no host's name.
        FeedAddressForbidden: It is a private address or name.
    """
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        _check_name(host)
    else:
        if not is_public(address):
            raise FeedAddressForbidden(_FIELD, "the address is not on the public internet")


def _check_name(host: str) -> None:
    labels = host.split(".")
    if len(host) > _MAX_HOST_LENGTH or not all(_LABEL.fullmatch(each) for each in labels):
        raise FeedAddressInvalid(_FIELD, "the address names no host")
    # 127.1, 0x7f000001 and 2130706433 are ways to write an address that resolvers understand.
    if len(labels) == 1 or _NUMBER.fullmatch(labels[-1]):
        raise FeedAddressForbidden(_FIELD, "the address is not on the public internet")
    if any(host == name or host.endswith(f".{name}") for name in _PRIVATE_NAMES):
        raise FeedAddressForbidden(_FIELD, "the address is not on the public internet")


def is_public(address: IPAddress) -> bool:
    """Whether *address* belongs to somebody on the public internet, and hides no other address."""
    if address.is_multicast or not address.is_global or address.is_reserved:
        return False
    if isinstance(address, IPv6Address):
        hidden = any(address in each for each in _HIDING)
        return address in _GLOBAL_UNICAST and not hidden
    return True
