"""An identity provider in memory."""

from attrs import define, evolve, field

from instainstru_core.instructors.model.identity import IdentityCheck, IdentityStatus, LegalName
from instainstru_core.kernel.time import Clock


@define
class FakeIdentityProvider:
    """Keeps its checks; a test decides what becomes of each."""

    clock: Clock
    checks: dict[str, IdentityCheck] = field(factory=dict)
    _by_key: dict[str, str] = field(factory=dict)

    def start_check(self, *, key: str, instructor: str, return_url: str) -> IdentityCheck:
        """A new check, or the one of this key."""
        if key not in self._by_key:
            session = f"vs_{len(self.checks) + 1}"
            self._by_key[key] = session
            self.checks[session] = IdentityCheck(
                session=session,
                instructor=instructor,
                status=IdentityStatus.REQUIRES_INPUT,
                created_at=self.clock.now(),
                url=f"https://verify.example/{session}?back={return_url}",
            )
        return self.checks[self._by_key[key]]

    def find_check(self, session: str) -> IdentityCheck | None:
        """How the check stands now."""
        return self.checks.get(session)

    def decide(
        self,
        session: str,
        status: IdentityStatus,
        *,
        name: LegalName | None = None,
        error_code: str | None = None,
    ) -> None:
        """The provider has looked at the document."""
        self.checks[session] = evolve(
            self.checks[session], status=status, url=None, name=name, error_code=error_code
        )
