"""Tables of instructors: who teaches what, where and for how much. Source: IN-1, IN-8, CA-7."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import Cents, IdOf, ZoneName
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId, OfferingId

_PLACE = "(teaching_{} IS NULL) = (teaching_label IS NULL)"

instructors = Table(
    "instructors",
    metadata,
    Column("instructor_id", IdOf(InstructorId), primary_key=True),
    Column("first_name", Text, nullable=False),
    Column("last_initial", Text, nullable=False),
    Column("bio", Text, nullable=False, server_default=""),
    Column("zone", ZoneName, nullable=False),
    Column("is_live", Boolean, nullable=False, server_default=text("false")),
    Column("payable", Boolean, nullable=False, server_default=text("false")),
    Column("founding", Boolean, nullable=False, server_default=text("false")),
    Column("status_active", Boolean, nullable=False, server_default=text("true")),
    Column("went_live_at", DateTime(timezone=True)),
    Column("teaching_label", Text),
    Column("teaching_address", Text),
    Column("teaching_lat", Float(53)),
    Column("teaching_lng", Float(53)),
    Column("teaching_shown_lat", Float(53)),
    Column("teaching_shown_lng", Float(53)),
    Column("teaching_region", Text, ForeignKey("regions.slug")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    CheckConstraint("length(bio) <= 1000", name="bio"),
    CheckConstraint("NOT is_live OR went_live_at IS NOT NULL", name="went_live"),
    CheckConstraint(
        " AND ".join(
            _PLACE.format(part)
            for part in ("address", "lat", "lng", "shown_lat", "shown_lng", "region")
        ),
        name="teaching_place",
    ),
)

instructor_areas = Table(
    "instructor_areas",
    metadata,
    Column(
        "instructor_id",
        IdOf(InstructorId),
        ForeignKey("instructors.instructor_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("region_slug", Text, ForeignKey("regions.slug"), primary_key=True),
    Index("instructor_areas_region_slug_idx", "region_slug"),
)

_RATE = "rate_{0}_cents IS NULL OR rate_{0}_cents BETWEEN 1 AND 100000"

offerings = Table(
    "offerings",
    metadata,
    Column("offering_id", IdOf(OfferingId), primary_key=True),
    Column(
        "instructor_id",
        IdOf(InstructorId),
        ForeignKey("instructors.instructor_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column(
        "service_id",
        IdOf(ServiceId),
        ForeignKey("services.service_id", ondelete="RESTRICT"),
        nullable=False,
    ),
    Column("hourly_rate_cents", Cents, nullable=False),
    # The effective rate of each format; null says that it isn't offered.
    Column("rate_travel_cents", Cents),
    Column("rate_studio_cents", Cents),
    Column("rate_online_cents", Cents),
    # Formats whose rate is their own: the others follow the base rate when it changes.
    Column("own_rates", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("durations", ARRAY(Integer), nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    UniqueConstraint("instructor_id", "service_id", name="offerings_instructor_service_key"),
    CheckConstraint("hourly_rate_cents BETWEEN 1 AND 100000", name="hourly_rate"),
    CheckConstraint(_RATE.format("travel"), name="rate_travel"),
    CheckConstraint(_RATE.format("studio"), name="rate_studio"),
    CheckConstraint(_RATE.format("online"), name="rate_online"),
    CheckConstraint(
        "num_nonnulls(rate_travel_cents, rate_studio_cents, rate_online_cents) > 0", name="formats"
    ),
    CheckConstraint("cardinality(durations) BETWEEN 1 AND 10", name="durations"),
    CheckConstraint("length(description) <= 500", name="description"),
    Index("offerings_service_id_idx", "service_id"),
)
