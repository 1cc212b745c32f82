"""The gazetteer in PostgreSQL, and the map that each process makes of it."""

from collections.abc import Sequence
from threading import Lock

from attrs import define, field
from sqlalchemy import Connection, Engine, Row, or_, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.tables.places import regions
from instainstru_core.places.model.gazetteer import Gazetteer, Region

_FIELDS = ("slug", "name", "borough", "part_of", "lat", "lng", "outline")
_ALL = select(*(regions.c[name] for name in _FIELDS)).order_by(regions.c.position)
_INSERT = insert(regions)
_LOAD = _INSERT.on_conflict_do_update(
    index_elements=[regions.c.slug],
    set_={name: _INSERT.excluded[name] for name in (*_FIELDS[1:], "position")},
    where=or_(
        *(
            regions.c[name].is_distinct_from(_INSERT.excluded[name])
            for name in (*_FIELDS[1:], "position")
        )
    ),
)


def _region(row: Row[tuple[object, ...]]) -> Region:
    return Region(**row._mapping)  # noqa: SLF001


@define
class PostgresRegions:
    """The `Regions` port."""

    _connection: Connection

    def load(self, new: Sequence[Region]) -> int:
        if not new:
            return 0
        rows = [
            {name: getattr(region, name) for name in _FIELDS} | {"position": position}
            for position, region in enumerate(new)
        ]
        changed = self._connection.execute(_LOAD.returning(regions.c.slug).values(rows))
        return len(changed.all())

    def all(self) -> Sequence[Region]:
        return tuple(_region(row) for row in self._connection.execute(_ALL))


@define
class PostgresPlaces:
    """The `Places` port: read once, when first asked for, and kept for the life of the process.

    An empty map is not kept: someone is about to load the regions.
    """

    _engine: Engine
    _kept: list[Gazetteer] = field(factory=list, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def gazetteer(self) -> Gazetteer:
        if not self._kept:
            with self._lock:
                if not self._kept:
                    return self._read()
        return self._kept[0]

    def _read(self) -> Gazetteer:
        with self._engine.connect() as connection:
            found = Gazetteer(PostgresRegions(connection).all())
        if found.regions:
            self._kept.append(found)
        return found
