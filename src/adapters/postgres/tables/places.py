"""Tables of places: the gazetteer. Source: PL-2, PL-3."""

from sqlalchemy import CheckConstraint, Column, Float, ForeignKey, Integer, Table, Text

from adapters.postgres.tables.metadata import metadata

regions = Table(
    "regions",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column(
        "borough", Text, ForeignKey("regions.slug", name="regions_borough_fkey"), nullable=False
    ),
    Column("part_of", Text, ForeignKey("regions.slug", name="regions_part_of_fkey")),
    Column("lat", Float(53), nullable=False),
    Column("lng", Float(53), nullable=False),
    # A borough's own shape, as GeoJSON; what lies in it is cut into cells when it is loaded.
    Column("outline", Text),
    Column("position", Integer, nullable=False),
    CheckConstraint("lat BETWEEN -90 AND 90 AND lng BETWEEN -180 AND 180", name="point"),
    CheckConstraint("(outline IS NOT NULL) = (slug = borough)", name="outline"),
    CheckConstraint("part_of IS DISTINCT FROM slug", name="part_of"),
)
