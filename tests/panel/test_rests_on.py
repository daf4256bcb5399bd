"""What a finding rests on in the returns: taken with a point that they offer, or named by the numbers of questions."""

import re

import pytest
from django.db import connection
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from maca.audits.models import Audit, Heading
from maca.audits.queries import agency_questions
from maca.cases.models import DestructionReason
from maca.cases.operations import destroy_case
from maca.chronology.models import Thresholds
from maca.chronology.operations import decide_on_patterns, read_patterns
from maca.chronology.queries import chronology_of
from maca.journal.models import Entry
from maca.kernel.verdict import Refused
from maca.panel.forms import PASSAGE_GONE
from maca.panel.models import Finding, PanelLine
from maca.panel.operations import (
    change_finding,
    change_line,
    correct_tags,
    introduce_case,
    open_panel,
    put_back_finding,
    record_finding,
    withdraw_finding,
)
from maca.panel.queries import Column, find_hearing, under_other_headings
from maca.partnership.models import AgencyKind, Role
from maca.partnership.operations import register_agency
from maca.returns.models import Evidence, Upload
from maca.returns.operations import cite_evidence, remove_evidence, remove_upload, save_answer, submit_return
from maca.returns.queries import evidence_given
from tests.chronology.test_room import HEADINGS, given
from tests.panel.test_lines import WELL, address
from tests.panel.test_panel import first_case
from tests.returns.test_returns import BLANK, asking
from tests.steps import step


@pytest.fixture
@step
def hearing(world):
    """A case of which health and a school have said what went well, and contradicted one another on question 4."""
    audit = world.circulated(1)
    for agency, by, choice in (("health", "auditor", "yes"), ("school", "school_auditor", "no")):
        one = world.answer_all(world.return_of(audit, agency))
        said_so = {**BLANK, "choice": choice, "how_known": "By the file."}
        save_answer(asking(world, audit, 4, agency, by=by), **said_so, version=None, by=world.people[by])
        submit_return(one, delegated_by="The lead", version=None, by=world.people[by])
    open_panel(audit, by=world.chair)
    introduce_case(
        first_case(audit).hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair
    )
    return find_hearing(world.chair, audit.slug, 1)


def rests_on(finding: Finding) -> list[str]:
    return [str(one) for one in finding.answers.all()]


def column_of(page: str, heading: str) -> str:
    return page.split(f'id="{heading}"')[1].split("</section>")[0]


def take(client, hearing, heading: str) -> PanelLine:
    """Take the first point that is offered under a heading, as the page's own form sends it."""
    page = client.get(address("hearing", hearing)).content.decode()
    found = re.search(r"<form[^>]*data-offer.*?</form>", column_of(page, heading), re.DOTALL)[0]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', found))
    assert client.post(address("write-line", hearing, heading=heading), sent).status_code == 302
    return PanelLine.objects.order_by("-place")[0]


@pytest.mark.parametrize(("heading", "words"), [("went_well", "{number} (Health)"), ("challenge_or_theme", "4")])
def test_what_a_finding_rests_on_comes_with_the_point_that_it_was_made_of(world, hearing, sign_in, heading, words):
    number = next(one.number for one in agency_questions(hearing.case.audit) if one.heading == "went_well")
    client = sign_in(world.chair)
    line = take(client, hearing, heading)
    page = f"{address('record-finding', hearing, heading=heading)}?line={line.public_id}"
    box = re.search(r'<input[^>]*name="answers"[^>]*>', client.get(page).content.decode())[0]
    said = re.search(r'value="([^"]*)"', box)[1]
    assert client.post(page, {"text": "They met.", "answers": said, "once": "a" * 32}).status_code == 302
    assert rests_on(Finding.objects.get()) == [f"question {words.format(number=number)}"]
    shown = column_of(client.get(address("hearing", hearing)).content.decode(), heading)
    assert f"report/#question-{number if heading == 'went_well' else 4}" in shown
    assert Entry.objects.get(did="recorded a finding").details["answers"] == [line.question.number]


def test_the_questions_are_named_by_their_numbers_and_corrected_on_the_findings_own_page(world, hearing, sign_in):
    client = sign_in(world.chair)
    new = address("record-finding", hearing, heading="went_well")
    assert client.post(new, {"text": "They met.", "answers": "4, 2 4", "once": "a" * 32}).status_code == 302
    finding = Finding.objects.get()
    assert rests_on(finding) == ["question 2", "question 4"]
    page = reverse("change-finding", kwargs={"audit": hearing.case.audit.slug, "finding": finding.public_id})
    form = client.get(page).content.decode()
    assert 'value="2, 4"' in form
    sent = {"text": "They met.", "answers": "4", "version": "1", "once": "b" * 32}
    assert client.post(page, sent).status_code == 302
    assert rests_on(finding) == ["question 4"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("3; 4", "Write the numbers of the questions with a comma between, for example 3, 14"),
        ("four", "Write the numbers of the questions with a comma between, for example 3, 14"),
        ("4, 99", "No question has the number 99. The agencies were asked 1 to"),
        ("٤", "Write the numbers of the questions with a comma between, for example 3, 14"),
    ],
)
def test_what_is_no_number_of_a_question_comes_back_as_it_was_typed(world, hearing, sign_in, typed, told):
    page = address("record-finding", hearing, heading="went_well")
    answer = sign_in(world.chair).post(page, {"text": "They met.", "answers": typed, "once": "a" * 32})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert told in shown
    assert f'value="{typed}"' in shown
    assert "They met." in shown
    assert not Finding.objects.exists()


def test_looking_for_the_same_keeps_what_was_typed(world, hearing, sign_in):
    page = address("record-finding", hearing, heading="went_well")
    shown = sign_in(world.chair).post(page, {"text": "They met.", "answers": "4", "look": "yes"}).content.decode()
    assert re.search(r'<input[^>]*name="answers"[^>]*value="4"', shown)


def test_a_change_that_keeps_a_question_keeps_whose_answer_it_was(world, hearing, sign_in):
    line = take(sign_in(world.chair), hearing, "went_well")
    column = Column(hearing.case.audit, hearing.case, WELL)
    other = agency_questions(hearing.case.audit)[0]
    finding = record_finding(
        column, text="They met.", agencies=[], line=line, answers=[line.question, other], by=world.chair
    )
    both = [f"question {other.number}", f"question {line.question.number} (Health)"]
    assert rests_on(finding) == both
    change_finding(finding, text="They met.", agencies=[], answers=[line.question, other], version=None, by=world.chair)
    assert rests_on(finding) == both


@pytest.mark.parametrize(
    ("question", "agency", "kept"),
    [
        ("4", "health", True), ("4", "", True), ("4", "police", False), ("99", "", False), ("x", "", False),
        ("٤", "", False), ("99999999999999999999", "", False),
    ],
)  # fmt: skip
def test_a_line_keeps_the_question_that_its_agency_has_answered(world, hearing, sign_in, question, agency, kept):
    sent = {"words": "One", "sent": "a" * 32, "question": question, "agency": agency}
    assert sign_in(world.chair).post(address("write-line", hearing, heading="went_well"), sent).status_code == 302
    assert (PanelLine.objects.get().question is not None) == kept


def test_what_another_agency_says_rests_on_no_answer_of_the_first(world, hearing, sign_in):
    line = take(sign_in(world.chair), hearing, "went_well")
    said = {"words": line.public_id, "in_own_record": False, "version": None, "by": world.chair}
    change_line(line, agency=line.agency, **said)
    line.refresh_from_db()
    assert line.question is not None
    change_line(line, agency=world.agencies["police"], **said)
    line.refresh_from_db()
    assert line.question is None


def test_every_question_can_be_named_and_what_was_recorded_can_be_changed(world, hearing, sign_in):
    client, asked = sign_in(world.chair), agency_questions(hearing.case.audit)
    new = address("record-finding", hearing, heading="went_well")
    numbers = " ".join(str(one.number) for one in asked)
    assert client.post(new, {"text": "They met.", "answers": numbers, "once": "a" * 32}).status_code == 302
    finding = Finding.objects.get()
    page = reverse("change-finding", kwargs={"audit": hearing.case.audit.slug, "finding": finding.public_id})
    shown = re.search(r'name="answers"[^>]*value="([^"]*)"', client.get(page).content.decode())[1]
    sent = {"text": "They met again.", "answers": shown, "version": "1", "once": "b" * 32}
    assert client.post(page, sent).status_code == 302
    assert finding.answers.count() == len(asked)


def test_the_page_asks_as_often_for_many_answers_as_for_one(world, hearing, sign_in):
    client, asked = sign_in(world.chair), agency_questions(hearing.case.audit)
    column = Column(hearing.case.audit, hearing.case, WELL)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(address("hearing", hearing)).status_code == 200
        return len(found)

    record_finding(column, text="They met.", agencies=[], answers=asked[:1], by=world.chair)
    queries()  # what a first look fetches, and a second does not
    first = queries()
    for number in range(4):
        record_finding(column, text=f"They met {number}.", agencies=[], answers=asked, by=world.chair)
    assert queries() == first


# ---- evidence


@pytest.fixture
@step
def with_evidence(world):
    """The same case, of which health put a photograph and a reference with its return; the school has left its draft
    with a photograph in it."""
    audit = world.circulated(1)
    one = world.answer_all(world.return_of(audit))
    question = agency_questions(audit)[2]
    world.uploaded(one, by=world.auditor, description="An empty larder.", question=question)
    cite_evidence(one, question=None, record="SystmOne", reference="R-77", dated_on=None, by=world.auditor)
    submit_return(one, delegated_by="The lead", version=None, by=world.auditor)
    draft = world.answer_all(world.return_of(audit, "school"))
    world.uploaded(draft, by=world.school_auditor, description="A register.")
    open_panel(audit, by=world.chair)
    case = first_case(audit)
    introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    return find_hearing(world.chair, audit.slug, 1)


def ticked(page: str, name: str) -> list[str]:
    boxes = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
    return [re.search(r'value="([^"]*)"', one)[1] for one in boxes if " checked" in one]


def test_a_finding_rests_on_evidence_by_the_name_that_the_report_gives_it(world, with_evidence, sign_in):
    client, upload, reference = sign_in(world.chair), Upload.objects.earliest("pk"), Evidence.objects.get()
    new = address("record-finding", with_evidence, heading="went_well")
    form = client.get(new).content.decode()
    assert "Health: Photograph 1 (question 3)" in form
    assert "Health: Reference 1" in form
    assert "School: Photograph" not in form, "a draft is its agency’s own"
    sent = {"text": "They met.", "evidence": [upload.public_id, reference.public_id], "once": "a" * 32}
    assert client.post(new, sent).status_code == 302
    finding = Finding.objects.get()
    shown = column_of(client.get(address("hearing", with_evidence)).content.decode(), "went_well")
    looked_at = re.search(r'href="([^"]*)">Photograph 1<', shown)[1]
    assert client.get(looked_at).status_code == 200
    assert f"report/#evidence-{reference.public_id}" in shown
    report = client.get(f"/audits/{with_evidence.case.audit.slug}/cases/1/report/").content.decode()
    assert f'id="evidence-{reference.public_id}">Reference 1: SystmOne' in report
    assert ">Photograph 1</a>: An empty larder." in report
    # What stands sealed is in neither list, and not in the journal.
    assert "larder" not in shown + form
    assert Entry.objects.get(did="recorded a finding").details["evidence"] == 2
    # It is kept, and corrected, on the finding's own page.
    page = reverse("change-finding", kwargs={"audit": with_evidence.case.audit.slug, "finding": finding.public_id})
    assert set(ticked(client.get(page).content.decode(), "evidence")) == {upload.public_id, reference.public_id}
    sent = {"text": "They met.", "evidence": [upload.public_id], "version": "1", "once": "b" * 32}
    assert client.post(page, sent).status_code == 302
    assert [one.row for one in finding.evidence.all()] == [upload]


def test_looking_for_the_same_keeps_the_evidence_that_was_ticked(world, with_evidence, sign_in):
    reference = Evidence.objects.get().public_id
    sent = {"text": "They met.", "evidence": [reference], "look": "yes"}
    page = sign_in(world.chair).post(address("record-finding", with_evidence, heading="went_well"), sent)
    assert ticked(page.content.decode(), "evidence") == [reference]


def test_evidence_that_is_not_of_the_case_cannot_be_named(world, with_evidence, sign_in):
    draft = Upload.objects.latest("pk").public_id
    sent = {"text": "They met.", "evidence": [draft], "once": "a" * 32}
    answer = sign_in(world.chair).post(address("record-finding", with_evidence, heading="went_well"), sent)
    assert answer.status_code == 422
    assert not Finding.objects.exists()


def test_what_a_finding_rests_on_can_no_longer_be_changed_by_anybody(world, with_evidence):
    """Findings are recorded from the day on which returns and chronologies are closed."""
    upload, reference = Upload.objects.earliest("pk"), Evidence.objects.get()
    column = Column(with_evidence.case.audit, with_evidence.case, WELL)
    finding = record_finding(column, text="They met.", agencies=[], evidence=[upload, reference], by=world.chair)
    audit = with_evidence.case.audit
    one = world.return_of(audit)
    for change in (
        lambda: remove_upload(upload, by=world.auditor),
        lambda: remove_evidence(reference, by=world.auditor),
        lambda: world.uploaded(one, by=world.auditor, replaces=upload),
        lambda: save_answer(asking(world, audit, 4, "health"), **BLANK, version=None, by=world.auditor),
    ):
        with pytest.raises(Refused):
            change()
    # Nor does any part of the site that may come delete it behind a finding's back.
    for row in (upload, reference):
        with pytest.raises(ProtectedError):
            row.delete()
    assert {cited.row for cited in finding.evidence.all()} == {upload, reference}


def test_an_agency_that_does_not_sit_on_the_panel_sees_neither_the_finding_nor_what_it_rests_on(
    world, with_evidence, sign_in
):
    upload = Upload.objects.earliest("pk")
    column = Column(with_evidence.case.audit, with_evidence.case, WELL)
    record_finding(column, text="They met.", agencies=[], evidence=[upload], by=world.chair)
    where = {"audit": with_evidence.case.audit.slug, "case": 1, "agency": "health"}
    seen = reverse("upload", kwargs={**where, "upload": upload.public_id, "number": 1})
    for who, expected in (("police_lead", 200), ("governance", 404)):
        client = sign_in(world.people[who])
        assert client.get(address("hearing", with_evidence)).status_code == expected
        assert client.get(seen).status_code == expected


# ---- what the chronology asks, and words that two assessments share

COPIED = " ".join(f"word{at}" for at in range(60))
ASSESSED = f"""{HEADINGS}
2026-01-05,assessment_end,{COPIED},,,,,
2026-02-01,visit,Home visit.,,,,,
2026-06-09,assessment_end,{COPIED} Nothing new.,,,,,
"""


def circulated_to_social_care(world) -> Audit:
    world.agencies["csc"] = register_agency(
        partnership=world.partnership, name="Social care", kind=AgencyKind.CHILDREN_SOCIAL_CARE, by=world.operator
    )
    world.add("csc_auditor", "csc", Role.AUDITOR)
    return world.circulated(1)


@pytest.fixture
@step
def asks(world):
    """A case with two assessments of social care, of which the second repeats the first: that is taken to its panel."""
    audit = circulated_to_social_care(world)
    given(world, audit, ASSESSED, "social-care", "csc_auditor")
    open_panel(audit, by=world.chair)
    case = first_case(audit)
    introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    (prompt,) = (one for one in read_patterns(case, by=world.chair) if one.pattern.code == "copied_assessment")
    decide_on_patterns(chronology_of(case), {prompt.mark: ("taken", "")}, version=None, by=world.chair)
    return find_hearing(world.chair, audit.slug, 1), prompt


def finding_of(client, hearing, line: PanelLine, text="Nothing was assessed anew.") -> Finding:
    page = f"{address('record-finding', hearing, heading=line.heading)}?line={line.public_id}"
    form = client.get(page).content.decode()
    sent = {"text": text, "passages": ticked(form, "passages"), "once": "a" * 32}
    assert client.post(page, sent).status_code == 302
    return Finding.objects.get()


@pytest.mark.parametrize("reworded", [False, True])
def test_a_line_taken_from_a_question_of_the_chronology_brings_its_entries_into_the_finding(
    world, asks, sign_in, reworded
):
    hearing, prompt = asks
    client = sign_in(world.chair)
    line = take(client, hearing, "challenge_or_theme")
    assert line.asked == prompt.mark
    if reworded:
        said = {"agency": None, "in_own_record": False, "version": None, "by": world.chair}
        change_line(line, words="They copied it.", **said)
    page = f"{address('record-finding', hearing, heading='challenge_or_theme')}?line={line.public_id}"
    form = client.get(page).content.decode()
    assert "will cite 2 entries" in form
    assert ("They copied it.</textarea>" in form) == reworded
    finding = finding_of(client, hearing, line)
    assert finding.question == prompt.mark
    assert [str(one.date) for one in finding.entries.all()] == ["2026-01-05", "2026-06-09"]
    line.refresh_from_db()
    assert line.finding == finding
    assert "A finding rests on it." in client.get(address("hearing", hearing)).content.decode()


def test_a_line_whose_question_is_no_longer_asked_becomes_a_finding_without_its_entries(world, asks, sign_in):
    hearing, _ = asks
    client = sign_in(world.chair)
    line = take(client, hearing, "challenge_or_theme")
    # The partnership has set meanwhile that only longer assessments are compared.
    Thresholds.objects.create(partnership=world.partnership, changed={"copied_words": 400})
    page = f"{address('record-finding', hearing, heading='challenge_or_theme')}?line={line.public_id}"
    assert "no longer asks the question that this line was taken from" in client.get(page).content.decode()
    assert finding_of(client, hearing, line).entries.count() == 0


@pytest.mark.parametrize("mark", ["0" * 64, "x", ""])
def test_a_line_keeps_no_question_that_was_not_taken_to_the_panel(world, asks, sign_in, mark):
    hearing, _ = asks
    sent = {"words": "One", "sent": "a" * 32, "question": "0", "asked": mark}
    client = sign_in(world.chair)
    assert client.post(address("write-line", hearing, heading="challenge_or_theme"), sent).status_code == 302
    assert PanelLine.objects.get().asked == ""


def test_the_words_that_two_assessments_share_are_kept_with_the_finding_under_the_seal(world, asks, sign_in):
    hearing, prompt = asks
    (passage,) = prompt.pattern.passages
    client = sign_in(world.chair)
    finding = finding_of(client, hearing, take(client, hearing, "challenge_or_theme"))
    assert b"word7" not in bytes(finding.passages)
    # They stand there as they were cited, also when the chronology asks otherwise by now.
    Thresholds.objects.create(partnership=world.partnership, changed={"copied_words": 400})
    for page in ("hearing", "panel-findings"):
        shown = client.get(address(page, hearing)).content.decode()
        assert f"“<mark>{passage}</mark>”" in shown
    assert Entry.objects.filter(did="read passages that findings rest on").exists()
    assert "word7" not in str(list(Entry.objects.values_list("details", flat=True)))
    assert "word7" not in client.get(address("present", hearing)).content.decode()


def test_of_the_words_that_are_shared_those_stay_that_are_ticked(world, asks, sign_in):
    hearing, _ = asks
    client = sign_in(world.chair)
    finding = finding_of(client, hearing, take(client, hearing, "challenge_or_theme"))
    page = reverse("change-finding", kwargs={"audit": hearing.case.audit.slug, "finding": finding.public_id})
    first = ticked(client.get(page).content.decode(), "passages")
    assert len(first) == 1
    looked = client.post(page, {"text": "It was copied.", "passages": first, "version": "1", "look": "yes"})
    assert ticked(looked.content.decode(), "passages") == first
    kept = {"text": "It was copied.", "days": "5 January 2026", "passages": first}
    assert client.post(page, {**kept, "version": "1", "once": "b" * 32}).status_code == 302
    finding.refresh_from_db()
    assert finding.passages
    left = {"text": "It was copied.", "days": "5 January 2026", "version": "2", "once": "c" * 32}
    assert client.post(page, left).status_code == 302
    finding.refresh_from_db()
    assert not finding.passages
    assert "<mark>" not in client.get(address("hearing", hearing)).content.decode()


@pytest.fixture
@step
def asks_twice(world):
    """The same, where the second assessment repeats a short passage of the first, and then a long one."""
    audit = circulated_to_social_care(world)
    short, long = (" ".join(f"{word}{at}" for at in range(many)) for word, many in (("short", 9), ("long", 90)))
    lines = (
        f"2026-01-05,assessment_end,{short} once {long},,,,,",
        f"2026-06-09,assessment_end,{short} again {long},,,,,",
    )
    given(world, audit, "\n".join((HEADINGS, *lines, "")), "social-care", "csc_auditor")
    open_panel(audit, by=world.chair)
    case = first_case(audit)
    introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    (prompt,) = (one for one in read_patterns(case, by=world.chair) if one.pattern.code == "copied_assessment")
    decide_on_patterns(chronology_of(case), {prompt.mark: ("taken", "")}, version=None, by=world.chair)
    return find_hearing(world.chair, audit.slug, 1), prompt


def test_words_that_are_ticked_are_cited_also_when_others_are_listed_by_then(world, asks_twice, sign_in):
    hearing, prompt = asks_twice
    short, long = prompt.pattern.passages
    client = sign_in(world.chair)
    line = take(client, hearing, "challenge_or_theme")
    page = f"{address('record-finding', hearing, heading='challenge_or_theme')}?line={line.public_id}"
    of_short, of_long = ticked(client.get(page).content.decode(), "passages")
    # Meanwhile the partnership has set that passages of twenty words are looked for, so the list is another.
    set_to = Thresholds.objects.create(partnership=world.partnership, changed={"shingle_words": 20})
    sent = {"text": "It was copied.", "once": "a" * 32}
    refused = client.post(page, {**sent, "passages": [of_short, of_long]})
    assert (refused.status_code, Finding.objects.count()) == (422, 0)
    shown = refused.content.decode()
    assert PASSAGE_GONE in shown
    assert (ticked(shown, "passages"), "It was copied.</textarea>" in shown) == ([of_long], True)
    # Where none is left to choose from, it is said too.
    set_to.changed = {"copied_words": 400}
    set_to.save()
    none = client.post(page, {**sent, "passages": [of_long]})
    assert (none.status_code, PASSAGE_GONE in none.content.decode(), Finding.objects.count()) == (422, True, 0)
    set_to.changed = {"shingle_words": 20}
    set_to.save()
    assert client.post(page, {**sent, "passages": [of_long]}).status_code == 302
    shown = client.get(address("hearing", hearing)).content.decode()
    assert (f"“<mark>{long}</mark>”" in shown, short in shown) == (True, False)


def test_a_finding_outlives_what_it_rested_on_and_says_that_it_was_destroyed(
    world, asks, sign_in, django_capture_on_commit_callbacks
):
    hearing, prompt = asks
    case, column = hearing.case, Column(hearing.case.audit, hearing.case, WELL)
    asked = agency_questions(case.audit)[:2]
    record_finding(
        column, text="It was copied.", agencies=[], themes=["assessment-quality"], question=prompt.mark, answers=asked,
        by=world.chair,
    )  # fmt: skip
    record_finding(column, text="It rests on nothing.", agencies=[], themes=["assessment-quality"], by=world.chair)
    page, client = reverse("panel-themes", kwargs={"audit": case.audit.slug}), sign_in(world.chair)
    assert "rested on" not in client.get(page).content.decode()
    Audit.objects.filter(pk=case.audit.pk).update(stage="published")
    with django_capture_on_commit_callbacks(execute=True):
        destroy_case(first_case(case.audit), reason=DestructionReason.ASKED, by=world.manager)
    shown = client.get(page).content.decode()
    assert shown.count("It rested on") == 1
    assert (
        "It rested on 2 entries of the chronology; the answers to questions 1, 2; words that stood in both of two "
        "assessments. That was destroyed with the case on" in shown
    )
    assert "word7" not in shown


def test_pages_ask_as_often_for_much_evidence_as_for_one_piece(world, with_evidence, sign_in):
    client = sign_in(world.chair)
    column = Column(with_evidence.case.audit, with_evidence.case, WELL)
    given = [one.row for one in evidence_given(with_evidence.case)]

    def queries(page: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(address(page, with_evidence)).status_code == 200
        return len(found)

    record_finding(column, text="They met.", agencies=[], evidence=given[:1], by=world.chair)
    first = {page: queries(page) and queries(page) for page in ("hearing", "panel-findings")}
    for number in range(9):
        record_finding(column, text=f"They met {number}.", agencies=[], evidence=given, by=world.chair)
    assert {page: queries(page) for page in first} == first


# ---- under two headings


def test_one_finding_stands_under_two_headings_with_all_that_it_rests_on_and_counts_once(world, with_evidence, sign_in):
    client, given = sign_in(world.chair), [one.row.public_id for one in evidence_given(with_evidence.case)]
    line = take(client, with_evidence, "went_well")
    new = f"{address('record-finding', with_evidence, heading='went_well')}?line={line.public_id}"
    form = client.get(new).content.decode()
    assert 'value="can_be_improved"' in form
    assert 'name="also" type="checkbox" value="went_well"' not in form
    sent = {
        "text": "They met.", "also": ["challenge_or_theme"], "evidence": given, "themes": ["core_group"],
        "agencies": ["health"], "answers": str(line.question.number), "once": "a" * 32,
    }  # fmt: skip
    assert client.post(new, sent).status_code == 302
    first, second = Finding.objects.order_by("position")
    assert (first.heading, second.heading) == ("went_well", "challenge_or_theme")

    def all_of(one: Finding) -> tuple:
        one.refresh_from_db()
        evidence, agencies = [cited.row for cited in one.evidence.all()], [str(those) for those in one.agencies.all()]
        return one.text, one.themes, one.causes, agencies, rests_on(one), evidence

    assert all_of(first) == all_of(second)
    assert all_of(second)[3:5] == (["Health"], [f"question {line.question.number} (Health)"])
    assert len(all_of(second)[5]) == 2
    shown = client.get(reverse("panel-themes", kwargs={"audit": with_evidence.case.audit.slug})).content.decode()
    assert "1 case: Case 1; 1 finding." in shown
    # It is changed in one place, also from where it stands second.
    page = reverse("change-finding", kwargs={"audit": with_evidence.case.audit.slug, "finding": second.public_id})
    assert "stands under “What went well?” too" in client.get(page).content.decode()
    sent = {"text": "They met often.", "evidence": given[:1], "causes": ["tool"], "version": "1", "once": "b" * 32}
    assert client.post(page, sent).status_code == 302
    assert all_of(first) == all_of(second)
    assert all_of(first)[0] == "They met often."
    assert len(all_of(first)[5]) == 1
    # Withdrawn, it is withdrawn from one heading.
    withdraw_finding(second, by=world.chair)
    first.refresh_from_db()
    assert first.withdrawn_at is None


def test_the_shared_words_of_a_finding_under_two_headings_are_sealed_for_each(world, asks, sign_in):
    hearing, prompt = asks
    column = Column(hearing.case.audit, hearing.case, WELL)
    also = [Heading.CHALLENGE_OR_THEME]
    record_finding(column, text="It was copied.", agencies=[], question=prompt.mark, also=also, by=world.chair)
    shown = sign_in(world.chair).get(address("hearing", hearing)).content.decode()
    assert shown.count(f"“<mark>{prompt.pattern.passages[0]}</mark>”") == 2


def test_findings_that_say_the_same_of_two_cases_are_two(world):
    audit = world.panel_opened(2)
    findings = [world.hear(case, text="They met.") for case in audit.cases.select_related("audit", "hearing")]
    assert [list(under_other_headings(one)) for one in findings] == [[], []]


def test_the_same_words_recorded_apart_are_two_findings(world, with_evidence):
    case, chair = with_evidence.case, world.chair
    first = record_finding(
        Column(case.audit, case, WELL),
        text="They met.",
        agencies=[world.agencies["police"]],
        themes=["consent"],
        by=chair,
    )
    other = record_finding(
        Column(case.audit, case, Heading.CAN_BE_IMPROVED), text="They met.", agencies=[world.health], by=chair
    )
    change_finding(other, text="They met late.", agencies=[world.health], version=None, by=chair)
    first.refresh_from_db()
    assert (first.text, first.themes, list(first.agencies.all())) == (
        "They met.",
        ["consent"],
        [world.agencies["police"]],
    )
    assert Finding.objects.counted().count() == 2


@pytest.mark.parametrize("at", [0, 1])
def test_a_finding_that_was_withdrawn_under_one_heading_is_put_back_as_it_is_under_the_other(world, with_evidence, at):
    case, chair = with_evidence.case, world.chair
    record_finding(
        Column(case.audit, case, WELL), text="They met.", agencies=[], also=[Heading.CHALLENGE_OR_THEME], by=chair
    )
    both = list(Finding.objects.order_by("position"))
    gone, stays = both[at], both[1 - at]
    withdraw_finding(gone, by=chair)
    assert list(Finding.objects.counted()) == [stays]
    change_finding(stays, text="They met late.", agencies=[world.health], version=None, by=chair)
    put_back_finding(gone, by=chair)
    gone.refresh_from_db()
    assert (gone.text, list(gone.agencies.all()), gone.withdrawn_at) == ("They met late.", [world.health], None)
    assert list(Finding.objects.counted()) == [stays]
    assert list(under_other_headings(gone)) == [stays]


def test_what_a_finding_is_about_is_put_right_under_both_headings(world, with_evidence):
    case, audit = with_evidence.case, with_evidence.case.audit
    first = record_finding(
        Column(audit, case, WELL), text="They met.", agencies=[world.agencies["police"]],
        also=[Heading.CHALLENGE_OR_THEME], by=world.chair,
    )  # fmt: skip
    Audit.objects.filter(pk=audit.pk).update(stage="panel_closed", panel_closed_at=timezone.now())
    first = Finding.objects.select_related("audit", "case").get(pk=first.pk)
    correct_tags(first, agencies=[world.health], themes=["consent"], causes=[], version=None, by=world.chair)
    for one in Finding.objects.all():
        assert (list(one.agencies.all()), one.themes) == ([world.health], ["consent"])
        assert one.earlier_tags.count() == 1
