"""What all pages load together stays small; each page's own weight is measured in a browser."""

from entrypoints.web.assets import ASSETS

KILO = 1024
MAX_STYLE = 40 * KILO
MAX_SCRIPT = 30 * KILO


def test_one_stylesheet_of_forty_kilobytes() -> None:
    (style,) = [asset.plain for name, asset in ASSETS.items() if name.endswith(".css")]
    assert len(style) <= MAX_STYLE


def test_all_scripts_are_thirty_kilobytes() -> None:
    scripts = [asset.plain for name, asset in ASSETS.items() if name.endswith(".js")]
    assert sum(map(len, scripts)) <= MAX_SCRIPT
