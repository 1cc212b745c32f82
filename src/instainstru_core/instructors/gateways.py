"""Who is asked whether instructors are who they say. Source: TR-1, TR-2."""

from typing import Protocol

from instainstru_core.instructors.model.identity import IdentityCheck


class IdentityGateway(Protocol):
    """The identity provider. Every method may find it silent; Raises: Unavailable."""

    def start_check(self, *, key: str, instructor: str, return_url: str) -> IdentityCheck:
        """A check of a document, live, with a matching face, for *instructor* (our id).

        The same *key* gives the same check. Source: TR-1.
        """
        ...

    def find_check(self, session: str) -> IdentityCheck | None:
        """How the check stands now; None: no such check. Source: TR-2."""
        ...
