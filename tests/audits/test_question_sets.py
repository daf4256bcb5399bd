"""Question sets: drafted, checked, issued, asked, and compared with the one before."""

import html
import re
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maca.audits import rules
from maca.audits.models import AskedOf, QuestionKind, QuestionSet
from maca.audits.operations import (
    add_question,
    add_questions_of,
    change_question,
    discard_question_set,
    draft_question_set,
    issue_question_set,
    move_question,
    plan_audit,
    remove_question,
    rename_question_set,
)
from maca.audits.queries import changes_since, find_question_set, questions_as_asked, questions_of, sets_to_ask
from maca.audits.question_sets import BadSetError, Questions, SetQuestion, differences, read_file, ready_made
from maca.audits.timetable import timetable
from maca.journal.models import Entry
from maca.kernel.clock import today, working_days_from
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.partnership.models import AgencyKind

NEW = SetQuestion("", "Was the dentist asked?", "judgement", "Say when.")


def draft(world, begin_from="neglect", name="Neglect", by="manager"):
    return draft_question_set(ready_made()[begin_from], name=name, by=world.people[by])


def issued(world, name="Neglect"):
    one = draft(world, name=name)
    issue_question_set(one, version=None, by=world.chair)
    return one


def codes(question_set, of="agency"):
    return [one.code for one in questions_of(question_set).of(of)]


# ---- the ready-made ones


def test_the_templates_of_the_field_are_ready_made_and_sound():
    sets = ready_made()
    assert set(sets) == {
        "neglect", "six-areas", "domain-graded", "deep-dive", "rapid", "child-sexual-abuse", "domestic-abuse",
        "pre-birth", "early-help", "agency-add-ons", "inspection",
    }  # fmt: skip
    assert [code for code, one in sets.items() if not one.is_whole] == ["agency-add-ons"]
    for code, one in sets.items():
        assert one.says, code
        assert one.faults_of_conditions() == [], code
    assert next(iter(sets)) == "neglect"


def test_the_deep_dive_asks_every_domain_and_then_its_own():
    base, deep = ready_made()["domain-graded"], ready_made()["deep-dive"]
    assert deep.agency[: len(base.agency)] == base.agency
    assert len(deep.agency) > len(base.agency)
    assert deep.panel == base.panel
    # Thirteen domains with a reference each, and one grade overall.
    assert [one.kind for one in base.agency].count("grade") == 14
    assert [one.kind for one in base.agency].count("evidence") == 13


def test_the_add_ons_are_branches_alone_and_leave_out_no_agency_of_the_field():
    add_ons = ready_made()["agency-add-ons"]
    assert all(question.for_kinds for question in add_ons.agency)
    without = set(AgencyKind.values) - set(add_ons.branches())
    assert without == {"hospital", "early_help", "other"}


GOOD = 'name = "N"\n[[agency]]\ncode = "a"\ntext = "A?"\n'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("name = ", "cannot be read"),
        ('[[agency]]\ncode = "a"\ntext = "A?"\n', "has no name"),
        ('name = "N"\n', "asks the agencies nothing"),
        ('name = "N"\nnmae = "M"\n', "nothing is called nmae"),
        ('name = "N"\nbuilds_on = "gone"\n', "builds on “gone”"),
        ('name = "N"\nagency = ["A?"]\n', "agency question 1 is no table"),
        (GOOD.replace('code = "a"\n', ""), "agency question 1 has no code"),
        (GOOD.replace('text = "A?"', 'text = " "'), "agency question 1 has no text"),
        (GOOD.replace('"a"', '"A one"'), "small letters and digits"),
        (GOOD + 'hnit = "H"\n', "nothing is called hnit"),
        (GOOD + 'kind = "judgment"\n', "there is no kind “judgment”. There are judgement,"),
        (GOOD + 'kind = "text"\ntold_by = "tool_used"\n', "only a judgement is held against a chronology"),
        (GOOD + 'heading = "well"\n', "there is no heading “well”"),
        (GOOD + 'for_kinds = ["dentist"]\n', "there is no kind of agency “dentist”"),
        (GOOD + 'shown_if = { question = "a", answer = ["yes"] }\n', "not answer"),
        (GOOD + 'shown_if = { question = "a", answers = ["maybe"] }\n', "there is no answer “maybe”"),
        (GOOD + 'shown_if = { question = "b", answers = ["yes"] }\n', "is no longer there"),
        (GOOD + '[[agency]]\ncode = "a"\ntext = "B?"\n', "has the code “a” twice"),
    ],
)
def test_a_file_that_does_not_hold_together_is_refused_with_where_and_how_to_mend_it(tmp_path, content, sentence):
    path = tmp_path / "mine.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadSetError) as refused:
        read_file(path, {})
    assert sentence in str(refused.value)
    assert str(refused.value).startswith("mine.toml")


# ---- drafting


EDITORS = ("chair", "manager")


def test_the_chair_and_the_manager_draft_and_change_and_a_refusal_changes_nothing(world):
    for who in EDITORS:
        draft(world, by=who)
    kept = draft(world)
    acts = [
        lambda by: draft_question_set(Questions(), name="X", by=by),
        lambda by: rename_question_set(kept, name="X", version=None, by=by),
        lambda by: add_question(kept, AskedOf.AGENCY, question=NEW, version=None, by=by),
        lambda by: change_question(kept, question=replace(NEW, code="start-again"), version=None, by=by),
        lambda by: move_question(kept, code="start-again", by_places=1, version=None, by=by),
        lambda by: remove_question(kept, code="start-again", version=None, by=by),
        lambda by: add_questions_of(kept, ready_made()["rapid"], version=None, by=by),
        lambda by: issue_question_set(kept, version=None, by=by),
        lambda by: discard_question_set(kept, version=None, by=by),
    ]
    for who, person in world.people.items():
        if who not in EDITORS:
            for act in acts:
                with pytest.raises(Refused) as refused:
                    act(person)
                assert refused.value.code == "not-an-editor"
    assert QuestionSet.objects.count() == 3
    kept.refresh_from_db()
    assert (kept.version, kept.stage, questions_of(kept).agency) == (1, "draft", ready_made()["neglect"].agency)


def test_an_issued_set_is_never_changed_whoever_tries(world):
    kept = issued(world)
    before = QuestionSet.objects.values().get()
    for act in (
        lambda: rename_question_set(kept, name="X", version=None, by=world.chair),
        lambda: add_question(kept, AskedOf.PANEL, question=NEW, version=None, by=world.chair),
        lambda: change_question(kept, question=replace(NEW, code="start-again"), version=None, by=world.chair),
        lambda: move_question(kept, code="start-again", by_places=1, version=None, by=world.chair),
        lambda: remove_question(kept, code="start-again", version=None, by=world.chair),
        lambda: add_questions_of(kept, ready_made()["rapid"], version=None, by=world.chair),
        lambda: issue_question_set(kept, version=None, by=world.chair),
        lambda: discard_question_set(kept, version=None, by=world.chair),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "already-issued"
    assert QuestionSet.objects.values().get() == before


def test_questions_are_added_moved_and_removed_and_keep_their_codes(world):
    kept = draft(world)
    start = codes(kept)
    added = add_question(kept, AskedOf.AGENCY, question=NEW, version=kept.version, by=world.manager)
    assert codes(kept) == [*start, added.code]
    move_question(kept, code=added.code, by_places=-1, version=kept.version, by=world.chair)
    assert codes(kept) == [*start[:-1], added.code, start[-1]]
    move_question(kept, code=start[0], by_places=-1, version=kept.version, by=world.chair)  # the first stays first
    move_question(kept, code=start[-1], by_places=1, version=kept.version, by=world.chair)  # and the last last
    assert codes(kept) == [*start[:-1], added.code, start[-1]]
    move_question(kept, code="panel-went-well", by_places=1, version=kept.version, by=world.chair)
    assert codes(kept, "panel")[:2] == ["panel-can-be-improved", "panel-went-well"]
    change_question(kept, question=replace(added, text="Was the dentist told?"), version=kept.version, by=world.chair)
    assert questions_of(kept).find(added.code).text == "Was the dentist told?"
    remove_question(kept, code=start[0], version=kept.version, by=world.manager)
    assert start[0] not in codes(kept)
    kept.refresh_from_db()
    assert codes(kept) == [*start[1:-1], added.code, start[-1]]


def test_what_somebody_else_saved_meanwhile_is_not_covered(world):
    kept = draft(world)
    opened_at = kept.version
    move_question(kept, code="start-again", by_places=-1, version=opened_at, by=world.manager)
    order = codes(kept)
    with pytest.raises(Changed):
        add_question(kept, AskedOf.AGENCY, question=NEW, version=opened_at, by=world.chair)
    with pytest.raises(Changed):
        discard_question_set(kept, version=opened_at, by=world.chair)
    with pytest.raises(Changed):
        issue_question_set(kept, version=opened_at, by=world.chair)
    kept = QuestionSet.objects.get()
    assert (codes(kept), kept.stage) == (order, "draft")


def test_a_question_that_a_colleague_removed_is_gone(world):
    kept = draft(world)
    question = questions_of(kept).find("start-again")
    remove_question(kept, code="start-again", version=None, by=world.manager)
    with pytest.raises(Refused) as refused:
        change_question(kept, question=question, version=None, by=world.chair)
    assert refused.value.code == "gone"


def test_the_questions_of_another_set_are_added_once(world):
    kept = draft(world)
    added = add_questions_of(kept, ready_made()["agency-add-ons"], version=None, by=world.manager)
    assert added == len(ready_made()["agency-add-ons"].agency)
    with pytest.raises(Refused) as refused:
        add_questions_of(kept, ready_made()["agency-add-ons"], version=None, by=world.manager)
    assert refused.value.code == "nothing-new"
    assert len(codes(kept)) == 7 + added
    issue_question_set(kept, version=None, by=world.chair)


def test_the_journal_says_what_was_done_and_not_what_was_written(world):
    kept = draft(world)
    add_question(kept, AskedOf.AGENCY, question=replace(NEW, text="Quixotic?"), version=None, by=world.chair)
    rename_question_set(kept, name="Quondam", version=None, by=world.chair)
    issue_question_set(kept, version=None, by=world.chair)
    entries = Entry.objects.filter(about__endswith=kept.public_id)
    assert [one.did for one in entries.order_by("number")] == [
        "drafted a question set", "added a question", "renamed a question set", "issued a question set",
    ]  # fmt: skip
    assert not any("Quixotic" in str(vars(one)) or "Quondam" in str(vars(one)) for one in entries)


# ---- conditions


def hanging(on, *answers, kinds=(), code="new"):
    return SetQuestion(code, "And then?", "text", for_kinds=kinds, shown_if=on, shown_if_answers=answers)


BASE = (
    SetQuestion("one", "One?", "judgement"),
    SetQuestion("two", "Two?", "list"),
    SetQuestion("three", "Three?", "judgement", for_kinds=("police", "gp")),
    SetQuestion("four", "Learned from {review}?", "judgement"),
)
PANEL = (SetQuestion("panel", "What went well?", "list"),)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (hanging("gone", "yes"), "hangs on a question that is no longer there"),
        (hanging("two", "yes"), "question 2, which is not answered with yes or no"),
        (hanging("one"), "does not say which answers to question 1"),
        (hanging("three", "yes"), "for agencies that are not asked question 3"),
        (hanging("three", "yes", kinds=("police", "school")), "for agencies that are not asked question 3"),
        (hanging("four", "yes"), "question 4, which is left out where an audit names no review"),
        (hanging("new", "yes"), "question 5, which comes later"),
    ],
)
def test_a_condition_must_hang_on_an_earlier_judgement_that_was_asked_of_the_same(question, sentence):
    faults = Questions(agency=(*BASE, question), panel=PANEL).faults()
    assert any(sentence in fault for fault in faults), faults
    assert all(fault.startswith("Question 5, “And then?”,") for fault in faults)


@pytest.mark.parametrize(
    "question",
    [hanging("one", "yes"), hanging("three", "no", kinds=("police",)), hanging("one", "partly", kinds=("gp",))],
)
def test_a_condition_that_holds_is_no_fault(question):
    assert Questions(agency=(*BASE, question), panel=PANEL).faults() == []


def test_a_draft_with_a_fault_is_not_issued_and_the_refusal_says_what_to_mend(world):
    kept = draft(world)
    move_question(kept, code="toolkit-reviewed", by_places=-1, version=None, by=world.chair)
    verdict = rules.may_issue_question_set(world.chair, kept)
    assert verdict.code == "not-sound"
    assert "hangs on question 2, which comes later. Move it below question 2." in verdict.sentence
    with pytest.raises(Refused):
        issue_question_set(kept, version=None, by=world.chair)
    kept.refresh_from_db()
    assert (kept.stage, kept.edition) == ("draft", None)
    empty = draft_question_set(Questions(), name="Empty", by=world.chair)
    assert rules.may_issue_question_set(world.chair, empty).sentence == (
        "There is no question to the agencies yet. Add one. There is no question to the panel yet. Add one."
    )


def test_a_condition_is_said_in_plain_words(world, sign_in):
    kept = draft(world)
    page = sign_in(world.auditor).get(f"/question-sets/{kept.public_id}/").content.decode()
    assert "Asked when question 1 is yes or partly." in page


# ---- issuing, the next version, and what stays comparable


def test_issued_sets_are_numbered_by_their_name_and_the_next_version_is_a_draft_of_its_own(world):
    first, other = issued(world), issued(world, name="Rapid")
    begin_from = sets_to_ask(world.chair)[first.public_id]
    second = draft_question_set(begin_from, name="Neglect", by=world.chair)
    assert (str(first), str(other), str(second)) == ("Neglect, version 1", "Rapid, version 1", "Neglect, draft")
    change_question(
        second,
        question=replace(questions_of(second).find("start-again"), text="Was history put aside?"),
        version=None,
        by=world.manager,
    )
    issue_question_set(second, version=None, by=world.chair)
    assert (str(second), second.issued_by, second.begun_from) == ("Neglect, version 2", world.chair, first.public_id)
    first.refresh_from_db()
    assert questions_of(first).find("start-again").text == ready_made()["neglect"].find("start-again").text


def test_the_differences_say_what_stays_comparable_and_why_the_rest_does_not(world, sign_in):
    kept = draft(world)
    questions = questions_of(kept)
    for changed in (
        replace(questions.find("start-again"), text="Was history put aside?"),
        replace(questions.find("parental-support"), kind=QuestionKind.GRADE.value),
        replace(questions.find("toolkit-used"), hint="Another hint does not matter."),
    ):
        change_question(kept, question=changed, version=None, by=world.chair)
    remove_question(kept, code="worked-well", version=None, by=world.chair)
    new = add_question(kept, AskedOf.AGENCY, question=NEW, version=None, by=world.chair)
    move_question(kept, code=new.code, by_places=-20, version=None, by=world.chair)
    found = changes_since(questions_of(kept), ready_made()["neglect"])["Each agency"]
    said = {(one.now or one.before).code: (one.is_comparable, one.reasons) for one in found}
    assert said == {
        new.code: (False, ("It is new.",)),
        "toolkit-used": (True, ()),
        "toolkit-reviewed": (True, ()),
        "start-again": (False, ("Its words have changed.",)),
        "parental-support": (
            False,
            (
                "It was answered with “Yes, no, partly, not applicable or cannot tell, with how you know” before.",
            ),
        ),
        "review-learning": (True, ()),
        "could-be-improved": (True, ()),
        "worked-well": (False, ("It is no longer asked.",)),
    }  # fmt: skip
    moved = found[1]
    assert (moved.number, moved.number_before) == (2, 1)
    page = sign_in(world.scrutineer).get(f"/question-sets/{kept.public_id}/differences/").content.decode()
    assert "4 of 8 questions comparable" in page
    assert "Its words have changed." in page


def test_a_question_from_before_there_were_codes_is_known_by_its_words():
    old = [SetQuestion("", "Was it  seen?", "judgement"), SetQuestion("", "Gone?", "list")]
    now = [SetQuestion("seen", "Was it seen?", "judgement"), SetQuestion("new", "New?", "list")]
    assert [(one.is_comparable, one.number_before) for one in differences(now, old)] == [
        (True, 1), (False, 0), (False, 2),
    ]  # fmt: skip


# ---- asked in an audit


def planned(world, questions, theme=None, earlier=None, title="Neglect 9"):
    return plan_audit(
        theme or world.theme(), title=title, terms_of_reference="T", questions=questions, review_title="",
        dates=timetable(working_days_from(today(), 45)), earlier=earlier, by=world.chair,
    )  # fmt: skip


def test_an_audit_is_planned_with_an_issued_set_and_keeps_its_questions_as_asked(world):
    kept = draft(world)
    add_questions_of(kept, ready_made()["agency-add-ons"], version=None, by=world.chair)
    issue_question_set(kept, version=None, by=world.chair)
    audit = planned(world, sets_to_ask(world.chair)[kept.public_id])
    assert audit.question_set == kept.public_id
    asked = list(audit.questions.filter(asked_of=AskedOf.AGENCY))
    assert [one.number for one in asked] == list(range(1, len(asked) + 1))
    assert not any("{review}" in one.text for one in asked)
    assert audit.questions.get(code="police-tool").for_kinds == ["police"]
    same_day = audit.questions.get(code="school-same-day")
    assert same_day.shown_if.code == "school-disclosure"
    second = draft_question_set(sets_to_ask(world.chair)[kept.public_id], name="Neglect", by=world.chair)
    remove_question(second, code="police-tool", version=None, by=world.chair)
    issue_question_set(second, version=None, by=world.chair)
    assert audit.questions.filter(code="police-tool").exists()
    later = planned(world, sets_to_ask(world.chair)[second.public_id], audit.theme, audit, "Neglect 10")
    found = changes_since(questions_as_asked(later), questions_as_asked(audit))["Each agency"]
    assert [one.before.code for one in found if not one.is_comparable] == ["police-tool"]


def test_the_plan_offers_issued_and_whole_ready_made_sets_and_no_drafts(world, sign_in):
    mine, unfinished = issued(world, name="Mine"), draft(world, name="Unfinished")
    page = sign_in(world.chair).get(f"/themes/{world.theme().public_id}/audit/").content.decode()
    offered = re.findall(r'<option value="([^"]*)"', page)
    assert mine.public_id in offered
    assert {"neglect", "deep-dive"} <= set(offered)
    assert unfinished.public_id not in offered
    assert "agency-add-ons" not in offered


# ---- pages


def test_the_preview_shows_what_one_kind_of_agency_is_asked(world, sign_in):
    kept = draft(world)
    add_questions_of(kept, ready_made()["agency-add-ons"], version=None, by=world.chair)
    client, here = sign_in(world.member), f"/question-sets/{kept.public_id}/preview/"
    police = client.get(here + "?kind=police").content.decode()
    school = client.get(here + "?kind=school").content.decode()
    assert "Did the officers know the local tool" in police
    assert "Did the officers know the local tool" not in school
    assert "10. Did the officers know the local tool" in police
    assert "Asked when question 23 is yes or partly" in school
    assert client.get(here + "?kind=circus").status_code == 200


def form_keys(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(once|version)"[^>]* value="([^"]*)"', page))


def test_a_condition_without_answers_is_refused_in_the_form_and_one_that_is_dropped_leaves_none(world, sign_in):
    kept, client = draft(world), sign_in(world.chair)
    here = f"/question-sets/{kept.public_id}/questions/could-be-improved/"
    page = client.get(here).content.decode()
    # Only earlier judgements can decide: not lists, not itself, none that comes later.
    deciding = page.split('name="shown_if"')[1].split("</select>")[0]
    assert re.findall(r'<option value="([a-z-]+)"', deciding) == [
        "toolkit-used", "toolkit-reviewed", "start-again", "parental-support", "review-learning",
    ]  # fmt: skip
    values = {"text": "T?", "kind": "text", "shown_if": "start-again"}
    refused = client.post(here, {**form_keys(page), **values})
    assert refused.status_code == 422
    assert "Tick the answers to the earlier question" in refused.content.decode()
    sent = client.post(here, {**form_keys(page), **values, "shown_if_answers": ["no", "cannot_tell"]})
    assert sent.status_code == 302
    assert (
        questions_of(find_question_set(world.chair, kept.public_id)).condition(
            questions_of(find_question_set(world.chair, kept.public_id)).find("could-be-improved")
        )
        == "Asked when question 3 is no or cannot tell"
    )
    page = client.get(here).content.decode()
    client.post(here, {**form_keys(page), **values, "shown_if": "", "shown_if_answers": ["no"]})
    changed = questions_of(find_question_set(world.chair, kept.public_id)).find("could-be-improved")
    assert (changed.shown_if, changed.shown_if_answers) == ("", ())


def test_a_question_of_yes_or_no_is_held_against_the_chronology_and_no_other(world, sign_in):
    kept, client = draft(world), sign_in(world.chair)
    here = f"/question-sets/{kept.public_id}/questions/parental-support/"
    page = client.get(here).content.decode()
    values = {"text": "Was there supervision?", "told_by": "supervision"}
    refused = client.post(here, {**form_keys(page), **values, "kind": "text"})
    assert "Only an answer of yes or no can be held against a chronology" in html.unescape(refused.content.decode())
    assert client.post(here, {**form_keys(page), **values, "kind": "judgement"}).status_code == 302
    shown = client.get(f"/question-sets/{kept.public_id}/").content.decode()
    assert "Held against the chronology: yes where an entry tells of supervision." in shown
    audit = planned(world, questions_of(find_question_set(world.chair, kept.public_id)))
    asked = audit.questions.get(code="parental-support")
    assert asked.told_by == "supervision"
    assert questions_as_asked(audit).find("parental-support").told_by == "supervision"


def test_the_second_of_two_editors_is_shown_both_texts(world, sign_in):
    kept, client = draft(world), sign_in(world.chair)
    here = f"/question-sets/{kept.public_id}/questions/start-again/"
    page = client.get(here).content.decode()
    theirs = replace(questions_of(kept).find("start-again"), text="Theirs?")
    change_question(kept, question=theirs, version=None, by=world.manager)
    clash = client.post(here, {**form_keys(page), "text": "Mine?", "kind": "judgement"})
    assert clash.status_code == 409
    assert "Theirs?" in clash.content.decode()
    assert "Mine?" in clash.content.decode()
    assert questions_of(QuestionSet.objects.get()).find("start-again").text == "Theirs?"


def test_pages_of_question_sets_take_the_same_queries_for_few_and_for_many(world, sign_in):
    first = issued(world)
    theme = world.theme()
    client = sign_in(world.chair)

    def counted():
        found = []
        for path in (
            "/question-sets/", f"/question-sets/{first.public_id}/", f"/question-sets/{first.public_id}/differences/",
            f"/question-sets/{first.public_id}/preview/", "/question-sets/new/", f"/themes/{theme.public_id}/audit/",
        ):  # fmt: skip
            client.get(path)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).status_code == 200
            found.append(len(captured))
        return found

    before = counted()
    for _ in range(8):
        add_questions_of(draft(world), ready_made()["agency-add-ons"], version=None, by=world.chair)
        issued(world)
    assert counted() == before
