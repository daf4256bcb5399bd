"""A briefing as the body of a web page, in the classes of the GOV.UK Design System."""

from collections.abc import Iterable, Iterator

from markupsafe import Markup

from maca.briefing.value import Heading, SixSteps, Step

_BULLETS = "govuk-list govuk-list--bullet"
_NUMBERS = "govuk-list govuk-list--number"


def write(value: SixSteps) -> Markup:
    """The briefing as a fragment of HTML: the title as h1, the steps as h2, the cases as h3."""
    return Markup("\n").join(_parts(value)) + Markup("\n")


def _parts(value: SixSteps) -> Iterator[Markup]:
    if value.kind:
        yield Markup('<p class="govuk-caption-xl">{}</p>').format(value.kind)
    if value.form:
        yield Markup('<p class="govuk-caption-l">{}</p>').format(value.form)
    if value.title:
        yield Markup('<h1 class="govuk-heading-xl">{}</h1>').format(value.title)
    for heading in value.headings:
        yield Markup('<h2 class="govuk-heading-l">{}</h2>').format(heading.text)
        if heading.step is Step.THEME_AND_CASES:
            yield from _list(_BULLETS, (Markup("<li>{}</li>").format(text) for text in value.theme_and_cases))
        elif heading.step is Step.PROCESS:
            yield from _process(value)
        else:
            for case, findings in value.by_case(Heading(heading.step)):
                if case:
                    yield Markup('<h3 class="govuk-heading-m">{}</h3>').format(case)
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
