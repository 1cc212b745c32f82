"""What catalog refuses."""

from attrs import frozen

from instainstru_core.kernel.errors import NotFound


@frozen
class NotInCatalog(NotFound):
    """No such node, or none that is shown."""

    slug: str

    def __str__(self) -> str:
        return f"the catalogue has no {self.slug!r}"
