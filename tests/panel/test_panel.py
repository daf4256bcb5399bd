import datetime as dt
import re

import pytest
from django.urls import reverse

from maca.audits.models import Heading
from maca.chronology.operations import decide_on_patterns, read_patterns
from maca.chronology.queries import chronology_of
from maca.journal.models import Entry as JournalEntry
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.panel import rules
from maca.panel.codebook import codebook_with
from maca.panel.forms import FindingForm
from maca.panel.models import Came, Finding
from maca.panel.operations import (
    change_finding,
    close_panel,
    finish_hearing,
    introduce_case,
    open_panel,
    put_back_finding,
    record_attendance,
    record_finding,
    withdraw_finding,
)
from maca.panel.queries import Column, findings_of
from maca.partnership.models import Role
from maca.returns.operations import introduce_report
from tests.chronology.test_room import HEADINGS, given
from tests.steps import step


def first_case(audit):
    return audit.cases.select_related("hearing", "audit").get(number=1)


def test_only_the_chair_opens_the_panel(world):
    audit = world.circulated(1)
    for who, person in world.people.items():
        if who != "chair":
            with pytest.raises(Refused) as refused:
                open_panel(audit, by=person)
            assert refused.value.code == "not-the-chair"
    audit.refresh_from_db()
    assert audit.stage == "circulated"


def test_the_panel_says_how_many_returns_are_missing(world):
    audit = world.circulated(1)
    world.submitted(world.return_of(audit))
    assert rules.what_the_panel_lacks(audit).startswith("2 returns are still out")


def test_a_case_is_introduced_before_anything_is_found(world):
    audit = world.panel_opened(1)
    case = first_case(audit)
    column = Column(audit, case, Heading.WENT_WELL)
    assert rules.may_record_finding(world.chair, column).code == "not-introduced"
    introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    assert rules.may_record_finding(world.chair, column)
    assert rules.may_record_finding(world.manager, column).code == "not-the-chair"


def test_the_panel_reads_what_was_written_before_the_report(world, sign_in):
    case = first_case(world.panel_opened(1))
    page = f"/audits/{case.audit.slug}/panel/cases/1/"
    heading = "What the agencies said"
    words = "Read the chronology <first>."
    assert "Read the chronology" not in sign_in(world.chair).get(page).content.decode().split(heading)[1]
    introduce_report(case, words=words, version=1, by=world.manager)
    assert "Read the chronology &lt;first&gt;." in sign_in(world.chair).get(page).content.decode().split(heading)[1]


def test_a_case_with_no_finding_cannot_be_closed(world):
    case = first_case(world.panel_opened(1))
    introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    with pytest.raises(Refused) as refused:
        finish_hearing(case.hearing, by=world.chair)
    assert refused.value.code == "no-findings"


def test_findings_keep_their_order_their_heading_and_their_agencies(world):
    audit = world.panel_opened(1)
    case = first_case(audit)
    introduce_case(
        case.hearing, introduced_by=world.social_worker, partners=[world.health], version=None, by=world.chair
    )
    for text in ("First", "Second"):
        record_finding(Column(audit, case, Heading.CAN_BE_IMPROVED), text=text, agencies=[world.health], by=world.chair)
    record_finding(Column(audit, None, Heading.GOOD_PRACTICE), text="Good", agencies=[], by=world.chair)
    found = findings_of(case)
    assert [finding.text for finding in found[Heading.CAN_BE_IMPROVED]] == ["First", "Second"]
    assert found[Heading.CAN_BE_IMPROVED][0].agencies.get() == world.health
    assert Finding.objects.get(heading=Heading.GOOD_PRACTICE).case is None


def test_a_withdrawn_finding_is_kept_and_can_be_put_back(world):
    audit = world.panel_opened(1)
    finding = world.hear(first_case(audit))
    withdraw_finding(finding, by=world.chair)
    assert not Finding.objects.standing().exists()
    put_back_finding(finding, by=world.chair)
    assert Finding.objects.standing().get().text == "The plan was good."


def test_two_people_cannot_overwrite_each_others_wording(world):
    finding = world.hear(first_case(world.panel_opened(1)))
    change_finding(finding, text="First", agencies=[], version=1, by=world.chair)
    with pytest.raises(Changed):
        change_finding(Finding.objects.get(), text="Second", agencies=[], version=1, by=world.chair)
    assert Finding.objects.get().text == "First"


def test_the_panel_closes_when_every_case_has_been_heard(world):
    audit = world.panel_opened(2)
    world.hear(first_case(audit))
    with pytest.raises(Refused) as refused:
        close_panel(audit, by=world.chair)
    assert refused.value.sentence == "1 case has not been heard yet."
    world.hear(audit.cases.select_related("hearing", "audit").get(number=2))
    close_panel(audit, by=world.chair)
    assert rules.may_change_finding(world.chair, Finding.objects.first()).code == "panel-not-open"


def test_a_panel_does_not_close_over_a_case_whose_findings_were_all_withdrawn(world):
    audit = world.panel_opened(1)
    withdraw_finding(world.hear(first_case(audit)), by=world.chair)
    verdict = rules.may_close_panel(world.chair, audit)
    assert (verdict.code, "Case 1 has no finding under “What went well?”" in verdict.sentence) == ("unanswered", True)
    with pytest.raises(Refused):
        close_panel(audit, by=world.chair)
    put_back_finding(Finding.objects.get(), by=world.chair)  # the control
    close_panel(audit, by=world.chair)


def test_a_heading_that_lost_its_only_finding_is_answered_before_the_panel_closes(world):
    audit = world.panel_opened(1)
    case = first_case(audit)
    introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    for heading in (Heading.WENT_WELL, Heading.CAN_BE_IMPROVED):
        found = record_finding(Column(audit, case, heading), text="F", agencies=[], by=world.chair)
    there(world, case)
    finish_hearing(case.hearing, nothing_under=[Heading.CHALLENGE_OR_THEME], voice="V", by=world.chair)
    assert rules.may_close_panel(world.chair, audit)
    withdraw_finding(found, by=world.chair)
    assert "“What can be improved?”" in rules.may_close_panel(world.chair, audit).sentence


def test_what_is_to_be_published_holds_nothing_that_turns_letters_round(world):
    form = FindingForm({"text": "The plan was \u202edoog."}, agencies=[], book=codebook_with(), asked=[])
    assert not form.is_valid()
    assert "The finding holds a character that nobody sees" in str(form.errors["text"])
    assert FindingForm(
        {"text": "The plan was good.\nSeen monthly."}, agencies=[], book=codebook_with(), asked=[]
    ).is_valid()


# ---- a finding of a question that the chronology asks

NOT_BROUGHT = f"""{HEADINGS}
2026-01-01,was_not_brought,Not brought.,,,,,
2026-02-01,was_not_brought,Not brought “again”.,,,,,
2026-02-02,visit,Home visit.,,,,,
"""


@pytest.fixture
@step
def asked(world):
    """A case that has been introduced, and the question of its chronology, taken to the panel."""
    audit = world.circulated(1)
    given(world, audit, NOT_BROUGHT)
    open_panel(audit, by=world.chair)
    case = first_case(audit)
    introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    (prompt,) = read_patterns(case, by=world.chair)
    decide_on_patterns(chronology_of(case), {prompt.mark: ("taken", "")}, version=None, by=world.chair)
    return case, prompt


def test_a_question_of_the_chronology_becomes_a_finding_that_cites_its_entries(world, sign_in, asked):
    case, prompt = asked
    client, hearing = sign_in(world.chair), f"/audits/{case.audit.slug}/panel/cases/1/"
    page = client.get(hearing).content.decode()
    assert "2 times" in page or prompt.pattern.says.split(":")[0] in page
    path = reverse("record-finding", kwargs={"audit": case.audit.slug, "case": 1, "heading": "can_be_improved"})
    there = f"{path}?question={prompt.mark}"
    assert there.replace("&", "&amp;") in page
    form = client.get(there).content.decode()
    assert "Not brought “again”." in form
    assert "will cite 2 entries" in form
    assert client.post(there, {"text": "Nobody asked why.", "once": "a" * 32}).status_code == 302
    finding = Finding.objects.get()
    assert (finding.text, finding.question) == ("Nobody asked why.", prompt.mark)
    assert [str(one.date) for one in finding.entries.all()] == ["2026-01-01", "2026-02-01"]
    page = client.get(hearing).content.decode()
    assert "A finding rests on it." in page
    assert there not in page
    assert "first=2026-01-01&amp;last=2026-02-01" in page
    assert JournalEntry.objects.get(did="recorded a finding").details["entries"] == 2
    assert JournalEntry.objects.filter(did="read a question of a chronology").exists()


def test_a_question_that_was_taken_to_the_panel_is_offered_as_a_line_until_a_finding_is_made_of_it(
    world, sign_in, asked
):
    case, prompt = asked
    client, hearing = sign_in(world.manager), f"/audits/{case.audit.slug}/panel/cases/1/"

    def offered():
        return client.get(hearing).content.decode().split('id="challenge_or_theme"')[1].split("</section>")[0]

    assert "1 point from the returns and the chronology" in offered()
    column = Column(case.audit, case, Heading.CAN_BE_IMPROVED)
    record_finding(column, text="Nobody asked why.", agencies=[], question=prompt.mark, by=world.chair)
    assert "data-offer" not in offered()
    Finding.objects.all().delete()
    form = re.search(r"<form[^>]*data-offer.*?</form>", offered(), re.DOTALL)[0]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    path = reverse("write-line", kwargs={"audit": case.audit.slug, "case": 1, "heading": "challenge_or_theme"})
    reworded = {**sent, "words": "Nobody asked why he was not brought."}
    for _ in range(2):
        assert client.post(path, reworded).status_code == 302
    assert "data-offer" not in offered()
    assert client.get(hearing).content.decode().count("Nobody asked why he was not brought.</span>") == 1


def test_a_finding_cites_every_entry_of_the_days_that_are_named_and_these_are_corrected(world, sign_in, asked):
    case, prompt = asked
    client, hearing = sign_in(world.chair), f"/audits/{case.audit.slug}/panel/cases/1/"
    new = reverse("record-finding", kwargs={"audit": case.audit.slug, "case": 1, "heading": "can_be_improved"})
    for typed, told in (
        ("3 March 2026", "The chronology has no entry of 3 March 2026"),
        ("soon", "“soon” cannot be read: This is no date that can be read"),
        ("2026-13-01", "cannot be read"),
    ):
        answer = client.post(new, {"text": "F", "days": typed, "once": "a" * 32})
        assert (answer.status_code, told in answer.content.decode()) == (422, True), typed
    sent = {"text": "They came.", "days": "1/2/2026, 2 February 2026", "once": "b" * 32}
    assert client.post(new, sent).status_code == 302
    finding = Finding.objects.get()
    assert [str(one.date) for one in finding.entries.all()] == ["2026-02-01", "2026-02-02"]
    assert "first=2026-02-01&amp;last=2026-02-02" in client.get(hearing).content.decode()
    page = reverse("change-finding", kwargs={"audit": case.audit.slug, "finding": finding.public_id})
    assert 'value="1 February 2026, 2 February 2026"' in client.get(page).content.decode()
    sent = {"text": "They came.", "days": "1/1/2026; 2 February 2026", "version": "1", "once": "c" * 32}
    assert client.post(page, sent).status_code == 302
    assert [str(one.date) for one in finding.entries.all()] == ["2026-01-01", "2026-02-02"]
    # What a question cites stays as it is where its days stay.
    column = Column(case.audit, case, Heading.WENT_WELL)
    made = record_finding(column, text="G", agencies=[], question=prompt.mark, by=world.chair)
    before = list(made.entries.all())
    change_finding(made, text="G", agencies=[], days=[one.date for one in before], version=None, by=world.chair)
    assert list(made.entries.all()) == before
    # The whole audit has no chronology.
    whole = reverse("record-audit-finding", kwargs={"audit": case.audit.slug, "heading": "good_practice"})
    assert 'name="days"' not in client.get(whole).content.decode()


def test_however_many_days_a_finding_cites_its_form_takes_them_back():
    days = [dt.date(2008, 9, 1) + dt.timedelta(days=one) for one in range(18 * 366)]
    cited = ", ".join(f"{day:%-d %B %Y}" for day in days)
    form = FindingForm({"text": "F", "days": cited}, agencies=[], book=codebook_with([]), asked=[], days=set(days))
    assert form.is_valid(), form.errors
    assert form.said()["days"] == days


def test_a_finding_of_no_question_cites_nothing(world, sign_in, asked):
    case, _ = asked
    finding = record_finding(Column(case.audit, case, Heading.WENT_WELL), text="F", agencies=[], by=world.chair)
    assert (finding.question, finding.entries.count()) == ("", 0)
    page = sign_in(world.chair).get(f"/audits/{case.audit.slug}/panel/cases/1/").content.decode()
    assert "of the chronology<" not in page


def test_a_question_that_is_no_longer_asked_is_told_and_records_nothing(world, sign_in, asked):
    case, _ = asked
    path = reverse("record-finding", kwargs={"audit": case.audit.slug, "case": 1, "heading": "went_well"})
    answer = sign_in(world.chair).get(f"{path}?question={'0' * 64}")
    assert "no longer asks this question" in answer.content.decode()
    with pytest.raises(Refused):
        record_finding(
            Column(case.audit, case, Heading.WENT_WELL), text="F", agencies=[], question="0" * 64, by=world.chair
        )
    assert not Finding.objects.exists()


def test_a_question_without_entries_makes_a_finding_too(world, sign_in):
    audit = world.circulated(1)
    given(world, audit, NOT_BROUGHT)
    type(audit).objects.filter(pk=audit.pk).update(tool="neglect toolkit")
    open_panel(audit, by=world.chair)
    case = first_case(audit)
    introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    prompt = next(one for one in read_patterns(case, by=world.chair) if one.pattern.code == "tool_not_used")
    column = Column(case.audit, case, Heading.CAN_BE_IMPROVED)
    finding = record_finding(column, text="Nobody used it.", agencies=[], question=prompt.mark, by=world.chair)
    assert (finding.question, finding.entries.count()) == (prompt.mark, 0)
    page = sign_in(world.chair).get(f"/audits/{audit.slug}/panel/cases/1/").content.decode()
    assert "Made of a question that the chronology asks" in page


# ---- who was there, and how a case is closed


@pytest.fixture
@step
def found(world):
    """A case with a finding under one of the three headings."""
    case = first_case(world.panel_opened(1))
    introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    record_finding(Column(case.audit, case, Heading.WENT_WELL), text="F", agencies=[], by=world.chair)
    return case


def there(world, case, who="manager"):
    came = {world.health: (Came.PRESENT, "Health visitor"), world.agencies["police"]: (Came.APOLOGIES, "")}
    record_attendance(case.hearing, came, version=None, by=world.people[who])


NOTHING = [Heading.CAN_BE_IMPROVED, Heading.CHALLENGE_OR_THEME]


def test_a_case_is_closed_when_who_was_there_is_in(world, found):
    assert rules.may_finish_hearing(world.chair, found.hearing).code == "no-attendance"
    there(world, found)
    assert rules.may_finish_hearing(world.chair, found.hearing)
    assert [str(one) for one in found.hearing.attendance.all()] == ["Health: Was there", "Police: Sent apologies"]
    entry = JournalEntry.objects.get(did="recorded who was at a hearing")
    assert (entry.details["present"], entry.details["asked"]) == (["health"], 2)


def test_each_of_the_three_questions_has_an_answer_or_none(world, found):
    there(world, found)
    with pytest.raises(Refused) as refused:
        finish_hearing(found.hearing, nothing_under=[Heading.CAN_BE_IMPROVED], voice="V", by=world.chair)
    assert refused.value.code == "unanswered"
    assert "What challenges / themes can be identified?" in refused.value.sentence
    finish_hearing(found.hearing, nothing_under=NOTHING, voice="V", by=world.chair)
    assert found.hearing.nothing_under == ["can_be_improved", "challenge_or_theme"]


@pytest.mark.parametrize("voice", ["He said <that> he was “hungry”.", ""])
def test_the_childs_voice_is_on_record_or_its_absence_is(world, sign_in, found, voice):
    there(world, found)
    finish_hearing(found.hearing, nothing_under=NOTHING, voice=voice, by=world.chair)
    assert found.hearing.voice_is_missing == (not voice)
    assert b"hungry" not in bytes(found.hearing.voice or b"")
    page = sign_in(world.chair).get(f"/audits/{found.audit.slug}/panel/cases/1/").content.decode()
    assert ("He said &lt;that&gt; he was “hungry”." if voice else "Nothing is known of it.") in page
    assert page.count("The panel found nothing here.") == 2


def test_the_page_that_closes_a_case_says_what_is_missing(world, sign_in, found):
    client = sign_in(world.chair)
    page = reverse("finish-hearing", kwargs={"audit": found.audit.slug, "case": 1})
    assert client.get(page).status_code == 403
    there(world, found)
    missing = client.post(page, {"once": "a" * 32, "nothing-can_be_improved": "on"})
    assert missing.status_code == 422
    assert "Tick this, or go back and record a finding there" in missing.content.decode()
    assert "Say what is known of the child’s voice, or tick that nothing is" in missing.content.decode()
    both = {"once": "b" * 32, **{f"nothing-{one}": "on" for one in NOTHING}, "voice": "V", "voice_is_missing": "on"}
    assert client.post(page, both).status_code == 422
    assert client.post(page, {**both, "voice": "", "once": "c" * 32}).status_code == 302
    found.hearing.refresh_from_db()
    assert (found.hearing.stage, found.hearing.voice_is_missing) == ("heard", True)


def test_who_was_there_is_recorded_on_a_page_and_the_second_of_two_is_shown_both(world, sign_in, found):
    client, page = sign_in(world.manager), reverse("attendance", kwargs={"audit": found.audit.slug, "case": 1})
    shown = client.get(page).content.decode()
    version = re.search(r'name="version" value="(\d+)"', shown)[1]
    sent = {
        "came-health": "present",
        "posts-health": "Health visitor",
        "came-police": "absent",
        "came-school": "apologies",
    }
    assert client.post(page, {**sent, "came-school": "", "version": version, "once": "a" * 32}).status_code == 422
    assert client.post(page, {**sent, "version": version, "once": "b" * 32}).status_code == 302
    hearing = client.get(f"/audits/{found.audit.slug}/panel/cases/1/").content.decode()
    assert "Health: was there (Health visitor)" in hearing
    assert (
        client.post(page, {**sent, "came-police": "present", "version": version, "once": "c" * 32}).status_code == 409
    )


def test_a_chair_who_has_declared_nothing_is_told_so_on_a_page_of_no_one_case(world, sign_in):
    audit = world.panel_opened(1)
    case = first_case(audit)
    introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    column = Column(audit, case, Heading.WENT_WELL)
    finding = record_finding(column, text="They met.", agencies=[], by=world.chair)
    new = world.add("second_chair", "school", Role.CHAIR)
    answer = sign_in(new).get(reverse("change-finding", args=[audit.slug, finding.public_id]))
    assert answer.status_code == 403
    assert "Before you open Case 1, say whether you have a conflict of interest." in answer.content.decode()


@pytest.mark.parametrize(("who", "count"), [("manager", 5), ("chair", 5), ("scrutineer", 5), ("auditor", 0)])
def test_the_page_of_a_closed_panel_leads_on_to_what_comes_next(world, sign_in, who, count):
    audit = world.panel_closed(1)
    client = sign_in(world.people[who])
    page = client.get(f"/audits/{audit.slug}/panel/").content.decode()
    onward = re.findall(r'href="([^"]*)"', page.split("What comes next</h2>")[1].split("</ul>")[0]) if count else []
    assert len(onward) == count
    assert [client.get(one).status_code for one in onward] == [200] * count
    assert ("What comes next" in page) == bool(count)


def test_before_a_panel_has_closed_nothing_comes_next(world, sign_in):
    audit = world.panel_opened(1)
    assert "What comes next" not in sign_in(world.chair).get(f"/audits/{audit.slug}/panel/").content.decode()
