"""The sheets on the site: for whoever reads the briefing, and nothing of another name."""

import pytest
from django.urls import reverse

from maca.kernel.inspecting import inspect

pytestmark = pytest.mark.django_db


def test_a_sheet_of_a_published_briefing_is_taken_away_clean_and_no_other_is_there(world, sign_in):
    audit = world.published().audit
    client = sign_in(world.social_worker)

    def get(sheet, form):
        return client.get(reverse("download-sheet", kwargs={"audit": audit.slug, "sheet": sheet, "format": form}))

    for sheet in ("seven-minutes", "prompts"):
        for form in ("docx", "pdf", "html", "txt"):
            answer = get(sheet, form)
            assert answer.status_code == 200
            assert answer.headers["Content-Disposition"] == f'attachment; filename="{audit.slug}-{sheet}.{form}"'
            assert inspect(answer.content, f"x.{form}").faults == ()
    assert get("seven-minutes", "json").status_code == 404
    assert get("nothing", "docx").status_code == 404
    page = client.get(reverse("briefing", kwargs={"audit": audit.slug})).content.decode()
    assert f"/audits/{audit.slug}/briefing/sheets/prompts.docx" in page
    assert f"/audits/{audit.slug}/briefing/download.pptx" in page


def test_a_sheet_of_a_draft_says_so(world, sign_in):
    from maca.briefing.printing import print_sheet

    briefing = world.drafted()
    assert b"Draft, not published: " in print_sheet(briefing, "prompts", "txt")
    where = reverse("download-sheet", kwargs={"audit": briefing.audit.slug, "sheet": "prompts", "format": "txt"})
    assert sign_in(world.social_worker).get(where).status_code == 404
