"""The code-book of a partnership, and themes that the chair puts together under one name."""

import pytest
from django.urls import reverse

from maca.audits.models import Heading
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.panel import operations
from maca.panel.models import Cause, NamedTheme, ThemeTag
from maca.panel.queries import codebook_of, find_theme_tag, themes_of
from tests.makers import World
from tests.panel.test_themes import across, audit, found

__all__ = ["audit"]


def book(world):
    return codebook_of(world.partnership.pk)


def test_a_theme_is_added_renamed_and_taken_out_of_use_and_findings_keep_it(world, audit, sign_in):
    client = sign_in(world.manager)
    assert client.post(
        reverse("add-theme-tag"), {"called": "Bed bugs", "words": "Bed  BUG*, mattress", "once": "a" * 32}
    ).url == reverse("codebook")
    tag = ThemeTag.objects.get()
    assert (tag.called, tag.words) == ("Bed bugs", ["bed bug*", "mattress"])
    assert [one.called for one in book(world).suggested("A mattress on the floor.")] == ["Bed bugs"]
    found(world, audit, 1, tag.code)
    page = reverse("change-theme-tag", kwargs={"code": tag.code})
    sent = {"called": "Where they sleep", "words": "", "version": "1", "once": "b" * 32}
    assert client.post(page, sent).status_code == 302
    assert across(audit) == {"Where they sleep": ("Case 1",)}
    assert tag.code not in {one.code for one in book(world).used}
    shown = client.get(reverse("codebook")).content.decode()
    assert shown.index("Out of use") < shown.index("Where they sleep")
    finding = audit.findings.get()
    change = reverse("change-finding", kwargs={"audit": audit.slug, "finding": finding.public_id})
    assert f'value="{tag.code}" checked' in sign_in(world.chair).get(change).content.decode()
    new = reverse("record-finding", kwargs={"audit": audit.slug, "case": 1, "heading": "went_well"})
    assert tag.code not in sign_in(world.chair).get(new).content.decode()


def test_a_shipped_theme_is_renamed_for_one_partnership_alone(world):
    other = World("Elsewhere Partnership")
    tag = find_theme_tag(world.chair, "voice")
    operations.change_theme_tag(tag, called="The child", words=[], used=True, version=1, by=world.chair)
    assert book(world).called("voice") == "The child"
    assert book(other).called("voice") == "Voice and lived experience of the child"
    with pytest.raises(Changed):
        operations.change_theme_tag(tag, called="Again", words=[], used=True, version=1, by=world.chair)


def test_two_themes_have_no_name_in_common(world, sign_in):
    with pytest.raises(Refused) as refused:
        operations.add_theme_tag(world.partnership, called="hunger", words=[], by=world.chair)
    assert refused.value.code == "named-so"
    own = operations.add_theme_tag(world.partnership, called="Bed bugs", words=[], by=world.chair)
    operations.change_theme_tag(own, called="Bed Bugs", words=[], used=True, version=None, by=world.chair)


@pytest.mark.parametrize(("words", "says"), [("an", "“an” is too short"), ("b*d bugs", "at the end of a word only")])
def test_words_that_would_suggest_it_everywhere_are_refused(world, sign_in, words, says):
    client = sign_in(world.chair)
    refused = client.post(reverse("add-theme-tag"), {"called": "Bed bugs", "words": words, "once": "a" * 32})
    assert refused.status_code == 422
    assert says in refused.content.decode()
    assert not ThemeTag.objects.exists()


def test_themes_under_one_name_count_each_case_once_and_are_taken_apart_again(world, audit, sign_in):
    found(world, audit, 1, "assessment_tool", text="One.", causes=[Cause.TOOL])
    found(world, audit, 3, "assessment_quality", text="Three.", causes=[Cause.TOOL])
    found(world, audit, 3, "assessment_tool", "assessment_quality", text="Both.")
    found(world, audit, 2, "drift", text="Two.")
    client, page = sign_in(world.chair), reverse("name-themes", kwargs={"audit": audit.slug})
    assert "Quality of assessment (Case 3)" in client.get(page).content.decode()
    sent = {"codes": ["assessment_tool", "assessment_quality"], "called": "Nobody measured it", "once": "a" * 32}
    assert client.post(page, sent).status_code == 302
    measured, drift = themes_of(audit, set(audit.cases.values_list("pk", flat=True)))
    assert (measured.called, measured.cases) == ("Nobody measured it", ("Case 1", "Case 3"))
    assert [one.text for one in measured.findings] == ["One.", "Three.", "Both."]
    assert measured.causes == (("A tool that does not fit the work", 2),)
    assert (drift.called, drift.named) == ("Drift and delay", None)
    shown = client.get(reverse("panel-themes", kwargs={"audit": audit.slug})).content.decode()
    assert "Named by the chair, of: Assessment tools: used and reviewed; Quality of assessment" in shown
    with pytest.raises(Refused) as refused:
        operations.name_themes(audit, called="Twice", codes=["assessment_tool"], by=world.chair)
    assert refused.value.code == "named-already"
    named = NamedTheme.objects.get()
    operations.change_named_theme(named, called="Measured", codes=["assessment_tool"], version=1, by=world.chair)
    assert set(across(audit)) == {"Measured", "Quality of assessment", "Drift and delay"}
    operations.take_themes_apart(named, by=world.chair)
    assert set(across(audit)) == {
        "Assessment tools: used and reviewed",
        "Quality of assessment",
        "Drift and delay",
    }


def test_a_name_without_a_finding_that_stands_is_no_theme(world, audit):
    one = found(world, audit, 1, "voice", heading=Heading.WENT_WELL)
    operations.name_themes(audit, called="Heard", codes=["voice"], by=world.chair)
    assert across(audit) == {"Heard": ("Case 1",)}
    operations.withdraw_finding(one, by=world.chair)
    assert across(audit) == {}
