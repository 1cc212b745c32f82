"""The catalogue in PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, field
from sqlalchemy import Connection, Row, Table, delete, or_, select, text
from sqlalchemy.dialects.postgresql import Insert, insert

from adapters.postgres.hot import HotRow
from adapters.postgres.tables.catalog import categories, service_terms, services, subcategories
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.catalog.model import (
    AgeGroup,
    Catalog,
    Category,
    Service,
    Subcategory,
    normal,
)

_SERVICES = select(services, subcategories.c.slug.label("subcategory")).join(
    subcategories, subcategories.c.subcategory_id == services.c.subcategory_id
)
_SUBCATEGORIES = select(subcategories, categories.c.slug.label("category")).join(
    categories, categories.c.category_id == subcategories.c.category_id
)
# Whatever writes a row gives it another xmin, so any change makes another text.
_VERSION = HotRow(
    """
    SELECT concat_ws(
        ' ',
        (SELECT concat(count(*), '+', sum(xmin::text::bigint)) FROM categories),
        (SELECT concat(count(*), '+', sum(xmin::text::bigint)) FROM subcategories),
        (SELECT concat(count(*), '+', sum(xmin::text::bigint)) FROM services)
    ) AS version
    """
)
# What is taught is a part of when somebody is free: whoever keeps that in memory must hear of it.
_MARK_TEACHERS = text(
    """
    UPDATE calendars SET changed_xid = pg_current_xact_id()
    WHERE instructor_id IN (
        SELECT instructor_id FROM offerings WHERE service_id = ANY(CAST(:services AS uuid[]))
    )
    """
)
_SHOWN_SERVICE = _SERVICES.join(
    categories, categories.c.category_id == subcategories.c.category_id
).where(services.c.is_active, subcategories.c.is_active, categories.c.is_active)


def _upsert(table: Table, key: str, rows: Sequence[Mapping[str, Any]]) -> Insert:
    """Change by slug only what differs."""
    statement = insert(table).values(list(rows))
    names = [name for name in rows[0] if name not in (key, "slug")]
    return statement.on_conflict_do_update(
        index_elements=[table.c.slug],
        set_={name: statement.excluded[name] for name in names},
        where=or_(*(table.c[name].is_distinct_from(statement.excluded[name]) for name in names)),
    )


@define
class RememberedCatalog:
    """The catalogue that was read last, with its version, for all threads of this process."""

    kept: tuple[str, Catalog] | None = None


@define
class PostgresCatalog:
    """The `Catalogs` port and the `CatalogPages` query.

    What is remembered answers as long as its version is the database's: hundreds of rows that
    seldom change cost one small statement then.
    """

    _connection: Connection
    _remembered: RememberedCatalog = field(factory=RememberedCatalog)

    def load(self, catalog: Catalog) -> None:
        if catalog.categories:
            rows = [_category_row(each) for each in catalog.categories]
            self._connection.execute(_upsert(categories, "category_id", rows))
        if catalog.subcategories:
            ids = {each.slug: each.category_id for each in catalog.categories}
            rows = [
                _subcategory_row(each) | {"category_id": ids[each.category]}
                for each in catalog.subcategories
            ]
            self._connection.execute(_upsert(subcategories, "subcategory_id", rows))
        if catalog.services:
            owners = {each.slug: each.subcategory_id for each in catalog.subcategories}
            rows = [
                _service_row(each) | {"subcategory_id": owners[each.subcategory]}
                for each in catalog.services
            ]
            changed = _upsert(services, "service_id", rows).returning(services.c.service_id)
            numbers = [each.value for each in self._connection.scalars(changed)]
            self._connection.execute(_MARK_TEACHERS, {"services": numbers})
            self._load_terms(catalog.services)

    def _load_terms(self, loaded: Sequence[Service]) -> None:
        ids = [each.service_id for each in loaded]
        self._connection.execute(delete(service_terms).where(service_terms.c.service_id.in_(ids)))
        terms = {
            normal(term): each.service_id for each in loaded for term in (each.name, *each.terms)
        }
        rows = [{"term": term, "service_id": owner} for term, owner in terms.items()]
        self._connection.execute(insert(service_terms).values(rows))

    def find_service(self, service_id: ServiceId) -> Service | None:
        statement = _SHOWN_SERVICE.where(services.c.service_id == service_id)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _service(row)

    def tree(self) -> Catalog:
        version = str(_VERSION.of(self._connection, {}).version)
        kept = self._remembered.kept
        if kept is not None and kept[0] == version:
            return kept[1]
        # Read after its version: if something changes between, the next reader finds out.
        found = self._read()
        self._remembered.kept = version, found
        return found

    def _read(self) -> Catalog:
        execute = self._connection.execute
        return Catalog(
            categories=tuple(
                _category(row)
                for row in execute(select(categories).order_by(categories.c.display_order))
            ),
            subcategories=tuple(
                _subcategory(row) for row in execute(_SUBCATEGORIES.order_by(subcategories.c.slug))
            ),
            services=tuple(_service(row) for row in execute(_SERVICES.order_by(services.c.slug))),
        )


def _category_row(each: Category) -> dict[str, Any]:
    return {
        "category_id": each.category_id,
        "slug": each.slug,
        "name": each.name,
        "subtitle": each.subtitle,
        "icon": each.icon,
        "terms": list(each.terms),
        "display_order": each.display_order,
        "is_active": each.is_active,
        "collects_ages": [str(age) for age in each.collects_ages],
    }


def _category(row: Row[Any]) -> Category:
    return Category(
        category_id=row.category_id,
        slug=row.slug,
        name=row.name,
        subtitle=row.subtitle,
        icon=row.icon,
        terms=tuple(row.terms),
        display_order=row.display_order,
        is_active=row.is_active,
        collects_ages=tuple(AgeGroup(age) for age in row.collects_ages),
    )


def _subcategory_row(each: Subcategory) -> dict[str, Any]:
    return {
        "subcategory_id": each.subcategory_id,
        "slug": each.slug,
        "name": each.name,
        "terms": list(each.terms),
        "filters": {key: list(values) for key, values in each.filters.items()},
        "display_order": each.display_order,
        "is_active": each.is_active,
    }


def _subcategory(row: Row[Any]) -> Subcategory:
    return Subcategory(
        subcategory_id=row.subcategory_id,
        slug=row.slug,
        name=row.name,
        category=row.category,
        terms=tuple(row.terms),
        filters={key: tuple(values) for key, values in row.filters.items()},
        display_order=row.display_order,
        is_active=row.is_active,
    )


def _service_row(each: Service) -> dict[str, Any]:
    return {
        "service_id": each.service_id,
        "slug": each.slug,
        "name": each.name,
        "description": each.description,
        "terms": list(each.terms),
        "eligible_age_groups": [str(age) for age in each.eligible_age_groups],
        "default_duration_minutes": each.default_duration_minutes,
        "online_capable": each.online_capable,
        "requires_certification": each.requires_certification,
        "related": list(each.related),
        "display_order": each.display_order,
        "is_active": each.is_active,
    }


def _service(row: Row[Any]) -> Service:
    return Service(
        service_id=row.service_id,
        slug=row.slug,
        name=row.name,
        subcategory=row.subcategory,
        description=row.description,
        terms=tuple(row.terms),
        eligible_age_groups=tuple(AgeGroup(age) for age in row.eligible_age_groups),
        default_duration_minutes=row.default_duration_minutes,
        online_capable=row.online_capable,
        requires_certification=row.requires_certification,
        related=tuple(row.related),
        display_order=row.display_order,
        is_active=row.is_active,
    )
