"""What accounts asks of those who teach, answered by this context's use cases."""

from datetime import datetime

from attrs import frozen

from instainstru_core.accounts.model import Account
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.ports import Instructors
from instainstru_core.instructors.use_cases.draft_profile import DraftProfile, draft_profile
from instainstru_core.instructors.use_cases.follow_account import FollowAccount, follow_account
from instainstru_core.kernel.zones import Zone


@frozen
class AccountProfiles:
    """The accounts' `Profiles` port, over any keeper of instructors. Source: AC-6, IN-1, IN-8."""

    _instructors: Instructors

    def draft(self, account: Account) -> None:
        """Begin an empty profile, within the unit that registers *account*."""
        draft_profile(
            DraftProfile(
                instructor_id=InstructorId(account.account_id.value),
                first_name=account.first_name,
                last_name=account.last_name,
                zone=account.zone,
            ),
            instructors=self._instructors,
        )

    def follow(self, account: Account, *, zone: Zone | None, at: datetime) -> None:
        """Show the profile under the account's name, and in *zone* if it was changed."""
        follow_account(
            FollowAccount(
                instructor_id=InstructorId(account.account_id.value),
                first_name=account.first_name,
                last_name=account.last_name,
                zone=zone,
                at=at,
            ),
            instructors=self._instructors,
        )
