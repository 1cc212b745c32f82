"""The chain of journals in PostgreSQL, and what it says when somebody tampers with the tables.

Who tampers here may do everything: triggers and foreign keys are off. Source: spec 02 §11.7.
"""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from adapters.system.signing import Ed25519Signer
from instainstru_core.payments.ledger.chain import FaultKind, Signature
from instainstru_core.payments.use_cases.books.seal_journals import seal_journals
from instainstru_core.payments.use_cases.books.sign_chain import sign_chain
from instainstru_core.testing.contracts.chain import ChainContract, post, verdict
from instainstru_core.testing.contracts.recent_chain import RecentChainContract, recent
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till


@pytest.fixture
def till(engine: Engine) -> Till:
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    return Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)


class TestPostgresRecentChain(RecentChainContract):
    """The real one, its newest part."""


class TestPostgresChain(ChainContract):
    """The real one."""


def tamper(engine: Engine, *statements: str) -> None:
    """Do what no role of the platform may."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement))


def told(till: Till) -> set[tuple[FaultKind, int | None]]:
    """What verification finds, and where."""
    return {(fault.kind, fault.seq) for fault in verdict(till).faults}


@pytest.fixture
def sealed(till: Till) -> Till:
    """A till with five journals, sealed and signed."""
    post(till, *"abcde")
    sign_chain(begin=till.begin, signer=till.signer, clock=till.clock)
    assert verdict(till).sound
    return till


OF = "(SELECT journal_id FROM journals WHERE source_id = '{}')"


def test_a_changed_amount_is_found(engine: Engine, sealed: Till) -> None:
    tamper(
        engine, f"UPDATE journal_lines SET cents = cents * 2 WHERE journal_id = {OF.format('c')}"
    )
    assert told(sealed) == {(FaultKind.CHANGED, 3)}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal_lines SET account = 'platform_bank' WHERE position = 0 AND journal_id = {}",
        "UPDATE journal_lines SET processor_ref = 'x' WHERE journal_id = {}",
        "UPDATE journal_lines SET lot_id = journal_id WHERE journal_id = {}",
        "UPDATE journals SET occurred_at = occurred_at + interval '1 day' WHERE journal_id = {}",
        "UPDATE journals SET source_id = 'other' WHERE journal_id = {}",
        "DELETE FROM journal_lines WHERE journal_id = {}",
        "INSERT INTO journal_lines (journal_id, position, account, cents) SELECT {}, p,"  # noqa: ISC004
        " 'auth_held', 2 * p - 5 FROM generate_series(2, 3) p",
    ],
)
def test_any_other_change_is_found(engine: Engine, sealed: Till, change: str) -> None:
    tamper(engine, change.format(OF.format("b")))
    assert told(sealed) == {(FaultKind.CHANGED, 2)}


def test_a_removed_journal_is_found(engine: Engine, sealed: Till) -> None:
    tamper(engine, "DELETE FROM journals WHERE source_id = 'd'")
    assert told(sealed) == {(FaultKind.REMOVED, 4)}


def test_a_journal_removed_with_all_its_traces_is_found(engine: Engine, sealed: Till) -> None:
    gone = f"WHERE journal_id = {OF.format('d')}"
    tamper(
        engine,
        f"DELETE FROM journal_seals {gone}",
        f"DELETE FROM journal_lines {gone}",
        "DELETE FROM journals WHERE source_id = 'd'",
    )
    assert told(sealed) == {(FaultKind.REMOVED, 4)}


def test_the_end_cut_off_is_found_where_it_was_signed(engine: Engine, sealed: Till) -> None:
    gone = f"WHERE journal_id = {OF.format('e')}"
    tamper(
        engine,
        f"DELETE FROM journal_seals {gone}",
        f"DELETE FROM journal_lines {gone}",
        "DELETE FROM journals WHERE source_id = 'e'",
    )
    assert told(sealed) == {(FaultKind.DIGEST_CONTRADICTED, 5)}


def test_an_inserted_journal_is_found(engine: Engine, sealed: Till) -> None:
    """It balances, it looks like all others; but nobody was told to seal it."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO journals (journal_id, journal_type, source_id, occurred_at)"
                " VALUES (gen_random_uuid(), 'authorise', 'slipped in', now())"
            )
        )
        connection.execute(
            text(
                "INSERT INTO journal_lines (journal_id, position, account, cents)"
                " SELECT journal_id, p, 'auth_held', 2 * p - 1"
                f" FROM generate_series(0, 1) p, (SELECT {OF.format('slipped in')} journal_id) j"
            )
        )
    assert {fault.kind for fault in verdict(sealed).faults} == {FaultKind.UNSEALED}


def test_journals_that_changed_places_are_found(engine: Engine, sealed: Till) -> None:
    tamper(
        engine,
        "UPDATE journal_seals SET seq = 90 WHERE seq = 2",
        "UPDATE journal_seals SET seq = 2 WHERE seq = 3",
        "UPDATE journal_seals SET seq = 3 WHERE seq = 90",
    )
    assert {seq for _, seq in told(sealed)} == {2, 3, 4}


def test_a_chain_made_anew_contradicts_what_was_signed(engine: Engine, sealed: Till) -> None:
    """Everything is consistent again, but for the signature of the day."""
    tamper(
        engine,
        f"UPDATE journal_lines SET cents = cents * 2 WHERE journal_id = {OF.format('a')}",
        "DELETE FROM journal_seals",
        "INSERT INTO unsealed_journals SELECT journal_id FROM journals",
    )
    seal_journals(begin=sealed.begin)
    assert told(sealed) == {(FaultKind.DIGEST_CONTRADICTED, 5)}


def test_a_forged_digest_is_found(engine: Engine, sealed: Till) -> None:
    tamper(engine, "UPDATE ledger_digests SET signed_at = signed_at, signature = 'abcd'")
    assert told(sealed) == {(FaultKind.DIGEST_FORGED, 5)}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal_seals SET hash = previous",
        "DELETE FROM journal_seals",
        "UPDATE ledger_digests SET seq = 1",
        "DELETE FROM ledger_digests",
    ],
)
def test_seals_and_digests_are_never_changed(engine: Engine, sealed: Till, change: str) -> None:
    assert verdict(sealed).journals == 5
    with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
        connection.execute(text(change))


def test_the_chain_can_not_fork(engine: Engine, sealed: Till) -> None:
    assert verdict(sealed).journals == 5
    fork = text(
        "INSERT INTO journal_seals (seq, journal_id, previous, hash)"
        " SELECT 6, journal_id, previous, repeat('f', 64) FROM journal_seals WHERE seq = 2"
    )
    with pytest.raises(IntegrityError, match="journal_seals"), engine.begin() as connection:
        connection.execute(fork)


def test_a_real_signature_is_checked_with_its_public_half() -> None:
    signer = Ed25519Signer.of(bytes(range(32)))
    signature = signer.sign(b"books")
    assert signer.verify(b"books", signature)
    assert not signer.verify(b"other", signature)
    assert not signer.verify(b"books", Signature(key_id="other", value=signature.value))
    assert not signer.verify(b"books", Signature(key_id=signature.key_id, value="no hex"))
    assert not Ed25519Signer.of(bytes(range(1, 33))).verify(b"books", signature)
    assert len(bytes.fromhex(signer.public_key())) == 32


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("a", set()),
        ("d", set()),
        ("e", {FaultKind.CHANGED}),
        ("f", {FaultKind.CHANGED}),
    ],
)
def test_the_newest_part_begins_with_what_was_signed(
    engine: Engine, sealed: Till, name: str, kinds: set[FaultKind]
) -> None:
    """Of what is older only `verify_chain` tells."""
    post(sealed, "f")
    seal_journals(begin=sealed.begin)
    tamper(engine, f"UPDATE journals SET journal_type = 'void' WHERE source_id = '{name}'")
    assert {fault.kind for fault in recent(sealed).faults} == kinds
    assert {kind for kind, _ in told(sealed)} == {FaultKind.CHANGED}


def test_the_newest_part_made_anew_contradicts_what_was_signed(
    engine: Engine, sealed: Till
) -> None:
    tamper(engine, "DELETE FROM journal_seals WHERE seq = 5")
    assert FaultKind.DIGEST_CONTRADICTED in {fault.kind for fault in recent(sealed).faults}
