"""PDF sheets in one style, with fonts of their own, whose bytes follow from their words alone."""

from datetime import datetime
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from entrypoints.documents.words import plain

_FONTS: Final = Path(__file__).with_name("fonts")
FAMILY: Final = "DejaVu"
INK: Final = (32, 36, 42)
SOFT: Final = (91, 98, 108)
HAIR: Final = (222, 220, 214)
MARGIN: Final = 20.0


class Sheet(FPDF):
    """A4 or Letter alike: what is printed leaves room for either."""

    def __init__(self, title: str, made_at: datetime, *, landscape: bool = False) -> None:
        super().__init__(
            orientation="landscape" if landscape else "portrait", unit="mm", format="letter"
        )
        self.set_creation_date(made_at)
        self.set_title(title)
        self.set_author("InstaInstru")
        self.set_lang("en-US")
        self.set_margin(MARGIN)
        self.set_auto_page_break(auto=True, margin=MARGIN)
        self.add_font(FAMILY, fname=_FONTS / "DejaVuSans.ttf")
        self.add_font(FAMILY, style="B", fname=_FONTS / "DejaVuSans-Bold.ttf")
        self.set_draw_color(*HAIR)
        self.add_page()

    def write_line(
        self,
        text: str,
        *,
        size: float = 10,
        bold: bool = False,
        soft: bool = False,
        height: float = 6,
    ) -> None:
        """A line of its own, wrapped where it is too long."""
        self.pen(size, bold=bold, soft=soft)
        self.multi_cell(0, height, plain(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def write_row(
        self, left: str, right: str, *, bold: bool = False, soft_left: bool = False
    ) -> None:
        """Words at the left, an amount at the right, and a hair line below."""
        width = 34.0
        self.pen(10, bold=bold, soft=soft_left)
        top = self.get_y() + 1.5
        self.set_y(top)
        self.multi_cell(
            self.epw - width, 6, plain(left), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
        bottom = self.get_y()
        self.pen(10, bold=bold)
        self.set_xy(self.w - self.r_margin - width, top)
        self.cell(width, 6, right, align="R")
        self.set_xy(self.l_margin, bottom + 1.5)
        self.rule()

    def rule(self, *, strong: bool = False) -> None:
        """A line across the sheet."""
        self.set_draw_color(*(INK if strong else HAIR))
        self.set_line_width(0.4 if strong else 0.2)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())

    def pen(self, size: float, *, bold: bool = False, soft: bool = False) -> None:
        """What is written from here on looks so."""
        self.set_font(FAMILY, style="B" if bold else "", size=size)
        self.set_text_color(*(SOFT if soft else INK))

    def cut(self, text: str, width: float) -> str:
        """*text* with as many letters as fit into *width*."""
        words = plain(text)
        if self.get_string_width(words) <= width:
            return words
        while words and self.get_string_width(words + "\N{HORIZONTAL ELLIPSIS}") > width:
            words = words[:-1]
        return words.rstrip() + "\N{HORIZONTAL ELLIPSIS}"

    def whole(self) -> bytes:
        """The finished document."""
        return bytes(self.output())
