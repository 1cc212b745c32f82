"""The pictures of the pages that are kept: all there, small, and shown by their index."""

from tools.screenshots import MOST_BYTES, PAGES, PLACE, SCHEMES, SIZES, file_of, index


def test_every_picture_is_kept_and_shown() -> None:
    wanted = {
        file_of(name, size, scheme) for name, *_ in PAGES for size in SIZES for scheme in SCHEMES
    }
    assert set(PLACE.glob("*.png")) == wanted
    assert (PLACE / "README.md").read_text(encoding="utf-8") == index()


def test_pictures_are_small_enough_to_keep() -> None:
    assert sum(each.stat().st_size for each in PLACE.glob("*.png")) <= MOST_BYTES
