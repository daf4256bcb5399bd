"""A return on paper: the form of one return, as the command writes and reads it."""

import json

import pytest
from click.testing import CliRunner

from maca.config.command import main
from maca.journal.models import Entry
from maca.returns.on_paper import as_excel, as_word
from maca.returns.on_paper.reading import read_bytes
from maca.returns.operations import read_return
from maca.returns.paper import form_of
from tests.documents.paper import edited, fill, tick
from tests.makers import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("write", [as_word.write, as_excel.write])
def test_the_form_asks_what_the_agency_is_asked_and_says_nothing_of_who_the_child_is(write):
    world = World()
    audit = world.circulated(cases=1)
    agency_return = world.return_of(audit)
    form = form_of(agency_return)
    assert [box.id for box in form.questions] == [f"q{number}" for number in range(1, 8)]
    assert form.questions[1].guidance[0] == "Answer this only if you chose “Yes” or “Partly” in question 1."
    read = read_bytes(write(form))
    assert (read.reference.audit, read.reference.case, read.reference.agency) == (audit.slug, 1, "health")
    assert [box.check for box in read.boxes] == [box.check for box in form.boxes]
    assert read.unplaced == ()
    assert "Quux" not in repr(form)


def test_what_the_agency_has_written_stands_in_its_own_form_and_not_in_an_empty_one():
    world = World()
    agency_return = world.answer_all(world.return_of(world.circulated(cases=1)))
    assert all(not box.choice and not box.words for box in form_of(agency_return).boxes)
    answers, _ = read_return(agency_return, by=world.auditor)
    read = read_bytes(as_word.write(form_of(agency_return, answers)))
    assert [(box.choice, box.words) for box in read.boxes] == [
        ("yes", ""),
        ("", "Known since birth."),
        ("", "Seen monthly."),
        *[("yes", "In the record.")] * 5,
        *[("", "One point")] * 2,
    ]


def test_a_form_is_made_filled_in_and_read_by_the_commands(tmp_path):
    world = World()
    audit = world.circulated(cases=1)
    run = CliRunner().invoke
    for called, suffix in (("1", "docx"), ("Case 1", "docx"), ("case-1", "xlsx")):
        file = tmp_path / f"form.{suffix}"
        made = run(main, ["return-form", audit.slug, called, "health", "--output", str(file)])
        assert made.exit_code == 0, made.output
    assert Entry.objects.filter(did="made a return form").count() == 3

    file = tmp_path / "form.docx"
    file.write_bytes(edited(file.read_bytes(), lambda body: (fill(body, "q1", "In May."), tick(body, "q1", "yes"))[0]))
    read = run(main, ["read-return", str(file), "--json"])
    assert read.exit_code == 0, read.output
    found = json.loads(read.stdout)
    assert (found["audit"], found["case"], found["agency"]) == (audit.slug, 1, "health")
    assert found["version"] == world.return_of(audit).version
    assert found["answers"][0] == {"question": 1, "choice": "yes", "text": "In May."}
    assert found["unplaced"] == []
    assert "In May." in run(main, ["read-return", str(file)]).output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["return-form", "neglect-9", "one", "health", "--output", "x.docx"], "no case"),
        (["return-form", "neglect-9", "1", "health", "--output", "x.pdf"], "neither .docx nor .xlsx"),
        (["return-form", "neglect-9", "1", "nobody", "--output", "x.docx"], "was asked about Case 1"),
        (["read-return", "there-is-no-such-file.docx"], "could not be opened"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence_with_exit_code_2(words, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    World().circulated(cases=1)
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 2
    assert says in ran.output
    assert list(tmp_path.iterdir()) == []
