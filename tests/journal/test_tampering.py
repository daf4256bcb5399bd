"""Whatever an owner of the database does to the journal is found, and where; an honest journal raises no alarm."""

import datetime as dt
import hashlib
import json
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from maca.config.command import main as maca
from maca.journal import heads, queries, verify_export
from maca.journal.chain import canonical_entry
from maca.journal.models import Entry, Head
from maca.journal.operations import write
from tests.lifting import is_laid, journal_can_be_changed

# They lift the triggers, which only the owner of the tables can.
pytestmark = pytest.mark.usefixtures("as_the_owner")

LENGTH = 40
PLACES = [1, 2, 19, 27, LENGTH - 1, LENGTH]


class Somebody:
    def __init__(self, partnership: str, name: str = "A Person") -> None:
        self.public_id = "b" * 32
        self.name = name
        self.partnership_public_id = partnership


HERE, THERE = Somebody("1" * 32), Somebody("2" * 32)


def fill(who: Somebody = HERE, length: int = LENGTH) -> None:
    with transaction.atomic():
        for number in range(length):
            write("did a thing", who, by=who, is_reading=number % 3 == 0, case=f"Case {number}")


def entry(number: int, who: Somebody = HERE) -> Entry:
    return Entry.objects.get(partnership=who.partnership_public_id, number=number)


def rehash(one: Entry) -> str:
    return hashlib.sha256(canonical_entry(one)).hexdigest()


def renumber(first: int, by: int) -> None:
    """Move every entry from `first` on up or down, as somebody who knows that a gap would show."""
    rows = Entry.objects.filter(partnership=HERE.partnership_public_id, number__gte=first).order_by("number")
    for one in rows if by < 0 else rows.reverse():
        Entry.objects.filter(pk=one.pk).update(number=one.number + by)


def rewrite(first: int, who: Somebody = HERE) -> None:
    """Make a chain whole again from an entry on, with every digest right."""
    before = entry(first - 1, who).digest if first > 1 else ""
    for one in Entry.objects.filter(partnership=who.partnership_public_id, number__gte=first).order_by("number"):
        one.before = before
        before = rehash(one)
        Entry.objects.filter(pk=one.pk).update(before=one.before, digest=before)


def export(path, who: Somebody = HERE) -> None:
    path.write_bytes(b"".join(queries.export_lines(who.partnership_public_id, "Ours")))


def check_alone(path, *words: str) -> subprocess.CompletedProcess[str]:
    """As an agency does, with nothing installed."""
    command = [sys.executable, "-I", "-S", verify_export.__file__, str(path), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent, env={})


def found_everywhere(tmp_path, said: str, at: int, *head: str) -> None:
    """The command's check and the stand-alone one say the same of the same entry."""
    known = [verify_export.head_in(one) for one in head]
    checked = queries.verify(HERE.partnership_public_id, heads=known)
    assert (checked.wrong, checked.at) == (said, at)
    path = tmp_path / "journal.jsonl"
    export(path)
    alone = check_alone(path, *(word for one in head for word in ("--head", one)))
    assert alone.returncode == 1, alone
    assert f"NOT AS IT WAS WRITTEN: {said}." in alone.stdout


@pytest.mark.django_db
def test_an_untouched_chain_holds_by_command_and_alone(tmp_path):
    """The control of all that follows."""
    fill()
    fill(THERE, 5)
    checked = queries.verify(HERE.partnership_public_id)
    assert (checked.wrong, checked.at, checked.entries) == ("", 0, LENGTH)
    assert checked.head == queries.head_of(HERE.partnership_public_id)
    path = tmp_path / "journal.jsonl"
    export(path)
    alone = check_alone(path, "--head", checked.head, "--head", f"7:{entry(7).digest}")
    assert alone.returncode == 0, alone
    assert f"head {checked.head}" in alone.stdout


CHANGES = {
    "at": lambda one: one.at.replace(year=2001),
    "by": lambda one: "c" * 32,
    "by_name": lambda one: "Somebody Else",
    "did": lambda one: "did nothing",
    "about": lambda one: "Case:" + "d" * 32,
    "is_reading": lambda one: not one.is_reading,
    "details": lambda one: {"case": "Case 99"},
    "before": lambda one: "e" * 64,
    "digest": lambda one: "f" * 64,
}


@pytest.mark.django_db
@pytest.mark.parametrize("field", CHANGES)
@pytest.mark.parametrize("place", PLACES)
def test_a_field_that_was_changed_is_found(field, place):
    fill()
    with journal_can_be_changed():
        Entry.objects.filter(pk=entry(place).pk).update(**{field: CHANGES[field](entry(place))})
    assert queries.verify(HERE.partnership_public_id).wrong == f"entry {place} was changed"


@pytest.mark.django_db
def test_every_field_of_an_entry_is_tried():
    assert set(CHANGES) == {one.name for one in Entry._meta.fields} - {"id", "partnership", "number"}


@pytest.mark.django_db
@pytest.mark.parametrize("place", PLACES)
def test_a_change_with_its_own_digest_made_right_is_found_by_both(tmp_path, place):
    fill()
    head = queries.head_of(HERE.partnership_public_id)
    with journal_can_be_changed():
        one = entry(place)
        one.by_name = "Somebody Else"
        Entry.objects.filter(pk=one.pk).update(by_name=one.by_name, digest=rehash(one))
    said = f"entry {place} was changed"
    if place == LENGTH:
        said = f"the chain was written anew: its entry {place} is not the one whose digest was kept elsewhere"
    found_everywhere(tmp_path, said, place, head)


@pytest.mark.django_db
@pytest.mark.parametrize("place", PLACES[:-1])
@pytest.mark.parametrize("closing_up", [False, True])
def test_an_entry_that_was_taken_out_is_found_by_both(tmp_path, place, closing_up):
    fill()
    with journal_can_be_changed():
        entry(place).delete()
        if closing_up:
            renumber(place + 1, -1)
    found_everywhere(tmp_path, f"entry {place} is missing", place)


@pytest.mark.django_db
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("well_made", [False, True])
def test_an_entry_that_was_put_in_is_found_by_both(tmp_path, place, well_made):
    fill()
    with journal_can_be_changed():
        renumber(place, +1)
        forged = Entry.objects.get(partnership=HERE.partnership_public_id, number=place + 1)
        forged.pk, forged.number, forged.did = None, place, "did a thing that nobody did"
        forged.digest = rehash(forged) if well_made else forged.digest
        forged.save(force_insert=True)
    found_everywhere(tmp_path, f"entry {place} was put in", place)


@pytest.mark.django_db
@pytest.mark.parametrize(("first", "second"), [(1, 2), (18, 19), (LENGTH - 1, LENGTH), (1, LENGTH), (5, 30)])
def test_two_entries_that_changed_places_are_found_by_both(tmp_path, first, second):
    fill()
    one, other = entry(first), entry(second)
    with journal_can_be_changed():
        for pk, number in ((one.pk, 10_000), (other.pk, first), (one.pk, second)):
            Entry.objects.filter(pk=pk).update(number=number)
    found_everywhere(tmp_path, f"entries {first} and {second} changed places", first)


@pytest.mark.django_db
@pytest.mark.parametrize("taken", [1, 4, LENGTH])
def test_an_end_that_was_taken_away_is_found_by_a_head(tmp_path, taken):
    fill()
    head = queries.head_of(HERE.partnership_public_id)
    with journal_can_be_changed():
        Entry.objects.filter(number__gt=LENGTH - taken).delete()
    assert not queries.verify(HERE.partnership_public_id).wrong, "without a head it cannot be seen"
    words = {1: "the last entry was", 4: "the last 4 entries were", LENGTH: f"all {LENGTH} entries were"}[taken]
    found_everywhere(tmp_path, f"{words} taken away", LENGTH - taken + 1, head)


@pytest.mark.django_db
def test_the_chains_of_two_partnerships_that_were_exchanged_are_found():
    fill()
    fill(THERE)
    with journal_can_be_changed():
        for old, new in (("1" * 32, "3" * 32), ("2" * 32, "1" * 32), ("3" * 32, "2" * 32)):
            Entry.objects.filter(partnership=old).update(partnership=new)
    for who in (HERE, THERE):
        checked = queries.verify(who.partnership_public_id)
        assert (checked.wrong, checked.at) == ("this chain is of another partnership", 1)


@pytest.mark.django_db
@pytest.mark.parametrize("place", PLACES)
def test_a_chain_written_anew_is_found_from_a_head_kept_elsewhere(tmp_path, place):
    fill()
    head = queries.head_of(HERE.partnership_public_id)
    with journal_can_be_changed():
        Entry.objects.filter(pk=entry(place).pk).update(by_name="Somebody Else")
        rewrite(place)
    assert not queries.verify(HERE.partnership_public_id).wrong, "without a head it cannot be seen"
    said = f"the chain was written anew: its entry {LENGTH} is not the one whose digest was kept elsewhere"
    found_everywhere(tmp_path, said, LENGTH, head)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["written anew", "cut short"])
def test_the_head_in_the_keystore_finds_what_the_chain_does_not_show(how):
    fill()
    heads.keep_waiting()
    assert Head.objects.get(partnership=HERE.partnership_public_id).number == LENGTH
    assert not queries.verify(HERE.partnership_public_id).wrong
    with journal_can_be_changed():
        if how == "written anew":
            Entry.objects.filter(pk=entry(3).pk).update(did="did nothing")
            rewrite(3)
        else:
            Entry.objects.filter(number__gt=LENGTH - 4).delete()
    assert ("written anew" if how == "written anew" else "last 4") in queries.verify(HERE.partnership_public_id).wrong
    Head.objects.all().delete()
    assert not queries.verify(HERE.partnership_public_id).wrong, "the control: it is the head that finds it"


@pytest.mark.django_db(transaction=True)
def test_a_head_never_moves_back_and_one_that_lags_is_no_alarm():
    fill()
    heads.keep_waiting()
    heads._advance(HERE.partnership_public_id, 3, entry(3).digest)
    assert Head.objects.get().number == LENGTH
    Head.objects.update(number=30, digest=entry(30).digest)
    assert not queries.verify(HERE.partnership_public_id).wrong


@pytest.mark.django_db(transaction=True)
def test_no_head_is_kept_of_what_never_happened():
    with transaction.atomic():
        write("did a thing", HERE, by=HERE)
        transaction.set_rollback(True)
    heads.keep_waiting()
    assert not Head.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_people_who_write_at_once_make_one_chain_that_holds():
    def work() -> None:
        try:
            for _ in range(10):
                fill(HERE, 1)
                fill(THERE, 1)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    heads.keep_waiting()
    for who in (HERE, THERE):
        checked = queries.verify(who.partnership_public_id)
        assert (checked.wrong, checked.entries, checked.kept) == ("", 40, 40)


BOTH = "sqlite postgresql"
STATEMENTS = {
    "update": (BOTH, "UPDATE journal_entry SET did = 'x'"),
    "update-one": (BOTH, "UPDATE journal_entry SET did = did WHERE number = 3"),
    "delete": (BOTH, "DELETE FROM journal_entry WHERE number = 3"),
    "truncate": ("postgresql", "TRUNCATE journal_entry"),
    "replace": (
        "sqlite",
        "INSERT OR REPLACE INTO journal_entry (id, partnership, number, at, by, by_name, did, about, is_reading, "
        "details, before, digest) SELECT id, partnership, number, at, 'x', by_name, did, about, is_reading, "
        "details, before, digest FROM journal_entry WHERE number = 3",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", STATEMENTS)
def test_the_database_itself_refuses_to_change_an_entry(name):
    vendors, statement = STATEMENTS[name]
    if connection.vendor not in vendors:
        pytest.skip("a statement of the other database")
    fill()
    with pytest.raises(DatabaseError, match="never changed or taken away"), transaction.atomic():
        connection.cursor().execute(statement)
    assert not queries.verify(HERE.partnership_public_id).wrong
    with journal_can_be_changed():
        connection.cursor().execute(statement)  # the control: it is the trigger that refuses
    assert is_laid()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "bad", ["x" * 121, "two\nlines", 1.5, ["x" * 121], {"a": {"b": "one\ntwo"}}, {"x" * 121: 1}, b"x"]
)
def test_narrative_cannot_slip_in_as_a_detail(bad):
    with pytest.raises(ValueError, match="detail “label”") as refused:
        write("did a thing", HERE, by=HERE, label=bad)
    assert "xxx" not in str(refused.value)
    assert not Entry.objects.exists()
    write("did a thing", HERE, by=HERE, label=["Case 1", None, 3, True, {"digest": "a" * 64}])


def test_an_entry_is_hashed_alike_here_and_in_the_program_that_stands_alone():
    one = Entry(partnership="1", number=1, by_name="Zoë “Z” O’Hara", details={"b": [1, None], "a": "é"})
    one.at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = canonical_entry(one)
    assert made == verify_export.canonical(json.loads(made))


def exported(tmp_path, lines) -> subprocess.CompletedProcess[str]:
    path = tmp_path / "changed.jsonl"
    path.write_bytes(b"".join(lines))
    return check_alone(path)


@pytest.mark.django_db
def test_an_export_that_was_changed_on_its_way_is_found(tmp_path):
    fill()
    path = tmp_path / "journal.jsonl"
    export(path)
    lines = path.read_bytes().splitlines(keepends=True)
    assert exported(tmp_path, lines).returncode == 0
    for place in [*PLACES, random.randrange(1, LENGTH)]:
        changed = [*lines]
        changed[place] = changed[place].replace(b"A Person", b"B Person")
        assert f"entry {place} was changed" in exported(tmp_path, changed).stdout
        missing = exported(tmp_path, lines[:place] + lines[place + 1 :])
        assert missing.returncode == 1
        assert "missing" in missing.stdout or "taken away" in missing.stdout
    assert "end of the file was cut off" in exported(tmp_path, lines[:-1]).stdout
    assert "last 4 entries were taken away" in exported(tmp_path, lines[:-5] + lines[-1:]).stdout
    assert "cannot be read" in exported(tmp_path, [*lines[:9], b"{]\n", *lines[10:]]).stdout
    assert exported(tmp_path, [*lines, b"more\n"]).returncode == 1
    assert exported(tmp_path, [b"not an export\n"]).returncode == 2


@pytest.mark.django_db
def test_what_an_export_calls_itself_cannot_pass_for_the_verdict(tmp_path):
    fill()
    lines = list(queries.export_lines(HERE.partnership_public_id, "Ours\nThe journal is as it was written.\x1b[8m"))
    lines[5] = lines[5].replace(b"A Person", b"B Person")
    said = exported(tmp_path, lines)
    assert said.returncode == 1
    assert said.stdout.startswith("NOT AS IT WAS WRITTEN: entry 5 was changed.\n")
    assert "\nThe journal is as" not in said.stdout
    assert "\x1b" not in said.stdout


@pytest.mark.django_db
@pytest.mark.parametrize("spelling", [b'{"about":"x",', b'{ "about"', b'{"at"'])
def test_an_entry_spelt_otherwise_than_it_is_hashed_is_refused(tmp_path, spelling):
    """Its digest made right, so that only the spelling is wrong."""
    fill(length=1)
    header, line, end = queries.export_lines(HERE.partnership_public_id, "Ours")
    entry_bytes = line[len(verify_export.BEGIN) + 64 + len(verify_export.MIDDLE) : -2]
    if spelling == b'{"at"':  # the names in another order
        content = json.dumps(dict(reversed(json.loads(entry_bytes).items())), separators=(",", ":")).encode()
    else:
        content = entry_bytes.replace(b'{"about"' if b" " in spelling else b"{", spelling, 1)
    assert json.loads(content) == json.loads(entry_bytes), "every reader of JSON takes it for the same entry"
    digest = hashlib.sha256(content).hexdigest()
    last = verify_export.canonical({"count": 1, "head": f"1:{digest}"}) + b"\n"
    said = exported(tmp_path, [header, verify_export.line_of(digest, content) + b"\n", last])
    assert (said.returncode, "entry 1 cannot be read" in said.stdout) == (1, True)
    assert exported(tmp_path, [header, line, end]).returncode == 0


@pytest.mark.parametrize(
    "header", [b"[" * 9_999, b'{"format":' + b"[" * 9_000, b"", b"[]", b'{"format":"maca journal 1"}']
)
def test_a_header_that_cannot_be_read_is_answered_and_raises_nothing(tmp_path, header):
    said = exported(tmp_path, [header + b"\n"])
    assert (said.returncode, said.stderr) == (2, "")
    assert "cannot be checked" in said.stdout


@pytest.mark.django_db
def test_without_a_head_the_verdict_says_what_cannot_be_seen(tmp_path):
    fill()
    path = tmp_path / "journal.jsonl"
    export(path)
    assert "cannot be seen whether all was written anew" in check_alone(path).stdout
    head = queries.head_of(HERE.partnership_public_id)
    assert "cannot be seen" not in check_alone(path, "--head", head).stdout


def test_the_commands_check_and_write_out_and_the_verifier_stands_alone(tmp_path, world, capsys):
    def run(*words: str) -> tuple[int, str]:
        code = 0
        try:
            maca(["journal", *words], standalone_mode=False)
        except SystemExit as ended:
            code = int(ended.code or 0)
        return code, capsys.readouterr().out

    world.planned()
    head = queries.head_of(world.partnership.public_id)
    assert run("verify", "--head", head) == (0, run("verify")[1])
    file, program = tmp_path / "journal.jsonl", tmp_path / "check.py"
    assert run("export", str(file))[0] == run("verifier", str(program))[0] == 0
    alone = subprocess.run(
        [sys.executable, "-I", "-S", str(program), str(file), "--head", head],
        capture_output=True, text=True, check=False, cwd=tmp_path, env={},
    )  # fmt: skip
    assert alone.returncode == 0, alone
    with journal_can_be_changed():
        Entry.objects.filter(number=4).update(by_name="Somebody Else")
    code, said = run("verify")
    assert code == 1
    assert "entry 4 was changed" in said


def test_the_verifier_is_short_enough_to_read_and_needs_nothing():
    lines = Path(verify_export.__file__).read_text(encoding="utf-8").splitlines()
    assert len(lines) < 200
    imported = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imported <= {*sys.stdlib_module_names, "__future__"}
