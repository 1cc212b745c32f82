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


class Operation(StrEnum):
    """What one person asks for one at a time, by whichever route. Source: SE-12, PY-72."""

    BOOK = "book"
    CONFIRM = "confirm"
    CHANGE_CARD = "change_card"
    CANCEL = "cancel"
    MOVE = "move"
    TIP = "tip"
    PAY_DEBT = "pay_debt"
    PAY_OUT = "pay_out"


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
    operation: Operation | None = None
    """What its routes have in common, where there are several: its lock is named by that."""
    forms: tuple[str, ...] = ()
    """The media types of its answers besides the first."""
    late_door: bool = False
    """Who asks is found out by the first look of the handler, which takes a `door`."""
    asset: bool = False
    """A file that browsers keep for ever: a page fetches many at once, and then none. ADR 0043."""
    page: bool = False
    """Looked at by people: a dead access cookie is renewed on the way in. Source: AC-26."""

    @property
    def money(self) -> bool:
        """Whether it is asked one at a time by one person, under a lock. Source: SE-12, PY-72."""
        return self.operation is not None or self.bucket.name == _FINANCIAL

    def lock(self, principal: str, method: str, template: str) -> str:
        """The name of the lock of *principal* and this operation, which only its routes share."""
        return f"operation:{principal}:{self.operation or f'{method}:{template}'}"


def policy(
    *,
    access: Access,
    bucket: str,
    idempotency: Idempotency = NONE,
    machine: bool = False,
    operation: Operation | None = None,
    forms: tuple[str, ...] = (),
    late_door: bool = False,
    page: bool = False,
    asset: bool = False,
) -> dict[str, Any]:
    """The `opt` of a route handler; in the bucket `financial` it has a lock even by itself.

    *forms* are the media types in which it answers besides its first. A *late_door* opens where
    the handler reads: for reads alone, as nothing may happen before it is known who asks.

    Raises:
        UnknownBucket: *bucket* is not in the table; the process must not start.
        ValueError: A late door where anybody may enter, or where something is done.
    """
    if late_door and (not access.signed_in or idempotency is not NONE or operation):
        raise ValueError("a late door is for reads of somebody who is signed in")
    declared = RoutePolicy(
        access=access,
        bucket=_bucket(bucket),
        idempotency=idempotency,
        machine=machine,
        operation=operation,
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
