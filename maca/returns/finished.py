"""A finished return as its agency keeps it: a paper, from which it is written as Word and as PDF."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from maca.audits.models import Question, QuestionKind
from maca.kernel.clock import LONDON
from maca.kernel.paper import Paper, Part
from maca.returns.models import AgencyReturn, Answer, Evidence, RiskStatement, Signature, Upload

NOT_ANSWERED = "Not answered"


def finished_return(
    agency_return: AgencyReturn,
    questions: Sequence[Question],
    asked: Sequence[Question],
    answers: Mapping[int, Answer],
    *,
    evidence: Iterable[Evidence],
    uploads: Iterable[Upload],
    signatures: Iterable[Signature],
    said_of_risk: RiskStatement | None,
) -> Paper:
    """The value of a return whose rows have been opened. `asked` are those questions that made sense to ask."""
    case, agency = agency_return.case, agency_return.agency
    return Paper(
        title=f"Return of {agency.name}",
        about=f"{case.audit.title}, {case.label}",
        footer=f"{agency.name} · {case.audit.title}, {case.label} · Keep it as you keep records of this family",
        parts=(
            Part("How it stands", tuple(_standing(agency_return))),
            *_what_was_left_out(agency_return),
            Part("Why it was asked for", (*lines_of(agency_return.purpose), *lines_of(agency_return.legal_basis))),
            Part("Is any child unsafe now, or possibly unsafe?", (_risk(said_of_risk),)),
            Part("Historic engagement", lines_of(str(agency_return.engagement_before)) or ("Not described",)),
            Part("Current engagement", lines_of(str(agency_return.engagement_now)) or ("Not described",)),
            *(_question(question, answers.get(question.pk), is_asked=question in asked) for question in questions),
            *listed("Evidence", [reference_of(one) for one in evidence]),
            *listed("Photographs and documents", [upload_of(one, at) for at, one in enumerate(uploads, start=1)]),
            *listed("Signed", [_signature(one) for one in signatures]),
        ),
    )


def lines_of(text: str) -> tuple[str, ...]:
    """A text line by line, empty ones too: they are the writer's."""
    return tuple(text.split("\n")) if text else ()


def _standing(agency_return: AgencyReturn) -> Iterable[str]:
    if agency_return.submitted_at:
        at = agency_return.submitted_at.astimezone(LONDON)
        late = " Handed in late." if agency_return.handed_in_late else ""
        yield f"{agency_return.get_stage_display()}. Last handed in on {at:%-d %B %Y} at {at:%H:%M}.{late}"
    yield f"Asked for by {agency_return.due_on:%-d %B %Y}."
    if agency_return.entered_at:
        yield f"Entered from a form on paper on {agency_return.entered_at.astimezone(LONDON):%-d %B %Y}."


def _what_was_left_out(agency_return: AgencyReturn) -> Sequence[Part]:
    if not agency_return.left_out_reason:
        return ()
    why = agency_return.get_left_out_reason_display()
    return (Part("What is left out, and why", (why, *lines_of(str(agency_return.left_out)))),)


def _risk(said: RiskStatement | None) -> str:
    if said is None:
        return NOT_ANSWERED
    answer = "Yes, or possibly" if said.is_unsafe else "No"
    return f"{answer}. Said on {said.said_at.astimezone(LONDON):%-d %B %Y}."


def _question(question: Question, answer: Answer | None, *, is_asked: bool) -> Part:
    heading = f"{question.number}. {question.text}"
    if not is_asked:
        return Part(heading, ("Not asked: an earlier answer makes it out of place",))
    if answer is None or not answer.is_begun:
        return Part(heading, (NOT_ANSWERED,))
    points = tuple(answer.point_list()) if question.kind == QuestionKind.LIST else ()
    said = [answer.chosen] if answer.chosen else []
    said += lines_of(str(answer.how_known))
    said += [answer.cause_in_words] if answer.cause else []
    return Part(heading, tuple(said), points)


def _about(question: Question | None) -> str:
    return f" (question {question.number})" if question else ""


def reference_of(one: Evidence) -> str:
    day = f"{one.day:%-d %B %Y}" if one.day else ""
    return ", ".join(filter(None, (str(one.record), str(one.reference), day))) + _about(one.question)


def upload_of(one: Upload, number: int) -> str:
    pages = "1 page" if one.page_count == 1 else f"{one.page_count} pages"
    said = f"{one.get_kind_display()} {number}, {pages}{_about(one.question)}: {one.description!s} ({one.source!s}, "
    return f"{said}{one.day:%-d %B %Y}). SHA-256 of the file: {one.sha256_given!s}"


def _signature(one: Signature) -> str:
    given = f", with authority given by {one.delegated_by!s}" if one.is_delegated else ", as the agency’s lead"
    return f"{one.name}, {one.post}, on {one.signed_at.astimezone(LONDON):%-d %B %Y}{given}: {one.statement}"


def under(heading: str, parts: Iterable[Part], *, said: tuple[str, ...] = ()) -> Iterable[Part]:
    """A heading with what is `said` below it, and below that these parts; nothing where there is neither."""
    below = [replace(part, level=part.level + 1) for part in parts]
    if below or said:
        yield Part(heading, said)
        yield from below


def listed(heading: str, points: Sequence[str]) -> Sequence[Part]:
    """Each point on one line, whatever was typed."""
    return (Part(heading, points=tuple(" ".join(one.split()) for one in points)),) if points else ()
