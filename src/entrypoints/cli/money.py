"""What the doctor says of the money: each a line, or what is wrong and what to do."""

from entrypoints import database
from entrypoints.settings import Settings
from entrypoints.tiers import Refused
from instainstru_core.payments.reconciliation.balance import BALANCE
from instainstru_core.payments.reconciliation.model import OVERDUE_NIGHTS


def chain(settings: Settings) -> str:
    """The newest part of the chain. Source: spec 02 §11.7.

    Raises:
        Refused: Somebody tampered with it.
    """
    recent = database.recent_chain(settings)
    since = "the beginning" if recent.signed is None else f"what was signed for {recent.signed}"
    if not recent.sound:
        kinds = ", ".join(sorted({each.kind.value.replace("_", " ") for each in recent.faults}))
        message = (
            f"tampered with since {since} ({kinds}): run `verify-books`, which names the place"
        )
        raise Refused("chain_not_sound", message)
    rest = "; there are more: run `verify-books`" if recent.left else ""
    waits = f"{recent.waiting:,} wait for a seal"
    return f"sound: {recent.journals:,} journals since {since}, {waits}{rest}"


def differences(settings: Settings) -> str:
    """What differs from the processor's books. Source: PY-84, PY-85.

    Raises:
        Refused: For two nights or more; or the balance as such does.
    """
    items = database.open_differences(settings)
    balance = [each for each in items if each.reference.startswith(BALANCE)]
    overdue = [each for each in items if each.nights >= OVERDUE_NIGHTS]
    counts = f"{len(items):,} open, {len(overdue):,} of them overdue"
    if overdue or balance:
        stated = " and the processor states another balance" if balance else ""
        where = f"GET /api/v1/admin/reconciliations/{items[0].day}/items"
        message = f"{counts}{stated}: see {where}, post what is missing or explain the item"
        raise Refused("differences_overdue", message)
    return counts


def reviews(settings: Settings) -> str:
    """Who waits for a person: work to do, and no ill. Source: PY-58."""
    waiting = database.reviews(settings)
    if not waiting:
        return "nothing waits for a person"
    counts = ", ".join(f"{reason} {number:,}" for reason, number in sorted(waiting.items()))
    where = "GET /api/v1/admin/payments?payment_state=manual_review"
    tips = any(reason.startswith("tip_") for reason in waiting)
    also = " and /api/v1/admin/tips" if tips else ""
    return f"{sum(waiting.values()):,} wait for a person ({counts}): {where}{also}"
