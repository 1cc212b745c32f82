"""Bodies as Stripe takes them: forms whose names have brackets.

Stripe API pages: Introduction ("form-encoded request bodies"), Expanding responses.
"""

from typing import Any
from urllib.parse import parse_qsl

Doc = dict[str, Any]
MAX_INDEX = 4
"""Digits from which on a name in brackets is a name, not a place in a list."""


def parse(text: str) -> Doc:
    """The document that a form writes: `a[b]=1` nests, `a[0]=1` and `a[]=1` make a list."""
    tree: Doc = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        first, *rest = name.replace("]", "").split("[")
        node, last = tree, first
        for part in rest:
            node = node.setdefault(last, {})
            last = part or str(len(node))
        node[last] = value
    listed = _lists(tree)
    assert isinstance(listed, dict)
    return listed


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(name.isdecimal() and len(name) < MAX_INDEX for name in node):
        return [_lists(node[name]) for name in sorted(node, key=int)]
    return {name: _lists(value) for name, value in node.items()}


def flag(params: Doc, name: str) -> bool:
    """A boolean as a form writes it."""
    return str(params.get(name, "")).lower() == "true"
