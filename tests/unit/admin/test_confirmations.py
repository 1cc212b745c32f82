"""Confirm tokens: what proves that a preview was seen, and each way in which nothing does."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

import pytest

from instainstru_core.accounts.ids import AccountId
from instainstru_core.admin.confirmations.errors import (
    ActorMismatch,
    AlreadyUsed,
    EffectChanged,
    Expired,
    InvalidFormat,
    InvalidSignature,
    PayloadMismatch,
)
from instainstru_core.admin.confirmations.ids import ConfirmationId
from instainstru_core.admin.confirmations.model import LIFE, Confirmation, digest
from instainstru_core.admin.confirmations.tokens import read_token, token_of
from instainstru_core.admin.model.acts import (
    Act,
    Ask,
    Cancel,
    Complete,
    DecideIssue,
    DecideReport,
    IssueSettlement,
    MarkNoShow,
    Why,
)
from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import NoShowType
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import DomainError, Malformed
from instainstru_core.payments.model.planner import MoneyPolicy
from instainstru_core.testing.memory.accounts import CountedSecrets
from instainstru_core.testing.strategies.booking import NOON, signed_in

ME, OTHER = AccountId(UUID(int=1)), AccountId(UUID(int=2))
SEEN = ConfirmationId(UUID(int=3))
PAYLOAD: Mapping[str, object] = {"action": "cancel", "terms": {"policy": "full_refund"}}
ANOTHER: Mapping[str, object] = {"action": "cancel", "terms": {"policy": "no_refund"}}
EFFECT: Mapping[str, object] = {"after": "CANCELLED", "money": None}
TICK = timedelta(microseconds=1)
SECRETS = CountedSecrets()


def confirmation() -> Confirmation:
    return Confirmation.of(SEEN, principal=ME, payload=PAYLOAD, effect=EFFECT, at=NOON)


def test_mc6_a_token_refers_to_what_was_seen() -> None:
    token = token_of(SEEN, secrets=SECRETS)
    assert read_token(token, secrets=SECRETS) == SEEN
    assert len(token) < 100


@pytest.mark.parametrize(
    "broken",
    [
        lambda _: "",
        lambda _: "nonsense",
        lambda token: token.split(".")[0],
        lambda token: token + "A",
        lambda token: token[:-1],
        lambda token: token.replace(".", ""),
        lambda token: "é" + token[1:],
        lambda token: token[:-1] + "é",
        lambda token: f"Z{token[1:]}",
    ],
)
def test_mc6_what_can_not_be_read_is_no_token(broken: Callable[[str], str]) -> None:
    token = token_of(SEEN, secrets=SECRETS)
    with pytest.raises(InvalidFormat):
        read_token(broken(token), secrets=SECRETS)


def test_mc6_only_ours_are_signed() -> None:
    """Neither another reference under the same seal, nor the same under another."""
    name, _, seal = token_of(SEEN, secrets=SECRETS).partition(".")
    other = ConfirmationId(UUID(int=4))
    turned = "A" if seal[0] != "A" else "B"
    for forged in (f"{other}.{seal}", f"{name}.{turned}{seal[1:]}"):
        with pytest.raises(InvalidSignature):
            read_token(forged, secrets=SECRETS)


def test_mc6_it_is_good_for_five_minutes_and_once() -> None:
    seen = confirmation()
    assert seen.expires_at == NOON + timedelta(minutes=5)
    used = seen.used(principal=ME, payload=PAYLOAD, at=NOON + LIFE)
    assert used.used_at == NOON + LIFE
    with pytest.raises(AlreadyUsed):
        used.used(principal=ME, payload=PAYLOAD, at=NOON + LIFE)
    with pytest.raises(Expired):
        seen.used(principal=ME, payload=PAYLOAD, at=NOON + LIFE + TICK)


def test_mc6_checks_stand_in_their_order() -> None:
    """Actor, then end, then words, then use: the first that fails is told."""
    late, used = NOON + LIFE + TICK, confirmation().used(principal=ME, payload=PAYLOAD, at=NOON)
    cases: list[tuple[AccountId, Mapping[str, object], bool, type[DomainError]]] = [
        (OTHER, ANOTHER, True, ActorMismatch),
        (ME, ANOTHER, True, Expired),
        (ME, ANOTHER, False, PayloadMismatch),
        (ME, PAYLOAD, False, AlreadyUsed),
    ]
    for who, payload, is_late, refusal in cases:
        with pytest.raises(refusal):
            used.used(principal=who, payload=payload, at=late if is_late else NOON)


def test_mc6_another_effect_is_a_conflict() -> None:
    seen = confirmation()
    seen.check_effect(dict(reversed(list(EFFECT.items()))))
    with pytest.raises(EffectChanged):
        seen.check_effect({**EFFECT, "money": {"refunded": 1}})


def test_each_refusal_has_its_code() -> None:
    """MC-6: by which programs know it."""
    refusals = (
        InvalidFormat,
        InvalidSignature,
        ActorMismatch,
        Expired,
        PayloadMismatch,
        AlreadyUsed,
        EffectChanged,
    )
    assert [each.code for each in refusals] == [
        "invalid_format",
        "invalid_signature",
        "actor_mismatch",
        "expired",
        "payload_mismatch",
        "already_used",
        "conflict",
    ]
    assert all(str(each()) for each in refusals)


def test_no_two_requests_have_one_payload() -> None:
    """MC-6: act, terms, booking, reason and note are all in what is proved."""
    one, two = (BookingId(UUID(int=n)) for n in (1, 2))
    why, principal = Why(reason_code="storm"), signed_in(InstructorId(UUID(int=9)))
    acts: list[Act] = [
        *(Cancel(policy=policy) for policy in MoneyPolicy),
        *(MarkNoShow(type=missing) for missing in NoShowType),
        *(DecideReport(resolution=resolution) for resolution in Resolution),
        DecideIssue(outcome=IssueOutcome.DISMISS),
        DecideIssue(outcome=IssueOutcome.UPHOLD),
        DecideIssue(outcome=IssueOutcome.NO_SHOW, no_show_type=NoShowType.STUDENT),
        *(
            DecideIssue(outcome=IssueOutcome.UPHOLD, settlement=settlement)
            for settlement in IssueSettlement
        ),
    ]
    asked = [
        Ask(principal=principal, booking_id=one, act=Complete(), why=why),
        Ask(principal=principal, booking_id=two, act=Complete(), why=why),
        Ask(principal=principal, booking_id=one, act=Complete(), why=Why(reason_code="flood")),
        Ask(
            principal=principal,
            booking_id=one,
            act=Complete(),
            why=Why(reason_code="storm", note="really"),
        ),
        *(Ask(principal=principal, booking_id=one, act=act, why=why) for act in acts),
    ]
    assert len({digest(each.payload()) for each in asked}) == len(asked)


def test_bk53_a_reason_has_a_code_of_a_hundred_letters_at_most() -> None:
    assert Why(reason_code=f"  {'x' * 100} ", note=" ").note is None
    for wrong in ("", "   ", "x" * 101):
        with pytest.raises(ValueError, match="reason_code"):
            Why(reason_code=wrong)
    with pytest.raises(ValueError, match="note"):
        Why(reason_code="x", note="x" * 1001)


def test_py46_only_what_is_upheld_is_settled_otherwise() -> None:
    with pytest.raises(Malformed):
        DecideIssue(outcome=IssueOutcome.DISMISS, settlement=IssueSettlement.FULL_REFUND)
