"""What is done with the keys at the machine stands in every partnership’s journal; nothing there founds one."""

import pytest
from django.utils import timezone

from maca.config.command import main as maca
from maca.config.site import Wrong
from maca.journal.models import Entry
from maca.partnership.models import Partnership
from maca.sealing import operations
from maca.sealing.models import Key, KeyKind
from maca.sealing.operations import rewrap_under_root
from maca.sealing.root import fingerprint, root_key, write_root
from tests.makers import World

NEW = b"another root key, of 32 letters."


def run(*words: str) -> None:
    maca(["keys", *words], standalone_mode=False)


def on_record(did: str) -> set[tuple[str, str]]:
    return set(Entry.objects.filter(did=did).values_list("partnership", "by_name"))


@pytest.mark.parametrize(
    ("words", "did"),
    [
        (["shares"], "printed shares of the root key"),
        (["sweep"], "finished destroying keys"),
        (["rotate-root", "FILE"], "wrapped the keys under a new root"),
    ],
)
def test_what_is_done_with_the_keys_is_on_record_for_every_partnership(world, tmp_path, words, did):
    elsewhere = World("Elsewhere Partnership")
    write_root(tmp_path / "new.key", NEW)
    assert not on_record(did)
    run(*[str(tmp_path / "new.key") if one == "FILE" else one for one in words])
    assert on_record(did) == {(one.partnership.public_id, "Command line") for one in (world, elsewhere)}


def test_the_shares_of_a_new_site_are_printed_without_a_database_and_say_so(db, capsys, monkeypatch):
    monkeypatch.setattr("maca.config.commands.keys._database_is_here", lambda: False)
    run("shares")
    said = capsys.readouterr()
    assert said.out.count("Any two restore it") == 3
    assert "no journal says" in said.err


@pytest.mark.parametrize("words", [["rotate"], ["rotate", "--partnership", "Nowhere"], ["check"]])
def test_no_command_about_keys_founds_a_partnership(db, words):
    if words == ["check"]:
        run(*words)
    else:
        with pytest.raises(Wrong, match="There is no partnership"):
            run(*words)
    assert not Partnership.objects.exists()


def test_wrapping_under_a_new_root_touches_nothing_but_the_wrapping(world, monkeypatch):
    """Somebody retires the key between the reading and the writing of its row."""
    mine = Key.objects.filter(kind=KeyKind.PARTNERSHIP, owner=world.partnership.public_id)
    unwrap = operations.unwrap

    def and_retire(*args, **kwargs):
        mine.update(retired_at=timezone.now())
        return unwrap(*args, **kwargs)

    monkeypatch.setattr(operations, "unwrap", and_retire)
    assert rewrap_under_root(old=root_key(), new=NEW) == 1
    assert mine.get().retired_at is not None
    assert mine.get().wrapped_by == fingerprint(NEW)
