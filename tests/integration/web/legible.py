"""What of a page is not for everybody: by the rules of axe, or because it can't be read."""

from collections.abc import Sequence
from typing import Any, Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

SEEN_RULES: Final = ("color-contrast", "target-size")
"""What may differ between light and dark, a desk and a phone."""

_WCAG: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_UNREADABLE: Final = r"""() => {
  const found = [], words = (one) => one.textContent.trim().replace(/\s+/g, " ").slice(0, 60);
  const named = (one) => `${one.tagName} ${one.getAttribute("class") ?? ""}: ${words(one)}`;
  // What stands still while the page scrolls below it, or shows no text by intent.
  const aside = (one) => {
    if (one.closest("svg, script, style, option, .hidden, .skip, td, [data-toast]")) return true;
    for (let each = one; each; each = each.parentElement) {
      if (/sticky|fixed/.test(getComputedStyle(each).position)) return true;
    }
    return false;
  };
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) {
    const wide = [...document.body.querySelectorAll("*")]
      .filter((one) => one.getBoundingClientRect().right > width + 1);
    found.push(...wide.slice(-4).map((one) => `wide: ${named(one)}`));
  }
  for (const one of document.body.querySelectorAll("*")) {
    if (aside(one) || one.clientWidth <= 1 || !words(one)) continue;
    const { overflowX, overflowY } = getComputedStyle(one);
    const cut = /hidden|clip/.test(overflowX) && one.scrollWidth > one.clientWidth + 1
      || /hidden|clip/.test(overflowY) && one.scrollHeight > one.clientHeight + 1;
    if (cut) found.push(`cut: ${named(one)}`);
  }
  const texts = [], all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const options = { checkOpacity: true, checkVisibilityCSS: true };
  while (all.nextNode()) {
    const one = all.currentNode.parentElement;
    if (!all.currentNode.data.trim() || aside(one) || !one.checkVisibility(options)) continue;
    const range = document.createRange();
    range.selectNodeContents(all.currentNode);
    for (const box of range.getClientRects()) {
      if (box.width > 2 && box.height > 2) texts.push([box, one]);
    }
  }
  texts.forEach(([box, one], at) => {
    for (const [other, above] of texts.slice(at + 1)) {
      const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
      const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
      const meet = across > 3 && down > Math.min(box.height, other.height) * 0.35;
      if (one !== above && meet) found.push(`above each other: ${named(one)} / ${named(above)}`);
    }
  });
  return found.slice(0, 8);
}"""


def unreadable(page: Page, *, text: int = 100) -> list[str]:
    """What can't be read with *text* at so many percent. Source: WCAG 1.4.4, 1.4.10."""
    page.evaluate(f"document.documentElement.style.fontSize = '{text}%'")
    found: Any = page.evaluate(_UNREADABLE)
    page.evaluate("document.documentElement.style.fontSize = ''")
    return [str(each) for each in found]


def violations(page: Page, *, rules: Sequence[str] = ()) -> list[str]:
    """What axe finds, by all of WCAG 2.2 AA or by some *rules*."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": _WCAG}
    found: Any = page.evaluate(
        "(options) => axe.run(document, options).then((found) => found.violations)",
        {"runOnly": only, "resultTypes": ["violations"]},
    )
    return [
        f"{each['id']}: {each['help']}: {node['html'][:160]} ({node['failureSummary'][:240]})"
        for each in found
        for node in each["nodes"]
    ]
