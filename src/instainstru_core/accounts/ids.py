"""Names for the things of accounts."""

from instainstru_core.kernel.ids import EntityId


class AccountId(EntityId):
    """One human login."""

    __slots__ = ()


class StudentId(EntityId):
    """An account, as the one who learns: the same ULID."""

    __slots__ = ()


class SessionId(EntityId):
    """One signed-in device."""

    __slots__ = ()


class ChallengeId(EntityId):
    """One question sent to a mailbox."""

    __slots__ = ()
