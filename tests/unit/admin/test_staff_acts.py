"""What all acts of the staff have in common: shown, proved, done once and written down. AD-7."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import pytest
from attrs import Factory, define, evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Role
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
from instainstru_core.admin.confirmations.tokens import token_of
from instainstru_core.admin.ids import ActionId
from instainstru_core.admin.model.action import AdminAction
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.use_cases.staff_acts import (
    DoneAct,
    Perform,
    ShownAct,
    StaffAct,
    StaffEffect,
    preview_staff_act,
    record_staff_act,
    take_staff_act,
)
from instainstru_core.booking.terms import Standing
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Conflict, DomainError
from instainstru_core.ports import Work
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.accounts import CountedSecrets
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import NOON, signed_in

ANNA = StudentId(UUID(int=2))
ME, OTHER = (signed_in(InstructorId(UUID(int=n)), Role.ADMIN) for n in (3, 4))
ACT = StaffAct(
    principal=ME,
    kind=ActionKind.SET_STANDING,
    target=str(ANNA),
    why=Why(reason_code="no_card", note="She asked for it."),
    payload={"standing": "restricted"},
)
EFFECT = StaffEffect(
    before={"standing": "ok"}, after={"standing": "restricted"}, shows={"may_book": False}
)


@define
class Office:
    """Where the staff keeps one student from booking."""

    store: InMemoryStore
    clock: HandMovedClock
    secrets: CountedSecrets
    answered: list[DoneAct] = Factory(list)

    def show(self, act: StaffAct = ACT, perform: "Perform[Work] | None" = None) -> ShownAct:
        """See what it would do."""
        return preview_staff_act(
            act,
            perform or self.restrict,
            begin=self.store.begin,
            ids=self.store.ids,
            clock=self.clock,
            secrets=self.secrets,
        )

    def take(
        self, token: str, act: StaffAct = ACT, perform: "Perform[Work] | None" = None
    ) -> DoneAct:
        """Do it, and keep what was answered."""
        return take_staff_act(
            act,
            perform or self.restrict,
            confirm_token=token,
            begin=self.store.begin,
            ids=self.store.ids,
            clock=self.clock,
            secrets=self.secrets,
            answer=lambda _, done: self.answered.append(done),
        )

    def restrict(self, work: Work) -> StaffEffect:
        """The act itself: it looks at what is, and changes it."""
        before = work.standings.of(ANNA)
        work.standings.set(ANNA, Standing.RESTRICTED, at=self.clock.now())
        return evolve(EFFECT, before={"standing": before.value})

    def standing(self) -> Standing:
        """Whether Anna may book."""
        with self.store.begin() as work:
            return work.standings.of(ANNA)

    def kept(self) -> list[AdminAction]:
        """What is written down, the latest last."""
        with self.store.begin() as work:
            return list(work._tables.of("admin_actions", ActionId, AdminAction).values())


@pytest.fixture
def office() -> Office:
    clock = HandMovedClock(NOON)
    return Office(InMemoryStore(ids=CountedIds(), clock=clock), clock, CountedSecrets())


def test_ad_7_a_preview_shows_it_and_leaves_nothing_behind(office: Office) -> None:
    shown = office.show()
    assert shown.effect == EFFECT
    assert shown.confirm_expires_at == NOON + timedelta(minutes=5)
    assert (office.standing(), office.kept()) == (Standing.OK, [])


def test_ad_7_what_was_shown_is_done_once_and_written_down(office: Office) -> None:
    token = office.show().confirm_token
    done = office.take(token)
    assert (done.effect, office.standing()) == (EFFECT, Standing.RESTRICTED)
    (kept,) = office.kept()
    assert kept == done.action
    assert office.answered == [done]
    assert (kept.actor, kept.kind, kept.target) == (
        ME.account_id,
        ActionKind.SET_STANDING,
        str(ANNA),
    )
    assert (kept.why, kept.before, kept.after) == (ACT.why, EFFECT.before, EFFECT.after)
    assert (kept.at, kept.booking_id) == (NOON, None)
    with pytest.raises(AlreadyUsed):
        office.take(token)
    assert len(office.kept()) == 1


@pytest.mark.parametrize(
    "act",
    [
        evolve(ACT, kind=ActionKind.RELEASE_PAYOUTS),
        evolve(ACT, target=str(StudentId(UUID(int=9)))),
        evolve(ACT, payload={"standing": "locked"}),
        evolve(ACT, payload={}),
        evolve(ACT, why=Why(reason_code="no_card")),
        evolve(ACT, why=Why(reason_code="other", note="She asked for it.")),
    ],
    ids=["kind", "target", "terms", "no terms", "note", "reason"],
)
def test_mc_6_nothing_else_is_done_than_what_was_shown(office: Office, act: StaffAct) -> None:
    token = office.show().confirm_token
    with pytest.raises(PayloadMismatch):
        office.take(token, act)
    assert (office.standing(), office.kept()) == (Standing.OK, [])
    assert office.take(token).effect == EFFECT, "a try that was refused leaves the proof as it was"


def test_mc_6_nobody_else_confirms_and_nobody_late(office: Office) -> None:
    token = office.show().confirm_token
    with pytest.raises(ActorMismatch):
        office.take(token, evolve(ACT, principal=OTHER))
    office.clock.move(timedelta(minutes=5, microseconds=1))
    with pytest.raises(Expired):
        office.take(token)
    assert (office.standing(), office.kept()) == (Standing.OK, [])


def test_mc_6_a_token_must_be_ours_and_known(office: Office) -> None:
    unknown = token_of(ConfirmationId(UUID(int=77)), secrets=office.secrets)
    name, _, seal = unknown.partition(".")
    turned = "A" if seal[0] != "A" else "B"
    cases: Mapping[str, type[DomainError]] = {
        "nonsense": InvalidFormat,
        f"{name}.{turned}{seal[1:]}": InvalidSignature,
        unknown: Expired,
    }
    for token, refusal in cases.items():
        with pytest.raises(refusal):
            office.take(token)
    assert (office.standing(), office.kept()) == (Standing.OK, [])


def test_mc_6_another_effect_undoes_itself(office: Office) -> None:
    """Somebody was quicker: what would be done now was never shown."""
    token = office.show().confirm_token
    with office.store.begin() as work:
        work.standings.set(ANNA, Standing.LOCKED, at=NOON)
    with pytest.raises(EffectChanged):
        office.take(token)
    assert (office.standing(), office.kept()) == (Standing.LOCKED, [])


@pytest.mark.parametrize(
    "other",
    [
        evolve(EFFECT, before={}),
        evolve(EFFECT, after={"standing": "locked"}),
        evolve(EFFECT, shows={"may_book": True}),
    ],
    ids=["before", "after", "shows"],
)
def test_mc_6_every_part_of_the_effect_counts(office: Office, other: StaffEffect) -> None:
    token = office.show().confirm_token
    with pytest.raises(EffectChanged):
        office.take(token, perform=lambda _: other)
    assert office.kept() == []


def test_what_refuses_an_act_refuses_its_preview_too(office: Office) -> None:
    """AD-7: no proof is given for it, and what it had begun is undone."""

    class Refused(Conflict):
        code = "refused"

    def refuse(work: Work) -> StaffEffect:
        office.restrict(work)
        raise Refused

    token = office.show().confirm_token
    with pytest.raises(Refused):
        office.show(perform=refuse)
    with pytest.raises(Refused):
        office.take(token, perform=refuse)
    assert (office.standing(), office.kept()) == (Standing.OK, [])
    assert office.take(token).effect == EFFECT


def test_ad_2_an_act_of_one_step_is_written_down_with_its_effect(office: Office) -> None:
    """And undone with it: the record is in the unit of whoever acts."""
    with office.store.begin() as work:
        record_staff_act(ACT, office.restrict(work), work=work, ids=office.store.ids, at=NOON)
    with pytest.raises(ZeroDivisionError), office.store.begin() as work:
        record_staff_act(ACT, EFFECT, work=work, ids=office.store.ids, at=NOON)
        _ = 1 // 0
    assert [(each.actor, each.before, each.after) for each in office.kept()] == [
        (ME.account_id, EFFECT.before, EFFECT.after)
    ]
