"""Nothing that could identify a family is released before somebody has decided on it."""

import pytest
from django.urls import reverse

from maca.briefing.deciding import hits
from maca.briefing.models import Briefing, ChangedBecause, Decision, KeptBecause, ScreenDecision
from maca.briefing.operations import (
    approve_briefing,
    decide_on_hit,
    draft_briefing,
    edit_findings,
    edit_theme_and_cases,
    keep_words,
    put_back_into_briefing,
    read_screening,
    send_briefing,
)
from maca.briefing.screening import screen
from maca.briefing.screening.identity import SEALED, known
from maca.briefing.screening.rewording import suggested
from maca.briefing.value import SixSteps
from maca.cases.models import Interest
from maca.cases.operations import declare_interest
from maca.journal.models import Entry
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.partnership.models import Agency, Role
from maca.partnership.operations import add_person
from maca.sealing.models import KeyKind
from maca.sealing.operations import destroy_key
from tests.makers import keep_all

pytestmark = pytest.mark.django_db


def found(briefing, phrase, by):
    return next(one for one in read_screening(briefing, by=by) if one.phrase == phrase)


def a_draft(world, *texts):
    """A draft whose first points say this."""
    briefing = world.drafted()
    keep_all(briefing, by=world.manager)
    edit_theme_and_cases(briefing, lines=texts or ["He went to Kettering."], version=None, by=world.manager)
    return briefing


def refused(code, do, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        do(*args, **kwargs)
    assert refusal.value.code == code


def test_a_draft_is_not_sent_while_something_is_undecided(world):
    briefing = a_draft(world)
    assert briefing.undecided == 1
    refused("undecided", send_briefing, briefing, version=None, by=world.manager)
    hit = found(briefing, "Kettering", world.manager)
    assert (hit.kind, hit.certain) == ("place", True)
    decide_on_hit(
        briefing, hit.public_id, decision=Decision.KEPT, reason=KeptBecause.KNOWN, version=None, by=world.manager
    )
    assert briefing.undecided == 0
    send_briefing(briefing, version=None, by=world.manager)


def test_the_partnerships_own_name_is_no_sealed_identity_and_its_words_elsewhere_are():
    value = SixSteps(
        title="", theme_and_cases=("A priority of Quernshire’s Safeguarding Partnership.", "They live in Quernshire.")
    )
    those = known(["Zebedee Quux"], places=["4 Mill Lane, Quernshire"])
    found = hits(
        value, those, published_by="Quernshire's Safeguarding Partnership", mark=lambda text: text, kept={}
    )  # fmt: skip
    (hit,) = (one for one in found if one.kind == SEALED)
    assert [one.point.text for one in hit.stands] == ["They live in Quernshire."]


def test_words_that_were_kept_are_looked_at_again_where_something_else_is_said(world):
    briefing = a_draft(world)
    keep_all(briefing, by=world.manager)
    edit_theme_and_cases(
        briefing, lines=["He went to Kettering.", "She moved to Kettering."], version=None, by=world.manager
    )
    (stand,) = found(briefing, "Kettering", world.manager).undecided
    assert stand.point.text == "She moved to Kettering."


def test_a_point_is_said_in_other_words_and_the_words_themselves_are_not_kept(world):
    briefing = a_draft(world)
    hit = found(briefing, "Kettering", world.manager)
    place = hit.stands[0].point.place
    decide = {
        "decision": Decision.REWORDED, "reason": ChangedBecause.NAMES, "version": None, "by": world.manager,
    }  # fmt: skip
    refused("still-there", decide_on_hit, briefing, hit.public_id, words={place: "He left Kettering."}, **decide)
    briefing.refresh_from_db()
    assert briefing.value.theme_and_cases == ("He went to Kettering.",)
    decide_on_hit(briefing, hit.public_id, words={place: "He went to a town."}, **decide)
    assert (briefing.value.theme_and_cases, briefing.undecided) == (("He went to a town.",), 0)
    kept = ScreenDecision.objects.filter(decision="reworded").values().get()
    assert "ettering" not in str(kept)
    assert "ettering" not in str(list(Entry.objects.values()))


def test_a_point_is_left_out(world):
    briefing = a_draft(world, "He went to Kettering.", "All is well.")
    hit = found(briefing, "Kettering", world.manager)
    decide_on_hit(
        briefing, hit.public_id, decision=Decision.REMOVED, reason=ChangedBecause.NAMES, version=None, by=world.manager
    )
    assert briefing.value.theme_and_cases == ("All is well.",)


def test_a_question_cannot_be_left_out_but_be_said_in_other_words(world):
    briefing = world.drafted()
    hit = found(briefing, "Child Z", world.manager)
    decide = {"version": None, "by": world.manager}
    changed = {"reason": ChangedBecause.NAMES, **decide}
    refused("has-to-stay", decide_on_hit, briefing, hit.public_id, decision=Decision.REMOVED, **changed)
    refused(
        "no-case", decide_on_hit, briefing, hit.public_id, decision=Decision.POOLED, reason=KeptBecause.KNOWN, **decide
    )
    (stand,) = hit.stands
    words = {stand.point.place: stand.point.text.replace("the Review of Child Z", "an earlier review")}
    decide_on_hit(briefing, hit.public_id, decision=Decision.REWORDED, words=words, **changed)
    assert briefing.undecided == 0
    assert "an earlier review" in briefing.value.agency_questions[4]
    assert "Child Z" in briefing.audit.questions.get(asked_of="agency", number=5).text


def a_case_told_of(world, text):
    audit = world.panel_closed(1)
    finding = audit.findings.first()
    finding.text = text
    finding.save()
    return draft_briefing(audit, by=world.manager)


def test_a_finding_is_said_of_the_whole_audit_instead_of_one_case(world):
    briefing = a_case_told_of(world, "He was four years old, went to Kettering and had DNA testing.")
    hits = {one.kind: one for one in read_screening(briefing, by=world.manager)}
    assert hits["together"].phrase == "Case 1"
    keep = {"decision": Decision.POOLED, "reason": KeptBecause.LESSON, "version": None, "by": world.manager}
    decide_on_hit(briefing, hits["together"].public_id, **keep)
    assert [one.case for one in briefing.value.findings] == [None]
    assert "together" not in {one.kind for one in read_screening(briefing, by=world.manager)}


def test_what_is_sealed_is_found_exactly_and_nearly(world):
    briefing = a_case_told_of(world, "Zebedee’s aunt, Zebadee of quux street, was seen.")
    hits = {one.phrase: one for one in read_screening(briefing, by=world.manager)}
    assert {one: hit.certain for one, hit in hits.items() if hit.kind == "sealed"} == {
        "Zebedee": True, "Zebadee": False, "quux": True,
    }  # fmt: skip
    entry = Entry.objects.filter(did="read what could identify").latest("number")
    assert entry.is_reading
    assert "Zeb" not in str(entry.details)


def test_what_is_sealed_is_no_longer_known_once_it_is_destroyed(world):
    briefing = a_case_told_of(world, "Zebedee was seen.")
    assert "sealed" in {one.kind for one in read_screening(briefing, by=world.manager)}
    nomination = briefing.audit.cases.get().nomination
    destroy_key(KeyKind.IDENTITY, owner=nomination.public_id, by="nobody")
    assert "sealed" not in {one.kind for one in read_screening(briefing, by=world.manager)}


def test_keeping_needs_a_reason_and_another_reason_its_words(world):
    briefing = a_draft(world)
    hit = found(briefing, "Kettering", world.manager)
    keep = {"decision": Decision.KEPT, "version": None, "by": world.manager}
    refused("no-reason", decide_on_hit, briefing, hit.public_id, **keep)
    refused("no-reason", decide_on_hit, briefing, hit.public_id, reason=KeptBecause.OTHER, **keep)
    decide_on_hit(briefing, hit.public_id, reason=KeptBecause.OTHER, because="It is the county town.", **keep)
    refused("gone", decide_on_hit, briefing, "0" * 32, reason=KeptBecause.KNOWN, **keep)


def test_several_words_that_nobody_knows_are_kept_at_once_and_no_place_with_them(world):
    briefing = a_draft(world, "The quoxel and the zarbit of Kettering.")
    hits = read_screening(briefing, by=world.manager)
    keep_words(briefing, [one.public_id for one in hits], version=None, by=world.manager)
    assert [one.phrase for one in read_screening(briefing, by=world.manager) if one.undecided] == ["Kettering"]
    refused("none-chosen", keep_words, briefing, [], version=None, by=world.manager)


def test_whoever_has_a_conflict_of_interest_decides_nothing_of_that_case(world):
    briefing = a_case_told_of(world, "He went to Kettering.")
    case = briefing.audit.cases.get()
    declare_interest(case, interest=Interest.HELD, by=world.manager)
    hit = found(briefing, "Kettering", world.manager)
    keep = {"decision": Decision.KEPT, "reason": KeptBecause.KNOWN, "version": None, "by": world.manager}
    refused("conflict", decide_on_hit, briefing, hit.public_id, **keep)


def test_only_those_who_write_or_approve_it_see_what_was_found(world):
    briefing = world.sent()
    assert read_screening(briefing, by=world.chair)
    for who in (world.scrutineer, world.auditor):
        refused("not-needed", read_screening, briefing, by=who)
    hit = read_screening(briefing, by=world.chair)[0]
    keep = {"decision": Decision.KEPT, "reason": KeptBecause.KNOWN, "version": None}
    refused("not-the-manager", decide_on_hit, briefing, hit.public_id, by=world.chair, **keep)
    refused("sent", decide_on_hit, briefing, hit.public_id, by=world.manager, **keep)
    approve_briefing(briefing, version=None, by=world.chair)


def test_whoever_decides_is_an_author_and_cannot_approve(world):
    briefing = a_draft(world)
    second = add_person(
        partnership=world.partnership, name="Second", email="second@a.example", post="P",
        roles=[Role.BUSINESS_MANAGER, Role.SUB_GROUP_MEMBER], agency=None, by=world.operator,
    )  # fmt: skip
    assert not briefing.authors.filter(pk=second.pk).exists()
    keep_all(briefing, by=second)
    send_briefing(briefing, version=None, by=world.manager)
    refused("an-author", approve_briefing, briefing, version=None, by=second)


def test_an_old_page_does_not_overwrite(world):
    briefing = a_draft(world)
    hit = found(briefing, "Kettering", world.manager)
    with pytest.raises(Changed):
        decide_on_hit(
            briefing, hit.public_id, decision=Decision.KEPT, reason=KeptBecause.KNOWN,
            version=briefing.version - 1, by=world.manager,
        )  # fmt: skip
    assert not ScreenDecision.objects.filter(found=hit.public_id).exists()


def test_the_pages_mark_what_was_found_and_suggest_other_words(world, sign_in):
    briefing = a_draft(world, "A boy of four years old moved to Kettering.")
    client = sign_in(world.manager)
    page = reverse("screening", kwargs={"audit": briefing.audit.slug})
    shown = client.get(page).content.decode()
    assert "<mark>Kettering</mark>" in shown
    assert "2 things still to decide on" in shown
    hit = found(briefing, "Kettering", world.manager)
    decide = reverse("decide-on-hit", kwargs={"audit": briefing.audit.slug, "hit": hit.public_id})
    shown = client.get(decide).content.decode()
    assert "A boy of four years old moved to the area." in shown
    assert client.get(decide.replace(hit.public_id, "0" * 32)).status_code == 404


def test_as_many_queries_for_one_thing_as_for_fifty(world, sign_in, django_assert_max_num_queries):
    briefing = a_draft(world)
    client = sign_in(world.manager)
    page = reverse("screening", kwargs={"audit": briefing.audit.slug})
    client.get(page)
    with django_assert_max_num_queries(60) as of_one:
        client.get(page)
    lines = [f"Quoxel{letter}{other} went to Kettering." for letter in "abcdefg" for other in "abcdefg"]
    edit_theme_and_cases(briefing, lines=lines, version=None, by=world.manager)
    with django_assert_max_num_queries(60) as of_fifty:
        client.get(page)
    assert len(of_fifty) == len(of_one)


def test_what_is_said_of_no_one_case_is_still_closed_to_whoever_has_a_conflict_in_it(world):
    briefing = a_case_told_of(world, "He went to Kettering.")
    hit = found(briefing, "Kettering", world.manager)
    pool = {"decision": Decision.POOLED, "reason": KeptBecause.KNOWN, "version": None, "by": world.manager}
    decide_on_hit(briefing, hit.public_id, **pool)
    (finding,) = briefing.value.findings
    assert finding.case is None
    declare_interest(briefing.audit.cases.get(), interest=Interest.HELD, by=world.manager)
    heading = finding.heading
    refused("conflict", edit_findings, briefing, heading, findings=[], version=None, by=world.manager)
    keep = {"decision": Decision.KEPT, "reason": KeptBecause.KNOWN, "version": None, "by": world.manager}
    refused("conflict", decide_on_hit, briefing, hit.public_id, **keep)


def test_a_finding_said_of_its_case_again_is_decided_on_again(world):
    briefing = a_case_told_of(world, "He went to Kettering.")
    keep_all(briefing, by=world.manager)
    hit = found(briefing, "Kettering", world.manager)
    pool = {"decision": Decision.POOLED, "reason": KeptBecause.KNOWN, "version": None, "by": world.manager}
    decide_on_hit(briefing, hit.public_id, **pool)
    assert briefing.undecided == 0
    ScreenDecision.objects.filter(decision="kept", kind="place").delete()
    edit_findings(briefing, briefing.value.findings[0].heading, findings=[], version=None, by=world.manager)
    put_back_into_briefing(briefing, briefing.audit.findings.get(), version=None, by=world.manager)
    assert [one.case for one in briefing.value.findings] == ["Case 1"]
    assert found(briefing, "Kettering", world.manager).undecided


def test_whatever_is_decided_a_reason_of_its_own_is_given_for_it(world):
    briefing = a_draft(world)
    hit = found(briefing, "Kettering", world.manager)
    words = {hit.stands[0].point.place: "He went to a town."}
    decide = {"decision": Decision.REWORDED, "words": words, "version": None, "by": world.manager}
    for reason in (None, KeptBecause.KNOWN, ChangedBecause.OTHER):
        refused("no-reason", decide_on_hit, briefing, hit.public_id, reason=reason, **decide)
    keep = {"decision": Decision.KEPT, "version": None, "by": world.manager}
    refused("no-reason", decide_on_hit, briefing, hit.public_id, reason=ChangedBecause.NAMES, **keep)
    because = {"reason": ChangedBecause.OTHER, "because": "The family asked for it."}
    decide_on_hit(briefing, hit.public_id, **because, **decide)
    row = ScreenDecision.objects.get(decision="reworded")
    assert (row.reason, row.why) == ("other", "The family asked for it.")


def test_the_page_asks_for_the_reason_of_what_is_decided_and_shows_it(world, sign_in):
    briefing = a_draft(world)
    hit = found(briefing, "Kettering", world.manager)
    page = reverse("decide-on-hit", kwargs={"audit": briefing.audit.slug, "hit": hit.public_id})
    name = f"words-{hit.stands[0].digest[:16]}"
    sent = {"decision": "reworded", name: "He went to a town.", "version": briefing.version, "once": "a" * 32}
    client = sign_in(world.manager)
    answer = client.post(page, sent)
    assert answer.status_code == 422
    assert "Say why it is not left as it is" in answer.content.decode()
    answer = client.post(page, {**sent, "changed_because": "adds_up", "once": "b" * 32}, follow=True)
    assert "it could tell whose family it is" in answer.content.decode()


def test_what_still_tells_is_said_on_the_form_with_what_was_typed(world, sign_in):
    briefing = a_case_told_of(world, "He was four years old, went to Kettering and had DNA testing.")
    hit = next(one for one in read_screening(briefing, by=world.manager) if one.kind == "together")
    page = reverse("decide-on-hit", kwargs={"audit": briefing.audit.slug, "hit": hit.public_id})
    typed = "He was four years old, left Kettering and had DNA testing."
    sent = {
        "decision": "reworded", f"words-{hit.stands[0].digest[:16]}": typed, "changed_because": "adds_up",
        "version": briefing.version, "once": "a" * 32,
    }  # fmt: skip
    answer = sign_in(world.manager).post(page, sent)
    assert answer.status_code == 422
    assert "Say less of it." in answer.content.decode()
    assert typed in answer.content.decode()


def test_an_uncommon_word_of_one_case_is_decided_on_and_one_of_two_cases_is_not(world):
    audit = world.panel_closed(2)
    first, *others = audit.findings.order_by("position")
    first.text = "The trombone and the tortoise were noted."
    first.save()
    second = next(one for one in others if one.case_id != first.case_id)
    second.text = "The tortoise was noted."
    second.save()
    hits = read_screening(draft_briefing(audit, by=world.manager), by=world.manager)
    assert {one.phrase for one in hits if one.kind == "rare"} == {"trombone"}
    keep_words(audit.briefing, [one.public_id for one in hits], version=None, by=world.manager)
    assert not [one for one in read_screening(audit.briefing, by=world.manager) if one.kind == "rare" and one.undecided]


def test_what_one_agency_knew_is_asked_about_in_a_finding_about_another(world):
    audit = world.panel_closed(1)
    finding = audit.findings.first()
    finding.text = "The plan was late. Police knew of it, and Probation was not asked."
    finding.save()
    school = Agency.objects.filter(partnership=world.partnership).exclude(kind="police").first()
    finding.agencies.set([school])
    hits = read_screening(draft_briefing(audit, by=world.manager), by=world.manager)
    assert [one.phrase for one in hits if one.kind == "of_another"] == ["Police knew"]


def test_whoever_has_a_conflict_is_not_told_what_is_sealed(world, sign_in):
    briefing = a_case_told_of(world, "Zebedee was seen in Kettering.")
    page = reverse("screening", kwargs={"audit": briefing.audit.slug})
    assert "a sealed identity" in sign_in(world.manager).get(page).content.decode()
    declare_interest(briefing.audit.cases.get(), interest=Interest.HELD, by=world.manager)
    shown = sign_in(world.manager).get(page).content.decode()
    assert "a sealed identity" not in shown
    assert "1 thing to decide on is for somebody without a conflict of interest" in shown


def test_of_several_things_about_one_case_one_point_that_says_less_is_enough(world, sign_in):
    briefing = a_case_told_of(world, "He was four years old, went to Kettering and had DNA testing.")
    hit = next(one for one in read_screening(briefing, by=world.manager) if one.kind == "together")
    assert not hit.may_go
    (stand,) = hit.stands
    decide = {
        "decision": Decision.REWORDED, "reason": ChangedBecause.NAMES, "version": None, "by": world.manager,
    }  # fmt: skip
    same = {stand.point.place: "He was four years old, came from Kettering and had DNA testing."}
    refused("still-there", decide_on_hit, briefing, hit.public_id, words=same, **decide)
    less = {stand.point.place: "He was four years old and had DNA testing."}
    decide_on_hit(briefing, hit.public_id, words=less, **decide)
    assert "together" not in {one.kind for one in read_screening(briefing, by=world.manager)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Three Social Workers came.", "Several Social Workers came."),
        ("A boy of four years old moved to Kettering.", "A boy of under five moved to the area."),
        ("On his 16th birthday he left.", "On his 16th birthday he left."),
        ("The fourth social worker came.", "Another social worker came."),
    ],
)
def test_other_words_are_suggested(text, says):
    assert says in suggested(text, screen(text))


def test_what_was_typed_for_words_that_a_colleague_has_taken_out_is_shown_again(world, sign_in):
    briefing = a_draft(world)
    hit = found(briefing, "Kettering", world.manager)
    opened_at = briefing.version
    edit_theme_and_cases(briefing, lines=["He went away."], version=None, by=world.manager)
    page = reverse("decide-on-hit", kwargs={"audit": briefing.audit.slug, "hit": hit.public_id})
    name = f"words-{hit.stands[0].digest[:16]}"
    sent = {"decision": "reworded", name: "He went to a quiet town.", "version": opened_at, "once": "a" * 32}
    answer = sign_in(world.manager).post(page, sent)
    assert answer.status_code == 403
    assert "no longer in the briefing" in answer.content.decode()
    assert "He went to a quiet town." in answer.content.decode()


def test_a_word_of_the_partnerships_earlier_briefing_links_the_two(world):
    Briefing.objects.filter(pk=world.published().pk).update(searched="neglect: the trombone was noted")
    briefing = a_case_told_of(world, "A trombone was noted.")
    hit = found(briefing, "trombone", world.manager)
    assert hit.kind == "earlier"
    assert "in no other briefing of the partnership" in hit.why
    keep_words_of_it = {"version": None, "by": world.manager}
    refused("none-chosen", keep_words, briefing, [hit.public_id], **keep_words_of_it)
