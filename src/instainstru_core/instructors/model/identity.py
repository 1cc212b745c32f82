"""Whether somebody is who they say, as the identity provider sees it. Source: TR-1…4."""

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen


class IdentityStatus(StrEnum):
    """How far a check has come at the provider."""

    REQUIRES_INPUT = "requires_input"
    PROCESSING = "processing"
    VERIFIED = "verified"
    CANCELED = "canceled"


@frozen(kw_only=True)
class LegalName:
    """What the document says; compared with the profile and never kept. Source: TR-3, TR-4."""

    first: str = field(repr=False)
    last: str = field(repr=False)


@frozen(kw_only=True)
class IdentityCheck:
    """One check of a document and a face; neither ever reaches us. Source: TR-4.

    *url* is the provider's page while it waits for them; *name* is known once it is verified.
    """

    session: str
    instructor: str
    status: IdentityStatus
    created_at: datetime
    url: str | None = field(default=None, repr=False)
    error_code: str | None = None
    name: LegalName | None = field(default=None, repr=False)
