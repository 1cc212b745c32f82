"""The pricing document, as it is published: judged, and compared with what holds. Source: AD-11."""

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from instainstru_core.admin.ports import AdminWork
from instainstru_core.admin.use_cases.publish_document import Change, Document, Proposal
from instainstru_core.config.errors import ConfigVersionNotFound
from instainstru_core.config.model import BUILT_IN, Body, ConfigKey, differences
from instainstru_core.config.ports import ConfigReads
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.pricing.model.config import DEFAULT_PRICING
from instainstru_core.pricing.model.document import document_of, pricing_of


def pricing_body(version: int, *, read: Begin[ConfigReads]) -> Body:
    """The document of one version; the first is the one that is built in.

    Raises:
        ConfigVersionNotFound: There is no such version.
    """
    if version == BUILT_IN:
        return document_of(DEFAULT_PRICING)
    with read() as reads:
        found = reads.config_queries.version(ConfigKey.PRICING, version)
    if found is None:
        raise ConfigVersionNotFound
    return found.body


def _terms(proposal: Proposal) -> Mapping[str, object]:
    """A body as long as this one is named by its digest."""
    text = json.dumps(proposal.body, sort_keys=True, separators=(",", ":"))
    return {
        "body": hashlib.sha256(text.encode()).hexdigest(),
        "expected": proposal.expected,
        "restores": proposal.restores,
    }


def _change(proposal: Proposal, work: AdminWork) -> Change:
    pricing_of(proposal.body, version=proposal.expected + 1)
    latest = work.config_documents.latest(ConfigKey.PRICING)
    before = document_of(DEFAULT_PRICING) if latest is None else latest.body
    changes = [
        {"path": path, "before": old, "after": new}
        for path, old, new in differences(before, proposal.body)
    ]
    return Change(body=proposal.body, shows={"changes": changes})


PRICING: Final = Document(key=ConfigKey.PRICING, terms=_terms, change=_change)
