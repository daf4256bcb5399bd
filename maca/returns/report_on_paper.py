"""The summative report as a paper: everything that its page says, in the same order and below the same headings."""

from collections.abc import Iterable

from maca.kernel.paper import Paper, Part
from maca.returns.audit_report import AuditReport, Counted
from maca.returns.between import Reply
from maca.returns.finished import lines_of, listed, reference_of, under, upload_of
from maca.returns.summative import AgencyAccount, Cell, Row, SummativeReport
from maca.voices.heard import SharedReflection
from maca.voices.models import FamilyView


def on_paper(report: SummativeReport, *, title: str) -> Paper:
    """The paper of a report; `title` is the audit’s. Nothing is left out or cut short, however long it is."""
    about = f"{title}, {report.case}"
    return Paper(
        title="Summative report",
        about=about,
        footer=f"Summative report · {about} · For the panel of this case only",
        parts=(
            *((Part("Introduction", lines_of(report.introduction)),) if report.introduction else ()),
            *under("The case in outline", (), said=tuple(_outline(report))),
            *under(
                "Who was asked, and what came back",
                (_standing(one) for one in report.accounts),
                said=() if report.accounts else ("Nobody has been asked about this case.",),
            ),
            *listed("The chronology in brief", report.chronology.sentences),
            *listed("What the chronology asks", [f"{one.says} {one.decision}" for one in report.chronology.questions]),
            *listed("What is missing", report.limits),
            *(under("Between the agencies", _between(report)) if report.submitted else ()),
            Part("What the family says", points=tuple(report.voices.sentences)),
            *(Part(one.get_whose_display(), tuple(_view(one)), level=2) for one in report.voices.views),
            *under(
                "What practitioners say",
                (Part(one.who, tuple(_reflection(one))) for one in report.voices.reflections),
                said=() if report.voices.reflections else ("No reflection has been shared.",),
            ),
            *under(
                "Engagement, agency by agency",
                (part for one in report.submitted for part in under(one.name, _engagement(one))),
            ),
            *under(
                "Every answer, question by question",
                (_answers(row) for row in (report.rows if report.submitted else ())),
            ),
        ),
        stands=report.stands.says if report.stands else "",
    )


def audit_on_paper(report: AuditReport) -> Paper:
    """The paper of the report of a whole audit: everything that its page says, in the same order."""
    return Paper(
        title="Summative report of the audit",
        about=report.title,
        footer=" · ".join(("Summative report", report.title, "For the panel only", *_without(report))),
        parts=(
            *under(
                "Who was asked, and what came back",
                (
                    Part(agency, points=tuple(f"{case}: {came_back}" for case, came_back in accounts))
                    for agency, accounts in _response(report)
                ),
                said=tuple(one.in_a_copy for one in report.left_out),
            ),
            *under("What is missing", _missing(report)),
            *under(
                "Between the agencies",
                (Part(heading, points=_by_case(found) or ("Nowhere",)) for heading, found in report.between()),
            ),
            *under(
                "What the chronologies ask", (Part(name, points=_by_case(asked)) for name, asked in report.patterns())
            ),
            *(
                Part(f"Question {row.number}. {row.question}", points=tuple(_points(said)))
                for row, said in report.said()
            ),
            *listed(
                "How often each judgement and grade was given",
                [f"Question {one.number}: {counted(one)}" for one in report.counts()],
            ),
            *listed("How many answered each question, of the returns handed in", list(_answered(report))),
            *listed(
                "Questions that nobody answered",
                [f"Question {row.number} ({', '.join(cases)}): {row.question}" for row, cases in report.unanswered()],
            ),
        ),
        stands=report.stands,
        notice=("This copy is not whole.", *(one.in_a_copy for one in report.left_out)) if report.left_out else (),
    )


def _without(report: AuditReport) -> Iterable[str]:
    """At the foot of each page, which may be all that somebody is given: the cases that are left out."""
    if report.left_out:
        yield f"Without {', '.join(one.case for one in report.left_out)}"


def counted(one: Counted) -> str:
    return ", ".join(f"{choice} {count}" for choice, count in one.given)


def _response(report: AuditReport) -> Iterable[tuple[str, list[tuple[str, str]]]]:
    for agency, accounts in report.response():
        yield (
            agency,
            [
                (of_case.case, f"{account.status}{', late' if account.late else ''}" if account else "not asked")
                for of_case, account in zip(report.reports, accounts, strict=True)
            ],
        )


def _points(said: Iterable[tuple[str, str, tuple[str, ...]]]) -> Iterable[str]:
    return (f"{case}, {agency}: {' '.join(word.split())}" for case, agency, words in said for word in words)


def _by_case(said: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(f"{case}: {' '.join(sentence.split())}" for case, sentence in said)


def _answered(report: AuditReport) -> Iterable[str]:
    for row, of_cases in report.grid():
        told = zip(report.reports, of_cases, strict=True)
        yield f"Question {row.number}: " + "; ".join(
            f"{one.case}: {counts.answered} of {counts.asked}"
            + (f", left blank by {', '.join(counts.silent)}" if counts.silent else "")
            for one, counts in told
        )


def _missing(report: AuditReport) -> Iterable[Part]:
    for case, limits in report.limits():
        yield Part(case, points=tuple(limits) or ("Nobody has been asked about this case yet.",))
    yield from (Part(one.case, points=(one.in_a_copy,)) for one in report.left_out)


def _outline(report: SummativeReport) -> Iterable[str]:
    for label, said in report.outline:
        first, *more = lines_of(said) or ("",)
        yield f"{label}: {first}"
        yield from more


def _between(report: SummativeReport) -> Iterable[Part]:
    for heading, found in report.between():
        yield Part(heading, points=tuple(one.says for one in found) or ("Nowhere",))
    yield from listed("Which agency answered which question", list(_grid(report)))


def _standing(one: AgencyAccount) -> Part:
    lines = [f"{one.status}{'. Late' if one.late else ''}"]
    if one.came_back:
        lines.append(f"Handed in on {one.came_back}")
    lines += lines_of(one.decline)
    if one.left_out:
        lines += ("Left out:", *lines_of(one.left_out))
    return Part(one.name, tuple(lines), one.steps)


def _grid(report: SummativeReport) -> Iterable[str]:
    """A line of print for each question, since a table of twelve agencies is wider than a page."""
    for row, said in report.grid():
        told = ((reply, [one.agency for one in said if one.reply is reply]) for reply in Reply)
        yield f"Question {row.number}: " + "; ".join(
            f"{reply.lower()}: {', '.join(agencies)}" for reply, agencies in told if agencies
        )


def _engagement(one: AgencyAccount) -> Iterable[Part]:
    yield Part("Historic", lines_of(one.before) or ("Not described",))
    yield Part("Current", lines_of(one.now) or ("Not described",))
    yield from listed(
        "Evidence", [f"Reference {at}: {reference_of(row)}" for at, row in enumerate(one.evidence, start=1)]
    )
    yield from listed("Photographs and documents", [upload_of(row, at) for at, row in enumerate(one.uploads, start=1)])


def _answers(row: Row) -> Part:
    lines = [line for cell in row.cells for line in _cell(cell)]
    return Part(f"Question {row.number}. {row.question}", (*lines, *([row.grades] if row.grades else [])))


def _cell(cell: Cell) -> Iterable[str]:
    said = cell.gap or cell.choice
    yield f"{cell.agency}: {said}" if said else f"{cell.agency}:"
    yield from (line for words in cell.words for line in lines_of(words))


def _view(view: FamilyView) -> Iterable[str]:
    """What the page shows of a view. What may not be used is said to be so, and not printed."""
    if not view.is_shown:
        yield "They gave a view and did not agree that it is used here."
        return
    age = f" ({view.get_age_band_display().lower()})" if view.age_band and view.is_of_a_child else ""
    yield f"{view.get_outcome_display()}{age}."
    if view.asked_by:
        day = f", {view.day:%-d %B %Y}" if view.day else ""
        yield f"Asked by: {view.asked_by!s}{day}."
    if view.method:
        yield f"{view.get_method_display()}. {view.get_whose_words_display()}."
    yield from _labelled(
        ("Why not", str(view.why_not)),
        ("What they were told", str(view.told)),
        ("What it was like", str(view.like)),
        ("What helped", str(view.helped)),
        ("What should be different", str(view.change)),
        ("Did somebody listen?", view.did_listen),
        ("Did things get better?", view.did_get_better),
    )


def _reflection(one: SharedReflection) -> Iterable[str]:
    return _labelled(
        ("Worried about", one.worried),
        ("What helped", one.helped),
        ("What got in the way", ", ".join(one.obstacles)),
        ("How", one.hindered),
        ("What to do differently", one.differently),
    )


def _labelled(*said: tuple[str, str]) -> Iterable[str]:
    for label, text in said:
        if text:
            yield label
            yield from lines_of(text)
