"""An audit beside the one before it, in figures, and in the yearly report."""

import io

import docx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maca.audits.models import Heading, Question
from maca.audits.operations import plan_audit
from maca.audits.queries import year_of
from maca.audits.timetable import timetable
from maca.briefing.operations import approve_briefing, draft_briefing, publish_briefing, send_briefing
from maca.cases.models import DestructionReason
from maca.cases.operations import destroy_case, name_presenter, select_case
from maca.kernel.clock import today, working_days_from
from maca.kernel.paper_as_files import as_text
from maca.kernel.verdict import Refused
from maca.learning.again import against_the_earlier
from maca.learning.figures import (
    published_audits,
    recurrence_by_audit,
    returns_in_time,
    year_of_audit,
)
from maca.learning.operations import compare_findings, record_discussion
from maca.learning.yearly import yearly_report
from maca.panel.operations import close_panel, open_panel
from maca.returns.models import AnswerCount
from maca.returns.operations import circulate_audit
from tests.makers import keep_all
from tests.steps import step

TOOL = "The neglect toolkit was not used."


def a_round(world, title, theme, said, earlier=None, cases=2):
    """An audit from its plan to its briefing, with every return handed in."""
    audit = plan_audit(
        theme, title=title, terms_of_reference="T", questions=world.questions, review_title="the Review of Child Z",
        dates=timetable(working_days_from(today(), 45)), earlier=earlier, by=world.chair,
    )  # fmt: skip
    for _ in range(cases):
        select_case(world.nominate(audit), by=world.chair)
    world.declared(audit)
    for case in audit.cases.all():
        name_presenter(case, person=world.social_worker, version=None, by=world.chair)
    asked = {case: list(world.agencies.values()) for case in audit.cases.all()}
    circulate_audit(audit, asked, purpose="To learn.", legal_basis="16H", version=None, by=world.manager)
    world.declared(audit)
    for number in range(1, cases + 1):
        for agency in world.agencies:
            world.submitted(world.return_of(audit, agency, number))
    open_panel(audit, by=world.chair)
    for case, (heading, text) in zip(audit.cases.select_related("hearing"), said, strict=True):
        case.audit = audit
        world.hear(case, heading, text)
    close_panel(audit, by=world.chair)
    compare_findings(audit, by=world.chair)
    briefing = draft_briefing(audit, by=world.manager)
    keep_all(briefing, by=world.manager)
    send_briefing(briefing, version=None, by=world.manager)
    approve_briefing(briefing, version=None, by=world.chair)
    publish_briefing(briefing, by=world.manager)
    return audit


@pytest.fixture
@step
def rounds(world):
    theme = world.theme()
    weak, strong = Heading.CAN_BE_IMPROVED, Heading.WENT_WELL
    first = a_round(world, "Neglect 8", theme, [(weak, TOOL), (weak, "The voice of the child was missing.")])
    now = [(weak, TOOL), (strong, "The voice of the child was heard.")]
    return first, a_round(world, "Neglect 9", theme, now, earlier=first)


def test_the_same_question_is_paired_with_the_last_round_and_says_out_of_how_many(world, rounds):
    _, audit = rounds
    pair = against_the_earlier(audit, world.chair, suppressed=False).pairs[0]
    assert (pair.rows, pair.then, pair.now) == ((("Yes", "6 of 6 (100%)", "6 of 6 (100%)"),), "6 of 6", "6 of 6")
    hidden = against_the_earlier(audit, world.auditor, suppressed=True).pairs[0]
    assert {one for _, then, now in hidden.rows for one in (then, now)} == {"Not shown"}


def test_what_cannot_be_compared_says_why(world, rounds):
    first, audit = rounds

    def why(number=1):
        pairs = against_the_earlier(audit, world.chair, suppressed=False).pairs
        return next(one.why for one in pairs if one.number == number)

    asked = Question.objects.filter(audit=first, asked_of="agency")
    lists = asked.filter(kind="list").first()
    assert why(lists.number) == "It is answered in words, which cannot be counted."
    count = AnswerCount.objects.get(question__audit=first, question__number=1, question__asked_of="agency")
    for asked_of, counts, said in (
        (6, {"yes": 4}, "Fewer than 5 answers were given the last time."),
        (6, {}, "Nobody answered it the last time."),
        (0, {}, "Nobody was asked it the last time."),
    ):
        count.asked, count.counts = asked_of, counts
        count.save()
        assert why() == said
    asked.filter(number=1).update(for_kinds=["police"])
    assert why() == "It was asked of other kinds of agency."
    asked.filter(number=1).update(kind="grade")
    assert why().startswith("It was answered with “A grade from outstanding to inadequate")
    asked.filter(number=1).update(kind="judgement", text="Was it ever used?")
    assert why() == "Its words have changed."


def test_an_area_is_improved_or_still_to_do_in_the_words_of_the_briefings(world, rounds):
    _, audit = rounds
    areas = {one.called: one for one in against_the_earlier(audit, world.auditor, suppressed=True).areas}
    tool, voice = areas["Assessment tools: used and reviewed"], areas["Voice and lived experience of the child"]
    assert (tool.standing, tool.to_do, tool.improved) == ("Still to do", (TOOL,), ())
    assert (voice.standing, voice.improved) == ("Improved", ("The voice of the child was heard.",))


def test_cases_that_are_shredded_take_nothing_of_it_with_them(world, rounds):
    before = [against_the_earlier(rounds[1], world.chair, suppressed=False)]
    before.append(recurrence_by_audit(published_audits(world.chair), suppressed=False))
    for one in rounds:
        for case in one.cases.select_related("audit", "nomination"):
            destroy_case(case, reason=DestructionReason.ASKED, by=world.manager)
    after = [against_the_earlier(rounds[1], world.chair, suppressed=False)]
    after.append(recurrence_by_audit(published_audits(world.chair), suppressed=False))
    assert after == before
    assert dict(after[1].rows)["Neglect 9"] == (1, 1)


def test_the_pages_are_there_and_ask_as_often_for_many_findings_as_for_one(world, rounds, sign_in):
    _, audit = rounds
    client, other = sign_in(world.chair), sign_in(world.auditor)
    pages = [reverse("re-audit", kwargs={"audit": audit.slug}), reverse("figures")]
    pages.append(reverse("yearly-report", kwargs={"year": year_of(today())}))

    def queries():
        with CaptureQueriesContext(connection) as asked:
            texts = [client.get(page).content.decode() for page in pages]
        return len(asked), texts

    queries()
    few, texts = queries()
    assert "6 of 6 (100%)" in texts[0]
    assert "Earlier audits on Neglect" in texts[0]
    assert "question set “" in texts[0]
    assert "This audit follows it." in texts[0]
    assert "<svg" in texts[1]
    assert "Done: impact shown" in texts[1]
    finding = audit.findings.first()
    for number in range(100, 150):
        finding.pk, finding.public_id, finding.position = None, f"{number:032}", number
        finding.save()
    assert queries()[0] == few
    assert "Done: impact shown" not in other.get(pages[1]).content.decode()
    assert other.get(pages[2]).status_code == 403
    assert client.get("/learning/years/2099/").status_code == 404


def test_the_yearly_report_says_the_same_on_the_page_in_word_and_as_text_and_no_small_number(world, rounds, sign_in):
    year = year_of(today())
    paper = yearly_report(world.chair, year)
    text = as_text(paper).decode()
    assert "Neglect 9 (theme: Neglect), after Neglect 8. A priority of the partnership: Neglect." in text
    assert "Agencies were asked for 6 returns." in text
    assert "Neglect 9: the numbers are too small to be given" in text
    client = sign_in(world.chair)
    word, plain = (
        client.get(reverse("yearly-report-file", kwargs={"year": year, "office": one})) for one in ("docx", "txt")
    )
    assert plain.content.decode() == text
    said = [one.text for one in docx.Document(io.BytesIO(word.content)).paragraphs]
    words = [line.removeprefix("- ") for line in text.splitlines() if line]
    assert said == words[:-1]  # the last stands at the foot of each page
    page = client.get(reverse("yearly-report", kwargs={"year": year})).content.decode()
    assert all(line in page for part in paper.parts for line in (part.heading, *part.lines))
    before = as_text(yearly_report(world.chair, year - 1)).decode()
    assert "No audit of this year has been published." in before


def test_whoever_reads_every_case_sees_how_returns_came(rounds, world):
    (row,) = (one for one in returns_in_time(published_audits(world.chair)).rows if one[0] == "Neglect 8")
    assert row[1] == (6, 0, 0, 0, 0)


def test_the_whole_text_of_each_briefing_is_not_fetched_for_its_figures(world, rounds):
    with CaptureQueriesContext(connection) as taken:
        audits = published_audits(world.chair)
        assert all(year_of_audit(one) for one in audits)
    assert len(taken) == 1
    for unread in ('"content"', '"searched"', '"counts"'):
        assert unread not in taken[0]["sql"], unread


def test_a_team_talks_about_a_briefing_once_a_day(world, rounds):
    briefing = rounds[0].briefing
    said = {"discussed_on": today(), "people": 3, "change": "C", "by": world.auditor}
    record_discussion(briefing, team="East", **said)
    with pytest.raises(Refused) as refused:
        record_discussion(briefing, team="EAST", **said)
    assert refused.value.code == "recorded-already"
    record_discussion(briefing, team="West", **said)
