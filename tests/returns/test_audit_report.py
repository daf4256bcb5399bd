"""The summative report of a whole audit: every case whose own report one may read, and nothing of the others."""

import datetime as dt
import html
import io

import docx
import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maca.cases.models import Declaration, Interest
from maca.cases.operations import declare_interest
from maca.chronology.entries import Entry as ChronologyEntry
from maca.chronology.operations import add_entry
from maca.chronology.queries import find_involvement
from maca.governance.queries import who_read_ours
from maca.journal.models import Entry
from maca.kernel.clock import today
from maca.kernel.verdict import Refused
from maca.panel.operations import open_panel
from maca.returns.audit_report import Answered, AuditReport
from maca.returns.models import DeclineReason
from maca.returns.operations import (
    copy_audit_report,
    decline_return,
    read_audit_report,
    save_answer,
    submit_return,
)
from maca.returns.report_on_paper import audit_on_paper
from tests.makers import World
from tests.returns.test_copy import paragraphs, words_of_pdf
from tests.returns.test_report import outline_of_page, outline_of_pdf, outline_of_word
from tests.returns.test_returns import BLANK, asking
from tests.steps import step

OUTLINES = {"docx": outline_of_word, "pdf": outline_of_pdf}


@pytest.fixture
@step
def audit(world: World):
    """Two cases. In the second the school says no where health says yes; the police declined the first."""
    audit = world.circulated(2)
    for case in (1, 2):
        world.submitted(world.return_of(audit, case=case))
    one = world.answer_all(world.return_of(audit, "school", case=2))
    asked = asking(world, audit, 4, "school", case=2, by="school_auditor")
    said = {**BLANK, "choice": "no", "how_known": "By the register."}
    save_answer(asked, **said, version=None, by=world.school_auditor)
    submit_return(one, delegated_by="The lead", version=None, by=world.school_auditor)
    refused = world.return_of(audit, "police")
    decline_return(refused, reason=DeclineReason.CAPACITY, words="Nobody is left.", version=None, by=world.police_lead)
    return audit


def sentences(report: AuditReport) -> list[str]:
    """What has to stand in every form of the report."""
    said = [sentence for _, found in report.between() for _, sentence in found]
    said += [limit for _, limits in report.limits() for limit in limits]
    said += [word for _, found in report.said() for _, _, words in found for word in words]
    return [*said, *report.agencies, *(f"{choice} {count}" for one in report.counts() for choice, count in one.given)]


def test_the_cases_stand_side_by_side(world, audit):
    report = read_audit_report(audit, by=world.manager)
    assert [one.case for one in report.reports] == ["Case 1", "Case 2"]
    assert report.left_out == ()
    came_back = {agency: [one and str(one.status) for one in accounts] for agency, accounts in report.response()}
    assert came_back["Health"] == ["Submitted", "Submitted"]
    assert came_back["Police"] == ["Declined", "Asked"]
    assert dict(report.between())["Yes against no"] == [("Case 2", "Question 4: Health said yes, School said no.")]
    fourth = next(one for one in report.counts() if one.number == 4)
    assert fourth.given == (("Yes", 2), ("No", 1)), "in the order in which they are chosen from"
    points = {row.number: said for row, said in report.said()}
    assert points[7][0] == ("Case 1", "Health", ("One point",))
    assert 4 not in points, "a judgement has words, and no points"
    _, of_cases = report.grid()[3]
    assert of_cases == [Answered(1, 1, ()), Answered(2, 2, ())]
    assert any("Police declined" in limit for limit in dict(report.limits())["Case 1"])
    assert not any("Police declined" in limit for limit in dict(report.limits())["Case 2"])


def test_the_page_word_and_pdf_say_the_same(world, audit, sign_in):
    client, report = sign_in(world.manager), read_audit_report(audit, by=world.manager)
    page = client.get(reverse("audit-report", kwargs={"audit": audit.slug}))
    assert page.status_code == 200

    def copy(kind: str) -> bytes:
        answer = client.get(reverse("audit-report-copy", kwargs={"audit": audit.slug, "kind": kind}))
        assert answer.headers["Content-Disposition"].endswith(f'-report.{kind}"')
        return answer.content

    forms = {
        "page": " ".join(html.unescape(page.content.decode()).split()),
        "word": " ".join(paragraphs(copy("docx"))),
        "pdf": words_of_pdf(copy("pdf")),
    }
    stands = f"As it stood on {today():%-d %B %Y}"
    assert report.stands == stands
    for name, text in forms.items():
        assert [one for one in [*sentences(report), stands] if one not in text] == [], name
    assert forms["pdf"].count(stands) > 1, "at the foot of each page too"
    assert client.get(reverse("audit-report-copy", kwargs={"audit": audit.slug, "kind": "exe"})).status_code == 404
    assert (
        reverse("audit-report", kwargs={"audit": audit.slug}) in client.get(f"/audits/{audit.slug}/").content.decode()
    )


def test_word_and_pdf_have_the_outline_of_the_page_and_the_agencies_below_it(world, audit, sign_in):
    client, path = sign_in(world.manager), f"/audits/{audit.slug}/report"
    page = outline_of_page(client.get(f"{path}/").content.decode())
    word, pdf = (outline_of(client.get(f"{path}.{kind}").content) for kind, outline_of in OUTLINES.items())
    assert word == pdf
    agencies = [(2, "Health"), (2, "Police"), (2, "School")]
    assert word[:4] == [(1, "Who was asked, and what came back"), *agencies]
    assert [one for one in word if one not in agencies] == page


def test_a_case_one_has_a_conflict_in_is_left_out_with_all_that_is_said_of_it(world, audit, sign_in):
    second = audit.cases.get(number=2)
    declare_interest(second, interest=Interest.HELD, by=world.manager)
    report = read_audit_report(audit, by=world.manager)
    assert [one.case for one in report.reports] == ["Case 1"]
    (second,) = report.left_out
    assert second.case == "Case 2"
    assert "held or supervised" in second.why
    assert "School said no" not in str(audit_on_paper(report).parts)
    assert "School said no" not in sign_in(world.manager).get(f"/audits/{audit.slug}/report/").content.decode()
    assert "School said no" in sign_in(world.chair).get(f"/audits/{audit.slug}/report/").content.decode(), "the control"


THIRD_PERSON = "This copy leaves Case 2 out, because whoever took it has declared a conflict of interest in it."


def test_a_copy_without_a_case_says_so_to_whoever_holds_it(world, audit, sign_in):
    client, path = sign_in(world.chair), f"/audits/{audit.slug}/report"
    whole = paragraphs(client.get(f"{path}.docx").content)
    assert not any("not whole" in line or "left out" in line for line in whole), "the control"
    declare_interest(audit.cases.get(number=2), interest=Interest.HELD, by=world.chair)
    page = html.unescape(client.get(f"{path}/").content.decode())
    assert page.count("left out. You have said that you held or supervised this case") == 2
    assert THIRD_PERSON not in page

    word = client.get(f"{path}.docx").content
    lines = paragraphs(word)
    asked = lines.index("Who was asked, and what came back")
    assert lines[asked - 2 : asked] == ["This copy is not whole.", THIRD_PERSON]
    assert lines[asked + 1] == THIRD_PERSON
    assert lines.count(THIRD_PERSON) == 3, "under what is missing too"
    assert not any("You " in line or "your" in line.casefold() for line in lines)
    foot = docx.Document(io.BytesIO(word)).sections[0].footer.paragraphs[0].text
    assert "Without Case 2" in foot

    pdf = client.get(f"{path}.pdf").content
    first = " ".join(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded().split())
    assert f"This copy is not whole. {THIRD_PERSON}" in first
    assert "Without Case 2" in first
    assert "You have said" not in words_of_pdf(pdf)


def test_a_copy_taken_before_anything_was_declared_says_that(world, audit):
    Declaration.objects.filter(case__number=2, person=world.chair).delete()
    (second,) = copy_audit_report(audit, kind="pdf", by=world.chair).left_out
    not_yet = "whoever took it had not said yet whether they have a conflict of interest in it"
    assert second.in_a_copy == f"This copy leaves Case 2 out, because {not_yet}."


def test_patterns_go_by_their_titles_and_those_of_most_cases_come_first(world):
    audit = world.circulated(2)
    for case, told in ((1, ("tool_used", "was_not_brought", "was_not_brought")), (2, ("was_not_brought",) * 2)):
        place = find_involvement(world.manager, audit.slug, case, "health")
        for at, event in enumerate(told):
            day = dt.date(2025, 1, 6) + dt.timedelta(200 * bool(at) + at)
            add_entry(place, ChronologyEntry(day, "health_visiting", "W", event=event), by=world.manager)
    report = read_audit_report(audit, by=world.manager)
    assert [name for name, _ in report.patterns()] == ["Not brought several times", "A tool used and not reviewed"]
    assert "Not brought several times" in [part.heading for part in audit_on_paper(report).parts]


def test_who_reads_it_and_from_when(world, audit):
    for who in ("manager", "chair", "scrutineer"):
        assert read_audit_report(audit, by=world.people[who]).reports
    for who, code in (
        ("member", "before-the-panel"), ("auditor", "not-yours"), ("lead", "not-yours"), ("social_worker", "not-yours"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            read_audit_report(audit, by=world.people[who])
        assert refused.value.code == code
    open_panel(audit, by=world.chair)
    assert read_audit_report(audit, by=world.member).reports


def test_every_case_that_is_shown_is_on_record_for_the_agencies_asked_about_it(world, audit):
    before = Entry.objects.count()
    read_audit_report(audit, by=world.chair)
    entries = Entry.objects.order_by("number")[before:]
    assert [(one.did, one.details["case"], one.is_reading) for one in entries] == [
        ("read a report", "Case 1", True), ("read a report", "Case 2", True),
    ]  # fmt: skip
    assert [one.before for one in entries][1] == entries[0].digest
    copy_audit_report(audit, kind="pdf", by=world.chair)
    assert [one.did for one in who_read_ours(world.lead).lines][:2] == ["copied a report"] * 2


def test_it_takes_as_many_queries_for_three_cases_as_for_one(world):
    def queries(cases: int) -> int:
        audit = world.circulated(cases)
        for case in range(1, cases + 1):
            world.submitted(world.return_of(audit, case=case))
        with CaptureQueriesContext(connection) as captured:
            read_audit_report(audit, by=world.manager)
        return len(captured)

    assert queries(3) == queries(1)


def test_an_audit_with_no_case_open_to_one_says_so(world, sign_in):
    audit = world.selected(1)
    declare_interest(audit.cases.get(), interest=Interest.RELATED, by=world.manager)
    page = sign_in(world.manager).get(f"/audits/{audit.slug}/report/").content.decode()
    assert "No case’s report is open to you." in page
    assert "know the family" in page
