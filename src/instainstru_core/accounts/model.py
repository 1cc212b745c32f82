"""People with a login: what they are, and what they may do. Source: AC-1…AC-3, AC-38…AC-40."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import evolve, field, frozen

from instainstru_core.accounts.errors import UnknownPermission
from instainstru_core.accounts.events import UserRegistered, UserTimezoneChanged
from instainstru_core.accounts.ids import AccountId, SessionId
from instainstru_core.kernel.events import Aggregate
from instainstru_core.kernel.time import utc
from instainstru_core.kernel.zones import Zone


class Role(StrEnum):
    """What an account is; exactly one. Source: AC-38."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"
    ADMIN = "admin"


class AccountStatus(StrEnum):
    """Where an account is in its life. Source: AC-50."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DEACTIVATED = "deactivated"
    ERASED = "erased"


class Permission(StrEnum):
    """The thirty capabilities, in the order of the table. Source: AC-39."""

    MANAGE_OWN_PROFILE = "manage_own_profile"
    VIEW_OWN_BOOKINGS = "view_own_bookings"
    VIEW_OWN_SEARCH_HISTORY = "view_own_search_history"
    CHANGE_OWN_PASSWORD = "change_own_password"  # noqa: S105 - a permission's name
    DELETE_OWN_ACCOUNT = "delete_own_account"
    VIEW_INSTRUCTORS = "view_instructors"
    VIEW_INSTRUCTOR_AVAILABILITY = "view_instructor_availability"
    CREATE_BOOKINGS = "create_bookings"
    CANCEL_OWN_BOOKINGS = "cancel_own_bookings"
    VIEW_BOOKING_DETAILS = "view_booking_details"
    MANAGE_INSTRUCTOR_PROFILE = "manage_instructor_profile"
    MANAGE_SERVICES = "manage_services"
    MANAGE_AVAILABILITY = "manage_availability"
    VIEW_INCOMING_BOOKINGS = "view_incoming_bookings"
    COMPLETE_BOOKINGS = "complete_bookings"
    CANCEL_STUDENT_BOOKINGS = "cancel_student_bookings"
    VIEW_OWN_INSTRUCTOR_ANALYTICS = "view_own_instructor_analytics"
    SUSPEND_OWN_INSTRUCTOR_ACCOUNT = "suspend_own_instructor_account"
    VIEW_ALL_USERS = "view_all_users"
    MANAGE_USERS = "manage_users"
    VIEW_SYSTEM_ANALYTICS = "view_system_analytics"
    EXPORT_ANALYTICS = "export_analytics"
    VIEW_ALL_BOOKINGS = "view_all_bookings"
    MANAGE_ALL_BOOKINGS = "manage_all_bookings"
    ACCESS_MONITORING = "access_monitoring"
    MODERATE_CONTENT = "moderate_content"
    VIEW_FINANCIALS = "view_financials"
    MANAGE_FINANCIALS = "manage_financials"
    MANAGE_ROLES = "manage_roles"
    MANAGE_PERMISSIONS = "manage_permissions"

    @classmethod
    def of(cls, name: str) -> "Permission":
        """The permission called *name*.

        Raises:
            UnknownPermission: There is none: a programming error, never "false". Source: AC-40.
        """
        try:
            return cls(name)
        except ValueError:
            raise UnknownPermission(name) from None


_ALL: Final = tuple(Permission)
GRANTS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.STUDENT: frozenset(_ALL[:10]),
    Role.INSTRUCTOR: frozenset(_ALL[:5] + _ALL[10:18]),
    Role.ADMIN: frozenset(_ALL),
}
"""What each role brings: 10, 13 and 30. Source: AC-39."""


class Effect(StrEnum):
    """What an override does. Source: AC-40."""

    GRANT = "grant"
    REVOKE = "revoke"


@frozen
class Override:
    """One permission granted to, or taken from, one account."""

    permission: Permission
    effect: Effect


def effective(role: Role, overrides: Iterable[Override] = ()) -> frozenset[Permission]:
    """Role grants and account grants, less account revokes: revoke always wins. Source: AC-40."""
    kept = list(overrides)
    granted = {override.permission for override in kept if override.effect is Effect.GRANT}
    revoked = {override.permission for override in kept if override.effect is Effect.REVOKE}
    return (GRANTS[role] | granted) - revoked


@frozen(kw_only=True)
class Principal:
    """Whoever makes a request: one person in one session. Source: SE-31."""

    account_id: AccountId
    role: Role
    permissions: frozenset[Permission]
    session_id: SessionId
    status: AccountStatus = AccountStatus.ACTIVE

    def may(self, permission: Permission) -> bool:
        """Whether this person has *permission* now."""
        return permission in self.permissions

    def __str__(self) -> str:
        return f"user:{self.account_id}"


@frozen(kw_only=True)
class Account(Aggregate):
    """One human login, with exactly one role and one status. Source: AC-1, AC-2, AC-50."""

    account_id: AccountId
    email: str
    email_key: str
    password_hash: str = field(repr=False)
    first_name: str
    last_name: str
    zip_code: str
    zone: Zone
    role: Role
    status: AccountStatus = AccountStatus.ACTIVE
    session_epoch: int = 0
    created_at: datetime = field(converter=utc)

    def registered(self, *, accepted_terms: str) -> "Account":
        """This account, new, with its news. Source: AC-6."""
        news = UserRegistered(
            account_id=self.account_id,
            role=self.role,
            accepted_terms=accepted_terms,
            occurred_at=self.created_at,
        )
        return evolve(self, events=(*self.events, news))

    def renamed(self, first_name: str, last_name: str) -> "Account":
        """The same person under another name."""
        return evolve(self, first_name=first_name, last_name=last_name)

    def moved(self, *, zip_code: str, zone: Zone, at: datetime) -> "Account":
        """The same person elsewhere; a new zone is news."""
        events = self.events
        if zone != self.zone:
            news = UserTimezoneChanged(
                account_id=self.account_id, before=self.zone.name, after=zone.name, occurred_at=at
            )
            events = (*events, news)
        return evolve(self, zip_code=zip_code, zone=zone, events=events)

    @property
    def last_initial(self) -> str:
        """The upper-cased first letter of the last name, or nothing. Source: AC-56."""
        return self.last_name.strip()[:1].upper()

    @property
    def display_name(self) -> str:
        """How strangers see this person: `Sarah C.`. Source: AC-56."""
        first = self.first_name.strip()
        if not first:
            return "Unknown"
        return f"{first} {self.last_initial}." if self.last_initial else first
