"""What a story about money is, and what is left of one."""

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Engine, text

from instainstru_core.payments.use_cases.check_books import check_books
from instainstru_core.testing.fakes.processor.books import Effect
from instainstru_core.testing.strategies.payments import Till

Act = Callable[[], object]
MOVES_NO_MONEY: Final = frozenset({"account", "card", "setup"})
_LEFT: Final = (
    "SELECT 'booking', status, NULL, count(*) FROM bookings GROUP BY 2",
    "SELECT 'payment', state, outcome, count(*) FROM payments GROUP BY 2, 3",
    "SELECT 'operation', kind, state, count(*) FROM payment_operations GROUP BY 2, 3",
    "SELECT 'tip', state, NULL, sum(amount_cents) FROM tips GROUP BY 2",
    "SELECT 'refund', state, bearer, sum(card_cents) FROM refunds GROUP BY 2, 3",
    "SELECT 'chargeback', status, NULL, count(*) FROM chargebacks GROUP BY 2",
    "SELECT 'debt', cause, 'paid', sum(paid_cents) FROM student_debts GROUP BY 2",
    "SELECT 'debt', cause, 'lost', sum(written_off_cents) FROM student_debts GROUP BY 2",
    "SELECT 'debt', cause, NULL, sum(amount_cents) FROM student_debts GROUP BY 2",
    "SELECT 'standing', standing, NULL, count(*) FROM payment_standings GROUP BY 2",
    "SELECT 'journal', journal_type, NULL, count(*) FROM journals GROUP BY 2",
    "SELECT 'account', account, NULL, sum(cents) FROM journal_lines GROUP BY 2",
    "SELECT 'lot', source, NULL, sum(amount_cents) FROM credit_lots GROUP BY 2",
    "SELECT 'instant payout', state, NULL, sum(amount_cents) FROM instant_payouts GROUP BY 2",
    "SELECT 'webhook', status, NULL, count(*) FROM webhooks GROUP BY 2",
    "SELECT 'item', item_class, NULL, count(*) FROM reconciliation_items GROUP BY 2",
)
_UNDONE: Final = text(
    "SELECT 'work', handler FROM work_items WHERE dead OR due_at <= :now"
    " UNION ALL SELECT 'operation', kind FROM payment_operations"
    " WHERE state IN ('planned', 'sent', 'unknown')"
)


@frozen(kw_only=True)
class Story:
    """*arrange* leads up to it and says what a process then does, and dies over."""

    arrange: Callable[[Till], Act]
    effects: tuple[tuple[str, int], ...] = ()
    """What the processor does because of it, once each, and for how many cents."""

    again: bool = True
    """Whether the client asks again, with the same wish; where not, one unit is all of it."""

    alike: bool = True
    """Whether what is on file is the same, however often the client asks: a card that refuses is
    asked again, and each attempt is kept."""

    then: Callable[[Till], object] = lambda _: None
    """What a new process also does from time to time."""


def effects_since(till: Till, count: int) -> list[tuple[str, int]]:
    """What really happened to money at the processor since it had had so many effects."""
    return sorted((each.kind, each.amount_cents) for each in _moved(till, count))


def _moved(till: Till, since: int = 0) -> list[Effect]:
    effects = till.processor.effects[since:]
    return [each for each in effects if each.kind not in MOVES_NO_MONEY]


def left(engine: Engine) -> list[tuple[Any, ...]]:
    """Everything on file about money, without what differs from telling to telling."""
    with engine.connect() as connection:
        rows = [tuple(row) for each in _LEFT for row in connection.execute(text(each))]
    return sorted((str(kind), str(a), str(b), int(number)) for kind, a, b, number in rows)


def undone(till: Till, engine: Engine) -> list[tuple[str, str]]:
    """What is due, was given up, or waits for an answer."""
    with engine.connect() as connection:
        rows = connection.execute(_UNDONE, {"now": till.clock.now()}).all()
    return [(what, name) for what, name in rows]


def all_is_well(till: Till, engine: Engine) -> None:
    """One effect for each key, nothing left undone, and books that agree with everybody.

    Source: PY-60, PY-80, PY-83, PY-84.
    """
    keys = Counter((each.kind, each.key) for each in _moved(till))
    assert max(keys.values(), default=1) == 1, keys.most_common(3)
    assert undone(till, engine) == []
    assert check_books(read=till.read, now=till.clock.now()).imbalance_cents == 0
