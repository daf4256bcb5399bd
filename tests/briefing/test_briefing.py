from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import timezone

from maca.audits.models import Heading as FindingHeading
from maca.briefing import rules, value
from maca.briefing.models import Briefing
from maca.briefing.operations import (
    approve_briefing,
    edit_findings,
    edit_theme_and_cases,
    import_briefing,
    publish_briefing,
    put_back_into_briefing,
    send_back_briefing,
    send_briefing,
    take_back_briefing,
)
from maca.briefing.printing import FORMATS, print_briefing
from maca.briefing.queries import find_briefing, find_left_out, left_out
from maca.briefing.reading import read_briefing
from maca.cases.models import Interest
from maca.cases.operations import declare_interest
from maca.kernel.verdict import Refused
from maca.panel.models import Finding
from maca.partnership.models import Role

SEED = Path(__file__).parents[2] / "maca/demo/data/six-step-briefing-neglect-2.txt"


def test_the_headings_of_the_value_are_those_of_the_panel():
    assert [str(one) for one in value.Heading] == FindingHeading.values


def test_the_first_draft_holds_every_standing_finding_once_in_the_order_of_the_cases(world):
    briefing = world.drafted()
    texts = [finding.text for finding in briefing.value.findings]
    assert texts == ["The plan of Case 1 was good.", "The plan of Case 2 was good."]
    assert {finding.ref for finding in briefing.value.findings} == set(
        Finding.objects.values_list("public_id", flat=True)
    )
    assert len(briefing.value.agency_questions) == 7
    assert len(briefing.value.panel_questions) == 3


def test_what_is_left_out_is_listed(world):
    briefing = world.drafted()
    kept = briefing.value.findings[:1]
    edit_findings(briefing, value.Heading.WENT_WELL, findings=kept, version=briefing.version, by=world.manager)
    assert [finding.text for finding in left_out(briefing)] == ["The plan of Case 2 was good."]


def test_nobody_changes_what_is_said_of_a_case_in_which_they_have_a_conflict(world, sign_in):
    briefing = world.drafted()
    of_first, of_second = briefing.value.findings
    case = briefing.audit.cases.get(number=1)
    declare_interest(case, interest=Interest.HELD, by=world.manager)
    for kept in ([of_second], [replace(of_first, text="Said otherwise."), of_second]):
        with pytest.raises(Refused) as refused:
            edit_findings(briefing, value.Heading.WENT_WELL, findings=kept, version=None, by=world.manager)
        assert refused.value.code == "conflict"
    # The page has a box for the other alone, and leaves this one as it is.
    path = f"/audits/{briefing.audit.slug}/briefing/edit/findings/went_well/"
    client = sign_in(world.manager)
    page = client.get(path).content.decode()
    assert "Case 2, point 1" in page
    assert "Case 1, point 1" not in page
    assert "You have declared a conflict of interest in Case 1, so somebody else changes what" in page
    sent = {f"finding-{of_first.ref}": "Said otherwise.", f"finding-{of_second.ref}": "Said better."}
    keys = {"once": "a" * 32, "version": briefing.version}
    assert client.post(path, {**keys, **sent}).status_code == 302
    assert Briefing.objects.get().value.findings == (of_first, replace(of_second, text="Said better."))
    # What somebody else leaves out, they do not put back.
    other = world.add("second_manager", "health", Role.BUSINESS_MANAGER)
    briefing = Briefing.objects.get()
    edit_findings(briefing, value.Heading.WENT_WELL, findings=[of_second], version=None, by=other)
    finding = Finding.objects.get(public_id=of_first.ref)
    with pytest.raises(Refused) as refused:
        put_back_into_briefing(briefing, finding, version=None, by=world.manager)
    assert refused.value.code == "conflict"
    put_back_into_briefing(briefing, finding, version=None, by=other)
    assert of_first in Briefing.objects.get().value.findings
    # What is said of the audit as a whole is of no case.
    finding.case = None
    assert rules.may_edit_left_out(world.manager, (Briefing.objects.get(), finding))


def test_a_reworded_finding_keeps_its_tie_to_what_the_panel_agreed(world):
    briefing = world.drafted()
    first = briefing.value.findings[0]
    edit_findings(
        briefing,
        value.Heading.WENT_WELL,
        findings=[replace(first, text="Said better.")],
        version=briefing.version,
        by=world.manager,
    )
    assert Briefing.objects.get().value.findings[0] == replace(first, text="Said better.")
    assert Finding.objects.get(public_id=first.ref).text == "The plan of Case 1 was good."


def test_an_author_cannot_approve_and_a_refusal_changes_nothing(world):
    briefing = world.sent()
    for who in ("manager", "auditor", "lead", "scrutineer", "social_worker"):
        with pytest.raises(Refused) as refused:
            approve_briefing(briefing, version=None, by=world.people[who])
        assert refused.value.code == "not-an-approver"
    briefing.authors.add(world.chair)
    with pytest.raises(Refused) as refused:
        approve_briefing(briefing, version=None, by=world.chair)
    assert refused.value.code == "an-author"
    assert Briefing.objects.get().stage == "sent"
    approve_briefing(briefing, version=None, by=world.other_member)
    assert Briefing.objects.get().approved_by == world.other_member


def test_what_was_approved_is_what_is_published(world):
    briefing = world.sent()
    assert rules.may_edit_briefing(world.manager, briefing).code == "sent"
    approve_briefing(briefing, version=None, by=world.chair)
    assert rules.may_edit_briefing(world.manager, briefing).code == "sent"
    take_back_briefing(briefing, by=world.manager)
    edit_theme_and_cases(briefing, lines=["Changed."], version=briefing.version, by=world.manager)
    with pytest.raises(Refused) as refused:
        publish_briefing(briefing, by=world.manager)
    assert refused.value.code == "not-approved"
    assert Briefing.objects.get().approved_by is None


def test_a_finding_that_the_panel_took_back_can_no_longer_be_put_in(world):
    briefing = world.drafted()
    finding = briefing.audit.findings.first()
    assert find_left_out(world.manager, briefing.audit.slug, finding.public_id) == (briefing, finding)
    briefing.audit.findings.filter(pk=finding.pk).update(withdrawn_at=timezone.now())
    with pytest.raises(Finding.DoesNotExist):
        find_left_out(world.manager, briefing.audit.slug, finding.public_id)


def test_a_briefing_sent_back_says_why(world):
    briefing = world.sent()
    send_back_briefing(briefing, because="Name no place.", by=world.chair)
    found = Briefing.objects.get()
    assert (found.stage, found.sent_back_because) == ("drafted", "Name no place.")
    send_briefing(briefing, version=None, by=world.manager)


def test_a_published_briefing_is_for_everybody_and_never_changes(world):
    briefing = world.published()
    for who, person in world.people.items():
        if who != "governance":
            assert find_briefing(person, briefing.audit.slug)
    assert rules.may_edit_briefing(world.manager, briefing).code == "published"
    assert rules.may_take_back_briefing(world.manager, briefing).code == "not-sent"
    briefing.audit.refresh_from_db()
    assert briefing.audit.stage == "published"


def test_a_draft_is_not_for_everybody(world):
    briefing = world.drafted()
    for who in ("auditor", "lead", "social_worker"):
        with pytest.raises(Briefing.DoesNotExist):
            find_briefing(world.people[who], briefing.audit.slug)


def test_the_published_neglect_2_comes_back_out_of_the_database_word_for_word(world):
    audit = import_briefing(
        read_briefing(SEED).value, partnership=world.partnership, imported_from=SEED.name, by=world.operator
    )
    assert audit.cases.count() == 5
    counts = [audit.findings.filter(heading=heading).count() for heading in FindingHeading]
    assert counts == [18, 25, 22, 3]
    printed = print_briefing(audit.briefing, "txt").decode()
    assert printed.strip() == SEED.read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("wanted", sorted(FORMATS))
def test_nothing_printed_carries_an_id_of_the_database(world, wanted):
    briefing = world.drafted()
    printed = print_briefing(briefing, wanted)
    assert printed
    for finding in briefing.value.findings:
        assert finding.ref.encode() not in printed


def test_only_the_manager_or_the_machine_imports(world):
    read = read_briefing(SEED).value
    for who, person in world.people.items():
        if who != "manager":
            with pytest.raises(Refused):
                import_briefing(read, partnership=world.partnership, imported_from="x", by=person)
