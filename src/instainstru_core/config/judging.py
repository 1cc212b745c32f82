"""Documents judged field by field, so that their author hears of every flaw at once.

Source: AD-11.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from instainstru_core.config.errors import Flaw, InvalidConfig


class Judge:
    """Reads plain values, and collects whatever is wrong with them."""

    def __init__(self) -> None:
        self._flaws: list[Flaw] = []

    def refuse(self, path: str, message: str) -> None:
        """Note a flaw of the value at *path*, a JSON pointer."""
        self._flaws.append(Flaw(path, message))

    def conclude(self) -> None:
        """Say what was found.

        Raises:
            InvalidConfig: Something was wrong; it names every broken field.
        """
        if self._flaws:
            raise InvalidConfig(tuple(self._flaws))

    def names(self, path: str, body: Mapping[str, Any], known: frozenset[str]) -> None:
        """Refuse every field that is not *known*."""
        for name in sorted({*body} - known):
            self.refuse(f"{path}/{name}", "is not a field of this document")

    def whole(self, path: str, body: Mapping[str, Any], name: str, least: int, most: int) -> int:
        """The whole number at *name*; where there is none that fits, *least*."""
        value = body.get(name)
        if type(value) is not int or not least <= value <= most:
            self.refuse(path, f"must be a whole number from {least} to {most}")
            return least
        return value

    def number(
        self, path: str, body: Mapping[str, Any], name: str, least: float, most: float
    ) -> float:
        """The number at *name*; where there is none that fits, *least*."""
        value = body.get(name)
        if type(value) not in {int, float} or not least <= value <= most:  # type: ignore[operator]
            self.refuse(path, f"must be a number from {least} to {most}")
            return least
        return float(value)  # type: ignore[arg-type]

    def rows(self, path: str, value: object, most: int) -> Sequence[Mapping[str, Any]]:
        """The objects of a list; whatever else stands in it is refused."""
        if not isinstance(value, list) or len(value) > most:
            self.refuse(path, f"must be a list of at most {most}")
            return []
        for index, row in enumerate(value):
            if not isinstance(row, Mapping):
                self.refuse(f"{path}/{index}", "must be an object")
        return [row for row in value if isinstance(row, Mapping)]
