"""Tables of pricing: the commission level kept for each instructor. Source: PR-12."""

from sqlalchemy import CheckConstraint, Column, DateTime, Integer, Table, Text

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import IdOf
from instainstru_core.instructors.ids import InstructorId

instructor_tiers = Table(
    "instructor_tiers",
    metadata,
    Column("instructor_id", IdOf(InstructorId), primary_key=True),
    Column("tier", Text, nullable=False),
    Column("commission_bps", Integer, nullable=False),
    Column("last_step_down_at", DateTime(timezone=True)),
    Column("evaluated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("commission_bps >= 0 AND commission_bps < 10000", name="commission_bps"),
)
