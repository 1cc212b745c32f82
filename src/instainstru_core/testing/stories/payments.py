"""What stories of payments are told with: an hour, and what the processor did."""

from datetime import timedelta

from instainstru_core.testing.strategies.payments import Till

HOUR = timedelta(hours=1)


def effects(till: Till) -> list[tuple[str, int]]:
    """What really happened at the processor to money, in order."""
    moved = {"authorisation", "capture", "void", "transfer", "refund"}
    return [(each.kind, each.amount_cents) for each in till.processor.effects if each.kind in moved]
