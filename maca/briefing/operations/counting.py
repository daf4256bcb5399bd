"""What the overview report counts."""

from collections import Counter

from django.db import transaction

from maca.audits.models import Audit, QuestionKind
from maca.briefing import rules
from maca.briefing.models import Briefing
from maca.briefing.overview import Counts, findings_by_theme, grades_as_shown, themes_as_shown
from maca.cases.seal import nomination_keys
from maca.cases.stages import DrawStage
from maca.journal.operations import note_reading
from maca.panel.models import ACTION, PanelLine
from maca.panel.queries import audit_asks_for_grades, codebook_of, grades_given
from maca.panel.related import themes as shipped_themes
from maca.partnership.models import Person
from maca.returns.models import AgencyReturn, Answer, Grade
from maca.returns.stages import AWAITED, HANDED_IN, ReturnStage


def counted(briefing: Briefing) -> Counts:
    """What the audit’s own record counts. Grades are sealed: this takes the keys of its cases."""
    audit = briefing.audit
    returns = list(AgencyReturn.objects.of(audit).select_related("agency"))
    stages = Counter(one.stage for one in returns)
    agencies = Counter(str(one.get_kind_display()) for one in {row.agency for row in returns})
    value = briefing.value
    in_it = {one.ref for one in value.findings if one.ref}
    given = dict(audit.findings.filter(public_id__in=in_it).values_list("public_id", "themes"))
    has_themes = any(given.values())
    themes = findings_by_theme(value, given, codebook_of(audit.partnership_id), suppressed=True) if has_themes else {}
    draws = audit.draws.filter(stage=DrawStage.NOMINATED)
    proposed = PanelLine.objects.filter(hearing__case__audit=audit, heading=ACTION, taken_out_at=None)
    return Counts(
        cases=audit.cases.count(),
        drawn_from=sum(one.counts.get("read", 0) for one in draws),
        agencies=tuple(sorted(agencies.items())),
        asked=len(returns),
        whole=stages[ReturnStage.SUBMITTED] + stages[ReturnStage.SENT_BACK],
        in_part=stages[ReturnStage.PARTLY_SUPPLIED],
        not_known=stages[ReturnStage.NOT_KNOWN],
        declined=stages[ReturnStage.DECLINED],
        no_reply=sum(stages[one] for one in AWAITED),
        late=sum(one.was_handed_in and one.handed_in_late for one in returns),
        grades=grades_as_shown(*_grades_given(audit)) if audit_asks_for_grades(audit) else (),
        themes=themes_as_shown(shipped_themes(), themes),
        has_themes=has_themes,
        proposed=proposed.count(),
        chosen_by_inspectors=audit.is_inspection,
    )


def _grades_given(audit: Audit) -> tuple[list[Grade], list[Grade]]:
    """What the agencies gave themselves in what they handed in, and what the panel gave."""
    cases = audit.cases.filter(nomination__isnull=False, destroyed_at=None).select_related("nomination")
    of_case = {one.pk: one for one in cases}
    found = nomination_keys(one.nomination for one in of_case.values() if one.nomination)
    keys = {pk: found[one.nomination.public_id] for pk, one in of_case.items() if one.nomination}
    answers = Answer.objects.filter(
        agency_return__case__in=keys, agency_return__stage__in=HANDED_IN,
        question__kind=QuestionKind.GRADE, carried_from="",
    ).select_related("agency_return")  # fmt: skip
    own = [keys[one.agency_return.case_id].text(one, "choice") for one in answers if one.choice]
    panel = [keys[one.hearing.case_id].text(one, "grade") for one in grades_given(list(of_case.values()))]
    return [Grade(one) for one in own], [Grade(one) for one in panel]


@transaction.atomic
def read_overview(briefing: Briefing, *, by: Person) -> Counts:
    """Show what the overview report of a draft counts. Before the draft is sent, grades are opened to be counted, and
    that is on record first."""
    rules.may_read_draft(by, briefing).insist()
    if briefing.counts:
        return Counts.from_json(briefing.counts)
    note_reading("counted for the overview report", briefing, by=by)
    return counted(briefing)
