"""Above which amount a second person is needed, as it is published; a laxer rule needs one itself.

Source: AD-7, AD-10.
"""

from collections.abc import Mapping
from typing import Final

from instainstru_core.admin.model.four_eyes import rule_of
from instainstru_core.admin.ports import AdminWork
from instainstru_core.admin.use_cases.four_eyes import rule_in_force
from instainstru_core.admin.use_cases.publish_document import Change, Document, Proposal
from instainstru_core.config.model import ConfigKey


def _terms(proposal: Proposal) -> Mapping[str, object]:
    return {"body": dict(proposal.body), "expected": proposal.expected}


def _change(proposal: Proposal, work: AdminWork) -> Change:
    rule, before = rule_of(proposal.body), rule_in_force(work)
    laxer = rule.is_laxer_than(before)
    return Change(
        body=rule.document(),
        shows={"before": before.document(), "after": rule.document(), "laxer": laxer},
        needs_second=laxer,
    )


FOUR_EYES: Final = Document(key=ConfigKey.FOUR_EYES, terms=_terms, change=_change)
