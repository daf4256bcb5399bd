"""Who is in the family, and whether it was audited before: told without a name, and forgotten with the case."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maca.cases.household import NotASibling, Sibling, read_sibling, read_siblings
from maca.cases.matching import Kin, marks_of, what_marks, words_of_name
from maca.cases.models import DestructionReason, FamilyMark, IdentityReason, Interest
from maca.cases.operations import (
    declare_interest,
    destroy_case,
    look_for_family,
    nominate_case,
    open_identity,
    pass_over_case,
    read_kin,
    select_case,
)
from maca.journal.models import Entry
from maca.kernel.ids import new_public_id
from maca.kernel.verdict import Refused
from maca.sealing.cipher import MarkKey
from maca.sealing.operations import mark_key, rotate_partnership_key
from tests.makers import World

BORN = dt.date(2018, 4, 12)
WANTED = {
    "rationale": "It would teach us.", "level": "early_help", "age_band": "5_9", "address": "", "household": "",
    "record_number": "",
}  # fmt: skip


def nominate(world, audit, child="Kasper Quill", born_on=BORN, siblings=(), **more):
    said = {**WANTED, "child": child, "born_on": born_on, "siblings": siblings, **more}
    return nominate_case(audit, **said, by=world.member)


def look(world, audit, child="Kasper Quill", born_on=BORN, siblings=(), by=None):
    return look_for_family(audit, child=child, born_on=born_on, siblings=siblings, by=by or world.member)


@pytest.mark.parametrize(
    ("line", "sibling"),
    [
        ("Sam Example", Sibling("Sam Example")),
        ("Sam Example, 4 May 2019", Sibling("Sam Example", dt.date(2019, 5, 4))),
        ("Sam Example, born on 4th May 2019", Sibling("Sam Example", dt.date(2019, 5, 4))),
        ("Sam Example, 04/05/2019", Sibling("Sam Example", dt.date(2019, 5, 4))),
        ("Sam Example,2019-05-04", Sibling("Sam Example", dt.date(2019, 5, 4))),
        ("Example, Sam", Sibling("Example, Sam")),
        ("Baby Example, Unborn", Sibling("Baby Example", is_unborn=True)),
        ("unborn", Sibling("Unborn baby", is_unborn=True)),
    ],
)
def test_a_brother_or_sister_is_read_as_people_write_one(line, sibling):
    assert read_sibling(line) == sibling


@pytest.mark.parametrize("line", [", 4 May 2019", "Sam, 31 April 2019", "Sam, May 2019", "Sam, 4 May 2999"])
def test_a_line_that_cannot_be_read_says_how_to_mend_it(line):
    with pytest.raises(NotASibling, match=r"Write"):
        read_sibling(line)


@given(st.text(min_size=1, max_size=40), st.one_of(st.none(), st.dates(dt.date(2000, 1, 1), dt.date(2026, 1, 1))))
def test_a_brother_or_sister_comes_back_as_kept(name, born_on):
    try:
        sibling = read_sibling(f"{name}, {born_on.isoformat()}" if born_on else name)
    except NotASibling:
        return
    assert read_sibling(sibling.line) == sibling


def test_every_place_of_the_family_comes_back_and_an_empty_one_is_empty(world):
    siblings = (Sibling("Ada Quill", dt.date(2020, 1, 2)), Sibling("Unborn baby", is_unborn=True))
    nomination = nominate(world, world.planned(), siblings=siblings, mother="Mia", partner="Pat", household="Gran")
    case = select_case(nomination, by=world.chair)
    identity = open_identity(case, reason=IdentityReason.FIND_RECORD, by=world.chair)
    assert read_siblings(identity.siblings) == identity.brothers_and_sisters == siblings
    assert (identity.mother, identity.partner, identity.household) == ("Mia", "Pat", "Gran")
    assert (identity.father, identity.absent_parent) == ("", "")


def test_a_blank_place_is_shown_as_a_blank_on_the_page_of_the_identity(world, sign_in):
    siblings = (Sibling("Ada Quill", dt.date(2020, 1, 2)), Sibling("Baby <Quill>", is_unborn=True))
    audit = world.planned()
    select_case(nominate(world, audit, siblings=siblings, mother="Mia Quill"), by=world.chair)
    world.declared(audit)
    sent = {"reason": "find_record", "once": new_public_id()}
    page = sign_in(world.chair).post(f"/audits/{audit.slug}/cases/1/identity/", sent).content.decode()
    assert "Ada Quill, born 2 January 2020<br>Baby &lt;Quill&gt;, unborn" in page
    rows = page.split("Absent parent")
    assert len(rows) == 2
    assert "Not given" in rows[1][:200]
    assert "Mia Quill" in page


# ---- found again


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoë O’Brien-Łukasz", "zoe obrien lukasz"),
        ("Quill, Kasper", "KASPER QUILL"),
        ("Kasper J. Quill", "Kasper Quill"),
        ("محمد علي", "محمد  علي"),
    ],
)
def test_names_that_are_one_have_one_mark(one, other):
    assert set(what_marks([(one, None)])) == set(what_marks([(other, None)]))


def test_other_names_have_other_marks_and_a_child_without_a_name_has_none():
    names = ["Kasper Quill", "Kasper Quilt", "Casper Quill", "Quill", "Ada Quill"]
    assert len({text for _, text in what_marks((name, None) for name in names)}) == len(names)
    assert not list(what_marks([("Unborn baby of Mia Quill", None), ("…", BORN)]))
    assert words_of_name("Quill, Kasper") == ["kasper", "quill"]


def test_a_family_audited_before_is_told_of_without_a_name(world):
    earlier = world.planned("Neglect 7")
    family = [Sibling("Ada Quill", dt.date(2020, 1, 2))]
    select_case(nominate(world, earlier, siblings=family), by=world.chair)
    now = world.planned("Neglect 8")
    for child, born_on, siblings in (
        ("Kasper Quill", BORN, ()),
        ("Ada Quill", dt.date(2020, 1, 2), ()),  # who was a sibling then
        ("Someone Else", None, [Sibling("Quill, Kasper", BORN)]),  # who has a sibling now
    ):
        kin = look(world, now, child, born_on, siblings)
        assert kin.sentences == ["A child or sibling of this family was audited before, in Neglect 7."]
    assert look(world, now, "Kasper Quill", dt.date(2011, 1, 1)).sentences == [
        "A child of the same name was audited before, in Neglect 7. It may be another family."
    ]
    assert not look(world, now, "Nobody Atall", None)
    told = Entry.objects.filter(did="was told that a family was audited before")
    assert [(one.is_reading, one.details) for one in told] == [(True, {"audits": 1})] * 4


def test_what_never_became_a_case_was_not_audited(world):
    earlier = world.planned("Neglect 7")
    pass_over_case(nominate(world, earlier), reason="No.", by=world.chair)
    assert not look(world, world.planned("Neglect 8"))
    assert look(world, earlier).in_this_audit  # but it was looked at in that audit


def test_a_family_known_before_is_nominated_only_all_the_same(world):
    audit = world.planned()
    nominate(world, audit)
    with pytest.raises(Refused, match="all the same"):
        nominate(world, audit)
    assert audit.nominations.count() == 1
    second = nominate(world, audit, all_the_same=True)
    assert Entry.objects.filter(did="nominated a case").last().details["all_the_same"] is True
    assert read_kin(second, by=world.chair).sentences == [
        "A child or sibling of this family has been nominated for this audit already."
    ]
    assert not read_kin(nominate(world, audit, child="Nobody Atall"), by=world.chair)


@pytest.mark.parametrize(
    ("who", "sentence"), [("member", "You declared"), ("auditor", "Somebody of your agency"), ("police_auditor", "")]
)
def test_a_conflict_declared_in_the_earlier_case_is_said_without_a_name(world, who, sentence):
    earlier = world.planned("Neglect 7")
    case = select_case(nominate(world, earlier), by=world.chair)
    declare_interest(case, interest=Interest.HELD, by=world.people[who])
    declare_interest(case, interest=Interest.NONE, by=world.chair)
    said = look(world, world.planned("Neglect 8")).sentences
    assert len(said) == (2 if sentence else 1)
    assert said[-1].startswith(sentence)
    assert world.people[who].name not in " ".join(said)


def test_only_those_who_nominate_may_ask_and_a_refusal_tells_nothing(world):
    audit = world.planned()
    nominate(world, audit)
    for who, person in world.people.items():
        if who not in ("member", "other_member"):
            with pytest.raises(Refused):
                look(world, audit, by=person)
    assert not Entry.objects.filter(did="was told that a family was audited before").exists()


def test_no_partnership_finds_a_family_of_another(world):
    select_case(nominate(world, world.planned("Neglect 7")), by=world.chair)
    elsewhere = World("Elsewhere Partnership")
    assert not look(elsewhere, elsewhere.planned("Neglect 8"))
    children = [("Kasper Quill", BORN)]
    ours = marks_of(children, mark_key(world.partnership.public_id).mark)
    theirs = marks_of(children, mark_key(elsewhere.partnership.public_id).mark)
    assert len(ours) == len(theirs) == 2
    assert not ours & theirs
    # Nor by a mark of ours that somebody has put among theirs.
    theirs_now = nominate(elsewhere, elsewhere.planned("Neglect 9"), child="Someone Else", born_on=None)
    FamilyMark.objects.bulk_create(FamilyMark(nomination=theirs_now, kind=kind, mark=mark) for kind, mark in ours)
    assert look(world, world.planned("Neglect 10")).earlier == ("Neglect 7",)


def test_a_renewed_key_of_the_partnership_finds_what_was_marked_before(world):
    select_case(nominate(world, world.planned("Neglect 7")), by=world.chair)
    rotate_partnership_key(world.partnership.public_id)
    assert look(world, world.planned("Neglect 8")).earlier == ("Neglect 7",)


def test_a_destroyed_case_is_found_no_more(world):
    audit = world.published().audit
    case = audit.cases.select_related("audit", "nomination").first()
    nomination = case.nomination
    assert nomination.marks.exists()
    for one in audit.cases.select_related("audit", "nomination"):
        destroy_case(one, reason=DestructionReason.ASKED, by=world.manager)
    assert not nomination.marks.exists()
    assert not look(world, world.planned("Neglect 10"), "Zebedee Quux", None)


def test_neither_a_name_nor_a_digest_that_could_be_guessed_is_kept_as_a_mark(world):
    """The control: marks made without the key are found by whoever guesses the name."""
    nominate(world, world.planned(), siblings=[Sibling("Ada Quill")])
    kept = set(FamilyMark.objects.values_list("mark", flat=True))
    guesses = [(kind, text) for kind, text in what_marks([("Kasper Quill", BORN), ("Ada Quill", None)])]
    for made in (MarkKey("", b""), MarkKey(world.partnership.public_id, b""), MarkKey("", b"k" * 32)):
        guessed = {made.mark(kind, text) for kind, text in guesses}
        assert len(guessed) == len(kept) == 3
        assert not kept & guessed
    assert kept == {mark_key(world.partnership.public_id).mark(kind, text) for kind, text in guesses}


# ---- on the page


def fields(**more):
    return {**WANTED, "child": "Kasper Quill", "siblings": "", "once": new_public_id(), **more}


def test_the_page_warns_once_and_goes_on_with_a_tick(world, sign_in):
    earlier = world.planned("Neglect 7")
    select_case(nominate(world, earlier, born_on=None), by=world.chair)
    audit = world.planned("Neglect 8")
    page, member = f"/audits/{audit.slug}/nominations/new/", sign_in(world.member)
    assert "Looked at before" not in member.get(page).content.decode()
    answer = member.post(page, fields(siblings="Ada Quill, 4 May 2019"))
    assert answer.status_code == 422
    told = answer.content.decode()
    assert "A child of the same name was audited before, in Neglect 7." in told
    assert "Nominate all the same" in told
    assert "Ada Quill, 4 May 2019" in told  # what was typed is still there
    assert not audit.nominations.exists()
    assert member.post(page, fields(all_the_same="on")).status_code == 302
    nomination = audit.nominations.get()
    chair = sign_in(world.chair)
    assert (
        "audited before, in Neglect 7"
        in chair.get(f"/audits/{audit.slug}/nominations/{nomination.public_id}/select/").content.decode()
    )


def test_a_line_that_is_no_sibling_is_named_on_the_page(world, sign_in):
    audit = world.planned()
    answer = sign_in(world.member).post(
        f"/audits/{audit.slug}/nominations/new/", fields(siblings="Ada Quill\n\nSam, 31 April 2019")
    )
    assert answer.status_code == 422
    assert "Line 3 of the brothers and sisters has no real date after the comma" in answer.content.decode()


def test_a_name_of_a_sibling_with_what_turns_letters_round_is_refused_as_any_name_is(world, sign_in):
    audit = world.planned()
    for siblings, status in (("Ada Quill\nSa\u202em, unborn", 422), ("Ada Quill\nSam, unborn", 302)):
        answer = sign_in(world.member).post(f"/audits/{audit.slug}/nominations/new/", fields(siblings=siblings))
        assert answer.status_code == status
        assert ("Line 2 of the brothers and sisters holds a character" in answer.content.decode()) == (status == 422)


def test_nothing_known_says_nothing():
    assert not Kin()
    assert Kin().sentences == []
