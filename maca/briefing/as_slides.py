"""A briefing as slides (PPTX): a title, and one slide or more for each step and case. No point runs over its slide.

A point that is longer than a slide goes on, between two words, on the next one. The same briefing always gives the
same bytes.
"""

import datetime
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pptx import Presentation
from pptx.util import Cm, Pt

from maca.briefing.as_word import first_characters, footer_words
from maca.briefing.value import Heading, SixSteps, Step
from maca.kernel.logo import Logo
from maca.kernel.look import PLAIN, Look
from maca.kernel.measure import lines_of
from maca.kernel.slides import empty_slides
from maca.kernel.word import with_fixed_dates

_TITLE, _POINTS = 0, 1  # the layouts
# In points: the box for what is said, the room of a bullet, and below each paragraph; then sizes of type by level.
_WIDTH, _HEIGHT, _INDENT, _BELOW = 873.6, 367.0, 22.5, 8.0
_SIZES = (24.0, 20.0)
_LINE = 1.2
_TITLE_HEIGHTS = {_TITLE: 144.0, _POINTS: 72.0}
_TITLE_SIZES = (30.0, 24.0, 20.0, 16.0, 12.0, 10.0)


@dataclass(frozen=True)
class _Line:
    """A paragraph of a slide. `level` 1 is a question below what asks it; `number` is its number, if it has one."""

    text: str
    bullet: bool = True
    level: int = 0
    number: int = 0
    goes_on: bool = False

    @property
    def width(self) -> float:
        return _WIDTH - (_INDENT if self.bullet else 0) - self.level * 31.5

    @property
    def height(self) -> float:
        size = _SIZES[self.level]
        return lines_of(self.text, width=self.width, size=size) * size * _LINE + _BELOW


def write(
    value: SixSteps,
    *,
    partnership: str = "",
    published_on: datetime.date | None = None,
    look: Look = PLAIN,
    logo: Logo | None = None,
) -> bytes:
    """The briefing as a .pptx. The partnership and the date stand on the first slide and at the foot of every other."""
    slides = Presentation(io.BytesIO(empty_slides(look)))
    properties = slides.core_properties
    name = value.title or value.kind or value.form or "6 Step Briefing"
    properties.title = first_characters(name)
    properties.language = "en-GB"
    if published_on:
        properties.created = properties.modified = datetime.datetime.combine(published_on, datetime.time())
    foot = footer_words(partnership, published_on)
    _first(slides, name, [text for text in (value.kind, value.form, foot) if text and text != name])
    if logo:
        _put_logo(slides.slides[0], logo)
    _layout(slides, _POINTS).shapes[-2].text_frame.paragraphs[0].runs[0].text = foot
    found = [(title, lines) for title, said in _said(value) for lines in _by_slide(said)]
    of, seen = Counter(title for title, _ in found), Counter[str]()
    for title, lines in found:
        seen[title] += 1
        _one(slides, f"{title} ({seen[title]} of {of[title]})" if of[title] > 1 else title, lines)
    saved = io.BytesIO()
    slides.save(saved)
    return with_fixed_dates(saved)


def _said(value: SixSteps) -> Iterator[tuple[str, list[_Line]]]:
    """What is said below each title, in the order of the briefing."""
    for heading in value.headings:
        if heading.step is Step.THEME_AND_CASES:
            yield heading.text, [_Line(text) for text in value.theme_and_cases]
        elif heading.step is Step.PROCESS:
            yield heading.text, list(_process(value))
        else:
            runs = list(value.by_case(Heading(heading.step)))
            if not runs:
                yield heading.text, []
            for case, findings in runs:
                title = f"{heading.text} {case}" if case else heading.text
                yield title, [_Line(finding.text) for finding in findings]


def _process(value: SixSteps) -> Iterator[_Line]:
    for line in value.process:
        yield _Line(line.text, line.bullet)
        for number, question in enumerate(value.questions(line.asks), 1):
            yield _Line(question, level=1, number=number if line.asks == "agency" else 0)


def _by_slide(said: Iterable[_Line]) -> list[list[_Line]]:
    """The lines in as many slides as they need, and none much fuller than another; there is always one."""
    lines = [piece for whole in said for piece in _pieces(whole)]
    slides = list(_filled(lines, _HEIGHT))
    low, high = 0.0, _HEIGHT
    while len(slides) > 1 and high - low > 1:
        middle = (low + high) / 2
        fits = middle >= max(one.height for one in lines) and len(list(_filled(lines, middle))) == len(slides)
        low, high = (low, middle) if fits else (middle, high)
    return list(_filled(lines, high))


def _filled(lines: Iterable[_Line], height: float) -> Iterator[list[_Line]]:
    slide: list[_Line] = []
    used = 0.0
    for line in lines:
        if slide and used + line.height > height:
            yield slide
            slide, used = [], 0.0
        slide.append(line)
        used += line.height
    yield slide


def _pieces(line: _Line) -> Iterator[_Line]:
    """The line whole; where it is longer than a slide, cut between two words, or within one that is longer still."""
    text, goes_on = line.text, line.goes_on
    while (piece := _Line(text, line.bullet, line.level, line.number, goes_on)).height > _HEIGHT:
        low, high = 1, len(text)
        while high - low > 1:
            middle = (low + high) // 2
            if _Line(text[:middle], line.bullet, line.level).height > _HEIGHT:
                high = middle
            else:
                low = middle
        cut = text.rfind(" ", 0, low + 1)
        cut = cut if cut > 0 else low
        yield _Line(text[:cut], line.bullet, line.level, line.number, goes_on)
        text, goes_on = text[cut:].strip(), True
    yield piece


def _layout(slides: Any, number: int) -> Any:
    return slides.slide_layouts[number]


def _first(slides: Any, name: str, lines: list[str]) -> None:
    slide = slides.slides.add_slide(_layout(slides, _TITLE))
    _say_title(slide, name, _TITLE)
    frame = slide.placeholders[1].text_frame
    for at, text in enumerate(lines):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        _say(paragraph, text)
        _plain(paragraph)


def _put_logo(slide: Any, logo: Logo) -> None:
    """At the top of the first slide, above its title."""
    picture = slide.shapes.add_picture(
        io.BytesIO(logo.picture), Cm(1.524), Cm(1.524), height=Cm(logo.printed[1] * 1.5)
    )  # fmt: skip
    picture.name = "Logo"
    picture._element.nvPicPr.cNvPr.set("descr", logo.called)


def _one(slides: Any, title: str, lines: list[_Line]) -> None:
    slide = slides.slides.add_slide(_layout(slides, _POINTS))
    _say_title(slide, title, _POINTS)
    box = slide.placeholders[1]
    if not lines:
        # An empty box asks whoever opens the file to click and type.
        box._element.getparent().remove(box._element)
        return
    for at, line in enumerate(lines):
        paragraph = box.text_frame.paragraphs[0] if at == 0 else box.text_frame.add_paragraph()
        _say(paragraph, line.text)
        paragraph.level = line.level
        if not line.bullet:
            _plain(paragraph)
        elif line.goes_on:
            _mark(paragraph, "buNone", indent="0")
        elif line.number:
            _mark(paragraph, "buAutoNum", type="arabicPeriod", startAt=str(line.number))


def _say_title(slide: Any, text: str, layout: int) -> None:
    """In the largest type in which it fits."""
    paragraph = slide.shapes.title.text_frame.paragraphs[0]
    _say(paragraph, text)
    most = _TITLE_HEIGHTS[layout]
    fitting = (size for size in _TITLE_SIZES if lines_of(text, width=_WIDTH * 0.9, size=size) * size * _LINE <= most)
    size = next(fitting, _TITLE_SIZES[-1])
    if size != _TITLE_SIZES[0]:
        paragraph.runs[0].font.size = Pt(size)


def _say(paragraph: Any, text: str) -> None:
    run = paragraph.add_run()
    run.text = text
    run._r.get_or_add_rPr().set("lang", "en-GB")


def _plain(paragraph: Any) -> None:
    _mark(paragraph, "buNone", marL="0", indent="0")


def _mark(paragraph: Any, name: str, *, marL: str = "", indent: str = "", **attributes: str) -> None:
    properties = paragraph._p.get_or_add_pPr()
    for key, given in (("marL", marL), ("indent", indent)):
        if given:
            properties.set(key, given)
    space = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
    properties.append(properties.makeelement(f"{space}{name}", attributes))
