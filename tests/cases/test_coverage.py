"""Whom the cases are about: every group for those who see each case, and for others no number that is a child."""

import pytest

from maca.cases.coverage import Facts, absent, tables
from maca.cases.models import DestructionReason, Interest
from maca.cases.operations import declare_interest, destroy_case, nominate_case, read_coverage, select_case
from maca.journal.models import Entry
from maca.kernel.small_numbers import Hidden
from maca.kernel.verdict import Refused

ONE = Facts("child_protection", "5_9", "neglect", "female", "white", "no", "Quarrington")


def rows(found, title: str) -> dict:
    return dict(next(one.rows for one in found if one.title == title))


def test_every_group_is_counted_also_those_that_nobody_is_of():
    found = tables([ONE, ONE, Facts("early_help", "unborn")], suppressed=False)
    assert rows(found, "Level of help") == {
        "Early help": 1, "Child in need": 0, "Child protection plan": 2, "Looked after": 0,
    }  # fmt: skip
    assert rows(found, "Sex") == {"Female": 2, "Male": 0, "Not recorded": 1}
    assert rows(found, "Locality") == {"Quarrington": 2, "Not recorded": 1}
    assert [one.title for one in found] == [
        "Level of help", "Category", "Age", "Sex", "Ethnicity", "Disability", "Locality",
    ]  # fmt: skip


def test_suppressed_no_small_number_is_shown_and_no_place():
    found = tables([ONE] * 7 + [Facts("early_help", "5_9", sex="male")] * 2, suppressed=True)
    assert "Locality" not in [one.title for one in found]
    assert rows(found, "Sex") == {"Female": 7, "Male": Hidden.FEW, "Not recorded": Hidden.FEW}
    assert all(isinstance(count, Hidden) or count >= 5 for one in found for _, count in one.rows)


@pytest.mark.parametrize(
    ("cases", "sentences"),
    [
        ([], []),
        (
            [ONE],
            [
                "No case is known to be about a child under 5, a young person of 10 or over, a boy, a child who is "
                "Asian or Asian British, a child who is Black, a child of mixed or multiple ethnic groups, a disabled "
                "child or a child with early help alone. Their voice is missing from this audit."
            ],
        ),
        (
            [
                Facts("early_help", "unborn"), Facts("early_help", "5_9"), Facts("early_help", "16_17"),
            ],
            ["No case has its sex, ethnicity or disability recorded, so nobody can tell whose voice is missing there."],
        ),
        (
            [
                Facts("early_help", band, "", sex, group, "yes")
                for band, sex, group in (
                    ("1_4", "male", "asian"), ("5_9", "female", "black"), ("10_15", "male", "mixed"),
                )
            ],
            [],
        ),
        (
            [
                Facts("early_help", band, "", sex, group, "yes")
                for band, sex, group in (("1_4", "male", "asian"), ("5_9", "male", "black"), ("10_15", "male", "mixed"))
            ],
            ["No case is known to be about a girl. Their voice is missing from this audit."],
        ),
    ],
)  # fmt: skip
def test_whose_voice_is_missing_is_said(cases, sentences):
    assert absent(cases) == sentences


# ---- who sees what


def with_cases(world, count: int = 1):
    audit = world.planned()
    for _ in range(count):
        nomination = nominate_case(
            audit, rationale="R", level="child_protection", age_band="5_9", child="Zebedee Quux", born_on=None,
            address="", household="", record_number="", sex="female", locality="Quarrington", all_the_same=True,
            by=world.member,
        )  # fmt: skip
        select_case(nomination, by=world.chair)
    world.declared(audit)
    return audit


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["manager", "chair", "member", "scrutineer"])
def test_those_who_see_every_case_see_each(world, who):
    audit = with_cases(world)
    found = read_coverage(audit, by=world.people[who])
    ((case, said),) = found.cases
    assert (case.label, said["locality"], said["sex"], said["ethnicity"]) == (
        "Case 1", "Quarrington", "Female", "Not recorded",
    )  # fmt: skip
    assert found.absent
    assert rows(found.tables, "Sex")["Female"] == 1
    assert Entry.objects.get(did="read whom the cases are about").details["each"]


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["lead", "auditor", "police_lead", "social_worker", "panel_member"])
def test_others_see_numbers_that_single_nobody_out_and_only_once_the_cases_stay_as_they_are(world, who):
    audit = with_cases(world)
    with pytest.raises(Refused) as refused:
        read_coverage(audit, by=world.people[who])
    assert refused.value.code == "not-circulated"
    audit.stage = "circulated"
    audit.save()
    found = read_coverage(audit, by=world.people[who])
    assert (found.cases, found.absent, found.is_open) == ((), (), False)
    assert rows(found.tables, "Sex") == {
        "Female": Hidden.FEW, "Male": Hidden.FEW, "Not recorded": Hidden.FEW,
    }  # fmt: skip


@pytest.mark.django_db
def test_whoever_has_no_part_in_audits_sees_nothing(world):
    audit = with_cases(world)
    with pytest.raises(Refused) as refused:
        read_coverage(audit, by=world.governance)
    assert refused.value.code == "not-yours"


@pytest.mark.django_db
def test_a_conflict_in_one_case_closes_them_all(world):
    audit = with_cases(world, 2)
    case = audit.cases.select_related("audit", "nomination").get(number=2)
    declare_interest(case, interest=Interest.HELD, by=world.member)
    found = read_coverage(audit, by=world.member)
    assert (found.cases, found.is_open) == ((), False)
    assert read_coverage(audit, by=world.chair).is_open


@pytest.mark.django_db(transaction=True, databases=["default", "keystore"])
def test_what_was_destroyed_is_not_counted(world):
    audit = world.published().audit
    case = audit.cases.select_related("audit", "nomination").get(number=1)
    destroy_case(case, reason=DestructionReason.ASKED, by=world.manager)
    found = read_coverage(audit, by=world.manager)
    assert (found.destroyed, len(found.cases)) == (1, 1)
    assert rows(found.tables, "Age")["5 to 9"] == 1


@pytest.mark.django_db
def test_the_page_shows_others_no_locality(world, sign_in):
    audit = with_cases(world)
    path = f"/audits/{audit.slug}/coverage/"
    page = sign_in(world.manager).get(path).content.decode()
    assert "Quarrington" in page
    assert "Their voice is missing from this audit." in page
    audit.stage = "circulated"
    audit.save()
    page = sign_in(world.lead).get(path).content.decode()
    assert "Quarrington" not in page
    assert "missing from this audit" not in page
    assert page.count("Fewer than 5") > 10
