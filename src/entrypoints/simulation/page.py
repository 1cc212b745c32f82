"""The page about a simulation: figures, the picture, and how lessons ended."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Final

from entrypoints.simulation.sankey import dollars, sankey
from entrypoints.simulation.summary import Summary

_STYLE: Final = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.5rem}
table{border-collapse:collapse;width:100%}
td,th{padding:.3rem .6rem;border-bottom:1px solid #8884;text-align:left}
td:last-child,th:last-child{text-align:right;font-variant-numeric:tabular-nums}
svg{width:100%;height:auto}.bad{color:#c33}
"""


def write_pages(summary: Summary, folder: Path, *, elapsed: float) -> Path:
    """Write `flows.svg` and `index.html` into *folder*, and return the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    picture = sankey(summary.flows)
    (folder / "flows.svg").write_text(picture)
    page = folder / "index.html"
    page.write_text(_page(summary, picture, elapsed=elapsed))
    return page


def _page(summary: Summary, picture: str, *, elapsed: float) -> str:
    failed = "".join(
        f'<p class="bad">Seed {each.seed}: {escape(str(each.breach))}</p>'
        for each in summary.failed
    )
    flows = sorted(summary.flows.items(), key=lambda row: -row[1])
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Simulated money</title><style>{_STYLE}</style>"
        "<h1>Simulated money</h1>"
        f"{failed}{picture}"
        f"<h2>Figures</h2>{_table(('', ''), summary.figures(elapsed=elapsed))}"
        "<h2>How the money of lessons ended</h2>"
        + _table(
            ("Outcome", "Payments"),
            ((name, f"{count:,}") for name, count in summary.outcomes.most_common()),
        )
        + "<h2>What each account gave to which</h2>"
        + _table(
            ("From → to", "Amount"),
            ((f"{giver} → {taker}", dollars(cents)) for (giver, taker), cents in flows),
        )
        + "<h2>What happened besides</h2>"
        + _table(
            ("What", "Times"),
            ((name, f"{count:,}") for name, count in summary.notes.most_common()),
        )
        + "</html>\n"
    )


def _table(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    top = f"<tr><th>{escape(head[0])}</th><th>{escape(head[1])}</th></tr>" if any(head) else ""
    body = "".join(f"<tr><td>{escape(a)}</td><td>{escape(b)}</td></tr>" for a, b in rows)
    return f"<table>{top}{body}</table>"
