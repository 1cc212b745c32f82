"""What confirmations need from the world."""

from typing import Protocol

from instainstru_core.admin.confirmations.ids import ConfirmationId
from instainstru_core.admin.confirmations.model import Confirmation


class Confirmations(Protocol):
    """Every preview that can be acted on, and those that could be lately."""

    def add(self, confirmation: Confirmation) -> None:
        """Keep a new one, and forget those whose end is a day ago."""
        ...

    def find(self, confirmation_id: ConfirmationId) -> Confirmation | None:
        """The confirmation, locked for this unit; None once it is forgotten."""
        ...

    def save(self, confirmation: Confirmation) -> None:
        """Keep that it was used."""
        ...
