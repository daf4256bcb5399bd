"""A briefing as plain text, in the layout in which the briefings have always been published."""

from collections.abc import Iterator

from maca.briefing.value import Heading, SixSteps, Step


def write(value: SixSteps) -> str:
    """The briefing as text, one line for each title, heading, paragraph and bullet."""
    blocks = [[text] for text in (value.kind, value.form, value.title) if text]
    for heading in value.headings:
        blocks.append([heading.text])
        if heading.step is Step.THEME_AND_CASES:
            blocks.append([f"- {text}" for text in value.theme_and_cases])
        elif heading.step is Step.PROCESS:
            blocks.extend(_process(value))
        else:
            for case, findings in value.by_case(Heading(heading.step)):
                blocks.append([case] if case else [])
                blocks.append([f"- {finding.text}" for finding in findings])
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _process(value: SixSteps) -> Iterator[list[str]]:
    """The blocks of the process: a paragraph is one by itself, bullets and their questions make a list."""
    bullets: list[str] = []
    for line in value.process:
        if not line.bullet:
            yield from (bullets, [line.text])
            bullets = []
        else:
            bullets.append(f"- {line.text}")
        questions = value.questions(line.asks)
        if line.asks == "agency":
            bullets += [f" {number}. {question}" for number, question in enumerate(questions, 1)]
        else:
            bullets += [f" - {question}" for question in questions]
    yield bullets
