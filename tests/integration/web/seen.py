"""Pages as tests read them: forms with everything that a browser would send, and what is said."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from attrs import define, field, frozen
from httpx import Response

from tests.integration.http.people import Client


@define
class Slip:
    """A form of a page: where it goes, and what it sends as it stands."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(factory=dict)
    buttons: list[tuple[str, str]] = field(factory=list)
    name: str = ""
    """Its id, by which what stands outside of it belongs to it."""


@define
class _Reader(HTMLParser):
    here: str
    slips: list[Slip] = field(factory=list)
    texts: list[str] = field(factory=list)
    _slip: Slip | None = None
    _select: tuple[str, list[str], list[str]] | None = None
    _area: tuple[str, list[str]] | None = None

    def __attrs_pre_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = found.get("method", "get").lower()
            self._slip = Slip(found.get("action", self.here), method, name=found.get("id", ""))
            self.slips.append(self._slip)
        elif "form" in found:
            self._control(
                next(each for each in self.slips if each.name == found["form"]), tag, found
            )
        elif tag == "option" and self._select is not None:
            self._select[1].append(found.get("value", ""))
            if "selected" in found:
                self._select[2].append(found.get("value", ""))
        elif self._slip is not None and found.get("name") and "disabled" not in found:
            self._control(self._slip, tag, found)

    def _control(self, slip: Slip, tag: str, found: Mapping[str, str]) -> None:
        name, kind = found.get("name", ""), found.get("type", "")
        if not name:
            return
        if tag == "select":
            self._select = (name, [], [])
        elif tag == "textarea":
            self._area = (name, [])
        elif tag == "button":
            slip.buttons.append((name, found.get("value", "")))
        elif tag == "input" and (kind not in {"checkbox", "radio"} or "checked" in found):
            slip.fields.setdefault(name, []).append(found.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        slip = self._slip
        if tag == "form":
            self._slip = None
        if slip is not None and tag == "select" and self._select is not None:
            name, options, selected = self._select
            slip.fields[name] = selected or options[:1]
            self._select = None
        if slip is not None and tag == "textarea" and self._area is not None:
            slip.fields[self._area[0]] = ["".join(self._area[1])]
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1].append(data)
        self.texts.append(data)


@frozen
class Page:
    """An answer, read."""

    answer: Response
    slips: list[Slip]
    text: str
    """Everything that is to be read on it, in one line."""

    def form(self, action: str) -> Slip:
        """The only form whose address begins with *action*."""
        (found,) = [each for each in self.slips if each.action.startswith(action)]
        return found


def read(answer: Response) -> Page:
    """The page that *answer* is."""
    reader = _Reader(answer.request.url.path)
    reader.feed(answer.text)
    return Page(answer, reader.slips, " ".join(" ".join(reader.texts).split()))


def look(web: Client, path: str, status: int = 200) -> Page:
    """The page at *path*."""
    answer = web.get(path)
    assert answer.status_code == status, f"{path}: {answer.status_code}\n{answer.text[-2000:]}"
    return read(answer)


def send(web: Client, form: Slip, **typed: Any) -> Response:
    """What the form leads to with *typed* in it: a redirect is not followed."""
    fields: dict[str, Any] = {**form.fields, **typed}
    if form.method == "get":
        return web.get(form.action, params=fields)
    return web.post(form.action, data=fields)
