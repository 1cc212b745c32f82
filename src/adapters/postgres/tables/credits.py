"""Tables of credit. Source: CR-1, CR-2, spec 02 §4."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import Cents, IdOf
from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.payments.credits.model import CreditPart, CreditSource, Funding
from instainstru_core.payments.ids import CreditLotId, PaymentId

_PARTS = tuple(f"{part.value}_cents" for part in CreditPart)
_SOURCES = ", ".join(f"'{source.value}'" for source in CreditSource)
_FUNDINGS = ", ".join(f"'{funding.value}'" for funding in Funding)


def _part(name: str) -> Column[object]:
    return Column(name, Cents, nullable=False, server_default=text("0"))


credit_lots = Table(
    "credit_lots",
    metadata,
    Column("lot_id", IdOf(CreditLotId), primary_key=True),
    Column("student_id", IdOf(StudentId), nullable=False),
    Column("source", Text, nullable=False),
    Column("funding", Text, nullable=False),
    Column("amount_cents", Cents, nullable=False),
    Column("grant_key", Text, nullable=False),
    Column("granted_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("min_lesson_price_cents", Cents, nullable=False, server_default=text("0")),
    Column("payment_id", IdOf(PaymentId), ForeignKey("payments.payment_id")),
    Column("booking_id", IdOf(BookingId)),
    Column("ordinal", Integer),
    Column("origin", IdOf(CreditLotId), ForeignKey("credit_lots.lot_id")),
    *(_part(name) for name in _PARTS),
    Column("withdrawn", Boolean, nullable=False, server_default=text("false")),
    Column("noticed", Integer),
    Column("changes", Integer, nullable=False, server_default=text("0")),
    CheckConstraint(f"source IN ({_SOURCES})", name="source"),
    CheckConstraint(f"funding IN ({_FUNDINGS})", name="funding"),
    CheckConstraint("amount_cents > 0", name="amount"),
    CheckConstraint(f"least({', '.join(_PARTS)}) >= 0", name="parts"),
    CheckConstraint(f"{' + '.join(_PARTS)} = amount_cents", name="whole"),
    CheckConstraint("min_lesson_price_cents >= 0", name="min_lesson_price"),
    CheckConstraint("expires_at > granted_at", name="expires_at"),
    CheckConstraint("(ordinal IS NULL) = (booking_id IS NULL)", name="ordinal"),
    UniqueConstraint("grant_key", name="credit_lots_grant_key"),
    Index(
        "credit_lots_one_per_ordinal",
        "student_id",
        "ordinal",
        unique=True,
        postgresql_where=text("ordinal IS NOT NULL AND NOT withdrawn"),
    ),
    Index("credit_lots_student_idx", "student_id", "expires_at"),
    Index("credit_lots_payment_idx", "payment_id"),
    Index("credit_lots_booking_idx", "booking_id", postgresql_where=text("ordinal IS NOT NULL")),
    Index("credit_lots_expiry_idx", "expires_at", postgresql_where=text("available_cents > 0")),
)
"""Every grant; its parts sum to its amount."""

credit_allocations = Table(
    "credit_allocations",
    metadata,
    Column("lot_id", IdOf(CreditLotId), ForeignKey("credit_lots.lot_id"), primary_key=True),
    Column("payment_id", IdOf(PaymentId), ForeignKey("payments.payment_id"), primary_key=True),
    Column("reserved_cents", Cents, nullable=False),
    Column("applied_cents", Cents, nullable=False),
    Column("forfeited_cents", Cents, nullable=False),
    Column("released_cents", Cents, nullable=False),
    CheckConstraint(
        "least(reserved_cents, applied_cents, forfeited_cents, released_cents) >= 0", name="parts"
    ),
    Index("credit_allocations_payment_idx", "payment_id"),
)
"""What each payment uses, or used, of each lot."""
