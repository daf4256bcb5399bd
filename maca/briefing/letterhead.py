"""A Word file of the partnership’s own, read for how it looks: its styles, its foot, and the picture at its head.

What comes of it are plain values, a line of text and a picture drawn anew. Nothing else of the file is looked at, and
nothing of it is kept. What cannot be printed is left out, each with a sentence that says so.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn

from maca.briefing.house_style import LONGEST_FOOTER, logo_of
from maca.kernel.look import HEADS, KINDS, Look, Margins, Style, problem_of, problem_of_margins
from maca.kernel.office import OLD_OFFICE, opened, parsed, relations
from maca.kernel.text import normalise
from maca.kernel.word import Limits, UnfitError, text_of

LARGEST = 10 * 1024 * 1024
MOST_PICTURES = 3  # each that cannot be a logo takes a program to find out
_LIMITS = Limits(
    "house style",
    mends="Save a copy that holds its styles, head and foot alone, and choose that.",
    unpacked=60 * 1024 * 1024,
    part=30 * 1024 * 1024,
    xml=8 * 1024 * 1024,
    parts=500,
    tags=400_000,
)
# Made from a template of the house, a file names it; with pictures that stand elsewhere, those. Neither is followed.
_ELSEWHERE = ("/hyperlink", "/attachedTemplate", "/image")
_VALUE = qn("w:val")
_SWITCHES = ("w:b", "w:i", "w:contextualSpacing")  # on where they have no value
_TWIPS = 20  # to the point
_TWIPS_IN_CM = 1440 / 2.54
_A4 = (11906, 16838)  # twips
_CALLED = {
    "font": "The font",
    "size": "The size",
    "colour": "The colour",
    "before": "The room above",
    "after": "The room below",
    "line": "The distance of lines",
}
_NUMBERS_OF_PAGES = re.compile(r"(?:\W|\d|page|of)*", re.IGNORECASE)


@dataclass(frozen=True, repr=False)
class Letterhead:
    """What was read: how it looks, the words of its foot, a logo with its width and height, and what is left out."""

    look: Look
    footer: str
    logo: tuple[bytes, int, int] | None
    left_out: tuple[str, ...]


def read_letterhead(data: bytes, name: str = "The file") -> Letterhead:
    """Raises `UnfitError` for what is no Word file, or is not to be opened, with what is wrong and how to mend it."""
    if len(data) > LARGEST:
        raise UnfitError(f"{name} is more than 10 MB. {_LIMITS.mends}")
    if data.startswith(OLD_OFFICE):
        raise UnfitError(f"{name} is in the old format of Word, or locked. Open it in Word and save it as .docx.")
    with opened(data, name, _LIMITS, folder="word/", program="Word", extension=".docx", outside=_ELSEWHERE) as archive:
        return _Reader(archive).read()


class _Reader:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.left_out: list[str] = []
        self.problems: dict[tuple[str, str], list[str]] = {}
        (main, *_) = [target for _, kind, target in relations(archive, "") if kind.endswith("/officeDocument")]
        self.document = parsed(archive, main)
        self.parts = {found: (kind, target) for found, kind, target in relations(archive, main)}
        self.fonts = self._theme_fonts()

    def read(self) -> Letterhead:
        return Letterhead(
            look=Look(styles=tuple(self._styles()), margins=self._margins()),
            footer=self._footer(),
            logo=self._logo(),
            left_out=tuple(self.left_out),
        )

    def _of_kind(self, ending: str) -> Any:
        target = next((target for kind, target in self.parts.values() if kind.endswith(ending)), None)
        return None if target is None else parsed(self.archive, target)

    def _theme_fonts(self) -> dict[str, str]:
        """The two fonts that a file names in its theme alone."""
        theme = self._of_kind("/theme")
        if theme is None:
            return {}
        found = {}
        for kind in ("major", "minor"):
            latin = next(theme.iter(qn(f"a:{kind}Font")), theme).find(qn("a:latin"))
            found[kind] = "" if latin is None else latin.get("typeface", "")
        return found

    def _styles(self) -> Iterator[tuple[str, Style]]:
        root = self._of_kind("/styles")
        if root is None:
            self.left_out.append("The file says nothing of its styles, so they stay as the site prints them.")
            return
        by_id = {one.get(qn("w:styleId")): one for one in root.iter(qn("w:style"))}
        by_name = {
            (_said(one, "w:name") or "").lower(): one
            for one in by_id.values()
            if one.get(qn("w:type")) in (None, "paragraph")
        }
        usual = root.find(qn("w:docDefaults"))
        missing: list[str] = []
        for kind in KINDS:
            if (style := by_name.get(kind.lower())) is None:
                missing.append(kind)
                continue
            chain = [*_chain(style, by_id), *([] if usual is None else [usual])]
            looks = self._style(kind, chain)
            if looks.as_json():
                yield kind, looks
        for (what, problem), kinds in self.problems.items():
            self.left_out.append(f"{what} of {_listed(kinds)} {problem}, so it is left out.")
        if missing:
            which = f"no style {missing[0]}" if len(missing) == 1 else f"no styles {_listed(missing)}"
            self.left_out.append(f"The file has {which}, so what is printed in them looks as it does now.")

    def _style(self, kind: str, chain: list[Any]) -> Style:
        """Each value as the nearest style in the chain says it, without those that cannot be printed."""
        said: dict[str, Any] = {
            "font": next(filter(None, map(self._font, chain)), None),
            "size": _number(_first(chain, "w:rPr", "w:sz"), 2),
            "colour": _colour(_first(chain, "w:rPr", "w:color"), black=kind in HEADS),
            "before": _number(_first(chain, "w:pPr", "w:spacing", "w:before"), _TWIPS),
            "after": _number(_first(chain, "w:pPr", "w:spacing", "w:after"), _TWIPS),
            "line": self._line(kind, chain),
        }
        if kind == "List Bullet" and _is_on(_first(chain, "w:pPr", "w:contextualSpacing")):
            said |= {"before": None, "after": None}  # what it says is not said between two points
        kept = {}
        for name, value in said.items():
            if value is None:
                continue
            if problem := problem_of(name, value):
                shown = "" if name == "font" else f" ({value:g})" if isinstance(value, float) else f" ({value})"
                self.problems.setdefault((f"{_CALLED[name]}{shown}", problem), []).append(kind)
            else:
                kept[name] = value
        if kind in HEADS:
            kept |= {name: _is_on(_first(chain, "w:rPr", tag)) for name, tag in (("bold", "w:b"), ("italic", "w:i"))}
        return Style(**kept)

    def _font(self, style: Any) -> str | None:
        found = next(_properties(style, "w:rPr", "w:rFonts"), None)
        if found is None:
            return None
        theme = found.get(qn("w:asciiTheme")) or ""
        return self.fonts.get(theme[:5]) or found.get(qn("w:ascii"))

    def _line(self, kind: str, chain: list[Any]) -> float | None:
        for style in chain:
            for spacing in _properties(style, "w:pPr", "w:spacing"):
                if (line := spacing.get(qn("w:line"))) is None:
                    continue
                if spacing.get(qn("w:lineRule")) in (None, "auto"):
                    return _number(line, 240)
                fixed = "is a fixed one, which cuts larger letters off"
                self.problems.setdefault((_CALLED["line"], fixed), []).append(kind)
                return None
        return None

    def _margins(self) -> Margins | None:
        sections = list(self.document.iter(qn("w:sectPr")))
        if not sections:
            return None
        size, margins = (sections[0].find(qn(tag)) for tag in ("w:pgSz", "w:pgMar"))
        if size is not None:
            found = [_number(size.get(qn(side)), 1) or 0 for side in ("w:w", "w:h")]
            if any(abs(one - ours) > _TWIPS_IN_CM / 2 for one, ours in zip(found, _A4, strict=True)):
                self.left_out.append("Its pages are not A4 upright, as ours are, so its margins are left out.")
                return None
        if margins is None:
            return None
        by_side = {
            side: round((_number(margins.get(qn(f"w:{side}")), 1) or 0) / _TWIPS_IN_CM, 2)
            for side in ("top", "right", "bottom", "left")
        }
        if problem := problem_of_margins(by_side):
            self.left_out.append(f"The margins of its pages {problem}, so they stay as the site prints them.")
            return None
        return Margins(**by_side)

    def _beside(self, ending: str) -> Iterator[tuple[str, Any]]:
        """Its headers or footers: those of most pages first, then those of the first page."""
        wanted = [
            one.get(qn("r:id"))
            for which in ("default", "first")
            for one in self.document.iter(qn(f"w:{ending}Reference"))
            if one.get(qn("w:type")) == which
        ]
        for found in dict.fromkeys(wanted):
            if found in self.parts:
                yield self.parts[found][1], parsed(self.archive, self.parts[found][1])

    def _footer(self) -> str:
        for _, root in self._beside("footer"):
            pieces = (piece for one in root.iter(qn("w:p")) for piece in re.split(r"[\t\n]", _words(one)))
            kept = " · ".join(one.strip(" |·") for one in pieces if not _NUMBERS_OF_PAGES.fullmatch(one))
            if not kept:
                continue
            line = " ".join(normalise(kept)[0].split())
            if len(line) <= LONGEST_FOOTER:
                return line
            self.left_out.append(
                f"The foot of its pages has more than {LONGEST_FOOTER} characters, so it is left out. Write another."
            )
            return ""
        return ""

    def _logo(self) -> tuple[bytes, int, int] | None:
        """The first picture at the head or the foot of its pages that can be drawn anew."""
        pictures: dict[str | None, None] = {}
        for ending in ("header", "footer"):
            for part, root in self._beside(ending):
                inside = {found: target for found, _, target in relations(self.archive, part)}
                pictures |= {inside.get(blip.get(qn("r:embed"))): None for blip in root.iter(qn("a:blip"))}
        for target in list(pictures)[:MOST_PICTURES]:
            if target is None:
                self.left_out.append("A picture at the head or foot of its pages is not in the file itself.")
                continue
            try:
                return logo_of(self.archive.read(target))
            except UnfitError as unfit:
                self.left_out.append(f"Of the picture at the head or foot of its pages: {unfit.sentence}.")
        return None


def _chain(style: Any, by_id: dict[str, Any]) -> Iterator[Any]:
    """The style and those that it builds on; a ring of styles ends where it began."""
    seen: set[Any] = set()
    while style is not None and style not in seen:
        seen.add(style)
        yield style
        style = by_id.get(_said(style, "w:basedOn") or "")


def _properties(style: Any, group: str, tag: str) -> Iterator[Any]:
    """What a style says of its own words and paragraphs, and not of the parts of a table."""
    if style.tag == qn("w:docDefaults"):
        yield from style.iterfind(f"{qn(f'{group}Default')}/{qn(group)}/{qn(tag)}")
    else:
        yield from style.iterfind(f"{qn(group)}/{qn(tag)}")


def _first(chain: list[Any], group: str, tag: str, attribute: str = "w:val") -> str | None:
    """What the nearest style says there; an element with no value says “on”."""
    for style in chain:
        for one in _properties(style, group, tag):
            if (said := one.get(qn(attribute), "on" if tag in _SWITCHES else None)) is not None:
                return str(said)
    return None


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _said(style: Any, tag: str) -> str | None:
    child = style.find(qn(tag))
    return None if child is None else child.get(_VALUE)


def _number(said: str | None, unit: int) -> float | None:
    """A whole number in the file as points, lines or whatever the unit makes of it; None for what is none."""
    if said is None or not re.fullmatch(r"-?\d{1,6}", said):
        return None
    return round(int(said) / unit, 2)


def _colour(said: str | None, *, black: bool) -> str | None:
    if said is None or said == "auto":
        return "#000000" if black else None
    return f"#{said.lower()}" if re.fullmatch(r"[0-9A-Fa-f]{6}", said) else None


def _is_on(said: str | None) -> bool:
    return said is not None and said not in ("0", "false", "off")


def _words(paragraph: Any) -> str:
    """The words of a paragraph without what fields come to, such as the number of the page."""
    depth = 0
    for one in list(paragraph.iter(qn("w:fldChar"), qn("w:t"), qn("w:fldSimple"))):
        if one.tag == qn("w:fldChar"):
            depth += {"begin": 1, "end": -1}.get(one.get(qn("w:fldCharType"), ""), 0)
        elif one.tag == qn("w:fldSimple"):
            one.clear()
        elif depth > 0:
            one.text = ""
    return text_of(paragraph)
