"""A public profile follows its owner's account. Source: IN-8, AV-9."""

from instainstru_core.accounts.model import Principal, Role
from instainstru_core.accounts.use_cases.change_account import ChangeAccount, change_account
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.instructors.use_cases.edit_profile import EditProfile, edit_profile
from instainstru_core.kernel.zones import Zone
from instainstru_core.testing.world import World

CHICAGO = Zone("America/Chicago")
DENVER = Zone("America/Denver")


def profile(world: World, jane: Principal) -> Instructor:
    with world.ports.begin() as work:
        return work.instructors.get(InstructorId(jane.account_id.value))


def change(world: World, request: ChangeAccount) -> None:
    change_account(request, begin=world.ports.begin, clock=world.clock)


def test_the_public_name_is_the_accounts() -> None:
    """IN-8: first name and initial."""
    world = World()
    jane = world.sign_up("Jane", Role.INSTRUCTOR)
    assert profile(world, jane).public_name == "Jane E."
    change(world, ChangeAccount(account_id=jane.account_id, first_name="Joan", last_name="doe"))
    assert profile(world, jane).public_name == "Joan D."


def test_a_new_zone_moves_the_profile_and_a_new_name_does_not() -> None:
    """AV-9: the clock is the owner's, unless she set another for her lessons since."""
    world = World()
    jane = world.sign_up("Jane", Role.INSTRUCTOR)
    change(world, ChangeAccount(account_id=jane.account_id, zone=CHICAGO))
    assert profile(world, jane).zone == CHICAGO
    edit_profile(
        EditProfile(instructor_id=InstructorId(jane.account_id.value), zone=DENVER),
        begin=world.ports.begin,
        clock=world.clock,
    )
    change(world, ChangeAccount(account_id=jane.account_id, first_name="Joan", zone=CHICAGO))
    assert (profile(world, jane).zone, profile(world, jane).first_name) == (DENVER, "Joan")


def test_nothing_new_is_no_news() -> None:
    """Spec README: `profile.changed` says that something changed."""
    world = World()
    jane = world.sign_up("Jane", Role.INSTRUCTOR)
    before = profile(world, jane)
    change(world, ChangeAccount(account_id=jane.account_id, zip_code="10001"))
    assert profile(world, jane) == before


def test_students_have_no_profile_to_follow() -> None:
    """AC-38: one role each."""
    world = World()
    sarah = world.sign_up("Sarah", Role.STUDENT)
    change(world, ChangeAccount(account_id=sarah.account_id, first_name="Sara"))
    with world.ports.begin() as work:
        assert work.accounts.get(sarah.account_id).first_name == "Sara"
