"""What is in a page by itself: its tags and attributes against a list, and nothing that runs, hides or fetches."""

import re
from html.parser import HTMLParser

from maca.kernel.colour import LEAST_SEEN, WHITE, contrast, is_colour
from maca.kernel.inspecting.fault import Fault, Found

_ALLOWED = {
    **dict.fromkeys(("head", "title", "style", "body", "main", "table", "thead"), ""),
    **dict.fromkeys(("tbody", "tr", "caption", "strong", "em", "br", "hr"), ""),
    **dict.fromkeys(("h1", "h2", "h3", "h4"), "class"),
    **dict.fromkeys(("p", "ul", "ol", "li", "span", "td", "section", "article", "dl", "dt", "dd"), "class"),
    "html": "lang",
    "meta": "charset name content",
    "th": "scope class",
    "div": "tabindex role aria-label class",
}
_HIDES = re.compile(
    r"url\(|@import|expression|display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0|font-size\s*:\s*0", re.I
)

_RULE = re.compile(r"{([^{}]*)}")
_SAID = re.compile(r"(?:^|[;{\s])(color|background|background-color)\s*:\s*([^;}]*)", re.I)


def _is_pale(rule: str) -> bool:
    """Whether a rule of a style gives a colour that cannot be seen; one that is not written as ours are cannot be
    told."""
    said = {key.lower().removesuffix("-color"): value.strip().lower() for key, value in _SAID.findall(rule)}
    ink, behind = said.get("color"), said.get("background", WHITE)
    if ink in (None, "inherit"):
        return False
    return not (is_colour(ink) and is_colour(behind)) or contrast(ink, behind) < LEAST_SEEN


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[Fault] = []
        self.tags: list[str] = []
        self.in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.in_style = tag == "style"
        known = _ALLOWED.get(tag)
        if known is None:
            self._no(f"There is a “{tag}” in it, which no export has.")
            return
        for key, said in attrs:
            if key not in known.split():
                self._no(f"A “{tag}” has “{key}”, which no export has.")
            if tag == "meta" and key == "name" and said != "viewport":
                self._no(f"It says of itself “{said}”, which no export does.")

    def handle_endtag(self, tag: str) -> None:
        self.in_style = False

    def handle_comment(self, data: str) -> None:
        self._no("There is a comment in it, which nobody sees.")

    def handle_decl(self, decl: str) -> None:
        if decl.lower() != "doctype html":
            self._no("It declares something that no export does.")

    def unknown_decl(self, data: str) -> None:
        self._no("It declares something that no export does.")

    def handle_pi(self, data: str) -> None:
        self._no("There is an instruction to a program in it.")

    def handle_data(self, data: str) -> None:
        if self.in_style and _HIDES.search(data):
            self._no("Its style hides something or fetches something from elsewhere.")
        if self.in_style and any(map(_is_pale, _RULE.findall(data))):
            self._no("Its style gives words a colour that can hardly be told from what is behind them.")

    def _no(self, says: str) -> None:
        self.faults.append(Fault("the page", says))


def read(data: bytes) -> Found:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return [], [Fault("the page", "It is not written in UTF-8.")]
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return list(dict.fromkeys(reader.tags)), reader.faults
