"""Look at the whole chain of the books. Source: spec 02 §11.7."""

from collections.abc import Iterator

from entrypoints import database
from entrypoints.settings import Settings
from instainstru_core.payments.ledger.chain import Fault, Verdict


def verify(settings: Settings) -> Verdict:
    """Hash every journal again, and check every signature."""
    return database.chain_verdict(settings)


def report(verdict: Verdict) -> Iterator[str]:
    """What there is to say, a line each: the faults, then what was looked at."""
    for fault in verdict.faults:
        yield f"{fault.kind.value.replace('_', ' ')}: {_place(fault)}"
    looked = f"{verdict.journals:,} journals and {verdict.digests:,} signed days"
    ends = f"the chain ends in {verdict.head[:16]}…; {verdict.waiting:,} journals wait for a seal"
    state = "sound" if verdict.sound else f"{len(verdict.faults):,} faults"
    yield f"{state}: looked at {looked}; {ends}"


def _place(fault: Fault) -> str:
    parts = []
    if fault.seq is not None:
        parts.append(f"no. {fault.seq:,} in the chain")
    if fault.journal_id is not None:
        parts.append(f"journal {fault.journal_id}")
    if fault.day is not None:
        parts.append(f"signed for {fault.day}")
    return ", ".join(parts)
