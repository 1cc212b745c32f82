"""The chain of sealed journals: what it says of books somebody tampered with. Spec 02 §11.7."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from attrs import evolve

from instainstru_core.payments.ledger.chain import (
    BEGINNING,
    Digest,
    FaultKind,
    Sealed,
    Signature,
    Written,
    canonical,
    digest_faults,
    faults,
    sealed_after,
    statement,
)
from instainstru_core.testing.contracts.chain import ChainContract
from instainstru_core.testing.contracts.ledger import a_journal
from instainstru_core.testing.fakes.signer import FakeSigner
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import Till


@pytest.fixture
def till() -> Till:
    return Till.opened()


class TestChainInMemory(ChainContract):
    """The twin."""


@pytest.fixture
def chain(till: Till) -> list[Sealed]:
    """Five journals, sealed."""
    journals = [a_journal(till, name) for name in "abcde"]
    return [
        Sealed(seal=seal, written=Written.of(journal))
        for seal, journal in zip(sealed_after(None, journals), journals, strict=True)
    ]


def told(chain: list[Sealed]) -> list[tuple[FaultKind, int | None]]:
    """What is wrong, and where."""
    return [(fault.kind, fault.seq) for fault in faults(None, chain)]


def test_a_whole_chain_is_sound(chain: list[Sealed]) -> None:
    assert told(chain) == []
    assert list(faults(chain[1].seal, chain[2:])) == []


def test_a_changed_line_is_found(chain: list[Sealed]) -> None:
    written = chain[2].written
    assert written is not None
    first = evolve(written.lines[0], cents=101)
    chain[2] = evolve(chain[2], written=evolve(written, lines=(first, *written.lines[1:])))
    assert told(chain) == [(FaultKind.CHANGED, 3)]


@pytest.mark.parametrize(
    "change",
    [
        lambda written: evolve(written, source_id="other"),
        lambda written: evolve(written, journal_type="void"),
        lambda written: evolve(written, occurred_at=NOON + timedelta(seconds=1)),
        lambda written: evolve(written, lines=()),
    ],
)
def test_any_other_change_of_a_journal_is_found(
    chain: list[Sealed], change: Callable[[Written], Written]
) -> None:
    written = chain[0].written
    assert written is not None
    chain[0] = evolve(chain[0], written=change(written))
    assert told(chain) == [(FaultKind.CHANGED, 1)]


def test_lines_that_changed_places_are_found(chain: list[Sealed]) -> None:
    written = chain[4].written
    assert written is not None
    chain[4] = evolve(chain[4], written=evolve(written, lines=written.lines[::-1]))
    assert told(chain) == [(FaultKind.CHANGED, 5)]


def test_a_removed_journal_is_found(chain: list[Sealed]) -> None:
    chain[3] = evolve(chain[3], written=None)
    assert told(chain) == [(FaultKind.REMOVED, 4)]


def test_a_journal_removed_with_its_seal_is_found(chain: list[Sealed]) -> None:
    del chain[1]
    assert told(chain) == [(FaultKind.REMOVED, 2)]


def test_a_journal_put_in_is_found(till: Till, chain: list[Sealed]) -> None:
    """Whoever knows the hash can seal one in; what comes after it no longer goes on from there."""
    journal = a_journal(till, "late")
    (seal,) = sealed_after(chain[1].seal, [journal])
    moved = [evolve(each, seal=evolve(each.seal, seq=each.seal.seq + 1)) for each in chain[2:]]
    chain[2:] = [Sealed(seal=seal, written=Written.of(journal)), *moved]
    assert (FaultKind.MISPLACED, 4) in told(chain)
    assert {seq for kind, seq in told(chain) if kind is FaultKind.CHANGED} == {4, 5, 6}


def test_journals_that_changed_places_are_found(chain: list[Sealed]) -> None:
    second, third = chain[1], chain[2]
    chain[1] = evolve(third, seal=evolve(third.seal, seq=2))
    chain[2] = evolve(second, seal=evolve(second.seal, seq=3))
    kinds = {kind for kind, _ in told(chain)}
    assert kinds == {FaultKind.MISPLACED, FaultKind.CHANGED}


def test_canonical_text_is_as_rfc_8785_writes_it(till: Till) -> None:
    """Names sorted, no spaces, texts as they are: another program can hash it, too."""
    journal = evolve(a_journal(till, "é"), occurred_at=NOON)
    text = canonical(Written.of(journal), seq=1, previous=BEGINNING).decode()
    assert text == (
        f'{{"journal_id":"{journal.journal_id}","journal_type":"authorise","lines":'
        '[["auth_held",100,null,null,null,null,null,null],'
        '["auth_contra",-100,null,null,null,null,null,null]],'
        f'"occurred_at":"{NOON:%Y-%m-%dT%H:%M:%S}.000000+00:00","previous":"{BEGINNING}",'
        '"seq":1,"source_id":"é"}'
    )


def a_digest(seq: int, head: str, *, previous: str = BEGINNING, days: int = 0) -> Digest:
    """Signed as it should be."""
    day = NOON.date() + timedelta(days=days)
    content = statement(day, seq=seq, head=head, previous=previous)
    return Digest(
        day=day,
        seq=seq,
        hash=head,
        previous=previous,
        signature=FakeSigner().sign(content),
        signed_at=NOON,
    )


def test_a_chain_made_anew_contradicts_its_digest(till: Till, chain: list[Sealed]) -> None:
    """Who can write everything can seal everything again, but not sign it."""
    signed = a_digest(3, chain[2].seal.hash)
    again = sealed_after(None, [a_journal(till, name) for name in "xyz"])
    assert told(chain) == []
    (fault,) = digest_faults([signed], [(seal.seq, seal.hash) for seal in again], FakeSigner())
    assert (fault.kind, fault.day) == (FaultKind.DIGEST_CONTRADICTED, signed.day)


def test_an_end_cut_off_contradicts_its_digest(chain: list[Sealed]) -> None:
    signed = a_digest(5, chain[4].seal.hash)
    left = [(each.seal.seq, each.seal.hash) for each in chain[:4]]
    (fault,) = digest_faults([signed], left, FakeSigner())
    assert fault.kind is FaultKind.DIGEST_CONTRADICTED


def test_a_forged_digest_is_found(chain: list[Sealed]) -> None:
    head = chain[4].seal
    forged = evolve(a_digest(5, head.hash), signature=Signature(key_id="sample", value="00"))
    (fault,) = digest_faults([forged], [(5, head.hash)], FakeSigner())
    assert fault.kind is FaultKind.DIGEST_FORGED


def test_a_digest_that_was_removed_is_missed_by_the_next(chain: list[Sealed]) -> None:
    first = a_digest(2, chain[1].seal.hash)
    second = a_digest(5, chain[4].seal.hash, previous=first.fingerprint, days=1)
    hashes = [(each.seal.seq, each.seal.hash) for each in chain]
    assert list(digest_faults([first, second], hashes, FakeSigner())) == []
    (fault,) = digest_faults([second], hashes, FakeSigner())
    assert fault.kind is FaultKind.DIGEST_FORGED
