from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from maca.cases.models import Case, Involvement
from maca.cases.queries import forget_parts
from maca.cases.seal import case_key
from maca.chronology import rules
from maca.chronology.choosing import EVERYTHING, Chosen, numbered
from maca.chronology.entries import EVENTS, Entry, Reading
from maca.chronology.kept import packed
from maca.chronology.models import (
    Chronology,
    ChronologyEntry,
    Decided,
    EntryFile,
    PatternDecision,
    PracticePhrase,
    Source,
    Thresholds,
)
from maca.chronology.opening import entry_of, open_line, prompts_of_case, question_of, shown_of
from maca.chronology.patterns.settings import Settings
from maca.chronology.patterns.told_twice import told_twice
from maca.chronology.queries import (
    COUNTED,
    ENTRIES_ON_A_PAGE,
    FURTHEST_PAGE,
    around,
    entries_of,
    last_typed,
    names_of,
    own_entries,
    settings_of,
    vocabulary_of,
    waiting_file,
)
from maca.chronology.reading import read_bytes, refuse_too_many_children
from maca.chronology.shown import Own, Page, Prompt, Shown
from maca.chronology.thresholds import changed_from_usual
from maca.journal.operations import note_reading, write
from maca.kernel.holding import hold
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.partnership.models import Partnership, Person
from maca.sealing.cipher import digest

_AT_ONCE = 500


def _hold(involvement: Involvement) -> None:
    case, agency = involvement.case, involvement.agency
    hold(case, "audit", read=("nomination",))
    forget_parts(case)
    hold(involvement)
    involvement.case, involvement.agency = case, agency


def _where(case: Case) -> dict[str, Any]:
    return {"audit": case.audit.slug, "case": case.label}


def _of(involvement: Involvement) -> dict[str, Any]:
    return {**_where(involvement.case), "agency": involvement.agency.slug}


# ---- an agency's own entries


@transaction.atomic
def add_entry(involvement: Involvement, entry: Entry, *, by: Person) -> ChronologyEntry:
    """Add one entry, typed on the page by somebody of the agency or for it."""
    _hold(involvement)
    rules.may_add_entries(by, involvement).insist()
    return _save(involvement, [entry], Source.TYPED, by)[0]


@transaction.atomic
def keep_file(involvement: Involvement, content: bytes, *, name: str, source: Source, by: Person) -> EntryFile:
    """Keep what was pasted or uploaded, sealed, until somebody has looked at what was read of it. One at a time.

    Raises `NotEntriesError` for a file that cannot be read at all, which is not kept.
    """
    _hold(involvement)
    rules.may_add_entries(by, involvement).insist()
    _read(content, name, involvement)
    EntryFile.objects.filter(case=involvement.case, agency=involvement.agency).delete()
    file = EntryFile(case=involvement.case, agency=involvement.agency, source=source, added_by=by)
    key = case_key(involvement.case)
    sealed = {"name": key.seal(file, "name", name), "content": key.seal_bytes(file, "content", content)}
    file.name, file.content = sealed["name"], sealed["content"]
    file.save(force_insert=True)
    write("sent entries", file, by=by, **_of(involvement), sealed=digest(sealed))
    return file


@transaction.atomic
def take_file(file: EntryFile, *, by: Person) -> int:
    """Take the entries of what was sent, once somebody has looked at them. Answers how many were added."""
    involvement = _hold_file(file)
    rules.may_take_file(by, file).insist()
    key = case_key(file.case)
    reading = _read(key.content(file, "content"), key.text(file, "name"), involvement)
    file.delete()
    added = _save(involvement, reading.entries, Source(file.source), by, unread=len(reading.unread))
    return len(added)


@transaction.atomic
def throw_file_away(file: EntryFile, *, by: Person) -> None:
    """Throw away what was sent, before it is taken."""
    involvement = _hold_file(file)
    rules.may_take_file(by, file).insist()
    write("threw entries away", file, by=by, **_of(involvement))
    file.delete()


@transaction.atomic
def remove_entries(involvement: Involvement, entries: Collection[str], *, by: Person) -> int:
    """Take back entries of one's own agency, by their public ids, before the panel. Answers how many went."""
    _hold(involvement)
    rules.may_add_entries(by, involvement).insist()
    gone, _ = own_entries(involvement.case, involvement.agency).filter(public_id__in=entries).delete()
    if gone:
        write("removed entries", _chronology(involvement.case), by=by, **_of(involvement), entries=gone)
    return gone


@transaction.atomic
def take_suggestions(involvement: Involvement, events: Mapping[str, str], *, by: Person) -> int:
    """Say which event entries are, by their public ids: what the words suggested, or another. Answers how many."""
    _hold(involvement)
    rules.may_add_entries(by, involvement).insist()
    if wrong := set(events.values()) - EVENTS:
        raise Refused("no-event", f"“{sorted(wrong)[0]}” is no event of a chronology. Choose one of the list.")
    taken = 0
    for event in set(events.values()):
        ids = [public_id for public_id, one in events.items() if one == event]
        rows = own_entries(involvement.case, involvement.agency).filter(public_id__in=ids, event="")
        taken += rows.update(event=event, suggested="")
    if taken:
        write("took suggested events", _chronology(involvement.case), by=by, **_of(involvement), entries=taken)
    return taken


@transaction.atomic
def read_own_entries(involvement: Involvement, *, number: int, by: Person) -> Own:
    """Show an agency, or the manager who gives for it, one page of what it has given, and what waits to be taken."""
    rules.may_read_entries(by, involvement).insist()
    case, agency = involvement.case, involvement.agency
    rows, waiting = own_entries(case, agency), waiting_file(case, agency)
    count, more = _counted(rows, number)
    number, pages = _within(number, count)
    here = list(rows[_slice(number)])
    if not here and not waiting:
        return Own(Page((), 1, 1, 0), None, None, None)
    note_reading("read an agency’s chronology", case, by=by, **_of(involvement), entries=len(here))
    key, names = case_key(case), names_of(case.audit.partnership)
    reading = None
    if waiting:
        reading = _read(key.content(waiting, "content"), key.text(waiting, "name"), involvement)
        waiting.name = key.text(waiting, "name")
    last = last_typed(case, agency, by)
    return Own(
        Page(tuple(shown_of(one, key, names) for one in here), number, pages, count, more),
        waiting,
        reading,
        entry_of(last, key, names) if last else None,
    )


# ---- the merged line


@transaction.atomic
def read_line(case: Case, chosen: Chosen, *, number: int, by: Person) -> Page:
    """Show one page of the merged line. As long as nothing under the seal is asked for, only that page is opened."""
    rules.may_read_chronology(by, case).insist()
    rows = entries_of(case, chosen)
    if chosen.needs_words:
        whole = _note_reading(case, chosen, "searched a chronology", by)
        number, pages = _within(number, len(whole))
        return Page(tuple(whole[_slice(number)]), number, pages, len(whole))
    count, more = _counted(rows, number)
    number, pages = _within(number, count)
    here = list(rows[_slice(number)])
    if not here:
        return Page((), 1, 1, 0)
    note_reading("read a chronology", case, by=by, **_where(case), entries=len(here), page=number)
    key, names = case_key(case), names_of(case.audit.partnership)
    opened = {one.public_id: shown_of(one, key, names) for one in (*here, *around(case, here))}
    twins = _twins(opened.values(), settings_of(case.audit))
    shown = (replace(opened[one.public_id], twin=twins.get(one.public_id)) for one in here)
    return Page(tuple(shown), number, pages, count, more)


@transaction.atomic
def read_picture(case: Case, chosen: Chosen, *, by: Person) -> list[Shown]:
    """Show the chosen entries of a line as a picture of it."""
    rules.may_read_chronology(by, case).insist()
    return _note_reading(case, chosen, "saw a chronology as a picture", by)


@transaction.atomic
def copy_line(case: Case, chosen: Chosen, *, kind: str, most: int | None = None, by: Person) -> list[Shown]:
    """Hand out the chosen entries of a line as a file that leaves the site; no more than `most`."""
    rules.may_read_chronology(by, case).insist()
    if most and (count := entries_of(case, chosen).count()) > most:
        raise Refused(
            "too-many",
            f"These are {count:,} entries, and a document holds {most:,}. Choose an agency or a period, or take the "
            "table.",
        )
    return _note_reading(case, chosen, "copied a chronology", by, kind=kind)


@transaction.atomic
def read_patterns(case: Case, *, by: Person) -> list[Prompt]:
    """Show every pattern of the whole line, as questions for the panel, with what was decided on each."""
    rules.may_read_chronology(by, case).insist()
    shown = _note_reading(case, EVERYTHING, "read the patterns of a chronology", by)
    return prompts_of_case(case, shown, case_key(case)) if shown else []


@transaction.atomic
def decide_on_patterns(
    chronology: Chronology, decided: Mapping[str, tuple[str, str]], *, version: int | None, by: Person
) -> int:
    """Take the question of a pattern to the panel, or set it aside with a reason. `decided` is by marks.

    Answers how many decisions are new. One that says what stands already is none.
    """
    case = chronology.case
    hold(case, "audit", read=("nomination",))
    forget_parts(case)
    hold(chronology)
    chronology.case = case
    rules.may_decide_on_patterns(by, chronology).insist()
    key = case_key(case)
    names = names_of(case.audit.partnership)
    line = open_line(entries_of(case, EVERYTHING), EVERYTHING, key, names)
    patterns = {one.mark: one for one in prompts_of_case(case, line, key)}
    new, sealed = [], []
    for mark, (choice, reason) in decided.items():
        if mark not in patterns:
            raise Refused(
                "no-such-pattern", "The entries have changed, and a pattern is no longer there. Look at them again."
            )
        before = patterns[mark].decision
        if before and (before.decided, str(before.reason)) == (choice, reason):
            continue
        if choice == Decided.SET_ASIDE and not reason:
            raise Refused("no-reason", "Say why a question is set aside.")
        one = PatternDecision(
            chronology=chronology, code=patterns[mark].pattern.code, mark=mark, decided=Decided(choice), decided_by=by
        )
        one.reason = key.seal(one, "reason", reason)
        new.append(one)
        sealed.append(one.reason)
    if new:
        save_changes(chronology, version=version, saved_by=by, saved_at=timezone.now())
    for one, words in zip(new, sealed, strict=True):
        one.save(force_insert=True)
        about: dict[str, Any] = {"code": one.code, "decided": one.decided, "sealed": digest({"reason": words})}
        write("decided on a pattern", one, by=by, **_where(case), **about)
    return len(new)


@transaction.atomic
def read_question(case: Case, mark: str, *, by: Person) -> Prompt:
    """Show one question that the chronology asks, by its mark, with the entries it rests on."""
    rules.may_read_chronology(by, case).insist()
    entries = entries_of(case, EVERYTHING).count()
    note_reading("read a question of a chronology", case, by=by, **_where(case), entries=entries)
    return question_of(case, mark)


# ---- what a partnership sets


@transaction.atomic
def set_thresholds(partnership: Partnership, typed: Mapping[str, int], *, version: int | None, by: Person) -> None:
    """Set when the patterns of a partnership ask: `typed` holds each number of the form, by its name.

    Patterns are looked for anew with every page, so each shows it at once; a version of a report stays as issued.
    """
    hold(partnership)
    rules.may_set_up_chronologies(by).insist()
    thresholds, _ = Thresholds.objects.get_or_create(partnership=partnership)
    changed = changed_from_usual(typed)
    save_changes(thresholds, version=version, changed=changed, saved_by=by, saved_at=timezone.now())
    write("set thresholds of patterns", thresholds, by=by, changed={name: typed[name] for name in changed})


@transaction.atomic
def change_phrases(
    partnership: Partnership, *, add: tuple[str, str] | None, take_out: Collection[PracticePhrase] = (), by: Person
) -> None:
    """Add a phrase that suggests an event, as the code of the event and the phrase, and take others out.

    Entries that were given before keep what was suggested then. Raises `Refused` for a phrase that is there already.
    """
    hold(partnership)
    rules.may_set_up_chronologies(by).insist()
    gone = PracticePhrase.objects.filter(partnership=partnership, pk__in=[one.pk for one in take_out])
    write("changed the words of practice", partnership, by=by, added=add and add[0], taken_out=gone.count())
    gone.delete()
    if add:
        event, phrase = add
        if PracticePhrase.objects.filter(partnership=partnership, phrase=phrase).exists():
            raise Refused("there-already", f"“{phrase}” suggests an event already. Take it out first.")
        PracticePhrase.objects.create(partnership=partnership, event=event, phrase=phrase)


# ---- parts of these


def _hold_file(file: EntryFile) -> Involvement:
    case, agency = file.case, file.agency
    involvement = case.involvements.get(agency=agency)
    involvement.case, involvement.agency = case, agency
    _hold(involvement)
    hold(file)
    file.case, file.agency = case, agency
    return involvement


def _read(content: bytes, name: str, involvement: Involvement) -> Reading:
    """What stands in a file of one agency. Raises `NotEntriesError`."""
    names = names_of(involvement.case.audit.partnership)
    reading = read_bytes(content, name, names.known, whose=names.codes[involvement.agency.pk])
    refuse_too_many_children(reading.children)
    return reading


def _chronology(case: Case) -> Chronology:
    return Chronology.objects.get_or_create(case=case)[0]


def _save(
    involvement: Involvement, entries: Sequence[Entry], source: Source, by: Person, unread: int = 0
) -> list[ChronologyEntry]:
    case, key = involvement.case, case_key(involvement.case)
    chronology, vocabulary = _chronology(case), vocabulary_of(case.audit.partnership)
    rows, sealed = [], {}
    for entry in entries:
        row = ChronologyEntry(
            case=case,
            agency=involvement.agency,
            source=source,
            date=entry.date,
            approximate=entry.approximate,
            time=f"{entry.time:%H:%M}" if entry.time else "",
            event=entry.event,
            suggested="" if entry.event else vocabulary.suggest(entry.text),
            added_by=by,
        )
        row.words = sealed[row.public_id] = key.seal(row, "words", packed(entry))
        rows.append(row)
    ChronologyEntry.objects.bulk_create(rows, batch_size=_AT_ONCE)
    write(
        "added entries", chronology, by=by, **_of(involvement), entries=len(rows), unread=unread, source=source.value,
        sealed=digest(sealed),
    )  # fmt: skip
    return rows


def _counted(rows: QuerySet[ChronologyEntry], number: int) -> tuple[int, bool]:
    """How many entries there are, and whether there are more: nobody is kept waiting for the count of a long line.

    Counting goes as far as the page after the one that is asked for, so that a reader always comes on.
    """
    most = max(COUNTED, (min(number, FURTHEST_PAGE) + 1) * ENTRIES_ON_A_PAGE)
    count = rows[: most + 1].count()
    return min(count, most), count > most


def _within(number: int, count: int) -> tuple[int, int]:
    pages = numbered(count, most=ENTRIES_ON_A_PAGE)
    return min(max(number, 1), pages), pages


def _slice(number: int) -> slice:
    return slice((number - 1) * ENTRIES_ON_A_PAGE, number * ENTRIES_ON_A_PAGE)


def _note_reading(case: Case, chosen: Chosen, did: str, by: Person, **more: Any) -> list[Shown]:
    if not (count := entries_of(case, chosen).count()):
        return []
    note_reading(did, case, by=by, **_where(case), entries=count, **more)
    return open_line(entries_of(case, chosen), chosen, case_key(case), names_of(case.audit.partnership))


def _twins(shown: Iterable[Shown], settings: Settings) -> dict[str, Shown]:
    """For each entry the one of another agency that tells the same event, by their public ids."""
    by_entry = {one.entry: one for one in shown}
    found: dict[str, Shown] = {}
    for one, other in told_twice(by_entry, settings):
        found.setdefault(by_entry[one].public_id, by_entry[other])
        found.setdefault(by_entry[other].public_id, by_entry[one])
    return found
