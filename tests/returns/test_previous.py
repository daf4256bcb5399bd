"""What an agency answered about the same family before: found by its children's marks, carried over, confirmed."""

import datetime as dt

import pytest
from django.urls import reverse

from maca.audits.models import Audit, Question
from maca.cases.models import Case, Interest
from maca.cases.operations import declare_interest, destroy_case, select_case
from maca.journal.models import Entry
from maca.kernel.verdict import Refused
from maca.panel.operations import open_panel
from maca.partnership.models import Role
from maca.returns import rules
from maca.returns.models import AgencyReturn, Answer
from maca.returns.operations import (
    circulate_audit,
    describe_engagement,
    fill_form,
    save_answer,
    say_known,
    say_not_known,
    say_of_risk,
    send_back_questions,
)
from maca.returns.previous import carry_over, find_previous, previous_of, read_beside
from maca.returns.queries import find_asking, find_return
from tests.house.test_pages import form_values
from tests.makers import World, opened
from tests.steps import step

BORN = dt.date(2017, 4, 3)


def an_audit(world: World, title: str, *children: tuple[str, dt.date | None]) -> Audit:
    audit = world.planned(title)
    for child, born_on in children:
        select_case(world.nominate(audit, child, born_on), by=world.chair)
    world.declared(audit)
    circulate_audit(
        audit, {case: list(world.agencies.values()) for case in audit.cases.all()}, purpose="P", legal_basis="L",
        version=None, by=world.manager,
    )  # fmt: skip
    return audit


def begun(world: World, audit: Audit, case: int = 1) -> AgencyReturn:
    one = world.return_of(audit, case=case)
    say_known(one, version=None, by=world.auditor)
    return find_return(world.auditor, audit.slug, case, "health")


@step
def twice(world: World) -> tuple[AgencyReturn, AgencyReturn]:
    """A return that was handed in, and one that is begun, of one agency about one family."""
    before = world.submitted(world.return_of(an_audit(world, "Neglect 1", ("Zebedee Quux", BORN))))
    return before, begun(world, an_audit(world, "Neglect 2", ("QUUX, Zebedee", BORN)))


def pair(world: World, now: AgencyReturn, who: str = "auditor"):
    return find_previous(world.people[who], now.case.audit.slug, now.case.number, "health")


def question(now: AgencyReturn, number: int) -> Question:
    return now.case.audit.questions.get(asked_of="agency", number=number)


def carry(world: World, now: AgencyReturn, *numbers: int) -> int:
    return carry_over(pair(world, now), [question(now, one) for one in numbers], by=world.auditor)


def asking(world: World, now: AgencyReturn, number: int):
    return find_asking(world.auditor, now.case.audit.slug, now.case.number, "health", number)


def answer(world: World, now: AgencyReturn, number: int, words: str = "Seen today.", **more):
    said = {"choice": "yes", "how_known": words, "points": ""}
    return save_answer(asking(world, now, number), **said, version=None, by=world.auditor, **more)


def test_the_same_family_is_found_and_laid_beside(world):
    before, now = twice(world)
    assert previous_of(world.auditor, now) == before
    answer(world, now, 1, "In another record.")
    lines = read_beside(pair(world, now), by=world.auditor)
    assert [line.question.number for line in lines] == [1, 2, 3, 4, 5, 6, 7]
    assert str(lines[0].was.how_known) == "In the record."
    assert "".join(part.was for part in lines[0].parts) == "Yes\nIn the record."
    assert "".join(part.now for part in lines[0].parts) == "Yes\nIn another record."
    assert [line.can_be_carried for line in lines] == [False, True, True, True, True, True, True]
    assert lines[1].parts == ()
    entries = Entry.objects.filter(did="read a return", is_reading=True)
    of_before = [one for one in entries if before.public_id in one.about]
    assert [one.details["part"] for one in of_before] == ["beside a later return"]


@pytest.mark.parametrize(
    ("child", "born_on"),
    [("Zebedee Quux", None), ("Zebedee Quux", dt.date(2017, 4, 4)), ("Another Quux", BORN)],
)
def test_a_name_alone_or_another_child_is_not_the_same_family(world, child, born_on):
    world.submitted(world.return_of(an_audit(world, "Neglect 1", ("Zebedee Quux", BORN))))
    now = begun(world, an_audit(world, "Neglect 2", (child, born_on)))
    assert previous_of(world.auditor, now) is None
    with pytest.raises(AgencyReturn.DoesNotExist):
        pair(world, now)


def test_another_family_of_the_same_audit_is_not_shown(world):
    """The control: the family's own case of that audit is."""
    audit = an_audit(world, "Neglect 1", ("Other Child", BORN), ("Zebedee Quux", BORN))
    for case in (1, 2):
        world.submitted(world.return_of(audit, case=case))
    now = begun(world, an_audit(world, "Neglect 2", ("Zebedee Quux", BORN)))
    assert previous_of(world.auditor, now) == world.return_of(audit, case=2)


def test_the_same_family_twice_in_one_audit_is_not_an_earlier_one(world):
    audit = an_audit(world, "Neglect 1", ("Zebedee Quux", BORN), ("Zebedee Quux", BORN))
    world.submitted(world.return_of(audit))
    assert previous_of(world.auditor, begun(world, audit, case=2)) is None


def test_only_what_was_handed_in_earlier_by_the_same_agency_counts(world):
    before = world.return_of(an_audit(world, "Neglect 1", ("Zebedee Quux", BORN)))
    now = begun(world, an_audit(world, "Neglect 2", ("Zebedee Quux", BORN)))
    assert previous_of(world.auditor, now) is None  # asked, and not handed in
    world.submitted(world.return_of(before.case.audit, "police"))
    assert previous_of(world.auditor, now) is None  # another agency's
    world.submitted(before)
    assert previous_of(world.auditor, now) == before
    world.submitted(now)
    assert previous_of(world.auditor, before) is None  # the later one is not earlier


def test_the_newest_of_several_is_shown(world):
    for title in ("Neglect 1", "Neglect 2"):
        newest = world.submitted(world.return_of(an_audit(world, title, ("Zebedee Quux", BORN))))
    now = begun(world, an_audit(world, "Neglect 3", ("Zebedee Quux", BORN)))
    assert previous_of(world.auditor, now) == newest


@pytest.mark.parametrize("who", ["manager", "chair", "scrutineer", "police_auditor", "member"])
def test_nobody_else_is_told_that_there_is_one(world, who):
    _, now = twice(world)
    assert previous_of(world.people[who], now) is None
    assert rules.may_read_previous_return(world.people[who], now).code == "not-your-agency"


def test_before_the_agency_knows_the_family_and_when_it_does_not_nothing_is_shown(world):
    _, now = twice(world)
    say_not_known(now, version=None, by=world.auditor)
    assert rules.may_read_previous_return(world.auditor, now).code == "known-first"
    assert previous_of(world.auditor, now) is None
    say_known(now, version=None, by=world.auditor)
    assert previous_of(world.auditor, now)


def test_who_may_not_read_the_earlier_one_is_not_told_of_it(world):
    before, now = twice(world)
    new = world.add("new_auditor", "health", Role.AUDITOR)
    assert previous_of(new, now) is None
    declare_interest(now.case, interest=Interest.NONE, by=new)
    now = find_return(new, now.case.audit.slug, 1, "health")
    assert rules.may_read_previous_return(new, now)
    assert previous_of(new, now) is None
    declare_interest(before.case, interest=Interest.NONE, by=new)
    assert previous_of(new, now) == before  # the control
    declare_interest(Case.objects.get(pk=before.case_id), interest=Interest.HELD, by=new)
    assert previous_of(new, now) is None


def test_of_a_family_whose_case_was_destroyed_nothing_is_found(world):
    before, now = twice(world)
    assert previous_of(world.auditor, now)
    before.case.nomination.marks.all().delete()  # as `destroy_case` does
    assert previous_of(world.auditor, now) is None
    assert destroy_case.__doc__
    assert "the marks of the family" in destroy_case.__doc__


def test_a_question_in_other_words_or_for_others_is_not_laid_beside(world):
    before, now = twice(world)
    Question.objects.filter(pk=question(now, 2).pk).update(text="Asked in other words?")
    Question.objects.filter(pk=question(before, 3).pk).update(kind="text")
    Question.objects.filter(pk=question(now, 4).pk).update(for_kinds=["police"])
    Question.objects.filter(pk=question(before, 5).pk).update(for_kinds=["police"])
    lines = read_beside(pair(world, now), by=world.auditor)
    assert [line.question.number for line in lines] == [1, 6, 7]


def test_what_was_not_answered_is_not_laid_beside(world):
    before, now = twice(world)
    Answer.objects.filter(agency_return=before, question__number=2).delete()
    Answer.objects.filter(agency_return=before, question__number=3).update(choice=b"", how_known=b"")
    numbers = [line.question.number for line in read_beside(pair(world, now), by=world.auditor)]
    assert numbers == [1, 4, 5, 6, 7]


def test_half_an_answer_and_a_reference_are_shown_and_not_carried(world):
    before, now = twice(world)
    Answer.objects.filter(agency_return=before, question__number=2).update(how_known=b"")
    for one in (before, now):
        Question.objects.filter(pk=question(one, 4).pk).update(kind="evidence")
    Answer.objects.filter(agency_return=before, question__number=4).update(choice=b"")
    lines = {line.question.number: line for line in read_beside(pair(world, now), by=world.auditor)}
    assert not lines[2].can_be_carried
    assert not lines[4].can_be_carried
    assert lines[3].can_be_carried


def test_what_is_carried_over_is_marked_and_no_answer_until_it_is_confirmed(world):
    _, now = twice(world)
    assert carry(world, now, 1, 6) == 2
    row = now.answers.get(question__number=1)
    assert row.carried_from == "Neglect 1"
    assert not row.is_complete
    kept = opened(row)
    assert (kept.choice, kept.how_known) == ("yes", "In the record.")
    assert opened(now.answers.get(question__number=6)).points == "One point"
    entry = Entry.objects.get(did="carried answers over")
    assert entry.details["questions"] == [1, 6]
    assert Entry.objects.get(did="read a return", is_reading=True, details__part="carried over")
    answer(world, now, 1, "Still so.", confirms=False)
    assert now.answers.get(question__number=1).carried_from == "Neglect 1"
    assert "confirmed" not in Entry.objects.filter(did="saved an answer").last().details
    answer(world, now, 1, "Still so.")
    assert now.answers.get(question__number=1).carried_from == ""
    assert now.answers.get(question__number=1).is_complete
    assert Entry.objects.filter(did="saved an answer").last().details["confirmed"]


def test_an_unconfirmed_answer_cannot_be_signed(world):
    _, now = twice(world)
    carry(world, now, 3)
    before_all = now.answers.get(question__number=3)
    world.answer_all(now)
    Answer.objects.filter(pk=before_all.pk).update(carried_from="Neglect 1")
    verdict = rules.may_submit_return(world.auditor, now)
    assert verdict.code == "unconfirmed"
    assert verdict.sentence.startswith("Carried over and not confirmed yet: 3.")
    answer(world, now, 3)
    assert rules.may_submit_return(world.auditor, now)


def test_a_part_that_holds_an_unconfirmed_answer_cannot_be_signed_either(world):
    """It would stand in the report as what the agency found today."""
    _, now = twice(world)
    carry(world, now, 1, 3)
    say_of_risk(now, is_unsafe=False, by=world.auditor)
    describe_engagement(now, before="Since birth.", now="Monthly.", version=None, by=world.auditor)
    verdict = rules.may_supply_part(world.auditor, now)
    assert verdict.code == "unconfirmed"
    assert verdict.sentence.startswith("Carried over and not confirmed yet: 1, 3.")
    answer(world, now, 1)
    save_answer(asking(world, now, 3), choice="", how_known="", points="", version=None, by=world.auditor)
    assert rules.may_supply_part(world.auditor, now)


def test_nothing_that_was_begun_is_written_over(world):
    _, now = twice(world)
    answer(world, now, 1, "My own words.")
    with pytest.raises(Refused) as refused:
        carry(world, now, 1)
    assert refused.value.code == "nothing-carried"
    assert carry(world, now, 1, 2) == 1
    assert opened(now.answers.get(question__number=1)).how_known == "My own words."
    assert now.answers.get(question__number=1).carried_from == ""


def test_only_what_was_chosen_is_carried(world):
    _, now = twice(world)
    carry(world, now, 2)
    assert [one.question.number for one in now.answers.all()] == [2]


def test_after_it_was_handed_in_it_is_read_and_nothing_carried(world, sign_in):
    _, now = twice(world)
    world.submitted(now)
    found = pair(world, now)
    assert read_beside(found, by=world.auditor)
    with pytest.raises(Refused):
        carry(world, now, 1)
    client, path = sign_in(world.auditor), address(now)
    page = client.get(path).content.decode()
    assert "What has changed" in page
    assert "Carry over" not in page
    assert client.post(path, {"once": "a" * 32, "questions": ["1"]}).status_code == 403
    send_back_questions(now, {question(now, 3): "Again."}, version=None, by=world.manager)
    assert previous_of(world.auditor, find_return(world.auditor, now.case.audit.slug, 1, "health"))
    open_panel(now.case.audit, by=world.chair)
    assert client.get(path).status_code == 200


def test_what_was_carried_over_is_not_on_the_form_on_paper(world):
    _, now = twice(world)
    carry(world, now, 1)
    answer(world, now, 2, "My own words.")
    boxes = {box.id: box for box in fill_form(now, form="docx", by=world.auditor).boxes}
    assert (boxes["q1"].choice, boxes["q1"].words) == ("", "")
    assert boxes["q2"].words == "My own words."


def address(now: AgencyReturn, page: str = "previous-return", **more) -> str:
    return reverse(page, kwargs={"audit": now.case.audit.slug, "case": 1, "agency": "health", **more})


def test_the_pages_lead_from_the_return_to_the_earlier_one_and_to_confirming(world, sign_in):
    _, now = twice(world)
    client = sign_in(world.auditor)
    assert "What you answered about this family before" in client.get(address(now, "return")).content.decode()
    assert "before" not in sign_in(world.manager).get(address(now, "return")).content.decode().split("<h1")[1][:200]
    page = client.get(address(now)).content.decode()
    keys = form_values(page)
    assert "In the record." in page
    assert client.post(address(now), keys).status_code == 422
    assert client.post(address(now), {**keys, "questions": ["1", "2"]}).status_code == 302
    page = client.get(address(now, "return")).content.decode()
    assert page.count("Carried over, to confirm") == 2
    assert "Carried over from Neglect 1, not confirmed." in page
    path = address(now, "answer", question=1)
    page = client.get(path).content.decode()
    assert "These words come from your return in Neglect 1." in page
    keys = form_values(page) | {"version": str(now.answers.get(question__number=1).version)}
    saving = address(now, "autosave", question=1)
    client.post(saving, {**keys, "choice": "no", "how_known": "Put right.", "confirmed": "on"})
    row = now.answers.get(question__number=1)
    assert row.carried_from  # what is saved while it is being written confirms nothing
    assert opened(row).how_known == "Put right."
    client.post(path, {**keys, "choice": "no", "how_known": "Put right."})
    assert now.answers.get(question__number=1).carried_from
    keys = form_values(client.get(path).content.decode()) | {
        "version": str(now.answers.get(question__number=1).version)
    }
    client.post(path, {**keys, "choice": "no", "how_known": "Put right.", "confirmed": "on"})
    assert now.answers.get(question__number=1).carried_from == ""
    assert "confirmed" not in client.get(path).content.decode()
