import base64
import os
import secrets
import signal
import subprocess
import sys
from datetime import date

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.test import TestCase

from maca.cases.models import DestructionReason, Identity, IdentityReason
from maca.cases.operations import destroy_case, finish_destroying, open_identity, read_case
from maca.cases.seal import case_key, identity_key
from maca.journal.models import Entry
from maca.kernel.verdict import Refused
from maca.returns.models import AgencyReturn
from maca.returns.operations import read_report, read_return
from maca.sealing import root
from maca.sealing.cipher import CannotOpenError
from maca.sealing.field import NotSealedError, Opened, Sealed, StillSealedError, sealed_fields
from maca.sealing.models import Key, KeyKind
from maca.sealing.operations import make_key, rewrap_under_root, rotate_partnership_key
from maca.sealing.queries import KeyGoneError, KeyMissingError, check_every_key, check_keys, key_for
from tests.journeys.browser import begin_with
from tests.steps import step


@pytest.fixture
@step
def identities(world):
    audit = world.circulated(2)
    return [case.nomination.identity for case in audit.cases.select_related("nomination__identity")]


def test_what_was_sealed_comes_back_word_for_word(world):
    case = world.circulated(1).cases.get()
    identity = open_identity(case, reason=IdentityReason.FIND_RECORD, by=world.auditor)
    assert (identity.child, identity.address, identity.birthday) == ("Zebedee Quux", "1 Quux Street", None)


@pytest.mark.parametrize("words", ["", "x", "Zażółć gęślą jaźń — شارع", "a\x00b", "ב" * 50_000])
def test_any_words_come_back(identities, words):
    one, key = identities[0], identity_key(identities[0].nomination)
    one.child = key.seal(one, "child", words)
    assert key.text(one, "child") == words


def test_the_same_words_never_look_the_same_twice(identities):
    one, key = identities[0], identity_key(identities[0].nomination)
    assert len({key.seal(one, "child", "Zebedee") for _ in range(1000)}) == 1000


def test_a_ciphertext_moved_to_another_row_field_or_case_is_refused(identities):
    one, other = identities
    key = identity_key(one.nomination)
    one.address, kept = one.child, one.address
    with pytest.raises(CannotOpenError):
        key.text(one, "address")
    one.address = kept
    assert key.text(one, "address")  # the control: in its place it opens
    other.child = one.child
    for whose in (key, identity_key(other.nomination)):
        with pytest.raises(CannotOpenError):
            whose.text(other, "child")


def test_a_ciphertext_of_another_partnership_is_refused_even_under_the_same_key(identities):
    one, key = identities[0], identity_key(identities[0].nomination)
    elsewhere = type(key)(key.public_id, "0" * 32, key._cipher)
    one.child = elsewhere.seal(one, "child", "Moved")
    with pytest.raises(CannotOpenError):
        key.text(one, "child")


@pytest.mark.parametrize("place", [0, 1, 16, 17, 28, 29, -1])
def test_a_ciphertext_changed_in_one_bit_is_refused(identities, place):
    one, key = identities[0], identity_key(identities[0].nomination)
    changed = bytearray(one.child)
    changed[place] ^= 1
    one.child = Sealed(changed)
    with pytest.raises(CannotOpenError):
        key.text(one, "child")


def test_a_wrapped_key_put_in_the_place_of_another_is_refused(identities):
    """Somebody who can write to the keystore gives one case the key of another."""
    rows = list(Key.objects.filter(kind=KeyKind.IDENTITY))
    Key.objects.filter(pk=rows[0].pk).update(wrapped=rows[1].wrapped)
    with pytest.raises(CannotOpenError):
        key_for(KeyKind.IDENTITY, rows[0].owner)


def test_an_identity_does_not_open_with_the_key_of_its_case(world):
    case = world.circulated(1).cases.select_related("nomination__identity").get()
    with pytest.raises(CannotOpenError):
        case_key(case).open(case.nomination.identity)


def test_nothing_is_stored_in_clear_by_mistake(identities):
    one = identities[0]
    opened = identity_key(one.nomination).open(Identity.objects.get(pk=one.pk))
    one.child = "Zebedee Quux"
    for row in (one, opened):
        with pytest.raises(NotSealedError), transaction.atomic():
            row.save()


def test_nothing_sealed_is_shown_by_mistake_and_nothing_opened_in_a_traceback(identities):
    one = identities[0]
    for show in (str, "{}".format, lambda value: value.__html__()):
        with pytest.raises(StillSealedError):
            show(one.child)
    opened = identity_key(one.nomination).text(one, "child")
    assert "Quux" not in repr(opened)
    assert "Quux" not in repr([opened, {"child": opened}])
    assert opened == "Zebedee Quux"
    assert isinstance(opened, Opened)


def test_a_report_says_nothing_of_itself_in_a_traceback(world):
    audit = world.circulated(1)
    world.submitted(world.return_of(audit))
    report = read_report(audit.cases.select_related("audit", "nomination").get(), by=world.manager)
    assert report.accounts[0].before == "Known since birth."
    assert "Known since birth." not in repr(report) + repr(report.accounts) + repr(report.rows[0].cells)


def test_nothing_of_the_words_is_in_the_row(identities):
    one = identities[0]
    assert sealed_fields(Identity) == [
        "child", "born_on", "address", "siblings", "mother", "father", "partner", "absent_parent", "household",
        "record_number",
    ]  # fmt: skip
    for name in sealed_fields(Identity):
        assert b"Quux" not in getattr(one, name)


# ---- the keystore and its root


def test_a_site_without_its_keystore_or_with_a_wrong_root_says_so_in_a_sentence(world, monkeypatch):
    here = [world.partnership.public_id]
    check_keys(here)  # the control
    with pytest.raises(ImproperlyConfigured, match="Restore the keystore"):
        check_keys(["0" * 32])
    monkeypatch.setenv("MACA_ROOT_KEY", root.encode(secrets.token_bytes(32)))
    root.root_key.cache_clear()
    try:
        with pytest.raises(ImproperlyConfigured, match="not the one this site’s keys were sealed with"):
            check_keys(here)
    finally:
        root.root_key.cache_clear()


@pytest.mark.parametrize("text", ["", "short", "not a key at all", "A" * 44, base64.b64encode(b"x" * 31).decode()])
def test_what_is_no_root_key_is_refused_with_a_sentence(tmp_path, text):
    (tmp_path / "root.key").write_text(text)
    with pytest.raises(ImproperlyConfigured, match="does not hold a root key"):
        root.read_root(tmp_path / "root.key")


def test_a_root_is_never_written_over_and_is_for_one_account_alone(tmp_path):
    path = tmp_path / "root.key"
    root.write_root(path, b"k" * 32)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        root.write_root(path, b"l" * 32)
    assert root.read_root(path) == b"k" * 32


def test_any_two_of_three_people_restore_the_root_and_one_alone_does_not():
    key = secrets.token_bytes(32)
    first, second, third = root.shares_of(key)
    for pair in ([first, second], [third, first], [second.upper(), "  " + third]):
        assert root.from_shares(pair) == key
    strange = root.shares_of(key)[1]
    for useless in ([first], [first, first], [first, strange], [first, second.replace(" academic ", " acid ", 1)]):
        with pytest.raises(ValueError, match="do not give back a root key"):
            root.from_shares(useless)


def test_a_key_is_kept_whatever_becomes_of_what_it_seals(world):
    key = make_key(KeyKind.CONCERN, owner="c" * 32, partnership=world.partnership.public_id)
    assert key_for(KeyKind.CONCERN, "c" * 32).public_id == key.public_id
    with pytest.raises(KeyMissingError):
        key_for(KeyKind.CONCERN, "d" * 32)
    with pytest.raises(KeyMissingError):
        make_key(KeyKind.CONCERN, owner="e" * 32, partnership="0" * 32)


def test_rotation_leaves_every_word_readable_and_the_old_key_destroyed(world):
    case = world.circulated(1).cases.select_related("nomination__identity").get()
    before = {row.public_id: row.wrapped_by for row in Key.objects.exclude(kind=KeyKind.PARTNERSHIP)}
    # Of the case, of the identity and of the marks.
    assert rotate_partnership_key(world.partnership.public_id) == len(before) == 3
    after = {row.public_id: row.wrapped_by for row in Key.objects.exclude(kind=KeyKind.PARTNERSHIP)}
    assert set(before) == set(after)
    assert not set(before.values()) & set(after.values())
    old = Key.objects.get(kind=KeyKind.PARTNERSHIP, retired_at__isnull=False)
    assert old.wrapped is None
    assert identity_key(case.nomination).text(case.nomination.identity, "child") == "Zebedee Quux"
    check_every_key()


def test_the_root_is_rotated_and_the_old_one_opens_nothing_more(world, monkeypatch):
    case = world.circulated(1).cases.select_related("nomination__identity").get()
    new = secrets.token_bytes(32)
    assert rewrap_under_root(old=root.root_key(), new=new) == Key.objects.filter(kind=KeyKind.PARTNERSHIP).count()
    assert rewrap_under_root(old=root.root_key(), new=new) == 0  # run again, there is nothing left to do
    with pytest.raises(ImproperlyConfigured):
        check_keys([world.partnership.public_id])
    monkeypatch.setenv("MACA_ROOT_KEY", root.encode(new))
    root.root_key.cache_clear()
    try:
        check_keys([world.partnership.public_id])
        assert identity_key(case.nomination).text(case.nomination.identity, "child") == "Zebedee Quux"
    finally:
        root.root_key.cache_clear()


ROTATE = """
import django; django.setup()
from maca.sealing.operations import rotate_partnership_key
import sys
print("began", flush=True)
rotate_partnership_key(sys.argv[1])
"""
# The same, telling when it has come to a key, so that it can be killed there.
ROTATE_AS_FAR_AS = """
import django; django.setup()
import sys
from maca.sealing import operations
unwrap, met = operations.unwrap, []
def told(*args, **kwargs):
    met.append(1)
    if len(met) == int(sys.argv[2]):
        print("there", flush=True)
    return unwrap(*args, **kwargs)
operations.unwrap = told
operations.rotate_partnership_key(sys.argv[1])
"""
MAKE = """
import django; django.setup()
from maca.sealing.models import KeyKind
from maca.sealing.operations import make_key, make_partnership_key
make_partnership_key("p" * 32)
for number in range(400):
    make_key(KeyKind.CASE, owner=f"{number:032}", partnership="p" * 32)
"""
CHECK = """
import django; django.setup()
from maca.sealing.models import Key, KeyKind
from maca.sealing.queries import check_every_key
print(check_every_key(), Key.objects.exclude(kind="partnership").values("wrapped_by").distinct().count())
"""


MAKE_MORE = """
import django; django.setup()
import sys
from maca.sealing.models import KeyKind
from maca.sealing.operations import make_key
from tests.steps import step
print("began", flush=True)
for number in range(1000, 1400):
    make_key(KeyKind.CASE, owner=f"{number:032}", partnership="p" * 32)
"""


@pytest.mark.process
def test_keys_made_while_a_partnership_is_rotated_are_never_lost(tmp_path):
    environment = {
        **os.environ, "MACA_DATA": str(tmp_path), "MACA_MODE": "training", "DJANGO_SETTINGS_MODULE":
        "maca.config.settings", "DATABASE_URL": "", "MACA_KEYSTORE_URL": "",
    }  # fmt: skip
    begin_with(tmp_path, "notices", "send")
    subprocess.run([sys.executable, "-c", MAKE], env=environment, check=True)
    with subprocess.Popen([sys.executable, "-c", MAKE_MORE], env=environment, stdout=subprocess.PIPE) as making:
        assert making.stdout
        making.stdout.readline()
        for _ in range(2):
            subprocess.run([sys.executable, "-c", ROTATE, "p" * 32], env=environment, check=True, capture_output=True)
    assert making.returncode == 0
    subprocess.run([sys.executable, "-c", ROTATE, "p" * 32], env=environment, check=True, capture_output=True)
    done = subprocess.run([sys.executable, "-c", CHECK], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == "800"


@pytest.mark.process
def test_a_rotation_that_is_killed_is_resumed_and_no_key_is_ever_out_of_reach(tmp_path):
    environment = {
        **os.environ, "MACA_DATA": str(tmp_path), "MACA_MODE": "training", "DJANGO_SETTINGS_MODULE":
        "maca.config.settings", "DATABASE_URL": "", "MACA_KEYSTORE_URL": "",
    }  # fmt: skip

    def run(script: str, *args: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", script, *args], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    begin_with(tmp_path, "notices", "send")
    run(MAKE)
    halves = 0
    for key in (1, 100, 250):
        rotation = [sys.executable, "-c", ROTATE_AS_FAR_AS, "p" * 32, str(key)]
        with subprocess.Popen(rotation, env=environment, stdout=subprocess.PIPE) as killed:
            assert killed.stdout
            assert killed.stdout.readline() == b"there\n"
            killed.send_signal(signal.SIGKILL)
        opened, under = run(CHECK).split()
        assert opened == "400"
        halves += under == "2"
    assert halves, "no rotation was stopped half way, so this has shown nothing"
    run(ROTATE, "p" * 32)
    assert run(CHECK).split() == ["400", "1"]


# ---- reading is recorded before anything is shown


def readings() -> list[tuple[str, str]]:
    return list(Entry.objects.filter(is_reading=True).order_by("number").values_list("did", "about"))


def test_each_reading_is_an_entry_of_its_own(world):
    audit = world.circulated(1)
    case = audit.cases.select_related("audit", "nomination").get()
    one = world.answer_all(world.return_of(audit))
    before = len(readings())
    read_case(case, by=world.auditor)
    read_return(one, by=world.auditor)
    read_report(case, by=world.manager)
    open_identity(case, reason=IdentityReason.FIND_RECORD, by=world.auditor)
    assert readings()[before:] == [
        ("read a case", f"Case:{case.public_id}"),
        ("read a return", f"AgencyReturn:{one.public_id}"),
        ("read a report", f"Case:{case.public_id}"),
        ("opened an identity", f"Case:{case.public_id}"),
    ]


def test_a_refused_reader_leaves_no_entry_and_sees_nothing(world):
    audit = world.circulated(1)
    one = world.answer_all(world.return_of(audit))
    before = Entry.objects.count()
    for who in ("manager", "police_auditor", "member", "governance"):
        with pytest.raises(Refused):
            read_return(one, by=world.people[who])
    assert Entry.objects.count() == before


# ---- destroying


def test_a_destroyed_case_is_unreadable_and_what_was_learned_stays(world, sign_in):
    briefing = world.published()
    audit = briefing.audit
    case = audit.cases.select_related("audit", "nomination__identity").get(number=1)
    one = AgencyReturn.objects.filter(case=case).first()
    with pytest.raises(Refused):
        destroy_case(case, reason=DestructionReason.RETENTION, by=world.chair)
    assert case_key(case)  # the control: until now there is a key
    with TestCase.captureOnCommitCallbacks(execute=True):
        destroy_case(case, reason=DestructionReason.RETENTION, by=world.manager)
    for kind in (KeyKind.CASE, KeyKind.IDENTITY):
        with pytest.raises(KeyGoneError):
            key_for(kind, case.nomination.public_id)
    manager = sign_in(world.manager)
    here = f"/audits/{audit.slug}/cases/1/"
    page = manager.get(here).content.decode()
    assert "destroyed on" in page
    assert "It would teach us." not in page
    for closed in ("report/", "identity/", f"returns/{one.agency.slug}/", "../../panel/cases/1/"):
        assert "It would teach us." not in manager.get(here + closed).content.decode()
    for closed in ("report/", "identity/"):
        assert manager.get(here + closed).status_code == 403
    assert "The plan of Case 1 was good." in manager.get(f"/audits/{audit.slug}/briefing/").content.decode()
    assert manager.get(f"/audits/{audit.slug}/nominations/").status_code == 200
    other = audit.cases.select_related("nomination").get(number=2)
    assert case_key(other)  # another case is untouched


def test_what_a_crash_left_undestroyed_is_destroyed_at_the_next_start(world):
    case = world.published().audit.cases.select_related("audit", "nomination").get(number=1)
    destroy_case(case, reason=DestructionReason.MISTAKE, by=world.manager)  # and the site is killed here
    assert case_key(case)
    assert finish_destroying() == 1
    with pytest.raises(KeyGoneError):
        case_key(case)
    assert finish_destroying() == 0


def test_a_date_of_birth_is_sealed_like_the_name(world):
    audit = world.planned()
    nomination = world.nominate(audit, born_on=date(2019, 5, 4))
    assert b"2019" not in nomination.identity.born_on
    assert identity_key(nomination).open(nomination.identity).birthday == date(2019, 5, 4)
