"""Pieces are packed once, and a page is packed around them."""

import gc
import gzip
import zlib

import pytest
from jinja2 import Environment
from litestar.testing import TestClient
from markupsafe import Markup

from entrypoints.web.pieces import BEST, Piece, packed, whole
from instainstru_core.testing.world import World
from tests.integration.http.serving import lent
from tests.integration.web.conftest import CONFIG, app_of

PIECE = Piece(Markup("<b>Ünits &amp; lessons</b>" * 400), level=BEST)
OTHER = Piece(Markup(""))
WORDS = "Lessons, “täglich”. " * 300


@pytest.mark.parametrize(
    "parts",
    [
        (WORDS, PIECE, WORDS),
        (WORDS,),
        (PIECE,),
        (PIECE, PIECE, WORDS, PIECE),
        (OTHER, WORDS, OTHER),
        (),
    ],
    ids=["inside", "without", "alone", "again", "empty", "nothing"],
)
def test_a_page_is_packed_around_its_pieces(parts: tuple[str | Piece, ...]) -> None:
    page = "".join(each.__html__() if isinstance(each, Piece) else each for each in parts)
    meant = b"".join(each.plain if isinstance(each, Piece) else each.encode() for each in parts)
    sent = packed(page)
    assert whole(page) == meant
    assert gzip.decompress(sent) == meant
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    reader.decompress(sent)
    assert reader.eof
    assert reader.unused_data == b""


def test_templates_write_a_piece_as_it_is() -> None:
    template = Environment(autoescape=True).from_string("<p>{{ one }}{{ two|join }}</p>")
    page = template.render(one=PIECE, two=(PIECE, "<", OTHER))
    assert whole(page) == b"<p>" + PIECE.plain + PIECE.plain + b"&lt;</p>"


def test_a_piece_that_nobody_holds_is_forgotten() -> None:
    page = Piece(Markup("gone")).__html__()
    gc.collect()
    with pytest.raises(KeyError):
        whole(page)


@pytest.mark.parametrize("path", ["/", "/search", "/sign-in"])
def test_everybody_reads_the_same_packed_or_not(path: str) -> None:
    with lent(World().ports, CONFIG, app_of) as app, TestClient(app) as client:
        plain, sent = (
            client.get(path, headers={"Accept": "text/html", "Accept-Encoding": accepted})
            for accepted in ("identity", "gzip")
        )
    assert "Content-Encoding" not in plain.headers
    assert sent.headers["Content-Encoding"] == "gzip"
    # Nothing but a page's own nonce and keys differ.
    assert len(plain.content) == len(sent.content)
    assert b"<!--" not in sent.content
