"""A migrated database is the one that the code believes in. Source: OP-20, SE-40."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, text

from adapters.postgres import migrate as migrations
from adapters.postgres.engine import postgres_engine
from adapters.postgres.schema import create_schema

_SHAPE = """
    SELECT 'column', table_name || '.' || column_name,
           data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL
    SELECT 'constraint', conrelid::regclass || '.' || conname,
           pg_get_constraintdef(oid) || ' ' || condeferrable || ' ' || condeferred
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'index', tablename || '.' || indexname, indexdef
      FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid)
      FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT 'function', p.oid::regprocedure::text, regexp_replace(prosrc, '\\s+', ' ', 'g')
      FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
     WHERE nspname = 'public' AND NOT EXISTS (
        SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


def _shape(engine: Engine) -> set[tuple[str, str, str]]:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(_SHAPE).all()
    return {(kind, name, str(what)) for kind, name, what in rows if "alembic_version" not in name}


@contextmanager
def _database(server: str, name: str) -> Iterator[Engine]:
    with psycopg.connect(server, autocommit=True) as admin:
        identifier = sql.Identifier(name)
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier)
        admin.execute(drop)
        admin.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
        engine = postgres_engine(server, connections=2)
        engine = postgres_engine(
            engine.url.set(database=name).render_as_string(hide_password=False), connections=2
        )
        yield engine
        engine.dispose()
        admin.execute(drop)


@pytest.fixture
def empty(postgres_url: str) -> Iterator[Engine]:
    with _database(postgres_url, "instainstru_test_migrated") as engine:
        yield engine


def test_migrations_end_in_the_schema_of_the_code(empty: Engine, postgres_url: str) -> None:
    state = migrations.migrate(empty, tier="INT")
    assert state.is_current
    with _database(postgres_url, "instainstru_test_declared") as declared:
        create_schema(declared)
        missing, surplus = _shape(declared) - _shape(empty), _shape(empty) - _shape(declared)
    assert not missing, f"run a migration for: {sorted(missing)[:5]}"
    assert not surplus, f"the code does not know: {sorted(surplus)[:5]}"


def test_migrating_twice_changes_nothing(empty: Engine) -> None:
    first = migrations.migrate(empty, tier="INT")
    before = _shape(empty)
    assert migrations.migrate(empty, tier="INT") == first
    assert _shape(empty) == before


def test_what_was_granted_and_posted_before_is_carried_over(empty: Engine) -> None:
    """CR-1, PY-80: credit of an older release can be spent, and its journals wait to be sealed."""
    migrations.migrate(empty, tier="INT", to="0002")
    with empty.begin() as connection:
        # Rows without their payment are enough here: no foreign key and no trigger is asked.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            text(
                """
                INSERT INTO credit_lots (lot_id, student_id, payment_id, source, amount_cents,
                    remaining_cents, granted_at, expires_at)
                VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'cancel_12_24',
                    12000, 12000, now(), now() + interval '1 year')
                """
            )
        )
        connection.execute(
            text(
                "INSERT INTO journals (journal_id, journal_type, source_id, occurred_at)"
                " VALUES (gen_random_uuid(), 'capture', 'before', now())"
            )
        )
    assert migrations.migrate(empty, tier="INT").is_current
    with empty.connect() as connection:
        lot = connection.execute(
            text("SELECT funding, amount_cents, available_cents, grant_key FROM credit_lots")
        ).one()
        assert (lot.funding, lot.amount_cents, lot.available_cents) == ("cash", 12000, 12000)
        assert lot.grant_key.endswith(":cancel_12_24")
        unsealed = "SELECT count(*) FROM unsealed_journals JOIN journals USING (journal_id)"
        assert connection.scalar(text(unsealed)) == 1


def test_what_the_staff_did_and_published_before_is_kept(empty: Engine) -> None:
    """AD-2, AD-10: acts of an older release were one person's; its documents hold on."""
    migrations.migrate(empty, tier="INT", to="0003")
    with empty.begin() as connection:
        connection.execute(
            text(
                """
                INSERT INTO admin_actions (action_id, actor_id, kind, reason_code, at, before,
                    after, target)
                VALUES (gen_random_uuid(), gen_random_uuid(), 'refund', 'goodwill', now(), '{}',
                    '{"card_cents": "50000"}', 'a payment')
                """
            )
        )
        connection.execute(
            text(
                "INSERT INTO config_versions (key, version, body, reason, published_at)"
                " VALUES ('pricing', 2, '{}', 'dearer', now())"
            )
        )
    assert migrations.migrate(empty, tier="INT").is_current
    with empty.connect() as connection:
        act = connection.execute(
            text("SELECT target, at_stake_cents, approval_id, approved_by FROM admin_actions")
        ).one()
        assert tuple(act) == ("a payment", 0, None, None)
        assert connection.scalar(text("SELECT version FROM config_versions")) == 2


def test_another_tier_s_database_is_refused(empty: Engine) -> None:
    """SE-40: the stamp decides, whatever the URL says."""
    migrations.migrate(empty, tier="STG")
    with pytest.raises(migrations.WrongTier):
        migrations.migrate(empty, tier="INT")
    with pytest.raises(migrations.WrongTier):
        migrations.check_tier(empty, tier="INT")
    with empty.connect() as connection:
        assert connection.scalar(text("SELECT tier FROM tier_stamp")) == "STG"
