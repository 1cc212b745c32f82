"""Documents that can be checked are: links lead somewhere, decisions are numbered, examples run."""

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[3]
DOCUMENTS: Final = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
DECISIONS: Final = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
CONTEXTS: Final = sorted((ROOT / "src" / "instainstru_core").glob("*/use_cases"))
LINK: Final = re.compile(r"\]\((?!https?://)([^)#]+)(?:#[^)]*)?\)")
CITED: Final = re.compile(r"\bADR \[?(\d{4})")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: each.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document: Path) -> None:
    missing = [
        link for link in LINK.findall(document.read_text()) if not (document.parent / link).exists()
    ]
    assert missing == []


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    numbers = [each.name[:4] for each in DECISIONS]
    assert numbers == [f"{number:04d}" for number in range(1, len(DECISIONS) + 1)]
    listed = (ROOT / "docs" / "decisions" / "README.md").read_text()
    for each in DECISIONS:
        title = each.read_text().partition("\n")[0].removeprefix(f"# {each.name[:4]} ")
        assert f"- [{each.name[:4]}]({each.name}) {title}\n" in listed


def test_each_decision_says_why_what_and_what_else() -> None:
    for each in DECISIONS:
        text = each.read_text()
        for part in ("**Context.**", "**Decision.**", "**Consequences.**", "**Alternatives.**"):
            assert part in text, f"{each.name} has no {part}"


def test_what_is_cited_exists() -> None:
    """A comment that names a decision names one that there is."""
    known = {each.name[:4] for each in DECISIONS}
    sources = [*(ROOT / "src").rglob("*.py"), *(ROOT / "tests").rglob("*.py"), *DOCUMENTS]
    cited = {number for each in sources for number in CITED.findall(each.read_text())}
    assert cited
    assert cited <= known


def test_every_guide_and_every_context_has_its_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    for page in (ROOT / "docs" / "guide").glob("*.md"):
        assert f"(guide/{page.name})" in index
    for each in CONTEXTS:
        name = each.parent.name
        assert (ROOT / "docs" / "contexts" / f"{name}.md").exists()
        assert f"(contexts/{name}.md)" in index


def test_python_is_shown_where_it_is_run() -> None:
    """Only the README's example runs in CI, so it is the only one."""
    showing = [each for each in DOCUMENTS if "```python" in each.read_text()]
    assert showing == [ROOT / "README.md"]
