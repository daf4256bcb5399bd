"""What is counted over audits, what is held back, and what is not on record at all."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from maca.audits.models import Audit, Heading
from maca.audits.queries import year_of
from maca.audits.question_sets import SetQuestion
from maca.briefing.models import Briefing, WithdrawnBecause
from maca.briefing.operations import read_overview, withdraw_briefing
from maca.briefing.value import Finding as Said
from maca.briefing.value import to_dict
from maca.design.charts import COLOURS, bar_chart
from maca.kernel.clock import today
from maca.kernel.paper_as_files import as_text
from maca.kernel.small_numbers import Hidden
from maca.learning.figures import (
    NOT_ON_RECORD,
    findings_by_agency,
    findings_by_theme,
    how_returns_came,
    published_audits,
)
from maca.learning.operations import record_discussion
from maca.learning.yearly import yearly_report
from maca.panel.models import Finding
from maca.panel.queries import codebook_of
from maca.partnership.models import AgencyKind
from maca.partnership.operations import register_agency
from maca.returns.models import AgencyReturn, AnswerCount
from maca.returns.operations import count_answers
from maca.returns.stages import ReturnStage
from tests.actions.conftest import done
from tests.feedback.conftest import closed
from tests.learning.test_again import rounds  # noqa: F401 - a fixture
from tests.learning.test_learning import neglect_2


def with_findings(audit: Audit, **themes: int) -> Briefing:
    """The audit with so many findings of each theme in its briefing, and one more that the briefing left out."""
    first = audit.findings.order_by("position").first()
    wanted = [code for code, many in themes.items() for _ in range(many)]
    rows = [
        Finding(audit=audit, case=first.case, heading=first.heading, position=100 + at, text=f"Finding {at}.",
                themes=[code], recorded_by=first.recorded_by)
        for at, code in enumerate([*wanted, next(iter(wanted))])
    ]  # fmt: skip
    Finding.objects.filter(audit=audit).update(themes=[])
    Finding.objects.bulk_create(rows)
    briefing = Briefing.objects.get(audit=audit)
    more = tuple(Said(Heading(one.heading), one.case.label, one.text, one.public_id) for one in rows[:-1])
    value = replace(briefing.value, findings=(*briefing.value.findings, *more))
    Briefing.objects.filter(pk=briefing.pk).update(content=to_dict(value))
    return Briefing.objects.select_related("audit__partnership").get(pk=briefing.pk)


def numbers(world, *, suppressed=True):
    table = findings_by_theme(published_audits(world.chair), world.partnership.pk, suppressed=suppressed)
    return dict(table.rows)


@pytest.fixture
def codes(world):
    first, second, third, *_ = codebook_of(world.partnership.pk).used
    return first, second, third


def test_figures_of_a_year_hold_back_what_one_of_its_audits_hides(world, rounds, codes):  # noqa: F811
    first, second, third = codes
    with_findings(rounds[0], **{first.code: 9, second.code: 3, third.code: 2})
    with_findings(rounds[1], **{first.code: 8, second.code: 3, third.code: 2})
    assert numbers(world, suppressed=False)[second.called] == (6,)
    shown = numbers(world)
    # Six in the year is no small number, but three in each audit are, and somebody may have kept the figures of one.
    assert (shown[first.called], shown[second.called]) == ((17,), (Hidden.HELD_BACK,))


def test_one_more_published_audit_costs_the_themes_no_more_queries(world, rounds):  # noqa: F811
    asked = []
    for newest in (1, 2):
        counted = published_audits(world.chair, newest)
        assert len(counted) == newest
        with CaptureQueriesContext(connection) as taken:
            findings_by_theme(counted, world.partnership.pk, suppressed=True)
        asked.append(len(taken))
    assert asked[0] == asked[1]


def test_what_a_briefing_left_out_is_in_no_figure(world, rounds, codes):  # noqa: F811
    with_findings(rounds[0], **{codes[0].code: 9})
    with_findings(rounds[1], **{codes[0].code: 8})
    assert numbers(world, suppressed=False)[codes[0].called] == (17,)


def test_the_overview_the_figures_and_the_yearly_report_hold_the_same_numbers_back(world, codes):
    first, second, third = codes
    briefing = world.drafted()
    audit = briefing.audit
    briefing = with_findings(audit, **{first.code: 9, second.code: 3, third.code: 2})
    counts = read_overview(briefing, by=world.manager)
    assert counts.themes == ((first.called, 9),)
    Briefing.objects.filter(pk=briefing.pk).update(stage="published", published_at=timezone.now())
    shown = numbers(world)
    assert {called: one[0] for called, one in shown.items() if isinstance(one[0], int)} == dict(counts.themes)
    text = as_text(yearly_report(world.chair, year_of(today()))).decode()
    assert f"{first.called}: 9" in text
    assert second.called not in text


def test_the_yearly_report_counts_no_action_of_an_audit_that_is_not_published(world):
    action = done(world, closed(world))
    text = as_text(yearly_report(world.chair, year_of(today()))).decode()
    assert "No action was done in the year." in text
    assert action.change not in text


def test_the_yearly_report_counts_no_discussion_of_a_briefing_that_was_withdrawn(world, rounds):  # noqa: F811
    first, second = (one.briefing for one in rounds)
    said = {"discussed_on": today(), "change": "C", "by": world.auditor}
    record_discussion(first, team="East", people=4, **said)
    record_discussion(second, team="East", people=7, **said)
    withdraw_briefing(first, because=WithdrawnBecause.WRONG, note="", by=world.manager)
    assert "Health: 1 time, 7 people" in as_text(yearly_report(world.chair, year_of(today()))).decode()


def test_the_yearly_report_tells_no_small_number_of_returns(world, rounds):  # noqa: F811
    late = AgencyReturn.objects.filter(case__audit=rounds[0]).first()
    AgencyReturn.objects.filter(pk=late.pk).update(stage=ReturnStage.NOT_KNOWN)
    assert how_returns_came(rounds)[rounds[0].pk] == (5, 0, 1, 0, 0)
    text = as_text(yearly_report(world.chair, year_of(today()))).decode()
    assert "Of 6 returns that agencies were asked for, 5 came in time; the other numbers are too small" in text
    assert "Neglect 9: 2 cases. Agencies were asked for 6 returns. How many came in time, late or not at all" in text


def test_a_question_that_hangs_on_another_answer_was_asked_only_where_that_was_given(world):
    tool, *others = world.questions.agency
    hanging = SetQuestion("so-what", "What did it change?", "judgement", shown_if=tool.code, shown_if_answers=("yes",))
    world.questions = replace(world.questions, agency=(tool, hanging, *others))
    audit = world.circulated()
    for agency in ("health", "police"):
        world.submitted(world.return_of(audit, agency))
    count_answers(audit, by=world.manager)
    asked = {one.question.code: one.asked for one in AnswerCount.objects.select_related("question")}
    assert (asked[tool.code], asked["so-what"]) == (6, 2)


def test_an_agency_that_was_on_no_record_is_not_said_to_have_none(world, rounds):  # noqa: F811
    gp = register_agency(partnership=world.partnership, name="New GP", kind=AgencyKind.GP, by=world.operator)
    rounds[0].findings.first().agencies.add(gp)
    audits = published_audits(world.chair)
    table = dict(findings_by_agency([audits[1]], world.partnership.pk, suppressed=False).rows)
    assert "New GP" not in table
    assert table["Health"] == (2,)
    neglect_2(world)  # names no agencies at all
    audits = published_audits(world.chair)
    for suppressed in (False, True):
        table = findings_by_agency(audits, world.partnership.pk, suppressed=suppressed)
        old = table.columns.index("Year not on record")
        assert {counts[old] for _, counts in table.rows} == {NOT_ON_RECORD}


def test_who_reads_no_cases_is_not_told_which_agency_was_not_asked(world, rounds):  # noqa: F811
    register_agency(partnership=world.partnership, name="New School", kind=AgencyKind.SCHOOL, by=world.operator)
    table = findings_by_agency(published_audits(world.chair), world.partnership.pk, suppressed=True)
    assert NOT_ON_RECORD not in {one for _, counts in table.rows for one in counts}


def test_no_two_years_of_a_chart_share_a_colour():
    years = [str(2020 + at) for at in range(7)]
    chart = bar_chart("T", "Theme", years, [("Voice", list(range(1, 8)))])
    (_, _, bars), *_ = chart.lines
    assert chart.legend == ()
    assert [one.says for one in bars] == [f"{year}: {at}" for at, year in enumerate(years, 1)]
    few = bar_chart("T", "Theme", years[:6], [("Voice", list(range(6)))])
    assert [colour for _, colour, _ in few.legend] == list(COLOURS)
