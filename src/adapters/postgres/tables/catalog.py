"""Tables of catalog: what can be taught. Source: CA-1, CA-4."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import IdOf
from instainstru_core.catalog.ids import CategoryId, ServiceId, SubcategoryId

_SLUG = "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 100"
_NAME = "length(name) BETWEEN 1 AND 100"
_EMPTY = text("'{}'")

categories = Table(
    "categories",
    metadata,
    Column("category_id", IdOf(CategoryId), primary_key=True),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("subtitle", Text, nullable=False, server_default=""),
    Column("icon", Text, nullable=False, server_default=""),
    Column("terms", ARRAY(Text), nullable=False, server_default=_EMPTY),
    Column("display_order", Integer, nullable=False),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    Column("collects_ages", ARRAY(Text), nullable=False, server_default=_EMPTY),
    UniqueConstraint("slug", name="categories_slug_key"),
    CheckConstraint(_SLUG, name="slug"),
    CheckConstraint(_NAME, name="name"),
)

subcategories = Table(
    "subcategories",
    metadata,
    Column("subcategory_id", IdOf(SubcategoryId), primary_key=True),
    Column(
        "category_id",
        IdOf(CategoryId),
        ForeignKey("categories.category_id", ondelete="RESTRICT"),
        nullable=False,
    ),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("terms", ARRAY(Text), nullable=False, server_default=_EMPTY),
    Column("filters", JSONB, nullable=False, server_default=text("'{}'")),
    Column("display_order", Integer, nullable=False),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("slug", name="subcategories_slug_key"),
    CheckConstraint(_SLUG, name="slug"),
    CheckConstraint(_NAME, name="name"),
)

services = Table(
    "services",
    metadata,
    Column("service_id", IdOf(ServiceId), primary_key=True),
    Column(
        "subcategory_id",
        IdOf(SubcategoryId),
        ForeignKey("subcategories.subcategory_id", ondelete="RESTRICT"),
        nullable=False,
    ),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("terms", ARRAY(Text), nullable=False, server_default=_EMPTY),
    Column("eligible_age_groups", ARRAY(Text), nullable=False),
    Column("default_duration_minutes", Integer, nullable=False),
    Column("online_capable", Boolean, nullable=False),
    Column("requires_certification", Boolean, nullable=False),
    Column("related", ARRAY(Text), nullable=False, server_default=_EMPTY),
    Column("display_order", Integer, nullable=False),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("slug", name="services_slug_key"),
    CheckConstraint(_SLUG, name="slug"),
    CheckConstraint(_NAME, name="name"),
    CheckConstraint("length(description) <= 500", name="description"),
    CheckConstraint("cardinality(eligible_age_groups) BETWEEN 1 AND 4", name="age_groups"),
    CheckConstraint("cardinality(related) <= 5", name="related"),
    Index("services_subcategory_id_idx", "subcategory_id"),
)

service_terms = Table(
    "service_terms",
    metadata,
    Column("term", Text, primary_key=True),
    Column(
        "service_id",
        IdOf(ServiceId),
        ForeignKey("services.service_id", ondelete="CASCADE"),
        nullable=False,
    ),
)
