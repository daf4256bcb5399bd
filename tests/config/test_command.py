"""The `maca` command, run as a person would run it."""

import contextlib
import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.browser import a_database, begin_with

pytestmark = pytest.mark.process

SEED = Path(__file__).parents[2] / "maca/demo/data/six-step-briefing-neglect-2.txt"


def run(*words: str, **settings: str | None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **{name: value for name, value in settings.items() if value is not None}}
    for name, value in settings.items():
        if value is None:
            environment.pop(name, None)
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "maca", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def maca(tmp_path):
    with a_database(f"command_{os.getpid()}_{os.urandom(4).hex()}") as database:
        if database is None:
            begin_with(tmp_path / "data", "notices", "send")
        yield lambda *words, **settings: run(
            *words, **{"MACA_DATA": str(tmp_path / "data"), "DATABASE_URL": database, **settings}
        )


def test_the_seed_is_read_without_any_site_at_all():
    read = run("import-briefing", "--json", str(SEED), MACA_DATA=None, DATABASE_URL=None)
    assert read.returncode == 0, read.stderr
    found = json.loads(read.stdout)
    headings = [finding["heading"] for finding in found["findings"]]
    counts = [headings.count(one) for one in ("went_well", "can_be_improved", "challenge_or_theme", "good_practice")]
    assert counts == [18, 25, 22, 3]
    assert (found["title"], found["kind"], found["theme"]) == ("Neglect 2", "Multi Agency Case Audit", "Neglect")
    assert len({finding["case"] for finding in found["findings"]} - {None}) == 5
    assert (len(found["agency_questions"]), len(found["panel_questions"])) == (7, 3)
    repeated = [(found["findings"][one], found["findings"][other]) for one, other in found["duplicates"]]
    assert len(repeated) == 3
    assert all(one["case"] == other["case"] == "Case 5" and one["text"] == other["text"] for one, other in repeated)
    assert found["unread"] == []


def test_what_goes_in_comes_out_in_every_form(maca, tmp_path):
    made = maca("import-briefing", str(SEED))
    assert made.returncode == 0, made.stderr
    assert "5 cases, 68 findings" in made.stdout
    plain = json.loads(maca("import-briefing", "--json", str(SEED)).stdout)
    for form in ("txt", "docx", "pdf", "json", "html"):
        file = tmp_path / f"out.{form}"
        written = maca("briefing", "neglect-2", "--format", form, "--output", str(file))
        assert written.returncode == 0, written.stderr
        if form in ("txt", "docx", "pdf"):
            assert json.loads(maca("import-briefing", "--json", str(file)).stdout) == plain, form
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == plain
    assert (tmp_path / "out.txt").read_text(encoding="utf-8").strip() == SEED.read_text(encoding="utf-8").strip()


def test_what_was_not_read_is_said_and_the_rest_is_kept(maca, tmp_path):
    odd = tmp_path / "odd.txt"
    seed = SEED.read_text(encoding="utf-8")
    odd.write_text(seed.replace("Case 1\n", "Case 1\n\nHeard twice.\n", 1), encoding="utf-8")
    made = maca("import-briefing", str(odd))
    assert "68 findings" in made.stdout
    assert "Heard twice." in made.stderr


@pytest.mark.parametrize(
    "content", [b"", b"Dear all, the meeting is off.\n", b"\x00\x01\x02\xff" * 99, b"%PDF-1.7 broken"]
)
def test_a_file_that_is_no_briefing_gets_a_sentence_and_exit_code_2(tmp_path, content):
    file = tmp_path / "not-a-briefing"
    file.write_bytes(content)
    for options in ([], ["--json"]):
        refused = run("import-briefing", *options, str(file), MACA_DATA=str(tmp_path / "data"))
        assert refused.returncode == 2
        assert refused.stdout == ""
        assert "Traceback" not in refused.stderr
        assert "not-a-briefing" in refused.stderr


def test_a_file_that_is_not_there_gets_a_sentence_and_exit_code_2(tmp_path):
    refused = run("import-briefing", str(tmp_path / "nowhere.txt"))
    assert refused.returncode == 2
    assert "nowhere.txt" in refused.stderr


def test_an_audit_that_is_not_there_is_answered_with_those_that_are(maca):
    maca("import-briefing", str(SEED))
    refused = maca("briefing", "neglect-7", "--output", "-")
    assert refused.returncode == 2
    assert "neglect-2" in refused.stderr


def test_the_help_names_every_command():
    shown = run("--help", MACA_DATA=None)
    assert shown.returncode == 0
    for word in ("serve", "demo", "import-briefing", "briefing", "MACA_DATA", "DATABASE_URL"):
        assert word in shown.stdout


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"MACA_DATA": None}, "MACA_DATA is not set"),
        ({"MACA_DATA": "/proc/nowhere"}, "Set it to a directory that this account may write to"),
        ({"MACA_MODE": "live"}, "Set it to training or production"),
        ({"MACA_MODE": "production"}, "MACA_HOSTS is not set"),
        ({"MACA_MODE": "production", "MACA_HOSTS": "*"}, "Name the hosts"),
        ({"MACA_SECRET_KEY": "short"}, "at least 32"),
        ({"DATABASE_URL": "mysql://x@y/z"}, "PostgreSQL"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
    ],
)
def test_a_bad_setting_is_answered_with_what_to_set(tmp_path, settings, says):
    refused = run("demo", **{"MACA_DATA": str(tmp_path), "DATABASE_URL": None, **settings})
    assert refused.returncode == 2
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_demo_is_made_once_and_anew_when_asked(maca):
    assert "21 people" in maca("demo").stdout
    assert "there already" in maca("demo").stdout
    assert "21 people" in maca("demo", "--reset").stdout


def test_a_reset_never_takes_real_work_with_it(maca):
    maca("demo")
    maca("partnership", "A Real One")
    refused = maca("demo", "--reset")
    assert refused.returncode == 2
    assert "A Real One" in refused.stderr
    assert maca("briefing", "neglect-2", "--output", "-").returncode == 0


def test_the_demo_is_never_made_in_production_nor_beside_real_work(maca):
    refused = maca("demo", MACA_MODE="production", MACA_HOSTS="audits.example")
    assert refused.returncode == 2
    assert "never made in production" in refused.stderr
    maca("partnership", "A Real One")
    assert "A Real One" in maca("demo").stderr


def test_training_is_served_on_this_machine_only_and_never_in_production(maca):
    maca("demo")
    refused = maca("serve", "--host", "0.0.0.0", "--port", "0")
    assert refused.returncode == 2
    assert "this machine only" in refused.stderr
    refused = maca("serve", "--port", "0", MACA_MODE="production", MACA_HOSTS="audits.example")
    assert refused.returncode == 2
    assert "whose people are invented" in refused.stderr


def test_a_person_made_at_the_command_line_has_a_strong_password(maca):
    words = ("person", "a@b.example", "--name", "A", "--post", "B", "--role", "chair", "--password")
    weak = maca(*words, "short")
    assert weak.returncode == 2
    assert "12 characters" in weak.stderr
    assert maca(*words, "correct horse battery").returncode == 0
    assert "has an account already" in maca(*words, "correct horse battery").stderr


def test_a_name_that_would_turn_round_the_line_is_refused_at_the_command_line(maca):
    turned = "Ann\u202enosliw"
    for words in (
        ("partnership", turned),
        ("person", "a@b.example", "--name", turned, "--post", "B", "--role", "chair", "--invite"),
        ("person", "a@b.example", "--name", "A", "--post", turned, "--role", "chair", "--invite"),
        ("person", "a@b.example", "--name", "A", "--post", "B", "--role", "chair", "--agency", turned, "--invite"),
    ):
        refused = maca(*words)
        assert refused.returncode == 2
        assert "(right-to-left override), after “Ann”" in refused.stderr


def test_somebody_who_lost_every_second_step_is_helped_at_the_machine(maca):
    wrong = maca("forget-second-step", "nobody@example.gov.uk")
    assert (wrong.returncode, "Nobody has an account" in wrong.stderr) == (2, True)
    account = ("--name", "A Chair", "--post", "Chair", "--role", "chair", "--password", "heron lantern gravel")
    assert maca("person", "chair@example.gov.uk", *account).returncode == 0
    helped = maca("forget-second-step", "chair@example.gov.uk")
    assert "A Chair is signed out everywhere" in helped.stdout, helped.stderr


@pytest.mark.parametrize(
    ("made", "code"),
    [(["0001_initial", "0002_readings", "0003_unchangeable"], 0), (["0001_initial", "0002_readings"], 2)],
)
def test_tables_of_a_trial_version_go_on_or_are_left_as_they_are(tmp_path, made, code):
    """The journal’s stand for those of every room: one migration replaces three that are gone. (ADR 61)"""
    data = tmp_path / "data"
    begin_with(data, "notices", "send")
    with contextlib.closing(sqlite3.connect(data / "maca.sqlite3")) as database, database:
        database.execute("DELETE FROM django_migrations WHERE app = 'journal'")
        database.executemany(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('journal', ?, '2026-11-01')",
            [(one,) for one in made],
        )
    told = run("notices", "send", MACA_DATA=str(data), DATABASE_URL=None)
    assert told.returncode == code, told.stderr
    assert ("too old for this one to bring up to date" in told.stderr) == bool(code)
    assert "Traceback" not in told.stderr


def test_the_very_first_person_is_invited_with_a_link_on_the_operators_screen(maca):
    maca("partnership", "A Partnership")
    words = ("person", "first@b.example", "--name", "A", "--post", "B", "--role", "chair", "--invite")
    links = [maca(*words).stdout for _ in range(2)]
    assert all(re.fullmatch(r"http://127.0.0.1:8000/invitation/[0-9a-f]{32}/\S+/\n", link) for link in links)
    assert links[0] != links[1]
    assert "not both" in maca(*words, "--password", "correct horse battery").stderr
    operator = maca("person", "o@b.example", "--name", "A", "--post", "B", "--role", "operator", "--invite")
    assert operator.returncode == 2
    assert "There is no role “operator”. The roles: business_manager, chair," in operator.stderr
    assert "can sign in for another 90 days" in maca("attest", "First@b.example").stdout
    assert "Nobody has an account" in maca("attest", "nobody@b.example").stderr


def test_a_bad_mail_server_says_how_to_write_it(tmp_path):
    production = {"MACA_DATA": str(tmp_path), "MACA_MODE": "production", "MACA_HOSTS": "a.example"}
    bad = run("partnership", "P", **production, MACA_MAIL="mail.example", MACA_MAIL_FROM="a@b.example")
    assert bad.returncode == 2
    assert "smtp://user:password@host:587" in bad.stderr
    nobody = run("partnership", "P", **production, MACA_MAIL="smtp://mail.example", MACA_MAIL_FROM=None)
    assert nobody.returncode == 2
    assert "MACA_MAIL_FROM" in nobody.stderr
