"""From an audit's record to the first draft of its briefing, in the order of the six steps."""

from maca.audits.models import AskedOf, Audit
from maca.briefing.value import Finding, Heading, ProcessLine, SixSteps


def draft_value(audit: Audit) -> SixSteps:
    """The briefing that the audit's own record makes: every standing finding once, by case, in its order."""
    partnership = audit.partnership
    questions = list(audit.questions.all())
    agency = tuple(question.text for question in questions if question.asked_of == AskedOf.AGENCY)
    panel = tuple(question.text for question in questions if question.asked_of == AskedOf.PANEL)
    findings = sorted(
        audit.findings.standing().select_related("case"),
        key=lambda finding: (finding.case.number if finding.case else 0, finding.position),
    )
    process = [ProcessLine(f"The process for completing the {audit.kind} comprised:")]
    if agency:
        process.append(
            ProcessLine(
                "The selected cases were circulated to the agencies involved and each was asked for evidence of "
                "its engagement with the family, historic and current, and to answer the following questions:",
                bullet=True,
                asks="agency",
            )
        )
    if panel:
        process.append(
            ProcessLine(
                "Each case was introduced by the Social Worker / Practice Manager, followed by input from "
                f"partners, and a pulling-together of information around {_in_words(len(panel))}:",
                bullet=True,
                asks="panel",
            )
        )
    return SixSteps(
        title=audit.title,
        kind=audit.kind,
        form=partnership.briefing_form,
        theme=audit.theme.title,
        theme_and_cases=(
            f"Themes are based on priorities identified by {partnership.name} and its Quality Assurance Sub Group.",
            "Quality Assurance Sub Group members nominate cases.",
        ),
        process=tuple(process),
        agency_questions=agency,
        panel_questions=panel,
        findings=tuple(
            Finding(
                Heading(finding.heading),
                finding.case.label if finding.case else None,
                finding.text,
                finding.public_id,
            )
            for finding in findings
        ),
    )


def _in_words(count: int) -> str:
    words = {1: "one question", 2: "two questions", 3: "three questions", 4: "four questions"}
    return words.get(count, f"{count} questions")
