"""Comparisons with the processor in PostgreSQL."""

import json
from collections.abc import Sequence
from datetime import date, datetime

from attrs import define
from sqlalchemy import text

from adapters.postgres.movements import PostgresMovements
from adapters.postgres.outbox import Outbox
from adapters.postgres.queries.reconciliation import (
    ITEM,
    RUN,
    item_of,
    run_of,
    standing_of,
)
from instainstru_core.payments.reconciliation.balance import BALANCE, BalanceFacts
from instainstru_core.payments.reconciliation.errors import DifferenceNotFound
from instainstru_core.payments.reconciliation.events import BalanceDiffers, DifferencesOverdue
from instainstru_core.payments.reconciliation.model import (
    Item,
    Run,
    Standing,
    day_of,
)

_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('reconciliation', 0))")
# A line without the processor's name is compared under its journal's own: nothing will match it.
_STANDINGS = text(
    """
    WITH considered AS MATERIALIZED (
        SELECT source AS reference FROM processor_transactions
        WHERE occurred_at >= :since AND occurred_at < :until AND compared_cents IS NOT NULL
        UNION
        SELECT coalesce(line.processor_ref, 'journal:' || journal.journal_id)
        FROM journals journal
        JOIN journal_lines line ON line.journal_id = journal.journal_id
            AND line.account = 'processor_balance'
        WHERE journal.occurred_at >= :since AND journal.occurred_at < :until
            AND journal.journal_type <> 'processing_fee'
        UNION
        SELECT reference FROM reconciliation_items
        WHERE day <= :day AND resolution IS NULL AND item_class <> 'matched'
        UNION
        SELECT reference FROM reconciliation_items WHERE day = :day
    ), ours AS (
        SELECT reference, sum(cents) AS cents, max(occurred_at) AS latest_at,
               (array_agg(payment_id) FILTER (WHERE payment_id IS NOT NULL))[1] AS payment_id
        FROM (
            SELECT considered.reference, line.cents, journal.occurred_at, line.payment_id
            FROM considered
            JOIN journal_lines line ON line.processor_ref = considered.reference
                AND line.account = 'processor_balance'
            JOIN journals journal ON journal.journal_id = line.journal_id
                AND journal.journal_type <> 'processing_fee'
            UNION ALL
            SELECT considered.reference, line.cents, journal.occurred_at, line.payment_id
            FROM considered
            JOIN journals journal
                ON journal.journal_id = CAST(substr(considered.reference, 9) AS uuid)
            JOIN journal_lines line ON line.journal_id = journal.journal_id
                AND line.account = 'processor_balance' AND line.processor_ref IS NULL
            WHERE considered.reference LIKE 'journal:%'
        ) lines
        GROUP BY reference
    ), theirs AS (
        SELECT considered.reference, sum(moved.compared_cents) AS cents,
               max(moved.occurred_at) AS latest_at,
               array_agg(DISTINCT moved.kind) AS kinds
        FROM considered
        JOIN processor_transactions moved ON moved.source = considered.reference
            AND moved.compared_cents IS NOT NULL
        GROUP BY considered.reference
    ), prior AS (
        SELECT DISTINCT ON (item.reference) item.reference, item.first_day, item.nights
        FROM considered
        JOIN reconciliation_items item ON item.reference = considered.reference
            AND item.day < :day AND item.item_class <> 'matched'
            AND (item.resolution IS NULL OR item.resolution = 'carried')
        ORDER BY item.reference, item.day DESC
    )
    SELECT considered.reference, ours.cents AS ledger_cents, theirs.cents AS processor_cents,
           greatest(ours.latest_at, theirs.latest_at) AS latest_at, ours.payment_id, theirs.kinds,
           prior.first_day, coalesce(prior.nights, 0) AS nights
    FROM considered
    LEFT JOIN ours ON ours.reference = considered.reference
    LEFT JOIN theirs ON theirs.reference = considered.reference
    LEFT JOIN prior ON prior.reference = considered.reference
    WHERE ours.reference IS NOT NULL OR theirs.reference IS NOT NULL
    ORDER BY considered.reference COLLATE "C"
    """
)
_LEDGER_BALANCE = text(
    """
    SELECT coalesce(sum(line.cents), 0) FROM journal_lines line
    JOIN journals journal ON journal.journal_id = line.journal_id
    WHERE line.account = 'processor_balance' AND journal.occurred_at < :until
    """
)
_BALANCE_FACTS = text(
    f"""
    WITH listed AS MATERIALIZED (
        SELECT source AS reference FROM processor_transactions
        WHERE occurred_at >= :since AND compared_cents IS NOT NULL
        UNION
        SELECT coalesce(line.processor_ref, 'journal:' || journal.journal_id)
        FROM journals journal
        JOIN journal_lines line ON line.journal_id = journal.journal_id
            AND line.account = 'processor_balance'
        WHERE journal.occurred_at >= :since AND journal.journal_type <> 'processing_fee'
        UNION
        SELECT reference FROM reconciliation_items
        WHERE item_class <> 'matched' AND (resolution IS NULL OR resolution = 'explained')
    ), ours AS (
        SELECT coalesce(sum(cents), 0) AS cents
        FROM (
            SELECT line.cents
            FROM listed
            JOIN journal_lines line ON line.processor_ref = listed.reference
                AND line.account = 'processor_balance'
            JOIN journals journal ON journal.journal_id = line.journal_id
                AND journal.journal_type <> 'processing_fee'
            UNION ALL
            SELECT line.cents
            FROM listed
            JOIN journal_lines line
                ON line.journal_id = CAST(substr(listed.reference, 9) AS uuid)
                AND line.account = 'processor_balance' AND line.processor_ref IS NULL
            WHERE listed.reference LIKE 'journal:%'
        ) lines
    ), theirs AS (
        SELECT coalesce(sum(compared_cents), 0) AS cents FROM processor_transactions
        WHERE source IN (SELECT reference FROM listed) AND compared_cents IS NOT NULL
            AND (posted OR kind NOT IN ('payout', 'payout_failure'))
    )
    SELECT (SELECT coalesce(sum(cents), 0) FROM journal_lines
            WHERE account = 'processor_balance') AS ledger_cents,
           (SELECT coalesce(sum(
                CASE WHEN kind = 'fee' THEN amount_cents - fee_cents
                     WHEN kind IN ('dispute', 'dispute_reversal') THEN 0
                     ELSE -fee_cents END
                + CASE WHEN kind IN ('payout', 'payout_failure') THEN amount_cents ELSE 0 END
            ), 0) FROM processor_transactions WHERE NOT posted) AS unposted_cents,
           theirs.cents - ours.cents AS listed_cents,
           (SELECT coalesce(sum(processor_cents - ledger_cents), 0) FROM reconciliation_items
            WHERE reference LIKE '{BALANCE}%' AND resolution = 'explained') AS explained_cents,
           (SELECT coalesce(sum(amount_cents), 0) FROM payment_operations
            WHERE state IN ('sent', 'unknown') AND kind NOT IN ('authorise', 'void'))
               AS in_flight_cents
    FROM ours, theirs
    """  # noqa: S608 - made of this module's own words
)
_OPEN_BALANCE = text(
    ITEM
    + f" WHERE item.reference LIKE '{BALANCE}%' AND item.resolution IS NULL"
    + " AND item.item_class <> 'matched' ORDER BY item.day LIMIT 1 FOR UPDATE"
)
_RUN = text(RUN + " WHERE run.day = :day")
_LATEST_DAY = text("SELECT max(day) FROM reconciliation_runs")
_KEEP_RUN = text(
    """
    INSERT INTO reconciliation_runs (
        day, made_at, transactions, totals, fees_cents, payouts_cents, ledger_cents,
        imported_cents, told_cents, told_of_cents
    )
    VALUES (
        :day, :made_at, :transactions, CAST(:totals AS jsonb), :fees, :payouts, :ledger,
        :imported, :told, :told_of
    )
    ON CONFLICT (day) DO UPDATE SET
        made_at = excluded.made_at, transactions = excluded.transactions,
        totals = excluded.totals, fees_cents = excluded.fees_cents,
        payouts_cents = excluded.payouts_cents, ledger_cents = excluded.ledger_cents,
        imported_cents = excluded.imported_cents, told_cents = excluded.told_cents,
        told_of_cents = excluded.told_of_cents
    """
)
_KEEP_ITEMS = text(
    """
    INSERT INTO reconciliation_items (
        day, reference, item_class, ledger_cents, processor_cents, payment_id, kinds, first_day,
        nights
    )
    SELECT :day, reference, item_class, ledger_cents, processor_cents, payment_id,
           string_to_array(kinds, ','), first_day, nights
    FROM unnest(
        CAST(:references AS text[]), CAST(:classes AS text[]), CAST(:ledger AS bigint[]),
        CAST(:processor AS bigint[]), CAST(:payments AS uuid[]), CAST(:kinds AS text[]),
        CAST(:first_days AS date[]), CAST(:nights AS integer[])
    ) AS item (
        reference, item_class, ledger_cents, processor_cents, payment_id, kinds, first_day, nights
    )
    ON CONFLICT (day, reference) DO UPDATE SET
        item_class = excluded.item_class, ledger_cents = excluded.ledger_cents,
        processor_cents = excluded.processor_cents, payment_id = excluded.payment_id,
        kinds = excluded.kinds, first_day = excluded.first_day, nights = excluded.nights
    WHERE reconciliation_items.resolution IS DISTINCT FROM 'explained'
        AND (
            reconciliation_items.item_class, reconciliation_items.ledger_cents,
            reconciliation_items.processor_cents, reconciliation_items.kinds,
            reconciliation_items.payment_id, reconciliation_items.nights,
            reconciliation_items.first_day
        ) IS DISTINCT FROM (
            excluded.item_class, excluded.ledger_cents, excluded.processor_cents,
            excluded.kinds, excluded.payment_id, excluded.nights, excluded.first_day
        )
    """
)
_CLOSE_EARLIER = text(
    """
    UPDATE reconciliation_items earlier
    SET resolution = CASE item.item_class WHEN 'matched' THEN 'agreed' ELSE 'carried' END,
        resolved_at = :at
    FROM reconciliation_items item
    WHERE item.day = :day AND item.reference = earlier.reference AND earlier.day < :day
        AND earlier.resolution IS NULL AND earlier.item_class <> 'matched'
    """
)
_ITEM = text(ITEM + " WHERE item.day = :day AND item.reference = :reference FOR UPDATE")
_SAVE_ITEM = text(
    """
    UPDATE reconciliation_items
    SET resolution = :resolution, resolved_at = :at, resolved_by = :actor, note = :note
    WHERE day = :day AND reference = :reference
    """
)
_CHUNK = 5000


@define
class PostgresReconciliations(PostgresMovements):
    """The `Reconciliations` port."""

    _outbox: Outbox

    def standings(self, day: date) -> Sequence[Standing]:
        self._connection.execute(_ALONE)
        since, until = day_of(day)
        rows = self._connection.execute(_STANDINGS, {"day": day, "since": since, "until": until})
        return [standing_of(row) for row in rows]

    def ledger_balance(self, until: datetime) -> int:
        return int(self._connection.scalar(_LEDGER_BALANCE, {"until": until}) or 0)

    def run(self, day: date) -> Run | None:
        row = self._connection.execute(_RUN, {"day": day}).one_or_none()
        return None if row is None else run_of(row)

    def latest_day(self) -> date | None:
        found: date | None = self._connection.scalar(_LATEST_DAY)
        return found

    def keep(self, run: Run, items: Sequence[Item]) -> Run:
        values = {
            "day": run.day,
            "made_at": run.made_at,
            "transactions": run.transactions,
            "totals": json.dumps(
                [
                    [each.item_class.value, each.count, each.ledger_cents, each.processor_cents]
                    for each in run.totals
                ]
            ),
            "fees": run.fees_cents,
            "payouts": run.payouts_cents,
            "ledger": run.balances.ledger_cents,
            "imported": run.balances.imported_cents,
            "told": run.balances.told_cents,
            "told_of": run.balances.told_of_cents,
        }
        self._connection.execute(_KEEP_RUN, values)
        for start in range(0, len(items), _CHUNK):
            self._keep_items(run.day, items[start : start + _CHUNK])
        self._connection.execute(_CLOSE_EARLIER, {"day": run.day, "at": run.made_at})
        return self.run(run.day) or run

    def balance_facts(self, *, since: datetime) -> BalanceFacts:
        row = self._connection.execute(_BALANCE_FACTS, {"since": since})
        facts = row.mappings().one()
        return BalanceFacts(**{name: int(cents) for name, cents in facts.items()})

    def open_balance(self) -> Item | None:
        self._connection.execute(_ALONE)
        row = self._connection.execute(_OPEN_BALANCE).one_or_none()
        return None if row is None else item_of(row)

    def add_item(self, item: Item) -> None:
        self._keep_items(item.day, [item])

    def tell(self, news: BalanceDiffers | DifferencesOverdue) -> None:
        self._outbox.record((news,))

    def _keep_items(self, day: date, items: Sequence[Item]) -> None:
        values = {
            "day": day,
            "references": [item.reference for item in items],
            "classes": [item.item_class.value for item in items],
            "ledger": [item.ledger_cents for item in items],
            "processor": [item.processor_cents for item in items],
            "payments": [item.payment_id and item.payment_id.value for item in items],
            "kinds": [",".join(item.kinds) for item in items],
            "first_days": [item.first_day for item in items],
            "nights": [item.nights for item in items],
        }
        self._connection.execute(_KEEP_ITEMS, values)

    def get_item(self, day: date, reference: str) -> Item:
        row = self._connection.execute(_ITEM, {"day": day, "reference": reference}).one_or_none()
        if row is None:
            raise DifferenceNotFound
        return item_of(row)

    def save_item(self, item: Item) -> None:
        resolution = item.resolution
        actor = None if resolution is None else resolution.actor
        values = {
            "day": item.day,
            "reference": item.reference,
            "resolution": resolution and resolution.kind.value,
            "at": resolution and resolution.at,
            "actor": actor and actor.value,
            "note": resolution and resolution.note,
        }
        self._connection.execute(_SAVE_ITEM, values)
