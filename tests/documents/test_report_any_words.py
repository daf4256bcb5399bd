"""Whatever somebody types comes through every form in which a summative report leaves the site."""

import io
import re

import docx
import pytest

from maca.design.jinja import shown as on_a_page
from maca.kernel.paper_as_files import as_pdf, as_word
from maca.kernel.text import keepable
from maca.returns.operations import introduce_report, issue_report, read_report_version
from tests.documents.typed import drawn, letters, text_of_pdf, typed

pytestmark = pytest.mark.django_db


def test_what_is_typed_is_in_the_page_of_a_version_in_word_and_in_pdf(world, sign_in):
    case = world.circulated(1).cases.select_related("audit", "nomination").get()
    kept = keepable("\n".join(typed()))
    lines = kept.split("\n")
    introduce_report(case, words=kept, version=1, by=world.manager)
    paper = read_report_version(issue_report(case, by=world.manager), by=world.manager)
    assert list(paper.parts[0].lines) == lines

    page = sign_in(world.manager).get(f"/audits/{case.audit.slug}/cases/1/report/versions/1/").content.decode()
    introduction = page.split(">Introduction</h2>")[1].split("<h2")[0]
    shown = re.findall('<p class="govuk-body maca-words">(.*?)</p>', introduction, re.DOTALL)
    assert shown == [on_a_page(line) for line in lines if line]

    written = [one.text for one in docx.Document(io.BytesIO(as_word(paper))).paragraphs]
    at = written.index("Introduction") + 1
    assert written[at : at + len(lines)] == lines

    assert not drawn(lines) - letters(text_of_pdf(as_pdf(paper)))
