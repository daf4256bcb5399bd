"""The chronology of a case as it is kept: given by an agency, merged for the panel, and decided on."""

import csv
import io
import re
from typing import Any

import docx
import openpyxl
import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from maca.audits.models import Audit
from maca.briefing.operations import approve_briefing, draft_briefing, publish_briefing, send_briefing
from maca.cases.models import Case, DestructionReason, Involvement
from maca.cases.operations import destroy_case
from maca.cases.seal import case_key
from maca.chronology import operations, rules
from maca.chronology.choosing import EVERYTHING, Chosen
from maca.chronology.entries import Entry
from maca.chronology.models import ChronologyEntry, EntryFile, PatternDecision, Source
from maca.chronology.queries import chronology_of, find_involvement, names_of
from maca.journal.models import Entry as JournalEntry
from maca.kernel.clock import today
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.panel.operations import close_panel, open_panel
from maca.partnership.models import AgencyKind
from maca.partnership.operations import register_agency
from maca.returns.operations import say_not_known
from maca.sealing.cipher import CannotOpenError
from maca.sealing.queries import KeyGoneError
from tests.house.test_pages import form_values
from tests.makers import World, keep_all

HEADINGS = "date,event,text,child,worker,seen,voice,fact"
LINES = f"""{HEADINGS}
2026-01-05,,Home visit by the health visitor.,C1,health visitor A,yes,,
March 2026,appointment,Seen at the clinic.,,,,,
nonsense,,It happened.,,,,,
2026-04-01,was_not_brought,Not brought to the clinic.,C1,,,,
2026-05-01,was_not_brought,Not brought again.,C1,,,,
"""


def place(world: World, audit: Audit, agency: str = "health", who: str = "auditor") -> Involvement:
    return find_involvement(world.people[who], audit.slug, 1, agency)


def given(world: World, audit: Audit, lines: str = LINES, agency: str = "health", who: str = "auditor") -> int:
    """An agency uploads a table and takes what was read."""
    person = world.people[who]
    file = operations.keep_file(
        place(world, audit, agency, who), lines.encode(), name="table.csv", source=Source.UPLOADED, by=person
    )
    return operations.take_file(file, by=person)


def case_of(audit: Audit) -> Case:
    return Case.objects.select_related("audit__partnership", "nomination").get(audit=audit, number=1)


def line(world: World, audit: Audit, who: str = "manager", chosen: Chosen = EVERYTHING) -> list[str]:
    page = operations.read_line(case_of(audit), chosen, number=1, by=world.people[who])
    return [one.entry.text for one in page.entries]


def address(audit: Audit, rest: str = "") -> str:
    return f"/audits/{audit.slug}/cases/1/chronology{rest}"


def events_of(world: World) -> list[str]:
    return [one.did for one in JournalEntry.objects.order_by("number") if "entr" in one.did or "chronol" in one.did]


# ---- kept under the seal


def test_an_entry_comes_back_as_it_was_given_and_lies_sealed(world):
    audit = world.circulated(1)
    given(
        world, audit, HEADINGS + ",ref,notes\n2026-01-05,visit,Zqword <b>é,C1;C2,health visitor A,alone,“Hm”,a=b,r7,n\n"
    )
    (row,) = ChronologyEntry.objects.all()
    assert b"Zqword" not in bytes(row.words)
    (one,) = operations.read_line(case_of(audit), EVERYTHING, number=1, by=world.manager).entries
    entry = one.entry
    assert (entry.text, entry.children, entry.worker, entry.seen, entry.voice) == (
        "Zqword <b>é", ("C1", "C2"), "health visitor A", "alone", "“Hm”"
    )  # fmt: skip
    assert (entry.facts, entry.ref, entry.notes, entry.file, entry.row) == (
        (("a", "b"),), "r7", (("notes", "n"),), "table.csv", 2
    )  # fmt: skip
    assert (entry.agency, one.agency, str(entry.date)) == ("health_visiting", world.health, "2026-01-05")


def test_words_cannot_be_moved_to_another_entry(world):
    audit = world.circulated(1)
    given(world, audit)
    first, second = ChronologyEntry.objects.all()[:2]
    ChronologyEntry.objects.filter(pk=first.pk).update(words=second.words)
    with pytest.raises(CannotOpenError):
        line(world, audit)


def test_nothing_can_be_read_of_a_destroyed_case(world, sign_in):
    audit = world.circulated(1)
    given(world, audit)
    operations.keep_file(place(world, audit), LINES.encode(), name="left.csv", source=Source.UPLOADED, by=world.auditor)
    open_panel(audit, by=world.chair)
    world.hear(audit.cases.select_related("audit", "hearing").get())
    close_panel(audit, by=world.chair)
    briefing = draft_briefing(audit, by=world.manager)
    keep_all(briefing, by=world.manager)
    send_briefing(briefing, version=None, by=world.manager)
    approve_briefing(briefing, version=None, by=world.chair)
    publish_briefing(briefing, by=world.manager)
    case = case_of(audit)
    assert len(line(world, audit)) == 4  # the control
    with TestCase.captureOnCommitCallbacks(execute=True):
        destroy_case(case, reason=DestructionReason.ASKED, by=world.manager)
    case = case_of(audit)
    assert rules.may_read_chronology(world.manager, case).code == "destroyed"
    for rest in ("/", "/health/", ".csv"):
        assert sign_in(world.manager).get(address(audit, rest)).status_code == 403
    with pytest.raises(KeyGoneError):
        case_key(case)


# ---- in


def test_what_was_sent_is_added_only_once_somebody_has_looked_and_said_so(world, sign_in):
    audit = world.circulated(1)
    client = sign_in(world.auditor)
    path = address(audit, "/health/")
    keys = form_values(client.get(path).content.decode())
    file = io.BytesIO(LINES.encode())
    file.name = "health.csv"
    sent = client.post(path, {"once": keys["once"], "do": "table", "file": file})
    assert (sent.status_code, sent.headers["Location"]) == (302, path + "#preview")
    assert not ChronologyEntry.objects.exists()
    page = client.get(path).content.decode()
    assert "4 entries read" in page
    for words in ("health.csv", ">4<", ">date<", "nonsense", "Write a day such as 14/03/2026"):
        assert words in page
    waiting = EntryFile.objects.get()
    assert b"clinic" not in bytes(waiting.content)
    assert "<em>Suggested: Visit</em>" in page
    assert b"health.csv" not in bytes(waiting.name)
    take = {"once": "a" * 32, "do": "take", "file": waiting.public_id}
    assert client.post(path, take).headers["Location"] == path
    assert client.post(path, take).headers["Location"] == path  # sent twice, added once
    assert ChronologyEntry.objects.count() == 4
    assert not EntryFile.objects.exists()
    assert "Not brought again." in client.get(path).content.decode()
    stale = client.post(path, {**take, "once": "b" * 32})
    assert stale.status_code == 403
    assert "no longer here" in stale.content.decode()


def test_a_file_may_be_thrown_away_and_another_takes_its_place(world, sign_in):
    audit = world.circulated(1)
    client, path = sign_in(world.auditor), address(audit, "/health/")
    for at in ("a", "b"):
        assert client.post(path, {"once": at * 32, "do": "table", "table": LINES}).status_code == 302
    file = EntryFile.objects.get()
    assert file.source == Source.PASTED
    assert client.post(path, {"once": "c" * 32, "do": "throw-away", "file": file.public_id}).status_code == 302
    assert not EntryFile.objects.exists()
    assert not ChronologyEntry.objects.exists()


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Choose a file, or paste a table: one of the two"),
        ({"table": "no headings here"}, "The pasted table has no headings. No row of it holds both “date” and “text”"),
        ({"table": "date,text\n"}, "There is no entry below the headings."),
    ],
)
def test_a_table_that_cannot_be_read_is_said_to_be_so_and_comes_back(world, sign_in, sent, says):
    audit = world.circulated(1)
    answer = sign_in(world.auditor).post(address(audit, "/health/"), {"once": "a" * 32, "do": "table", **sent})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not EntryFile.objects.exists()


def test_a_file_too_large_and_one_of_another_kind_are_refused(world, sign_in):
    audit = world.circulated(1)
    for content, says in ((b"x" * (10 * 1024 * 1024 + 1), "larger than 10 MB"), (b"%PDF-1.7 x", "neither CSV, Excel")):
        file = io.BytesIO(content)
        file.name = "table.csv"
        answer = sign_in(world.auditor).post(
            address(audit, "/health/"), {"once": "a" * 32, "do": "table", "file": file}
        )
        assert answer.status_code == 422
        assert says in answer.content.decode()


def test_an_entry_is_typed_and_the_next_begins_with_its_worker(world, sign_in):
    audit = world.circulated(1)
    client, path = sign_in(world.auditor), address(audit, "/health/")
    typed = {"do": "typed", "date": "14/3/26", "time": "16:50", "text": "New health visitor allocated.", "child": "C1",
             "worker": "health visitor B"}  # fmt: skip
    assert client.post(path, {**typed, "once": "a" * 32}).headers["Location"] == path + "#type"
    row = ChronologyEntry.objects.get()
    assert (str(row.date), row.time, row.event, row.suggested) == ("2026-03-14", "16:50", "", "worker_change")
    page = client.get(path).content.decode()
    assert re.search(r'name="worker"[^>]*value="health visitor B"', page)
    assert re.search(r'name="child"[^>]*value="C1"', page)
    assert "Suggested: Change of worker" in page
    # A colleague's next entry is by nobody yet.
    assert (
        "health visitor B"
        not in re.findall(r'<input[^>]*name="worker"[^>]*>', sign_in(world.lead).get(path).content.decode())[0]
    )


def test_what_is_typed_is_read_by_the_rules_of_a_file(world, sign_in):
    audit = world.circulated(1)
    client, path = sign_in(world.auditor), address(audit, "/health/")
    for date, sentences in (
        ("Spring 2024", ["Write a day such as"]),
        ("14/3/26", ["This is no time. Write it as 16:50.", "This is no fact. Write key=value"]),
    ):
        bad = {"once": "a" * 32, "do": "typed", "date": date, "text": "W", "time": "25:99", "fact": "gp"}
        answer = client.post(path, bad)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert f'value="{date}"' in page
        for says in sentences:
            assert says in page
        assert "is kept without" not in page
    assert not ChronologyEntry.objects.exists()


def test_each_agency_gives_its_own_and_a_row_of_another_is_reported(world, sign_in):
    audit = world.circulated(1)
    client, path = sign_in(world.auditor), address(audit, "/health/")
    table = "date,agency,text\n2026-01-01,HV,Ours.\n2026-01-02,police,Theirs.\n2026-01-03,,Ours too.\n"
    client.post(path, {"once": "a" * 32, "do": "table", "table": table})
    page = client.get(path).content.decode()
    assert "2 entries read" in page
    assert "This entry is another agency’s" in page


def test_a_suggestion_counts_once_somebody_takes_it(world, sign_in):
    audit = world.circulated(1)
    text = "New health visitor allocated."
    given(world, audit, "date,text\n" + "".join(f"2026-0{month}-01,{text}\n" for month in (1, 2, 3)))
    assert operations.read_patterns(case_of(audit), by=world.manager) == []
    rows = list(ChronologyEntry.objects.all())
    sent = {f"event-{row.public_id}": "worker_change" for row in rows[:2]} | {f"event-{rows[2].public_id}": ""}
    client, path = sign_in(world.auditor), address(audit, "/health/")
    assert client.post(path, {"once": "a" * 32, "do": "suggestions", **sent}).status_code == 302
    assert [(row.event, row.suggested) for row in ChronologyEntry.objects.all()] == [
        ("worker_change", ""), ("worker_change", ""), ("", "worker_change"),
    ]  # fmt: skip
    operations.take_suggestions(place(world, audit), {rows[2].public_id: "worker_change"}, by=world.auditor)
    (prompt,) = operations.read_patterns(case_of(audit), by=world.manager)
    assert prompt.pattern.code == "worker_changes"
    # An event that stands is not changed by an old form.
    operations.take_suggestions(place(world, audit), {rows[0].public_id: "visit"}, by=world.auditor)
    assert ChronologyEntry.objects.get(pk=rows[0].pk).event == "worker_change"
    with pytest.raises(Refused) as refused:
        operations.take_suggestions(place(world, audit), {rows[0].public_id: "party"}, by=world.auditor)
    assert refused.value.code == "no-event"


def test_entries_are_taken_back_and_never_another_agencys(world, sign_in):
    audit = world.circulated(1)
    given(world, audit)
    given(world, audit, "date,text\n2026-01-01,Police came.\n", "police", "police_auditor")
    theirs = ChronologyEntry.objects.get(agency__slug="police")
    mine = ChronologyEntry.objects.filter(agency__slug="health")[0]
    client, path = sign_in(world.auditor), address(audit, "/health/")
    sent = {"once": "a" * 32, "do": "remove", "entry": [theirs.public_id, mine.public_id]}
    assert client.post(path, sent).status_code == 302
    assert ChronologyEntry.objects.filter(pk=theirs.pk).exists()
    assert not ChronologyEntry.objects.filter(pk=mine.pk).exists()


def test_the_journal_tells_of_every_giving_and_reading_in_counts(world):
    audit = world.circulated(1)
    given(world, audit)
    operations.read_own_entries(place(world, audit), number=1, by=world.auditor)
    line(world, audit)
    operations.read_picture(case_of(audit), EVERYTHING, by=world.manager)
    operations.copy_line(case_of(audit), EVERYTHING, kind="csv", by=world.manager)
    operations.read_patterns(case_of(audit), by=world.manager)
    assert events_of(world) == [
        "sent entries", "added entries", "read an agency’s chronology", "read a chronology",
        "saw a chronology as a picture", "copied a chronology", "read the patterns of a chronology",
    ]  # fmt: skip
    added = JournalEntry.objects.get(did="added entries").details
    assert (added["entries"], added["unread"], added["agency"]) == (4, 1, "health")


# ---- who


def test_who_may_give_entries_and_when(world):
    audit = world.circulated(1)
    one = place(world, audit)
    for who in ("auditor", "lead", "manager"):
        assert rules.may_add_entries(world.people[who], one)
    for who in ("chair", "scrutineer", "member", "police_auditor", "social_worker"):
        assert rules.may_read_entries(world.people[who], one).code == "not-your-agency"
        assert rules.may_add_entries(world.people[who], one).code == "not-your-agency"
        with pytest.raises(Involvement.DoesNotExist):
            find_involvement(world.people[who], audit.slug, 1, "health")
    say_not_known(world.return_of(audit), version=None, by=world.auditor)
    assert rules.may_add_entries(world.auditor, place(world, audit)).code == "not-known"
    open_panel(audit, by=world.chair)
    late = place(world, audit, "police", "police_auditor")
    assert rules.may_add_entries(world.police_auditor, late).code == "not-gathering"
    assert rules.may_read_entries(world.police_auditor, late)
    with pytest.raises(Refused):
        operations.add_entry(late, Entry(date=today(), agency="police", text="T"), by=world.police_auditor)


def test_the_line_is_the_managers_first_and_the_panels_from_its_day(world, sign_in):
    audit = world.circulated(1)
    given(world, audit)
    assert len(line(world, audit)) == 4
    for who in ("auditor", "police_lead", "member"):
        assert rules.may_read_chronology(world.people[who], case_of(audit)).code == "before-the-panel"
    with pytest.raises(Refused):
        line(world, audit, "auditor")
    open_panel(audit, by=world.chair)
    assert len(line(world, audit, "police_lead")) == 4
    with pytest.raises(Refused):
        line(world, audit, "governance")


# ---- the merged line


def both(world: World, audit: Audit) -> None:
    given(world, audit)
    given(
        world, audit,
        f"{HEADINGS}\n2026-01-05,visit,An officer came.,C2,officer A,,,\n"
        "2026-04-02,was_not_brought,Not brought to the clinic.,C1,,,,\n2026-07-01,police_incident,Called out.,,,,,\n",
        "police", "police_auditor",
    )  # fmt: skip


def test_the_line_is_in_the_order_of_time_and_is_chosen_from(world):
    audit = world.circulated(1)
    both(world, audit)
    assert line(world, audit) == [
        "Home visit by the health visitor.", "An officer came.", "Seen at the clinic.", "Not brought to the clinic.",
        "Not brought to the clinic.", "Not brought again.", "Called out.",
    ]  # fmt: skip

    def count(**chosen: Any) -> int:
        return len(line(world, audit, chosen=Chosen(**chosen)))

    day = {str(one.date): one.date for one in ChronologyEntry.objects.all()}
    assert count(agency="police") == 3
    assert count(event="was_not_brought") == 3
    assert count(event="visit") == 2  # one of them suggested
    assert count(first=day["2026-04-01"]) == 4
    assert count(last=day["2026-03-01"]) == 3
    assert count(child="c1") == 6  # those about all children too
    assert count(child="C2") == 3
    assert count(worker="OFFICER") == 1
    assert count(agency="police", child="C2", worker="officer") == 1


def test_one_event_told_twice_is_paired_over_the_edge_of_a_page(world):
    audit = world.circulated(1)
    both(world, audit)
    page = operations.read_line(case_of(audit), Chosen(agency="police"), number=1, by=world.manager)
    twins = {one.entry.text: one.twin and one.twin.agency.slug for one in page.entries}
    assert twins == {"An officer came.": None, "Not brought to the clinic.": "health", "Called out.": None}


def test_a_long_line_is_handed_out_by_the_page_with_as_many_queries(world, sign_in):
    audit = world.circulated(1)
    given(world, audit, "date,event,text\n2026-01-01,visit,One.\n")
    client = sign_in(world.manager)

    def queries() -> int:
        client.get(address(audit, "/"))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(audit, "/")).status_code == 200
        return len(captured)

    before = queries()
    rows = "".join(f"2026-0{1 + at % 9}-{1 + at % 28:02},visit,Entry {at}.\n" for at in range(120))
    given(world, audit, "date,event,text\n" + rows)
    assert queries() == before
    page = client.get(address(audit, "/?page=3")).content.decode()
    assert "Page 3 of 3" in page
    assert page.count('id="entry-') == 21
    assert "Page 3 of 3" in client.get(address(audit, "/?page=99")).content.decode()
    mine = sign_in(world.auditor).get(address(audit, "/health/?page=2")).content.decode()
    assert mine.count('name="entry"') == 50


def test_a_line_is_counted_no_further_than_the_next_page(world, sign_in, monkeypatch):
    monkeypatch.setattr(operations, "COUNTED", 50)
    audit = world.circulated(1)
    rows = "".join(f"2026-0{1 + at % 9}-{1 + at % 28:02},visit,Entry {at}.\n" for at in range(121))
    given(world, audit, "date,event,text\n" + rows)
    for who, where in ((world.manager, "/"), (world.auditor, "/health/")):
        client = sign_in(who)
        first = client.get(address(audit, where)).content.decode()
        assert "More than 100 entries. Page 1 of more than 2." in first
        second = client.get(address(audit, f"{where}?page=2")).content.decode()
        assert "121 entries. Page 2 of 3." in second
        assert "More than" not in second
        assert "Page 3 of 3." in client.get(address(audit, f"{where}?page=99999")).content.decode()


def test_the_page_takes_days_months_and_years_and_says_what_it_cannot_read(world, sign_in):
    audit = world.circulated(1)
    both(world, audit)
    client = sign_in(world.manager)
    page = client.get(address(audit, "/?first=March+2026&last=April+2026")).content.decode()
    assert "3 entries chosen." in page
    assert "about March 2026" in page
    assert "7 entries chosen." in client.get(address(audit, "/?last=2026")).content.decode()
    wrong = client.get(address(audit, "/?first=soon&event=party"))
    assert wrong.status_code == 422
    assert "Write a day such as" in wrong.content.decode()


FORMULA = "=HYPERLINK(1)"


def test_the_same_entries_go_into_every_file_and_no_formula_runs(world, sign_in):
    audit = world.circulated(1)
    both(world, audit)
    given(world, audit, f'date,text\n2026-08-01,"{FORMULA}"\n', "police", "police_auditor")
    client = sign_in(world.manager)

    def fetched(kind: str) -> bytes:
        answer = client.get(address(audit, f".{kind}?agency=police&first=2026-04-01"))
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].endswith(f'case-1-chronology.{kind}"')
        return answer.content

    rows = list(csv.reader(io.StringIO(fetched("csv").decode("utf-8-sig"))))
    assert [(row[0], row[2]) for row in rows[1:]] == [
        ("2026-04-02", "Police"), ("2026-07-01", "Police"), ("2026-08-01", "Police"),
    ]  # fmt: skip
    assert rows[3][5] == "'" + FORMULA
    sheet = openpyxl.load_workbook(io.BytesIO(fetched("xlsx"))).active
    assert sheet is not None
    assert (sheet.cell(4, 6).value, sheet.cell(4, 6).data_type) == (FORMULA, "s")
    table = docx.Document(io.BytesIO(fetched("docx"))).tables[0]
    assert [row.cells[4].text for row in table.rows] == [
        "What happened", "Not brought to the clinic.", "Called out.", FORMULA,
    ]  # fmt: skip
    assert fetched("pdf")[:5] == b"%PDF-"
    assert client.get(address(audit, ".exe")).status_code == 404
    assert client.get(address(audit, ".csv?first=soon")).status_code == 403


def test_a_document_is_not_made_of_more_than_it_can_hold(world):
    audit = world.circulated(1)
    both(world, audit)
    with pytest.raises(Refused) as refused:
        operations.copy_line(case_of(audit), EVERYTHING, kind="pdf", most=6, by=world.manager)
    assert refused.value.code == "too-many"
    assert len(operations.copy_line(case_of(audit), EVERYTHING, kind="pdf", most=7, by=world.manager)) == 7


def test_the_picture_says_the_same_in_tables(world, sign_in):
    audit = world.circulated(1)
    both(world, audit)
    page = sign_in(world.manager).get(address(audit, "/?show=picture")).content.decode()
    assert page.count("<circle") == 4 + 3
    assert 'fill="#ffffff" stroke' in page  # March 2026, a ring
    assert "More than 60 days without an entry" in page
    assert "style=" not in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)[0]
    assert (
        "No entry fits" in sign_in(world.manager).get(address(audit, "/?show=picture&worker=nobody")).content.decode()
    )


# ---- patterns


def sent_of(page: str, **said: str) -> dict[str, str]:
    marks = re.findall(r'name="reason-([0-9a-f]{64})"', page)
    keys = dict(re.findall(r'<input type="hidden" name="(once|version)"[^>]* value="([^"]*)"', page))
    return {**keys, **{f"{name}-{marks[0]}": value for name, value in said.items()}}


def test_each_pattern_is_taken_or_set_aside_with_a_reason_that_stays(world, sign_in):
    audit = world.circulated(1)
    both(world, audit)
    client, path = sign_in(world.manager), address(audit, "/?show=patterns")
    page = client.get(path).content.decode()
    assert "Not brought several times" in page
    assert "One event told twice" in page
    assert "not_brought_series" not in page
    entry = ChronologyEntry.objects.get(date="2026-05-01")
    assert f"#entry-{entry.public_id}" in page
    unsaid = client.post(path, sent_of(page, decided="set_aside"))
    assert unsaid.status_code == 422
    assert "Say why the question is set aside" in unsaid.content.decode()
    unclear = client.post(path, sent_of(page, reason="Hm."))
    assert unclear.status_code == 422
    assert not PatternDecision.objects.exists()
    assert client.post(path, sent_of(page, decided="set_aside", reason="Answered in May.")).status_code == 302
    assert b"Answered" not in bytes(PatternDecision.objects.get().reason)
    page = client.get(path).content.decode()
    assert "Set aside by Manager" in page
    assert "Answered in May." in page
    # What stands already is no new decision; another one is, and the old one stays on record.
    client.post(path, sent_of(page, decided="set_aside", reason="Answered in May."))
    assert PatternDecision.objects.count() == 1
    page = client.get(path).content.decode()
    client.post(path, sent_of(page, decided="taken"))
    assert [one.decided for one in PatternDecision.objects.all()] == ["set_aside", "taken"]
    assert "Taken to the panel by Manager" in client.get(path).content.decode()
    # An entry that comes later leaves it where it was.
    given(world, audit, "date,text\n2026-08-01,Later.\n", "police", "police_auditor")
    assert "Taken to the panel by Manager" in client.get(path).content.decode()


def test_many_questions_stand_on_pages_and_each_keeps_its_number(world, sign_in):
    audit = world.circulated(1)
    rows = "".join(f"20{10 + at // 12}-{1 + at % 12:02}-01,was_not_brought,W{at}.,C{at},,,,\n" for at in range(60))
    given(world, audit, f"{HEADINGS}\n{rows}")
    twice = "".join(f"20{10 + at // 12}-{1 + at % 12:02}-02,was_not_brought,W{at}.,C{at},,,,\n" for at in range(60))
    given(world, audit, f"{HEADINGS}\n{twice}", "police", "police_auditor")
    client, path = sign_in(world.manager), address(audit, "/?show=patterns")
    assert "60 questions: 0 decided." in client.get(path).content.decode()
    page = client.get(path + "&page=2").content.decode()
    assert page.count('name="reason-') == 10
    assert "51. " in page
    sent = client.post(path + "&page=2", sent_of(page, decided="taken"))
    assert sent.headers["Location"].endswith("?show=patterns&page=2")
    assert "60 questions: 1 decided." in client.get(path).content.decode()


def test_the_second_of_two_who_decide_is_shown_both(world, sign_in):
    audit = world.circulated(1)
    both(world, audit)
    client, path = sign_in(world.manager), address(audit, "/?show=patterns")
    opened = client.get(path).content.decode()
    theirs = sent_of(sign_in(world.chair).get(path).content.decode(), decided="taken")
    assert sign_in(world.chair).post(path, theirs).status_code == 302
    clash = client.post(path, sent_of(opened, decided="set_aside", reason="Answered in May."))
    assert clash.status_code == 409
    assert "Answered in May." in clash.content.decode()
    assert PatternDecision.objects.count() == 1


def test_who_decides_on_patterns_and_until_when(world, sign_in):
    audit = world.circulated(1)
    both(world, audit)
    chronology = chronology_of(case_of(audit))
    assert chronology
    for who in ("manager", "chair"):
        assert rules.may_decide_on_patterns(world.people[who], chronology)
    assert rules.may_decide_on_patterns(world.scrutineer, chronology).code == "not-yours"
    assert rules.may_decide_on_patterns(world.auditor, chronology).code == "before-the-panel"
    page = sign_in(world.scrutineer).get(address(audit, "/?show=patterns")).content.decode()
    assert "Not brought several times" in page
    assert 'name="decided' not in page
    prompt = operations.read_patterns(case_of(audit), by=world.manager)[0]
    with pytest.raises(Refused) as refused:
        operations.decide_on_patterns(chronology, {"0" * 64: ("taken", "")}, version=None, by=world.chair)
    assert refused.value.code == "no-such-pattern"
    with pytest.raises(Refused) as refused:
        operations.decide_on_patterns(chronology, {prompt.mark: ("set_aside", "")}, version=None, by=world.chair)
    assert refused.value.code == "no-reason"
    with pytest.raises(Changed):
        operations.decide_on_patterns(chronology, {prompt.mark: ("taken", "")}, version=77, by=world.chair)
    audit.stage = "panel_closed"
    chronology.case.audit.stage = "panel_closed"
    assert rules.may_decide_on_patterns(world.chair, chronology).code == "panel-closed"
    chronology.case.audit.stage = "published"
    assert rules.may_decide_on_patterns(world.chair, chronology).code == "panel-closed"


def test_there_is_nothing_to_decide_where_nobody_gave_entries(world, sign_in):
    audit = world.circulated(1)
    client = sign_in(world.chair)
    for show in ("", "?show=picture", "?show=patterns"):
        assert client.get(address(audit, f"/{show}")).status_code == 200
    assert client.post(address(audit, "/"), {"once": "a" * 32, "version": "1"}).status_code == 403


# ---- how agencies are called


def test_the_first_agency_of_a_kind_goes_by_its_kind_and_the_others_by_their_name(world):
    register_agency(partnership=world.partnership, name="Second School", kind=AgencyKind.SCHOOL, by=world.operator)
    register_agency(partnership=world.partnership, name="Coastguard", kind=AgencyKind.OTHER, by=world.operator)
    names = names_of(world.partnership)
    assert sorted(names.called) == ["coastguard", "health_visiting", "police", "school", "second_school"]
    assert names.known.find("the Second School") == "second_school"
    assert names.of("gp_practice") == "gp practice"
