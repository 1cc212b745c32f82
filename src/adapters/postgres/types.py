"""How our values cross into columns."""

from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, Dialect, Text, Uuid
from sqlalchemy.types import TypeDecorator

from instainstru_core.kernel.ids import EntityId
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.zones import Zone

IdT = TypeVar("IdT", bound=EntityId)


class IdOf(TypeDecorator[IdT], Generic[IdT]):
    """A typed id: 16 bytes in a uuid column, whose order is the ULID's order."""

    impl = Uuid
    cache_ok = True

    def __init__(self, kind: type[IdT]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: IdT | None, dialect: Dialect) -> UUID | None:
        return None if value is None else value.value

    def process_result_value(self, value: UUID | None, dialect: Dialect) -> IdT | None:
        return None if value is None else self.kind(value)


class Cents(TypeDecorator[Money]):
    """An amount of money, stored in cents."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Money | None, dialect: Dialect) -> int | None:
        return None if value is None else value.cents

    def process_result_value(self, value: int | None, dialect: Dialect) -> Money | None:
        return None if value is None else Money(value)


class ZoneName(TypeDecorator[Zone]):
    """A time zone, stored by its IANA name."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Zone | None, dialect: Dialect) -> str | None:
        return None if value is None else value.name

    def process_result_value(self, value: str | None, dialect: Dialect) -> Zone | None:
        return None if value is None else Zone(value)
