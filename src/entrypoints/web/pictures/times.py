"""The times of a day at which a lesson can start, each a link."""

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup, escape

from entrypoints.web.formats import Formats
from instainstru_core.availability.model.free import FreeStart
from instainstru_core.kernel.time import instant_text

MANY: Final = 12
_HALF_HOURS: Final = (":00", ":30")


def start_list(starts: Sequence[FreeStart], way: str, zone: str, fmt: Formats) -> Markup:
    """A link to *way* and the start for each of *starts*, called by its time in *zone*.

    Of a long day only the half hours: a wall of quarter hours is no choice.
    """
    some = starts
    if len(starts) >= MANY:
        some = [each for each in starts if each.label.endswith(_HALF_HOURS)]
    address = escape(way)
    items = "".join(
        f'<li><a href="{address}&amp;start={instant_text(each.starts_at)}">'
        f"{escape(fmt.time(each.starts_at, zone))}</a></li>"
        for each in some
    )
    return Markup(f'<ul class="times">{items}</ul>')  # noqa: S704 - escaped above
