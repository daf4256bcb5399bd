"""What is asked for by its address is found there, and nowhere else."""

import pytest

from maca.audits.stages import AuditStage
from maca.panel import rules
from maca.panel.models import NamedTheme, RestrictedNote, ThemeTag
from maca.panel.operations import add_theme_tag, change_theme_tag, name_themes
from maca.panel.queries import find_named_theme, find_restricted_note, find_theme_tag
from tests.makers import World
from tests.panel.test_panel import first_case
from tests.panel.test_restricted_notes import hearing, note
from tests.panel.test_themes import audit, found

__all__ = ["audit", "hearing", "note"]


def test_a_theme_of_the_code_book_is_found_by_its_code_in_ones_own_partnership(world):
    other = World("Elsewhere Partnership")
    theirs = find_theme_tag(other.chair, "voice")
    change_theme_tag(theirs, called="Theirs", words=[], used=True, version=1, by=other.chair)
    shipped = find_theme_tag(world.chair, "voice")
    assert (shipped.pk, shipped.partnership) == (None, world.partnership)
    assert shipped.called != "Theirs"
    change_theme_tag(shipped, called="Ours", words=[], used=True, version=1, by=world.chair)
    one = add_theme_tag(world.partnership, called="Bed bugs", words=[], by=world.chair)
    assert find_theme_tag(world.chair, "voice") == ThemeTag.objects.get(called="Ours")
    assert find_theme_tag(world.chair, one.code) == one
    assert find_theme_tag(other.chair, "voice").called == "Theirs"
    for code in ("qq", one.code):
        with pytest.raises(ThemeTag.DoesNotExist):
            find_theme_tag(other.chair, code)


def test_a_named_theme_is_found_in_its_own_audit(world, audit):
    for case, code in ((1, "voice"), (2, "hunger"), (1, "tool"), (2, "nursery")):
        found(world, audit, case, code)
    one = name_themes(audit, called="Heard and fed", codes=["voice", "hunger"], by=world.chair)
    two = name_themes(audit, called="Other", codes=["tool", "nursery"], by=world.chair)
    assert find_named_theme(world.chair, audit.slug, one.public_id) == one
    assert find_named_theme(world.chair, audit.slug, two.public_id) == two
    another = world.planned("Another")
    with pytest.raises(NamedTheme.DoesNotExist):
        find_named_theme(world.chair, another.slug, one.public_id)


def test_a_restricted_note_is_found_in_its_own_case(world, note):
    case = note.hearing.case
    assert find_restricted_note(world.lead, case.audit.slug, case.number, note.public_id) == note
    other = first_case(world.panel_opened(1))
    assert other.audit != case.audit
    with pytest.raises(RestrictedNote.DoesNotExist):
        find_restricted_note(world.lead, other.audit.slug, other.number, note.public_id)


def test_a_lead_of_another_agency_may_not_read_a_restricted_note_even_where_it_is_in_their_hands(world, note):
    assert rules.may_read_restricted_note(world.lead, note)
    refused = rules.may_read_restricted_note(world.police_lead, note)
    assert (bool(refused), refused.code) == (False, "not-the-lead")


def test_nothing_is_reworded_as_disputed_before_the_panel_has_closed(world, audit):
    finding = found(world, audit, 1, "voice")
    refused = rules.may_change_disputed_finding(world.chair, finding)
    assert (bool(refused), refused.code) == (False, "not-after-the-panel")
    finding.audit.stage = AuditStage.PANEL_CLOSED
    assert rules.may_change_disputed_finding(world.chair, finding)
