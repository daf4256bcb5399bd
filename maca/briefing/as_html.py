"""A briefing as HTML: as the body of a page of ours, in the classes of GOV.UK, or as a page by itself."""

from collections.abc import Iterable, Iterator

from markupsafe import Markup

from maca.briefing.value import Heading, SixSteps, Step
from maca.kernel.html import page_by_itself
from maca.kernel.look import PLAIN, Look

_BULLETS = "govuk-list govuk-list--bullet"
_NUMBERS = "govuk-list govuk-list--number"
_OF_A_PAPER = {"h2": "govuk-heading-m", "h3": "govuk-heading-s", "p": "govuk-body", "ul": _BULLETS}


def write_page(value: SixSteps, *, look: Look = PLAIN) -> Markup:
    """The briefing as a page of its own, which needs no other file: to keep, to send or to put on a website."""
    lines = (Markup('<p class="above">{}</p>\n').format(text) for text in (value.kind, value.form) if text)
    above = Markup("").join(lines)
    if value.title:
        above += Markup("<h1>{}</h1>\n").format(value.title)
    title = ": ".join(text for text in (value.title, value.form or value.kind) if text) or "6 Step Briefing"
    return page_by_itself(title, above + write(value), look=look)


def write_tombstone(title: str, sentences: Iterable[str]) -> Markup:
    """What stands where a briefing was, as a page of its own."""
    said = Markup("").join(Markup("<p>{}</p>\n").format(one) for one in sentences)
    return page_by_itself(title, Markup("<h1>{}</h1>\n").format(title) + said)


def style_of(page: str) -> str:
    """The style inside a page that was written here, as a browser takes its digest."""
    return page.partition("<style>")[2].partition("</style>")[0]


def steps_of(page: str) -> Markup:
    """The six steps out of a page that `write_page` has written, letter for letter."""
    _, begins, rest = page.partition("<h2 ")
    return Markup(begins + rest.partition("</main>")[0])  # noqa: S704 - a page of our own


def paper_of(page: str) -> Markup:
    """What a paper says below its title, out of the page by itself that it was written as, in the classes of GOV.UK.

    Words are escaped in it, so these tags are those of the page alone.
    """
    said = page.partition("</h1>")[2].partition("</main>")[0].rpartition('<p class="above">')[0]
    for tag, classes in _OF_A_PAPER.items():
        said = said.replace(f"<{tag}>", f'<{tag} class="{classes}">')
    return Markup(said)  # noqa: S704 - a page of our own


def write(value: SixSteps) -> Markup:
    """The six steps as a fragment of HTML: the steps as h2, the cases as h3.

    The kind, form and title of the briefing are not in it: the page it is put on has its own h1.
    """
    return Markup("\n").join(_parts(value)) + Markup("\n")


def _parts(value: SixSteps) -> Iterator[Markup]:
    for heading in value.headings:
        yield Markup('<h2 class="govuk-heading-m">{}</h2>').format(heading.text)
        if heading.step is Step.THEME_AND_CASES:
            yield from _list(_BULLETS, (Markup("<li>{}</li>").format(text) for text in value.theme_and_cases))
        elif heading.step is Step.PROCESS:
            yield from _process(value)
        else:
            for case, findings in value.by_case(Heading(heading.step)):
                if case:
                    yield Markup('<h3 class="govuk-heading-s">{}</h3>').format(case)
                yield from _list(_BULLETS, (Markup("<li>{}</li>").format(one.text) for one in findings))


def _process(value: SixSteps) -> Iterator[Markup]:
    """Paragraphs, and between them lists whose items hold the list of questions that they ask."""
    bullets: list[Markup] = []
    for line in value.process:
        numbered = line.asks == "agency"
        items = (Markup("<li>{}</li>").format(text) for text in value.questions(line.asks))
        questions = list(_list(_NUMBERS if numbered else _BULLETS, items, tag="ol" if numbered else "ul"))
        if line.bullet:
            bullets.append(Markup("<li>{}{}</li>").format(line.text, Markup("").join(questions)))
            continue
        yield from _list(_BULLETS, bullets)
        bullets = []
        yield Markup('<p class="govuk-body">{}</p>').format(line.text)
        yield from questions
    yield from _list(_BULLETS, bullets)


def _list(classes: str, items: Iterable[Markup], *, tag: str = "ul") -> Iterator[Markup]:
    inside = Markup("").join(items)
    if inside:
        yield Markup('<{} class="{}">{}</{}>').format(tag, classes, inside, tag)
