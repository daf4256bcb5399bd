"""The board: what it shows of each return, what it leaves out, chasing, and what is taken away from it."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar
from openpyxl import load_workbook

from maca.cases.models import Interest
from maca.cases.operations import declare_interest
from maca.journal.models import Entry
from maca.kernel.clock import today, working_days_from
from maca.kernel.spreadsheet import as_csv, harmless
from maca.kernel.verdict import Refused
from maca.notices.models import Notice
from maca.notices.operations import send_due
from maca.panel.operations import open_panel
from maca.partnership.models import Agency, AgencyKind, Person
from maca.partnership.operations import register_agency
from maca.returns import views
from maca.returns.as_table import as_xlsx, rows
from maca.returns.models import AgencyReturn, DeclineReason
from maca.returns.operations import chase_return, decline_return, extend_return, open_return, say_not_known
from maca.returns.queries import board, letters, shown_under
from maca.returns.rules import may_chase_return
from tests.house.test_pages import form_values


def status(world, audit, agency="health"):
    return next(one for one in board(audit).cells if one.agency.slug == agency).words


def late(audit, agency):
    AgencyReturn.objects.of(audit).filter(agency__slug=agency).update(due_on=working_days_from(today(), -5))


def test_asked_becomes_opened_when_the_agency_opens_it_and_not_when_the_manager_does(world, sign_in):
    audit = world.circulated(1)
    there = f"/audits/{audit.slug}/cases/1/returns/health/"
    sign_in(world.manager).get(there)
    assert status(world, audit) == "Asked"
    version = world.return_of(audit).version
    assert b"Opened" in sign_in(world.auditor).get(there).content
    assert status(world, audit) == "Opened"
    first = world.return_of(audit)
    sign_in(world.lead).get(there)
    assert world.return_of(audit).first_opened_at == first.first_opened_at
    assert first.version == version
    assert Entry.objects.filter(did="first opened a return").count() == 1


def test_another_agency_opens_nothing(world):
    one = world.return_of(world.circulated(1))
    with pytest.raises(Refused):
        open_return(one, by=world.police_auditor)
    assert world.return_of(one.case.audit).first_opened_at is None


def test_what_was_never_answered_has_no_reply_once_the_panel_has_opened(world):
    audit = world.circulated(1)
    say_not_known(world.return_of(audit, "police"), version=None, by=world.police_auditor)
    open_panel(audit, by=world.chair)
    assert status(world, audit) == "No reply"
    assert status(world, audit, "police") == "Not known to us"


def test_each_filter_shows_what_it_says_and_nothing_else(world, sign_in):
    audit = world.circulated(2)
    late(audit, "health")
    decline_return(
        world.return_of(audit, "police"), reason=DeclineReason.OTHER, words="No.", version=None, by=world.police_lead
    )
    found = board(audit)
    assert {code: count for code, _, count in found.filters} == {
        "": 6, "outstanding": 5, "late": 2, "asked": 5, "declined": 1,
    }  # fmt: skip
    page = sign_in(world.manager).get(f"/audits/{audit.slug}/board/?show=declined").content.decode()
    assert "Case 1, Police" in page
    assert "Case 1, Health" not in page
    assert "returns/health/" not in page
    late_page = sign_in(world.manager).get(f"/audits/{audit.slug}/board/?show=late").content.decode()
    assert "Case 2, Health" in late_page
    assert "Case 1, Police" not in late_page


def test_a_long_board_goes_on_over_the_page_and_nothing_is_left_out(world, sign_in, monkeypatch):
    monkeypatch.setattr(views, "CASES_OF_A_PAGE", 2)
    audit = world.circulated(3)
    client, there = sign_in(world.manager), f"/audits/{audit.slug}/board/"
    first, second = (client.get(f"{there}?page={number}").content.decode() for number in (1, 2))
    returns = [f"cases/{case}/returns/{agency}/" for case in (1, 2, 3) for agency in ("health", "police", "school")]
    assert [f'/{one}"' in first for one in returns] == [True] * 6 + [False] * 3
    assert [f'/{one}"' in second for one in returns] == [False] * 6 + [True] * 3
    assert "0 of 9 returns complete" in first
    assert "0 of 9 returns complete" in second
    # With a filter the returns themselves are paged, and the table shows the cases of those.
    monkeypatch.setattr(views, "RETURNS_OF_A_PAGE", 4)
    pages = [client.get(f"{there}?show=outstanding&page={number}").content.decode() for number in (1, 2, 3)]
    listed = [set(re.findall(r"cases/(\d)/returns/(\w+)/chase/", page)) for page in pages]
    assert [len(one) for one in listed] == [4, 4, 1]
    assert len(set.union(*listed)) == 9


def test_an_agency_that_was_not_asked_about_a_case_is_shown_as_that(world):
    audit = world.circulated(2)
    world.return_of(audit, "school", case=2).delete()
    found = board(audit)
    assert [
        (case.number, cell) for case, cells in found.rows for cell in cells if "not_asked" in shown_under(cell)
    ] == [(2, None)]
    assert ("Case 2", "School", "Not asked") in [row[:3] for row in rows(found)]


def test_a_chase_goes_at_once_to_the_agency_once_a_day_and_is_on_record(world, sign_in):
    audit = world.circulated(1)
    send_due(timezone.now())
    Notice.objects.all().delete()
    client, page = sign_in(world.manager), f"/audits/{audit.slug}/board/?show=outstanding"
    keys = form_values(client.get(page).content.decode())
    there = f"/audits/{audit.slug}/cases/1/returns/health/chase/"
    for _ in range(2):  # a double click
        assert client.post(there, keys).status_code == 302
    assert [one.to_address for one in Notice.objects.all()] == [world.lead.email]
    assert Entry.objects.filter(did="chased a return", by=world.manager.public_id).count() == 1
    assert may_chase_return(world.manager, world.return_of(audit)).code == "chased-today"
    assert may_chase_return(world.manager, world.return_of(audit, "police"))
    assert "Chased today" in client.get(page).content.decode()


def test_only_the_manager_chases_and_never_whoever_has_answered(world):
    audit = world.circulated(1)
    Notice.objects.all().delete()
    for who, person in world.people.items():
        if who != "manager":
            with pytest.raises(Refused) as refused:
                chase_return(world.return_of(audit), by=person)
            assert refused.value.code == "not-the-manager"
    say_not_known(world.return_of(audit), version=None, by=world.auditor)
    with pytest.raises(Refused) as refused:
        chase_return(world.return_of(audit), by=world.manager)
    assert refused.value.code == "complete"
    assert not Notice.objects.exists()


def test_where_nobody_can_be_chased_the_manager_is_told_so(world):
    audit = world.circulated(1)
    Person.objects.filter(agency__slug="school").update(is_active=False)
    with pytest.raises(Refused) as refused:
        chase_return(world.return_of(audit, "school"), by=world.manager)
    assert refused.value.code == "nobody-to-chase"
    assert not Entry.objects.filter(did="chased a return").exists()


def test_the_board_says_when_the_request_was_delivered_and_the_agency_last_reminded(world):
    one = world.return_of(world.circulated(1))
    assert letters([one])[one.pk].delivered_at is None
    send_due(timezone.now())
    chase_return(one, by=world.manager)
    told = letters([one])[one.pk]
    assert told.delivered_at is not None
    assert (told.reminded_at, told.reminders, told.chased_today) == (None, 1, True)
    send_due(timezone.now())
    assert letters([one])[one.pk].reminded_at is not None


# ---- taken away


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_no_spreadsheet_takes_a_cell_for_a_formula(text):
    assert harmless(text).startswith("'")


def test_text_that_is_no_formula_is_left_alone():
    assert harmless("St Mary’s – School (1)") == "St Mary’s – School (1)"


def test_the_export_says_what_the_board_says_and_nothing_that_was_written(world, sign_in):
    Agency.objects.filter(pk=world.health.pk).update(name='=HYPERLINK("http://x.example")')
    audit = world.circulated(2)
    late(audit, "school")
    decline_return(
        world.return_of(audit, "police"), reason=DeclineReason.CONSENT, words="A quagga.", version=None,
        by=world.police_lead,
    )  # fmt: skip
    client, there = sign_in(world.scrutineer), f"/audits/{audit.slug}/board/board."
    text = client.get(there + "csv").content.decode("utf-8-sig")
    table = [tuple(row) for row in csv.reader(io.StringIO(text))]
    sheet = load_workbook(io.BytesIO(client.get(there + "xlsx").content)).active
    assert [tuple(cell.value or "" for cell in row) for row in sheet.iter_rows()] == table
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(table) == 7
    assert {row[1] for row in table[1:]} == {'\'=HYPERLINK("http://x.example")', "Police", "School"}
    declined = next(row for row in table if row[2] == "Declined")
    assert declined[:2] == ("Case 1", "Police")
    assert dict(zip(table[0], declined, strict=True))["Reason for declining"] == DeclineReason.CONSENT.label
    assert "quagga" not in text
    assert [row[3] for row in table[1:] if row[1] == "School"] == ["Late", "Late"]
    shown = client.get(there + "csv?show=declined").content.decode("utf-8-sig")
    assert shown.count("\n") == 2
    assert as_csv([("a",)]).startswith(b"\xef\xbb\xbf")
    assert as_xlsx([("a",)])[:2] == b"PK"


def test_the_calendar_has_the_days_of_the_audit_and_nothing_of_a_case(world, sign_in):
    audit = world.circulated(2)
    extend_return(world.return_of(audit), due_on=working_days_from(audit.returns_due_on, 2), version=None,
                  by=world.manager)  # fmt: skip

    def days(who):
        answer = sign_in(world.people[who]).get(f"/audits/{audit.slug}/dates.ics")
        assert "Case " not in answer.content.decode()
        found = Calendar.from_ical(answer.content)
        return {(str(one["summary"]).split(": ")[1], one.decoded("dtstart")) for one in found.walk("VEVENT")}

    assert days("manager") == {
        ("Circulate the cases", audit.request_on), ("Returns due", audit.returns_due_on), ("Pack ready", audit.pack_on),
        ("Panel", audit.panel_on), ("Briefing drafted", audit.draft_on),
    }  # fmt: skip
    assert {day for words, day in days("auditor") if words == "Returns due from your agency"} == {
        audit.returns_due_on, working_days_from(audit.returns_due_on, 2),
    }  # fmt: skip
    assert sign_in(world.governance).get(f"/audits/{audit.slug}/dates.ics").status_code == 404


def test_the_board_takes_the_same_queries_for_one_return_and_for_fifty(world, sign_in):
    counted = []
    for cases, agencies in ((1, 0), (10, 2)):
        for number in range(agencies):
            name = f"Agency {number}"
            world.agencies[name] = register_agency(
                partnership=world.partnership, name=name, kind=AgencyKind.OTHER, by=world.operator
            )
        audit = world.circulated(cases)
        client, found = sign_in(world.manager), []
        for page in ("", "?show=outstanding", "board.csv", "board.xlsx"):
            client.get(f"/audits/{audit.slug}/board/{page}")
            with CaptureQueriesContext(connection) as captured:
                assert client.get(f"/audits/{audit.slug}/board/{page}").status_code == 200
            found.append(len(captured))
        counted.append(found)
    assert counted[0] == counted[1]


def test_no_report_is_offered_to_somebody_with_a_conflict_in_its_case(world, sign_in):
    audit, client = world.circulated(2), sign_in(world.manager)
    offered = [f'href="/audits/{audit.slug}/cases/{number}/report/"' for number in (1, 2)]
    board_of = f"/audits/{audit.slug}/board/"
    page = client.get(board_of).content.decode()
    assert all(one in page for one in offered)
    declare_interest(audit.cases.get(number=1), interest=Interest.HELD, by=world.manager)
    page = client.get(board_of).content.decode()
    assert [one in page for one in offered] == [False, True]


def test_an_agency_that_does_not_know_the_family_is_offered_neither_its_name_nor_a_chronology(world, sign_in):
    one, client = world.return_of(world.circulated(1)), sign_in(world.auditor)
    case = f"/audits/{one.case.audit.slug}/cases/1/"
    here = f"{case}returns/health/"
    for page in (here, f"{here}known/"):
        assert f"{case}identity/" in client.get(page).content.decode()
    assert "The chronology of Health" in client.get(here).content.decode()
    say_not_known(one, version=None, by=world.auditor)
    assert client.get(f"{case}identity/").status_code == 403
    for page in (here, f"{here}known/"):
        shown = client.get(page).content.decode()
        assert f"{case}identity/" not in shown
        assert "The chronology of Health" not in shown
