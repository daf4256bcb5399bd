"""The year's programme: what is audited and why, what was never audited again, and what never was."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maca.audits.models import PrioritySource
from maca.audits.operations import adopt_theme, plan_audit, record_priority, record_published_audit
from maca.audits.queries import programme, year_of
from maca.audits.question_sets import ready_made
from maca.audits.timetable import timetable
from maca.kernel.clock import today


def priority(world, title, source=PrioritySource.REVIEW):
    return record_priority(title=title, source=source, reason=f"Why {title}.", by=world.chair)


def planned(world, theme, panel_on, title, earlier=None):
    return plan_audit(
        theme, title=title, terms_of_reference="T", questions=ready_made()["neglect"], review_title="",
        dates=timetable(panel_on), earlier=earlier, by=world.chair,
    )  # fmt: skip


def published(world, theme, title):
    return record_published_audit(
        partnership=world.partnership, kind="MACA", title=title, theme=theme, agency_questions=("Was it seen?",),
        panel_questions=("What went well?",), imported_from=title, by=world.manager,
    )  # fmt: skip


def test_a_year_runs_from_april_to_march():
    assert year_of(dt.date(2027, 3, 31)) == 2026
    assert year_of(dt.date(2027, 4, 1)) == 2027


def test_the_audits_of_a_year_stand_under_the_priority_they_come_from_in_the_order_of_their_panels(world):
    first, second = priority(world, "Neglect", PrioritySource.INSPECTION), priority(world, "Babies")
    neglect, babies = (
        adopt_theme(first, title="Neglect", by=world.chair),
        adopt_theme(second, title="B", by=world.chair),
    )
    late = planned(world, neglect, dt.date(2028, 3, 30), "Neglect 4")
    early = planned(world, neglect, dt.date(2027, 4, 6), "Neglect 3")
    between = planned(world, babies, dt.date(2027, 9, 1), "Babies 1")
    after = planned(world, babies, dt.date(2028, 4, 4), "Babies 2")
    planned(world, babies, dt.date(2027, 3, 31), "Before")
    found = programme(world.chair, 2027)
    assert found.priorities == [(first, [early, late]), (second, [between])]
    assert found.afterwards == [after]


def test_what_was_never_audited_again_is_the_last_published_audit_of_a_theme_without_a_later_one(world):
    published(world, "Neglect", "Neglect 1")
    last = published(world, "Neglect", "Neglect 2")
    again = published(world, "Injuries", "Injuries 1")
    assert programme(world.chair, 2026).not_again == [again, last]  # no day of a panel is known, so by theme
    planned(world, again.theme, dt.date(2027, 9, 1), "Injuries 2", again)
    assert programme(world.chair, 2026).not_again == [last]
    planned(world, last.theme, dt.date(2027, 9, 1), "Neglect 3", last)
    assert programme(world.chair, 2026).not_again == []


def test_an_old_briefing_that_is_recorded_late_is_not_the_last_of_its_theme(world):
    theme = adopt_theme(priority(world, "Neglect"), title="Neglect", by=world.chair)
    planned(world, theme, dt.date(2027, 9, 1), "Neglect 3")
    published(world, "Neglect", "Neglect 2")
    assert programme(world.chair, 2026).not_again == []


def test_themes_and_priorities_that_were_never_audited_are_named(world):
    with_theme, without = priority(world, "Neglect"), priority(world, "Babies")
    theme = adopt_theme(with_theme, title="Neglect", by=world.chair)
    found = programme(world.chair, 2026)
    assert (found.not_audited, found.without_theme) == ([theme], [without])
    planned(world, theme, dt.date(2027, 9, 1), "Neglect 1")
    assert programme(world.chair, 2026).not_audited == []


def test_the_page_says_where_each_theme_came_from_and_takes_the_same_queries_for_few_and_many(world, sign_in):
    def year(count):
        for number in range(count):
            one = priority(world, f"P{len(connection.queries_log)}{number}{count}", PrioritySource.DATA)
            theme = adopt_theme(one, title=f"T{number}-{count}", by=world.chair)
            planned(world, theme, dt.date(2027, 9, 1), "Audit")
            adopt_theme(one, title=f"U{number}-{count}", by=world.chair)
            priority(world, f"Q{number}{count}")
            published(world, f"V{number}-{count}", "Published")

    client = sign_in(world.scrutineer)

    def counted():
        client.get("/programme/?year=2027")
        with CaptureQueriesContext(connection) as captured:
            page = client.get("/programme/?year=2027").content.decode()
        return len(captured), page

    year(1)
    few, page = counted()
    assert "From: Data. Why P" in page
    for heading in ("Never audited again", "Never audited at all"):
        assert heading in page
    year(20)
    many, page = counted()
    assert many == few
    assert page.count("From: Data.") == 21


def test_a_strange_year_is_this_year(world, sign_in):
    client = sign_in(world.chair)
    this = f"Programme from 1 April {year_of(today())}"
    for year in ("", "99999", "0", "-1", "²", "x"):
        assert this in client.get(f"/programme/?year={year}").content.decode()


def test_the_operator_and_the_governance_officer_see_no_audits_in_it(world):
    published(world, "Neglect", "Neglect 1")
    found = programme(world.governance, 2026)
    assert (found.priorities, found.not_again, found.not_audited) == ([], [], [])


def test_the_next_audit_is_called_as_none_of_its_theme_is_called_yet(world, sign_in):
    theme = adopt_theme(priority(world, "Neglect"), title="Neglect", by=world.chair)
    client, path = sign_in(world.chair), f"/themes/{theme.public_id}/audit/"

    def proposed():
        return re.search(r'name="title"[^>]* value="([^"]*)"', client.get(path).content.decode())[1]

    assert proposed() == "Neglect 1"
    planned(world, theme, dt.date(2027, 9, 1), "Neglect 3")
    planned(world, theme, dt.date(2027, 9, 2), "Neglect 2")
    assert proposed() == "Neglect 4"


@pytest.mark.parametrize("path", ["/", "/audits/", "/briefings/", "/programme/"])
def test_who_sees_no_audit_is_told_so_and_not_that_there_is_none(world, sign_in, path):
    told = "Audits and briefings are not shown to your role."
    assert told in sign_in(world.governance).get(path).content.decode()
    assert told not in sign_in(world.lead).get(path).content.decode()
