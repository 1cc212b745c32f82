"""What a route declares about itself: who may call it, how often, and whether a key makes it safe.

A route that declares nothing stops the process from starting. Source: AC-41, SE-4, SE-13.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from attrs import frozen

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.accounts.rate_limits import RatePolicy, bucket

OPT: Final = "policy"


class Idempotency(StrEnum):
    """Whether a route takes an `Idempotency-Key`. Source: SE-13."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


NONE: Final = Idempotency.NONE
OPTIONAL: Final = Idempotency.OPTIONAL
REQUIRED: Final = Idempotency.REQUIRED


@frozen
class Access:
    """Who may call: anybody, anybody signed in, or holders of all (any) of some permissions."""

    signed_in: bool
    permissions: frozenset[Permission] = frozenset()
    any_of: bool = False

    def admits(self, principal: Principal | None) -> bool:
        """Whether *principal* may pass; a missing one passes public routes only."""
        if principal is None:
            return not self.signed_in
        if not self.permissions:
            return True
        if self.any_of:
            return not self.permissions.isdisjoint(principal.permissions)
        return self.permissions <= principal.permissions


_FINANCIAL: Final = "financial"
PUBLIC: Final = Access(signed_in=False)
AUTHENTICATED: Final = Access(signed_in=True)


def requires(*permissions: Permission, any_of: bool = False) -> Access:
    """Holders of all of *permissions*, or of any of them."""
    if not permissions:
        raise ValueError("requires() needs a permission; AUTHENTICATED is anybody signed in")
    return Access(signed_in=True, permissions=frozenset(permissions), any_of=any_of)


@frozen(kw_only=True)
class RoutePolicy:
    """Everything the perimeter must know about one route."""

    access: Access
    bucket: RatePolicy
    idempotency: Idempotency = Idempotency.NONE
    machine: bool = False
    """Called by programs with their own proof, so CSRF doesn't concern it. Source: SE-15."""
    money: bool = False
    """Asked one at a time by one person, under a lock. Source: SE-12, PY-72."""
    forms: tuple[str, ...] = ()
    """The media types of its answers besides the first."""
    late_door: bool = False
    """Who asks is found out by the first look of the handler, which takes a `door`."""
    asset: bool = False
    """A file that browsers keep for ever: a page fetches many at once, and then none. ADR 0043."""
    page: bool = False
    """Looked at by people: a dead access cookie is renewed on the way in. Source: AC-26."""


def policy(
    *,
    access: Access,
    bucket: str,
    idempotency: Idempotency = NONE,
    machine: bool = False,
    money: bool | None = None,
    forms: tuple[str, ...] = (),
    late_door: bool = False,
    page: bool = False,
    asset: bool = False,
) -> dict[str, Any]:
    """The `opt` of a route handler; *money* goes without saying where the bucket is `financial`.

    *forms* are the media types in which it answers besides its first. A *late_door* opens where
    the handler reads: for reads alone, as nothing may happen before it is known who asks.

    Raises:
        UnknownBucket: *bucket* is not in the table; the process must not start.
        ValueError: A late door where anybody may enter, or where something is done.
    """
    if late_door and (not access.signed_in or idempotency is not NONE or money):
        raise ValueError("a late door is for reads of somebody who is signed in")
    declared = RoutePolicy(
        access=access,
        bucket=_bucket(bucket),
        idempotency=idempotency,
        machine=machine,
        money=bucket == _FINANCIAL if money is None else money,
        forms=forms,
        late_door=late_door,
        page=page,
        asset=asset,
    )
    return {OPT: declared}


_bucket = bucket


class UndeclaredRoute(RuntimeError):
    """Routes without a policy: the process must not start. Source: AC-41, SE-42."""

    def __init__(self, routes: Iterable[str]) -> None:
        super().__init__(f"these routes declare no policy: {', '.join(sorted(routes))}")
