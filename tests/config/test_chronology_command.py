"""`maca chronology`, which needs no site."""

import json

import pytest
from click.testing import CliRunner

from maca.config.command import main


def run(*args):
    return CliRunner().invoke(main, ["chronology", *map(str, args)])


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "gp.csv").write_text(
        "date,event,text\n2024-01-01,was_not_brought,a\n2024-02-01,was_not_brought,b\nSpring 2024,,c\n"
    )
    return folder


def test_check_prints_what_was_found_as_json(folder):
    done = run("check", folder, "--json", "--to", "01/03/2024", "--tool", "neglect toolkit")
    assert done.exit_code == 0
    found = json.loads(done.output)
    assert list(found) == ["entries", "unread", "period", "patterns"]
    assert found["entries"] == 2
    assert found["period"] == {"from": "2024-01-01", "to": "2024-03-01"}
    [unread] = found["unread"]
    assert list(unread) == ["file", "row", "column", "value", "why", "mend"]
    assert (unread["file"], unread["row"], unread["column"], unread["value"]) == ("gp.csv", 4, "date", "Spring 2024")
    series, tool = found["patterns"]
    assert list(series) == ["code", "agency", "child", "from", "to", "entries", "says"]
    assert (series["code"], series["agency"], series["child"]) == ("not_brought_series", "gp", None)
    assert (series["from"], series["to"], series["entries"]) == ("2024-01-01", "2024-02-01", ["gp.csv:2", "gp.csv:3"])
    assert (tool["code"], tool["agency"], tool["entries"]) == ("tool_not_used", None, [])


def test_check_prints_lines_to_read(folder):
    done = run("check", folder)
    assert done.exit_code == 0
    assert "Not brought several times (not_brought_series, the GP): Not brought to the GP 2 times" in done.output
    assert "gp.csv, row 4, date “Spring 2024”" in done.output


@pytest.mark.parametrize("kind", ["xlsx", "csv", "html", "pdf"])
def test_merge_writes_a_file_and_tells_what_it_left_out(folder, tmp_path, kind):
    done = run("merge", folder, "--output", tmp_path / f"line.{kind}")
    assert done.exit_code == 0
    assert (tmp_path / f"line.{kind}").stat().st_size > 100
    assert "2 entries" in done.output
    assert "row 4" in done.output


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["check", "no-such-file.csv"], "could not be opened"),
        (["check", "FOLDER", "--to", "soon"], "is no day"),
        (["merge", "FOLDER", "--output", "x.doc"], "neither"),
        (["merge", "FOLDER", "--output", "no/such/place.csv"], "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(folder, args, says):
    done = run(*[folder if one == "FOLDER" else one for one in args])
    assert done.exit_code == 2
    assert says in done.output
