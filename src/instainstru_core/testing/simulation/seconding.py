"""Where one person may not decide alone, another looks at it and says yes."""

from collections.abc import Callable
from typing import Final

from instainstru_core.admin.errors import SecondPersonRequired
from instainstru_core.admin.model.acts import Why
from instainstru_core.admin.use_cases.decide_approval import DecideApproval, decide_approval
from instainstru_core.testing.simulation.town import Town

SEEN: Final = Why(reason_code="seen")


def seconded(town: Town, act: Callable[[], None]) -> None:
    """Do *act*; above the amount, once more as soon as somebody else approved it. §11.9."""
    try:
        act()
    except SecondPersonRequired as asked:
        decide_approval(
            DecideApproval(
                principal=town.second_operator,
                approval_id=asked.approval_id,
                approve=True,
                why=SEEN,
            ),
            begin=town.ports.begin,
            ids=town.ports.ids,
            clock=town.clock,
        )
        town.notes["acts of two people"] += 1
        act()
