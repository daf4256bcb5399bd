import pytest
from django.db import transaction

from maca.journal.models import Entry
from maca.journal.operations import write
from maca.journal.queries import first_broken
from tests.lifting import journal_can_be_changed


def test_every_act_of_an_audit_is_written_once_and_the_chain_holds(world):
    audit = world.planned()
    did = list(Entry.objects.filter(partnership=world.partnership.public_id).values_list("did", flat=True))
    assert did.count("planned an audit") == 1
    assert [entry.number for entry in Entry.objects.all()] == list(range(1, len(did) + 1))
    assert first_broken(world.partnership.public_id) is None
    assert Entry.objects.filter(about=f"Audit:{audit.public_id}").exists()


@pytest.mark.usefixtures("as_the_owner")
@pytest.mark.parametrize("change", ["alter", "delete", "swap"])
def test_a_change_behind_the_journals_back_shows(world, change):
    world.planned()
    second, third = Entry.objects.filter(number__in=(2, 3)).order_by("number")
    with journal_can_be_changed():
        if change == "alter":
            Entry.objects.filter(pk=second.pk).update(by_name="Somebody Else")
        elif change == "delete":
            second.delete()
        else:
            Entry.objects.filter(pk=second.pk).update(number=10_000)
            Entry.objects.filter(pk=third.pk).update(number=2)
            Entry.objects.filter(pk=second.pk).update(number=3)
    assert first_broken(world.partnership.public_id) == 2


def test_an_entry_and_its_change_stand_or_fall_together(world):
    before = Entry.objects.count()

    @transaction.atomic
    def plan_and_fail():
        world.planned()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        plan_and_fail()
    assert Entry.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_nothing_is_written_outside_a_transaction(world):
    with pytest.raises(RuntimeError):
        write("did a thing", world.chair, by=world.chair)


def test_the_journal_holds_nothing_that_people_wrote(world):
    audit = world.panel_opened()
    world.hear(audit.cases.select_related("audit").first(), text="A finding nobody should find here.")
    kept = " ".join(str(row) for row in Entry.objects.values_list())
    for written in ("Zebedee Quux", "Quux Street", "It would teach us", "A finding nobody", "To learn."):
        assert written not in kept
