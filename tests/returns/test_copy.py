"""An agency takes its finished return away, in full, until what was written about the case is destroyed."""

import io
import zipfile

import docx
import pikepdf
import pypdfium2
import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maca.briefing.operations import approve_briefing, draft_briefing, publish_briefing, send_briefing
from maca.cases.models import DestructionReason
from maca.cases.operations import destroy_case
from maca.journal.models import Entry
from maca.kernel.paper import Paper, Part
from maca.kernel.paper_as_files import as_pdf, as_word
from maca.kernel.text import normalise
from maca.kernel.verdict import Refused
from maca.panel.operations import close_panel, open_panel
from maca.returns import rules
from maca.returns.models import DeclineReason, Evidence
from maca.returns.operations import (
    cite_evidence,
    decline_return,
    read_finished,
    read_return,
    save_answer,
    say_known,
    say_not_known,
    send_back_questions,
    submit_return,
)
from maca.sealing.field import StillSealedError
from tests.makers import World, keep_all, opened
from tests.returns.test_returns import BLANK, asking

# What may be in the file, and nothing else.
PARTS = {
    "[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "word/document.xml", "word/_rels/document.xml.rels",
    "word/styles.xml", "word/numbering.xml", "word/settings.xml", "word/footer1.xml",
}  # fmt: skip


def paragraphs(data: bytes) -> list[str]:
    return [one.text for one in docx.Document(io.BytesIO(data)).paragraphs]


def words_of_pdf(data: bytes) -> str:
    text = "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data))
    return " ".join(text.replace("￾", "").split())


def handed_in(world: World):
    audit = world.circulated(1)
    one = world.return_of(audit)
    say_known(one, version=None, by=world.auditor)
    cite_evidence(one, question=None, record="Child’s\nrecord", reference="Entry 12", dated_on=None, by=world.auditor)
    world.uploaded(one, by=world.auditor, description="A kitchen.")
    return world.submitted(one)


def test_the_copy_holds_every_answer_and_who_signed(world, sign_in):
    one = handed_in(world)
    path = reverse("return-copy", kwargs={"audit": one.case.audit.slug, "case": 1, "agency": "health", "kind": "docx"})
    answer = sign_in(world.auditor).get(path)
    assert answer.headers["Content-Type"].endswith("wordprocessingml.document")
    assert f'{one.case.audit.slug}-case-1-health-return.docx"' in answer.headers["Content-Disposition"]
    said = paragraphs(answer.content)
    for question in one.case.audit.questions.filter(asked_of="agency"):
        assert str(question) in said
    assert said.count("Yes") == 5
    assert said.count("In the record.") == 5
    assert said.count("One point") == 2
    for words in ("Known since birth.", "Seen monthly.", "To learn.", "Section 16H.", "Child’s record, Entry 12"):
        assert words in said
    assert any(line.startswith("No. Said on ") for line in said)
    assert any(line.startswith("Photograph 1, 1 page: A kitchen. (Taken on a visit, ") for line in said)
    assert any("with authority given by The lead: I have checked this return." in line for line in said)
    assert any(line.startswith("Submitted. Last handed in on ") for line in said)
    printed = sign_in(world.auditor).get(path.replace(".docx", ".pdf"))
    assert printed.headers["Content-Type"] == "application/pdf"
    text = words_of_pdf(printed.content)
    for words in ("Known since birth.", "Section 16H.", "One point", "authority given by The lead"):
        assert words in text


def test_what_is_not_answered_is_never_no_and_what_is_not_asked_says_so(world):
    one = handed_in(world)
    blank = {**BLANK, "choice": "no", "how_known": "Never."}
    send_back_questions(
        one, {one.case.audit.questions.get(asked_of="agency", number=1): "?"}, version=None, by=world.manager
    )
    save_answer(asking(world, one.case.audit, 1), **blank, version=None, by=world.auditor)
    submit_return(one, delegated_by="The lead", version=None, by=world.auditor)
    one.answers.filter(question__number=3).delete()
    parts = {part.heading.split(".")[0]: part for part in read_finished(one, form="pdf", by=world.auditor).parts}
    assert parts["3"].lines == ("Not answered",)
    assert parts["1"].lines == ("No", "Never.")
    assert parts["2"].lines == ("Not asked: an earlier answer makes it out of place",)


def test_each_taking_away_is_one_reading_on_record(world):
    one = handed_in(world)
    read_finished(one, form="pdf", by=world.auditor)
    entry = Entry.objects.get(did="read a return", by=world.auditor.public_id, is_reading=True)
    assert entry.details["part"] == "copy in pdf"


@pytest.mark.parametrize("who", ["chair", "scrutineer", "member", "police_lead", "social_worker", "panel_member"])
def test_it_is_the_agencys_own_and_the_managers(world, who):
    one = handed_in(world)
    assert rules.may_take_copy(world.people[who], one).code == "not-your-agency"
    with pytest.raises(Refused):
        read_finished(one, form="pdf", by=world.people[who])
    for allowed in ("lead", "auditor", "manager"):
        assert rules.may_take_copy(world.people[allowed], one)


def test_what_was_not_handed_in_cannot_be_taken_away(world):
    one = world.return_of(world.circulated(1))
    world.answer_all(one)
    assert rules.may_take_copy(world.auditor, one).code == "not-handed-in"


def test_after_the_panel_and_after_publication_and_not_once_it_is_destroyed(world, django_capture_on_commit_callbacks):
    audit = world.circulated(2)
    world.submitted(world.return_of(audit))
    open_panel(audit, by=world.chair)
    assert read_finished(world.return_of(audit), form="pdf", by=world.auditor)
    for case in audit.cases.select_related("hearing"):
        case.audit = audit
        world.hear(case, text=f"The plan of {case.label}.")
    close_panel(audit, by=world.chair)
    briefing = draft_briefing(audit, by=world.manager)
    keep_all(briefing, by=world.manager)
    send_briefing(briefing, version=None, by=world.manager)
    approve_briefing(briefing, version=None, by=world.chair)
    publish_briefing(briefing, by=world.manager)
    assert read_finished(world.return_of(audit), form="docx", by=world.auditor)
    with django_capture_on_commit_callbacks(execute=True):
        destroy_case(audit.cases.select_related("audit", "nomination").get(number=1),
                     reason=DestructionReason.ASKED, by=world.manager)  # fmt: skip
    assert rules.may_take_copy(world.auditor, world.return_of(audit)).code == "destroyed"


def test_of_what_was_sent_back_everybody_takes_what_was_handed_in(world):
    one = handed_in(world)
    send_back_questions(
        one, {one.case.audit.questions.get(asked_of="agency", number=3): "?"}, version=None, by=world.manager
    )
    save_answer(asking(world, one.case.audit, 3), **{**BLANK, "choice": "no", "how_known": "A draft."}, version=None,
                by=world.auditor)  # fmt: skip

    def third(by) -> tuple[str, ...]:
        value = read_finished(world.return_of(one.case.audit), form="pdf", by=by)
        return next(part.lines for part in value.parts if part.heading.startswith("3."))

    assert third(world.manager) == ("Yes", "In the record.")
    assert third(world.auditor) == ("Yes", "In the record.")
    assert opened(one.answers.get(question__number=3)).how_known == "A draft."


def a_value(*parts: Part, title: str = "Return of Health") -> Paper:
    return Paper(title, "Neglect 9, Case 1", "Health · Neglect 9, Case 1", parts)


def test_the_word_file_holds_these_parts_and_nothing_of_who_made_it():
    written = as_word(a_value(Part("One", ("x",), ("y",))))
    assert written == as_word(a_value(Part("One", ("x",), ("y",))))
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        assert set(archive.namelist()) == PARTS
        core, body = archive.read("docProps/core.xml"), archive.read("word/document.xml")
    for hidden in (b"creator", b"lastModifiedBy", b"created", b"modified"):
        assert hidden not in core
    for hidden in (b"w:vanish", b"w:comment", b"w:ins ", b"w:rsid"):
        assert hidden not in body
    properties = docx.Document(io.BytesIO(written)).core_properties
    assert properties.title == "Return of Health: Neglect 9, Case 1"


def test_the_pdf_is_tagged_named_and_says_nothing_of_who_made_it():
    written = as_pdf(a_value(Part("One", ("x",), ("y",))))
    assert written == as_pdf(a_value(Part("One", ("x",), ("y",))))
    with pikepdf.open(io.BytesIO(written)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.docinfo["/Title"]) == "Return of Health: Neglect 9, Case 1"
        assert "/Author" not in document.docinfo


anything = st.text(
    st.one_of(st.characters(), st.sampled_from("\x00\x0b\x1b\u2028\ufeff\u202e\u0301\t <>&\"'#$*_`\\@é😀")), max_size=80
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(anything, max_size=4), st.lists(anything, max_size=3), anything)
def test_any_words_at_all_are_in_the_word_file_as_they_are_kept(lines, points, heading):
    kept = [normalise(text)[0] for text in (heading, *lines, *points)]
    written = as_word(a_value(Part(heading, tuple(lines), tuple(points)), title=heading))
    assert paragraphs(written)[2:] == kept
    assert paragraphs(written)[1] == kept[0]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(anything, max_size=4), st.lists(anything.filter(str.strip), max_size=3), anything)
def test_any_words_at_all_make_a_pdf(lines, points, heading):
    # A heading is never empty: it has the number of its question.
    assert as_pdf(a_value(Part(f"1. {heading}", tuple(lines), tuple(points)))).startswith(b"%PDF-1.7")


word = st.text("abcdefghijklmnopqrstuvwxyz’éŵ", min_size=1, max_size=12)
sentence = st.lists(word, min_size=1, max_size=30).map(" ".join)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(sentence, min_size=1, max_size=4), st.lists(sentence, max_size=3))
def test_british_words_are_in_the_pdf_as_they_were_written(lines, points):
    text = words_of_pdf(as_pdf(a_value(Part("One", tuple(lines), tuple(points)))))
    for words in (*lines, *points):
        assert words in text


# ---- what an agency wrote before it declined is its own draft


def test_of_a_return_that_takes_no_part_others_open_only_why(world):
    audit = world.circulated(1)
    one = world.return_of(audit)
    world.answer_all(one)
    cite_evidence(one, question=None, record="R", reference="", dated_on=None, by=world.auditor)
    say_not_known(one, version=None, by=world.auditor)
    one = world.return_of(audit)
    assert read_return(one, by=world.manager) == ({}, [])
    assert not Entry.objects.filter(did="read a return", by=world.manager.public_id).exists()
    answers, evidence = read_return(world.return_of(audit), by=world.auditor)
    assert len(answers) == 7
    assert isinstance(evidence[0], Evidence)


def test_of_a_return_that_was_declined_others_open_only_the_words_of_declining(world):
    audit = world.circulated(1)
    one = world.return_of(audit)
    world.answer_all(one)
    decline_return(one, reason=DeclineReason.CAPACITY, words="Nobody is left.", version=None, by=world.lead)
    one = world.return_of(audit)
    assert read_return(one, by=world.manager) == ({}, [])
    assert str(one.decline_words) == "Nobody is left."
    with pytest.raises(StillSealedError):
        str(one.engagement_before)
    assert Entry.objects.filter(did="read a return", by=world.manager.public_id).count() == 1
