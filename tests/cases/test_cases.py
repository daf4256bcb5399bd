import pytest

from maca.cases import rules
from maca.cases.models import Case, IdentityReason, Nomination
from maca.cases.operations import open_identity, pass_over_case, select_case
from maca.cases.queries import find_case
from maca.journal.models import Entry
from maca.kernel.verdict import Refused
from maca.partnership.models import Appointment, Person, Role
from tests.makers import World


def test_only_members_of_the_sub_group_nominate(world):
    audit = world.planned()
    allowed = {who for who, person in world.people.items() if rules.may_nominate_case(person, audit)}
    assert allowed == {"member", "other_member"}


def test_each_selected_nomination_becomes_the_next_case(world):
    audit = world.planned()
    nominations = [world.nominate(audit) for _ in range(3)]
    pass_over_case(nominations[0], reason="Audited last year.", by=world.chair)
    labels = [select_case(one, by=world.chair).label for one in (nominations[2], nominations[1])]
    assert labels == ["Case 1", "Case 2"]
    assert select_case(nominations[0], by=world.chair).label == "Case 3"


def test_only_the_chair_selects_and_a_refusal_changes_nothing(world):
    nomination = world.nominate(world.planned())
    for who, person in world.people.items():
        if who != "chair":
            with pytest.raises(Refused):
                select_case(nomination, by=person)
    assert Nomination.objects.get().stage == "nominated"
    assert not Case.objects.exists()


def test_an_identity_is_opened_for_a_reason_and_each_opening_is_on_the_record(world):
    case = world.circulated(1).cases.get()
    identity = open_identity(case, reason=IdentityReason.FIND_RECORD, by=world.auditor)
    assert identity.child == "Zebedee Quux"
    entry = Entry.objects.get(did="opened an identity")
    assert entry.by == world.auditor.public_id
    assert entry.details == {"audit": "neglect-9", "case": "Case 1", "reason": "find_record"}
    assert entry.is_reading


@pytest.mark.parametrize(("who", "code"), [("scrutineer", "anonymised"), ("member", "not-needed")])
def test_those_who_need_no_name_are_refused_one(world, who, code):
    case = world.circulated(1).cases.get()
    assert rules.may_open_identity(world.people[who], case).code == code


def test_an_agency_sees_only_the_cases_it_was_asked_about(world):
    audit = world.circulated(2)
    case = audit.cases.get(number=2)
    case.involvements.filter(agency=world.agencies["police"]).delete()
    assert set(Case.objects.visible_to(world.police_auditor).values_list("number", flat=True)) == {1}
    assert Case.objects.visible_to(world.auditor).count() == 2
    with pytest.raises(Case.DoesNotExist):
        find_case(world.police_auditor, audit.slug, 2)


def test_nothing_of_another_partnership_is_there(world):
    audit = world.circulated(1)
    elsewhere = World("Elsewhere Partnership")
    for person in elsewhere.people.values():
        assert not Case.objects.visible_to(person).exists()
        with pytest.raises(Exception, match="does not exist"):
            find_case(person, audit.slug, 1)


def test_an_agency_opens_only_the_identities_it_was_asked_about(world):
    """Somebody of the sub-group who also leads an agency sees every case, but needs a name only when asked."""
    Appointment.objects.create(person=world.other_member, role=Role.AGENCY_LEAD)
    both = Person.objects.get(pk=world.other_member.pk)
    case = world.selected(1).cases.get()
    assert rules.may_open_identity(both, case).code == "not-asked"
    case.involvements.create(agency=both.agency)
    assert rules.may_open_identity(both, case)
