"""What every command of the simulated processor checks of its arguments."""

from typing import TYPE_CHECKING, Final

from attrs.validators import and_, ge, le

if TYPE_CHECKING:
    from attrs import Attribute

MAX_TEXT: Final = 2048
MAX_AMOUNT: Final = 99_999_999


def text(_command: object, attribute: "Attribute[str]", value: str) -> None:
    """Something, but not a novel."""
    if not 1 <= len(value) <= MAX_TEXT:
        raise ValueError(f"{attribute.name} takes 1 to {MAX_TEXT} characters")


amount = and_(ge(1), le(MAX_AMOUNT))
