"""An agency supplies a part, and says what it left out and why: the attendance dates, say, and no records."""

import pytest
from django.urls import reverse
from django.utils import timezone

from maca.concerns.operations import raise_concern
from maca.journal.models import Entry
from maca.kernel.clock import today, working_days_from
from maca.kernel.verdict import Refused
from maca.panel.operations import open_panel
from maca.returns import rules
from maca.returns.as_table import rows
from maca.returns.models import AgencyReturn, DeclineReason
from maca.returns.operations import (
    describe_engagement,
    extend_return,
    read_finished,
    read_left_out,
    read_return,
    save_answer,
    say_known,
    say_of_risk,
    send_back_questions,
    submit_return,
    supply_part,
)
from maca.returns.queries import board, shown_under
from tests.house.test_pages import form_values
from tests.makers import World
from tests.returns.test_returns import BLANK, asking, report_of

LEFT_OUT = "The dates of attendance are here. The records were not opened."


def begun(world: World, **engagement: str) -> AgencyReturn:
    one = world.return_of(world.circulated(1))
    say_known(one, version=None, by=world.auditor)
    say_of_risk(one, is_unsafe=False, by=world.auditor)
    if engagement:
        describe_engagement(one, **{"before": "", "now": "", **engagement}, version=None, by=world.auditor)
    return world.return_of(one.case.audit)


def supplied(world: World, one: AgencyReturn | None = None) -> AgencyReturn:
    one = one or begun(world, now="Seen on 3 March and 9 June.")
    supply_part(
        one, reason=DeclineReason.RECORDS, left_out=LEFT_OUT, delegated_by="The lead", version=one.version,
        by=world.auditor,
    )  # fmt: skip
    return world.return_of(one.case.audit)


def there(one: AgencyReturn, page: str = "return") -> str:
    return reverse(page, kwargs={"audit": one.case.audit.slug, "case": 1, "agency": one.agency.slug})


def test_the_copy_that_the_agency_takes_away_says_what_was_left_out(world):
    one = supplied(world)
    parts = {part.heading: part.lines for part in read_finished(one, form="Word", by=world.auditor).parts}
    assert parts["What is left out, and why"] == (DeclineReason.RECORDS.label, LEFT_OUT)


def test_a_part_is_complete_signed_and_counted_apart(world):
    one = supplied(world)
    audit = one.case.audit
    assert (one.stage, one.is_complete, one.was_handed_in, one.is_late) == ("partly_supplied", True, True, False)
    assert one.submitted_by == world.auditor
    assert one.first_submitted_at == one.submitted_at
    assert one.signatures.get().is_delegated
    assert "it is a part, with what was left out and why, and says" in one.signatures.get().statement
    world.submitted(world.return_of(audit, "police"))
    found = board(audit)
    assert (found.complete, found.counted()) == (2, [("Submitted", 1), ("Partly supplied", 1)])
    assert [cell.agency.slug for cell in found.cells if "partly_supplied" in shown_under(cell)] == ["health"]
    assert not any("outstanding" in shown_under(cell) for cell in found.cells if cell.agency.slug == "health")
    table = rows(found)
    said = {row[1]: dict(zip(table[0], row, strict=True)) for row in table[1:]}
    assert said["Health"]["Status"] == "Partly supplied"
    assert said["Health"]["Reason for leaving out"] == DeclineReason.RECORDS.label
    assert said["Police"]["Reason for leaving out"] == said["Health"]["Reason for declining"] == ""
    assert LEFT_OUT not in str(table)
    assert b"dates" not in bytes(one.left_out)
    assert Entry.objects.get(did="supplied a part of a return").by == world.auditor.public_id


def test_the_report_says_what_was_left_out_and_shows_what_was_not(world):
    one = begun(world, now="Seen on 3 March.")
    save_answer(
        asking(world, one.case.audit, 1), **{**BLANK, "choice": "no", "how_known": "Seen."}, version=None,
        by=world.auditor,
    )  # fmt: skip
    supplied(world, one)
    world.submitted(world.return_of(one.case.audit, "police"))
    report = report_of(one.case.audit)
    assert [(account.name, account.left_out) for account in report.partly] == [
        ("Health", f"{DeclineReason.RECORDS.label}. {LEFT_OUT}")
    ]
    assert [account.name for account in report.submitted] == ["Health", "Police"]
    cells = {(row.number, cell.agency): cell for row in report.rows for cell in row.cells}
    assert cells[1, "Health"].choice == "No"
    assert cells[3, "Health"].gap == "Not answered"


@pytest.mark.parametrize("given", ["before", "now", "answer"])
def test_any_one_thing_is_a_part_and_nothing_is_none(world, given):
    one = begun(world)
    assert rules.may_supply_part(world.auditor, one).code == "nothing-supplied"
    with pytest.raises(Refused):
        supplied(world, one)
    if given == "answer":
        save_answer(asking(world, one.case.audit, 1), **{**BLANK, "how_known": "Seen."}, version=None, by=world.auditor)
    else:
        describe_engagement(one, **{"before": "", "now": "", given: "Seen."}, version=None, by=world.auditor)
    assert rules.may_supply_part(world.auditor, world.return_of(one.case.audit))


def test_a_child_who_may_be_unsafe_comes_first(world):
    one = world.return_of(world.circulated(1))
    say_known(one, version=None, by=world.auditor)
    describe_engagement(one, before="B", now="N", version=None, by=world.auditor)
    assert rules.may_supply_part(world.auditor, one).code == "no-risk-answer"
    say_of_risk(one, is_unsafe=True, by=world.auditor)
    assert rules.may_supply_part(world.auditor, one).code == "no-concern"
    raise_concern(one.case, what="A mark.", found_at=timezone.now(), told=None, by=world.police_auditor)
    assert rules.may_supply_part(world.auditor, one).code == "no-concern"
    raise_concern(one.case, what="A mark.", found_at=timezone.now(), told=None, by=world.auditor)
    assert rules.may_supply_part(world.auditor, one)


def test_who_hands_in_a_part_and_with_whose_authority(world):
    one = begun(world, now="Seen.")
    assert {who for who, person in world.people.items() if rules.may_supply_part(person, one)} == {"lead", "auditor"}
    with pytest.raises(Refused) as refused:
        supply_part(one, reason=DeclineReason.OTHER, left_out="L", version=None, by=world.auditor)
    assert refused.value.code == "no-authority"
    assert world.return_of(one.case.audit).stage == "started"
    supply_part(one, reason=DeclineReason.OTHER, left_out="L", version=None, by=world.lead)
    assert not one.signatures.get().is_delegated


def test_it_stands_as_it_was_handed_in_until_questions_are_sent_back(world):
    one = supplied(world)
    assert rules.may_answer_return(world.auditor, one).code == "already-supplied"
    assert rules.may_supply_part(world.auditor, one).code == "already-supplied"
    assert rules.may_extend_return(world.manager, one).code == "complete"
    with pytest.raises(Refused):
        extend_return(one, due_on=working_days_from(one.due_on, 1), version=None, by=world.manager)
    assert read_return(one, by=world.manager)
    questions = dict.fromkeys(
        one.case.audit.questions.filter(asked_of="agency").exclude(shown_if__isnull=False), "Please."
    )
    one = world.return_of(one.case.audit)
    send_back_questions(one, questions, version=None, by=world.manager)
    assert report_of(one.case.audit).partly, "what was left out is still left out"
    assert rules.may_submit_return(world.auditor, one).code == "no-engagement"
    # The same part again, with other words; then, once all is answered, the whole.
    assert read_left_out(one, by=world.auditor) == LEFT_OUT
    again = supplied(world, one)
    assert again.stage == "partly_supplied"
    assert again.signatures.count() == 2


def test_when_the_rest_comes_in_it_is_submitted_and_nothing_is_left_out(world):
    one = begun(world, before="Known since birth.", now="Seen.")
    supplied(world, one)
    one = world.return_of(one.case.audit)
    every = dict.fromkeys(one.case.audit.questions.filter(asked_of="agency"), "Please.")
    send_back_questions(one, every, version=None, by=world.manager)
    for number in range(1, 8):
        ask = asking(world, one.case.audit, number)
        said = {"points": "One"} if ask.question.kind == "list" else {"choice": "yes", "how_known": "Seen."}
        save_answer(ask, **{**BLANK, **said}, version=None, by=world.auditor)
    submit_return(world.return_of(one.case.audit), delegated_by="The lead", version=None, by=world.auditor)
    one = world.return_of(one.case.audit)
    assert (one.stage, one.left_out_reason) == ("submitted", "")
    assert not one.left_out
    assert read_left_out_of(world, one) == ""
    assert not report_of(one.case.audit).partly


def read_left_out_of(world: World, one: AgencyReturn) -> str:
    question = one.case.audit.questions.get(asked_of="agency", number=1)
    send_back_questions(one, {question: "Once more."}, version=None, by=world.manager)
    found = read_left_out(one, by=world.auditor)
    submit_return(one, delegated_by="The lead", version=None, by=world.auditor)
    return found


def test_a_part_that_comes_late_is_marked_and_none_comes_after_the_panel_has_opened(world):
    one = begun(world, now="Seen.")
    AgencyReturn.objects.filter(pk=one.pk).update(due_on=working_days_from(today(), -3))
    one = supplied(world, world.return_of(one.case.audit))
    assert one.handed_in_late
    other = world.return_of(one.case.audit, "police")
    say_known(other, version=None, by=world.police_auditor)
    open_panel(one.case.audit, by=world.chair)
    other = world.return_of(one.case.audit, "police")
    assert rules.may_supply_part(world.police_auditor, other).code == "not-gathering"
    assert rules.may_read_summative_report(world.auditor, one.case), "a part is an account, so it has a seat"


def test_the_page_takes_it_once_and_keeps_what_was_written(world, sign_in):
    one = begun(world, now="Seen.")
    client, page = sign_in(world.auditor), there(one, "submit-part")
    assert page in client.get(there(one)).content.decode()
    assert "it is a part, with what was left out" in client.get(page).content.decode()
    keys = form_values(client.get(page).content.decode())
    wrong = client.post(page, {**keys, "left_out": LEFT_OUT})
    assert wrong.status_code == 422
    assert LEFT_OUT in wrong.content.decode()
    sent = {**keys, "reason": "records", "left_out": LEFT_OUT, "delegated_by": "The lead"}
    for _ in range(2):
        assert client.post(page, sent).status_code == 302
    assert one.signatures.count() == 1
    for who in ("auditor", "manager"):
        shown = sign_in(world.people[who]).get(there(one)).content.decode()
        assert "Supplied in part on" in shown
        assert LEFT_OUT in shown
    report = reverse("report", kwargs={"audit": one.case.audit.slug, "case": 1})
    assert "Health supplied only a part." in sign_in(world.manager).get(report).content.decode()
    one = world.return_of(one.case.audit)
    question = one.case.audit.questions.get(asked_of="agency", number=1)
    send_back_questions(one, {question: "Please."}, version=None, by=world.manager)
    assert page in client.get(there(one)).content.decode()
    assert LEFT_OUT in client.get(page).content.decode()
