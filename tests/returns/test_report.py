"""The summative report as one value: the page, the Word file and the PDF say the same, and all of it."""

import dataclasses
import datetime as dt
import html
import io
import re

import docx
import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings

from maca.audits.models import TELLS_NO, ToldBy
from maca.audits.question_sets import ready_made
from maca.cases.queries import find_case
from maca.cases.seal import case_key
from maca.chronology.entries import EVENTS
from maca.chronology.entries import Entry as ChronologyEntry
from maca.chronology.operations import add_entry, decide_on_patterns, read_patterns
from maca.chronology.patterns import CODES
from maca.chronology.queries import chronology_of, find_involvement
from maca.governance.queries import who_read_ours
from maca.journal.models import Entry
from maca.kernel.paper_as_files import as_pdf, as_word
from maca.kernel.text import normalise
from maca.kernel.verdict import Refused
from maca.partnership.models import AgencyKind
from maca.partnership.operations import register_agency
from maca.returns.models import DeclineReason
from maca.returns.operations import (
    copy_report,
    decline_return,
    introduce_report,
    save_answer,
    say_not_known,
    submit_return,
)
from maca.returns.report_on_paper import on_paper
from maca.returns.summative import AgencyAccount, Cell, Row, SummativeReport, summative_report
from maca.voices.heard import Voices
from maca.voices.models import Sharing
from maca.voices.operations import record_view, write_reflection
from tests.makers import A_VIEW, World
from tests.returns.test_copy import anything, paragraphs, words_of_pdf
from tests.returns.test_returns import BLANK, asking
from tests.steps import step


@pytest.fixture
@step
def audit(world: World):
    """Health has answered yes where the school said no; the police declined."""
    audit = world.circulated(1)
    for agency, by, choice in (("health", "auditor", "yes"), ("school", "school_auditor", "no")):
        one = world.answer_all(world.return_of(audit, agency))
        said = {**BLANK, "choice": choice, "how_known": f"By the file of the {agency}."}
        save_answer(asking(world, audit, 4, agency, by=by), **said, version=None, by=world.people[by])
        submit_return(one, delegated_by="The lead", version=None, by=world.people[by])
    refused = world.return_of(audit, "police")
    decline_return(refused, reason=DeclineReason.CAPACITY, words="Nobody is left.", version=None, by=world.police_lead)
    return audit


def value_of(audit) -> SummativeReport:
    case = audit.cases.get()
    return summative_report(case, case_key(case))


def every_word(report: SummativeReport) -> list[str]:
    """What has to stand in every form of the report."""
    said = [words for row in report.rows for cell in row.cells for words in (row.question, *cell.words, cell.choice)]
    said += [text for one in report.accounts for text in (one.name, one.status, one.before, one.now, one.decline)]
    said += [text for fact in report.outline for text in fact]
    said += [text for one in report.chronology.questions for text in (one.says, one.decision)]
    said += report.chronology.sentences
    said += [found.says for _, between in report.between() for found in between]
    return [" ".join(words.split()) for words in (*said, *report.limits, *report.voices.sentences) if words]


def copy_of(client, audit, kind: str) -> bytes:
    answer = client.get(reverse("report-copy", kwargs={"audit": audit.slug, "case": 1, "kind": kind}))
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith(f'-case-1-report.{kind}"')
    return answer.content


def test_every_answer_stands_on_the_page_in_word_and_in_pdf(world, audit, sign_in):
    client, report = sign_in(world.manager), value_of(audit)
    page = html.unescape(client.get(reverse("report", kwargs={"audit": audit.slug, "case": 1})).content.decode())
    forms = {
        "page": " ".join(page.split()),
        "word": " ".join(" ".join(paragraphs(copy_of(client, audit, "docx"))).split()),
        "pdf": words_of_pdf(copy_of(client, audit, "pdf")),
    }
    wanted = every_word(report)
    assert "By the file of the school." in wanted
    for name, text in forms.items():
        assert [words for words in wanted if words not in text] == [], name
        assert "By the file of the fire brigade." not in text, "the control"


def outline_of_page(page: str) -> list[tuple[int, str]]:
    """The headings that a page says of a report, with their levels; not those of what one can do with it there."""
    found = re.findall(
        r"<h([23])[^>]*>(.*?)</h\1>", html.unescape(page.split("<main")[1].split("</main>")[0]), re.DOTALL
    )
    said = [(int(level) - 1, " ".join(text.split())) for level, text in found]
    return [one for one in said if one[1] not in ("Versions", "Take it away")]


def outline_of_word(data: bytes) -> list[tuple[int, str]]:
    paragraphs = docx.Document(io.BytesIO(data)).paragraphs
    styles = [(str(one.style.name), one.text) for one in paragraphs if one.style]
    return [(int(name.removeprefix("Heading ")), text) for name, text in styles if name.startswith("Heading ")]


def outline_of_pdf(data: bytes) -> list[tuple[int, str]]:
    return [(one.level + 1, one.get_title()) for one in pypdfium2.PdfDocument(data).get_toc()]


def in_order(some: list[tuple[int, str]], every: list[tuple[int, str]]) -> bool:
    """Whether all of the first stand in the other, each in its place."""
    left = iter(every)
    return all(one in left for one in some)


def test_word_and_pdf_have_the_outline_of_the_page_and_more_below_it(world, audit, sign_in):
    case = find_case(world.manager, audit.slug, 1)
    introduce_report(case, words="Read this first.", version=1, by=world.manager)
    write_reflection(
        case, worried="Much.", helped="", obstacles=[], hindered="", differently="", sharing=Sharing.YES, version=0,
        by=world.social_worker,
    )  # fmt: skip
    record_view(case, A_VIEW, by=world.social_worker)
    client = sign_in(world.manager)
    page = outline_of_page(client.get(reverse("report", kwargs={"audit": audit.slug, "case": 1})).content.decode())
    word, pdf = outline_of_word(copy_of(client, audit, "docx")), outline_of_pdf(copy_of(client, audit, "pdf"))
    assert word == pdf
    assert [one for one in word if one[0] == 1] == [one for one in page if one[0] == 1]
    assert in_order(page, word)
    assert not in_order(page[::-1], word), "the control"
    asked, brief = word.index((1, "Who was asked, and what came back")), word.index((1, "What is missing"))
    assert word[asked + 1 : brief] == [(2, "Health"), (2, "Police"), (2, "School")]
    health = word.index((2, "Health"), brief)
    assert word[health - 1 : health + 3] == [
        (1, "Engagement, agency by agency"), (2, "Health"), (3, "Historic"), (3, "Current"),
    ]  # fmt: skip
    assert word[-1][0] == 2, "a question below “Every answer”"
    assert sum(1 for _, heading in word if heading.startswith("The case in outline")) == 1
    assert "Age of the index child: 5 to 9" in paragraphs(copy_of(client, audit, "docx"))


def give(world: World, audit, agency: str, *entries: ChronologyEntry) -> None:
    place = find_involvement(world.manager, audit.slug, 1, agency)
    for entry in entries:
        add_entry(place, entry, by=world.manager)


@pytest.fixture
@step
def told(world: World):
    """Social care's chronology: a plan with two changes of worker and a silence. It had the school at a meeting."""
    world.agencies["care"] = register_agency(
        partnership=world.partnership, name="Care", kind=AgencyKind.CHILDREN_SOCIAL_CARE, by=world.operator
    )
    audit = world.circulated(1)
    day, care = dt.date(2025, 3, 3), "children_social_care"
    say_not_known(world.return_of(audit, "school"), version=None, by=world.school_auditor)
    say_not_known(world.return_of(audit, "police"), version=None, by=world.police_auditor)
    give(
        world, audit, "care",
        ChronologyEntry(day, care, "Placed on a plan.", event="cp_start"),
        ChronologyEntry(day + dt.timedelta(10), care, "A new worker.", event="worker_change"),
        ChronologyEntry(day + dt.timedelta(20), care, "A new worker again.", event="worker_change"),
        ChronologyEntry(day + dt.timedelta(40), care, "They met.", event="core_group", facts=(("present", "school"),)),
        ChronologyEntry(day + dt.timedelta(120), care, "The plan ended.", event="cp_end"),
    )  # fmt: skip
    give(world, audit, "health", ChronologyEntry(day, "health_visiting", "Weighed.", event="appointment"))
    return audit


def test_the_chronology_stands_in_the_report_in_brief_with_what_it_asks(world, told, sign_in):
    brief = value_of(told).chronology
    assert brief.sentences == (
        "Care: 5 entries, 3 March 2025 to 1 July 2025",
        "Health: 1 entry, 3 March 2025 to 3 March 2025",
        "Child protection plan: 3 March 2025 to 1 July 2025",
        "Care: 2 changes of worker",
        "Care: 80 days without an entry, 12 April 2025 to 1 July 2025",
    )
    (gap,) = [one for one in brief.questions if "80 days" in one.says]
    assert {one.decision for one in brief.questions} == {"(Not decided yet)"}
    case = find_case(world.manager, told.slug, 1)
    marks = {one.pattern.says: one.mark for one in read_patterns(case, by=world.manager)}
    decided = {marks[gap.says]: ("set_aside", "The school was closed.")}
    known = {one.pattern.says: one.pattern.code for one in read_patterns(case, by=world.manager)}
    assert known[gap.says] in brief.told
    decide_on_patterns(chronology_of(case), decided, version=None, by=world.chair)
    # What the panel has set aside holds no answer against anything.
    after = value_of(told).chronology.told
    assert {*brief.told} - {*after} == {known[gap.says]}
    (gap,) = [one for one in value_of(told).chronology.questions if "80 days" in one.says]
    assert gap.decision == "(Set aside: The school was closed.)"
    page = sign_in(world.manager).get(reverse("report", kwargs={"audit": told.slug, "case": 1})).content.decode()
    assert [one for one in every_word(value_of(told)) if one not in " ".join(html.unescape(page).split())] == []


def test_an_answer_is_held_against_the_chronology_of_the_case(world, told):
    """Health says that no toolkit was used, and that the case began again."""
    heading = "An answer against the chronology"
    assert dict(value_of(told).between())[heading] == []
    one = world.answer_all(world.return_of(told))
    said = {**BLANK, "choice": "no", "how_known": "By the file."}
    save_answer(asking(world, told, 1, "health", by="auditor"), **said, version=None, by=world.auditor)
    submit_return(one, delegated_by="The lead", version=None, by=world.auditor)
    assert [one.says for one in dict(value_of(told).between())[heading]] == [
        "Question 3: Health said yes. The chronology does not show it.",
    ]
    used = ChronologyEntry(
        dt.date(2025, 4, 1), "children_social_care", "Scored.", event="tool_used", approximate="2025-04"
    )
    give(world, told, "care", used)
    assert dict(value_of(told).between())[heading][0].says == (
        "Question 1: Health said no. The chronology shows it: Care, about April 2025."
    )


def test_nothing_is_held_against_a_chronology_that_nobody_gave(world, audit):
    assert "An answer against the chronology" not in dict(value_of(audit).between())


def test_what_a_question_is_held_against_is_an_event_or_a_pattern():
    assert set(ToldBy.values) <= EVENTS | set(CODES)
    assert set(TELLS_NO) < set(ToldBy)
    asked = {one.told_by for questions in ready_made().values() for one in questions.agency}
    assert {"tool_used", "start_again", "not_registered"} <= asked


def test_an_agency_that_knows_nobody_and_was_there_is_named(world, told):
    (said,) = [one for one in value_of(told).limits if "and yet" in one]
    assert said == (
        "School did not know the family, and yet the chronology names it first in an entry of Care, 12 April 2025."
    )
    assert any(one.startswith("Police, School did not know") for one in value_of(told).limits), "the control"


def test_the_case_is_in_outline_and_names_nobody(world, audit):
    assert value_of(audit).outline == (
        ("Level of help", "Child protection plan"), ("Age of the index child", "5 to 9"),
        ("Why this case", "It would teach us."),
    )  # fmt: skip


def test_what_shows_between_the_agencies_and_what_limits_the_report(world, audit):
    report = value_of(audit)
    assert [found.says for found in dict(report.between())["Yes against no"]] == [
        "Question 4: Health said yes, School said no."
    ]
    assert report.limits == ["Police declined, so nothing here rests on its records."]
    _, fourth = report.grid()[3]
    assert [(one.agency, str(one.reply)) for one in fourth] == [
        ("Health", "Answered"), ("Police", "No return"), ("School", "Answered"),
    ]  # fmt: skip
    assert report.accounts[0].came_back


def test_a_copy_is_for_readers_of_the_report_and_on_record_with_its_kind(world, audit, sign_in):
    case = audit.cases.get()
    copy_report(case, kind="pdf", by=world.manager)
    entry = Entry.objects.get(did="copied a report")
    assert entry.details["kind"] == "pdf"
    assert [(one.who, one.did) for one in who_read_ours(world.lead).lines][:1] == [("Manager", "copied a report")]
    with pytest.raises(Refused) as refused:
        copy_report(case, kind="pdf", by=world.auditor)
    assert refused.value.code == "before-the-panel"
    assert Entry.objects.filter(did="copied a report").count() == 1
    other = reverse("report-copy", kwargs={"audit": audit.slug, "case": 1, "kind": "exe"})
    assert sign_in(world.manager).get(other).status_code == 404


def test_the_report_takes_as_many_queries_for_three_returns_as_for_one(world):
    def queries(audit) -> int:
        case = audit.cases.get()
        key = case_key(case)
        with CaptureQueriesContext(connection) as captured:
            summative_report(case, key)
        return len(captured)

    audit = world.circulated(1)
    submit_return(world.answer_all(world.return_of(audit)), version=None, by=world.lead)
    before = queries(audit)
    for agency in ("police", "school"):
        one = world.answer_all(world.return_of(audit, agency))
        submit_return(one, delegated_by="The lead", version=None, by=world.people[f"{agency}_auditor"])
    assert queries(audit) == before


def a_report(words: str) -> SummativeReport:
    account = AgencyAccount("Health", "health", "Submitted", "submitted", True, "3 May 2026", words, words, "", (), "",
                            words, (), ())  # fmt: skip
    rows = (Row(1, words, (Cell("Health", "Yes", (words, words), code="yes"), Cell("Police", "", (words,)))),)
    return SummativeReport("Case 1", "neglect-9", 1, (account,), rows, Voices())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(anything)
def test_any_words_at_all_are_in_the_word_file_as_they_are_kept(words):
    kept = normalise(words)[0]  # as our own forms keep what is typed
    written = paragraphs(as_word(on_paper(a_report(kept), title="Neglect 9")))
    lines = kept.split("\n") if kept else []
    assert f"Question 1. {kept}" in written
    answers = written[written.index(f"Question 1. {kept}") + 1 :]
    assert answers == ["Health: Yes", *lines, *lines, "Police:", *lines]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(anything)
def test_any_words_at_all_make_a_pdf(words):
    assert as_pdf(on_paper(a_report(normalise(words)[0]), title="Neglect 9")).startswith(b"%PDF-1.7")


def test_nothing_is_cut_however_long_it_is():
    long = " ".join(f"word{number}" for number in range(5_000))
    report = dataclasses.replace(a_report("Short."), rows=(Row(1, "Q", (Cell("Health", "", (long,)),)),))
    paper = on_paper(report, title="Neglect 9")
    assert long in paragraphs(as_word(paper))
    printed = words_of_pdf(as_pdf(paper)).split()
    assert [word for word in long.split() if word not in printed] == []  # between them stand the feet of pages
