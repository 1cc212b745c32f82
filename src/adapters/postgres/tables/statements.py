"""What statements need besides the books. Source: PY-55."""

from sqlalchemy import CheckConstraint, Column, Table, Text

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import IdOf
from instainstru_core.payments.ids import CardId

forgotten_cards = Table(
    "forgotten_cards",
    metadata,
    Column("card_id", IdOf(CardId), primary_key=True),
    Column("brand", Text, nullable=False),
    Column("last4", Text, nullable=False),
    CheckConstraint("length(last4) <= 4", name="last4"),
)
"""What receipts show of cards that their owners have removed, and nothing else of them."""
