import datetime as dt
import threading

import pytest
import time_machine
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from maca.audits.models import Audit, Heading
from maca.audits.stages import AuditStage
from maca.briefing.operations import draft_briefing, edit_theme_and_cases, send_briefing
from maca.kernel import clock
from maca.kernel.models import FormUse
from maca.kernel.once import already_used, forget_old_forms, name_of_sending, once
from maca.kernel.stages import move
from maca.kernel.text import closed, normalise, says_nothing
from maca.kernel.verdict import YES, Refused, no
from maca.kernel.versions import Changed, save_changes
from maca.panel.operations import close_panel, open_panel, record_finding, withdraw_finding
from maca.panel.queries import Column
from maca.returns.operations import save_answer, say_not_known, submit_return
from maca.returns.queries import find_asking
from tests.makers import keep_all


def test_a_refusal_says_why_in_a_code_and_a_sentence():
    with pytest.raises(Refused) as refused:
        no("too-late", "It is too late.").insist()
    assert (refused.value.code, refused.value.sentence) == ("too-late", "It is too late.")
    YES.insist()


# ---- the clock


def test_the_tenth_working_day_after_christmas_leaves_out_the_bank_holidays():
    assert clock.working_days_from(dt.date(2026, 12, 21), 10) == dt.date(2027, 1, 7)


def test_a_substitute_bank_holiday_is_no_working_day():
    # Boxing Day 2026 is a Saturday, so Monday the 28th stands for it.
    assert not clock.is_working_day(dt.date(2026, 12, 28))
    assert clock.bank_holiday(dt.date(2026, 12, 28))
    assert clock.is_working_day(dt.date(2026, 12, 29))


@given(day=st.dates(dt.date(2024, 1, 1), dt.date(2032, 1, 1)), count=st.integers(-60, 60))
def test_counting_working_days_there_and_back_agrees(day, count):
    start = clock.working_days_from(day, 1)
    end = clock.working_days_from(start, count)
    assert clock.is_working_day(end)
    assert clock.working_days_between(start, end) == count


@pytest.mark.parametrize(
    ("instant", "past"),
    [
        ("2026-10-24T22:59:59+00:00", False),  # 23:59:59 in London, summer time
        ("2026-10-24T23:00:00+00:00", True),  # midnight in London
        ("2026-10-25T00:30:00+00:00", True),
    ],
)
def test_a_deadline_closes_at_the_end_of_its_day_in_london(instant, past):
    with time_machine.travel(instant, tick=False):
        assert clock.is_past(dt.date(2026, 10, 24)) is past


# ---- text


def test_what_cannot_be_kept_is_named_and_the_rest_is_kept():
    kept, dropped = normalise("Police\x0b& Health\x00 <b>\r\nRésumé")
    assert kept == "Police\n& Health <b>\nRésumé"
    assert dropped == ["null"]


@given(st.text())
def test_text_in_order_stays_as_it_is(text):
    once_in_order, _ = normalise(text)
    assert normalise(once_in_order) == (once_in_order, [])
    once_in_order.encode("utf-8")


# ---- stages and versions


@pytest.mark.django_db
def test_two_people_cannot_both_make_a_move(world):
    audit = world.planned()
    same = Audit.objects.get(pk=audit.pk)
    move(audit, to=AuditStage.CIRCULATED)
    with pytest.raises(Refused) as refused:
        move(same, to=AuditStage.CIRCULATED)
    assert refused.value.code == "moved-meanwhile"


@pytest.mark.django_db
def test_a_move_that_is_not_in_the_table_is_refused(world):
    audit = world.planned()
    for stage in set(AuditStage) - {AuditStage.CIRCULATED}:
        with pytest.raises(Refused) as refused:
            move(audit, to=stage)
        assert refused.value.code == "illegal-move"
    assert Audit.objects.get(pk=audit.pk).stage == AuditStage.PLANNED


@pytest.mark.django_db
def test_the_second_saver_is_told_and_the_first_ones_words_stand(world):
    audit = world.planned()
    same = Audit.objects.get(pk=audit.pk)
    save_changes(audit, version=1, title="Mine")
    with pytest.raises(Changed) as changed:
        save_changes(same, version=1, title="Theirs")
    assert changed.value.latest.title == "Mine"
    assert Audit.objects.get(pk=audit.pk).title == "Mine"


# ---- forms that have one effect


def sending(key="a" * 32, person="somebody", address="/here/", content=(("title", ["T"]),)):
    return name_of_sending(key, person=person, address=address, content=content)


def test_other_words_another_place_or_another_sender_make_another_sending():
    others = [
        sending(),
        sending(key="b" * 32),
        sending(person="somebody else"),
        sending(address="/there/"),
        sending(content=[("title", ["U"])]),
    ]
    assert len(set(others)) == 5
    assert sending() == sending()


@pytest.mark.parametrize("key", ["", "short", "x" * 32, "\x00" * 32, "a" * 33])
def test_a_form_without_a_whole_key_is_refused(key):
    with pytest.raises(Refused) as refused:
        sending(key=key)
    assert refused.value.code == "no-form-key"


@pytest.mark.django_db
def test_a_sending_has_one_effect():
    effects = []

    def do():
        effects.append(1)
        return "/there/"

    assert once(sending(), do) == once(sending(), do) == "/there/"
    assert effects == [1]
    assert already_used(sending()) == "/there/"
    assert already_used(sending(person="somebody else")) is None


@pytest.mark.django_db
def test_a_form_whose_operation_fails_can_be_sent_again():
    def fail():
        raise Refused("no", "No.")

    with pytest.raises(Refused):
        once(sending(), fail)
    assert not FormUse.objects.exists()
    assert once(sending(), lambda: "/there/") == "/there/"


@pytest.mark.django_db
def test_forms_used_long_ago_are_forgotten():
    with time_machine.travel("2026-01-01"):
        once(sending(), lambda: "/there/")
    once(sending(key="b" * 32), lambda: "/there/")
    forget_old_forms()
    assert FormUse.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_at_the_same_instant_has_one_effect():
    effects, places = [], []
    together = threading.Barrier(4)

    def do():
        effects.append(1)
        return "/there/"

    def click():
        try:
            together.wait(timeout=10)
            places.append(once(sending(), do))
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert effects == [1]
    assert places == ["/there/"] * 4


# ---- rules are asked of rows as they are


@pytest.mark.django_db
def test_an_operation_sees_what_somebody_else_did_since_the_page_was_fetched(world):
    """Each act was allowed when the page was fetched; somebody else was quicker."""
    audit = world.circulated(1)
    world.answer_all(world.return_of(audit))
    asking = find_asking(world.auditor, audit.slug, 1, "health", 1)
    stale_return, stale_audit = world.return_of(audit), Audit.objects.get(pk=audit.pk)
    world.submitted(world.return_of(audit, "police"))
    submit_return(world.return_of(audit), version=None, by=world.lead)
    blank = {"choice": "", "how_known": "", "points": ""}
    with pytest.raises(Refused) as refused:
        save_answer(asking, **blank, version=1, by=world.auditor)
    assert refused.value.code == "already-submitted"
    open_panel(audit, by=world.chair)
    for act in (
        lambda: open_panel(stale_audit, by=world.chair),
        lambda: say_not_known(stale_return, version=None, by=world.auditor),
    ):
        with pytest.raises(Refused):
            act()
    case = audit.cases.select_related("hearing", "audit").get()
    finding = world.hear(case)
    stale_column = Column(Audit.objects.get(pk=audit.pk), case, Heading.WENT_WELL)
    close_panel(audit, by=world.chair)
    for act in (
        lambda: record_finding(stale_column, text="Too late", agencies=[], by=world.chair),
        lambda: withdraw_finding(finding, by=world.chair),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "panel-not-open"
    stale_audit = Audit.objects.get(pk=audit.pk)
    briefing = draft_briefing(audit, by=world.manager)
    with pytest.raises(Refused) as refused:
        draft_briefing(stale_audit, by=world.manager)
    assert refused.value.code == "already-drafted"
    stale_briefing = type(briefing).objects.get(pk=briefing.pk)
    keep_all(briefing, by=world.manager)
    send_briefing(briefing, version=None, by=world.manager)
    with pytest.raises(Refused) as refused:
        edit_theme_and_cases(stale_briefing, lines=["Too late"], version=stale_briefing.version, by=world.manager)
    assert refused.value.code == "sent"


# ---- what turns the direction of a line


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("plain", ""),
        ("\u202eturned", "\u202c"),
        ("\u202eturned\u202c", ""),
        ("\u2067a \u202bb", "\u202c\u2069"),
        # The end of an isolate ends what was begun within it; the end of an embedding reaches no further.
        ("\u2067a \u202bb\u2069", ""),
        ("\u202ba \u2067b\u202c", "\u2069\u202c"),
        ("\u2069\u202cnothing was begun", ""),
        ("a mark\u200f", ""),
    ],
)
def test_a_line_ends_the_turns_that_it_began(text, ends):
    assert closed(text) == text + ends
    assert closed(closed(text)) == closed(text)
    assert closed(f"{text}\nnext") == f"{text}{ends}\nnext"


@pytest.mark.parametrize("text", ["", " \u00a0", "\u200b", "\u00ad\u200d\ufeff", "\n\t"])
def test_what_nobody_sees_says_nothing(text):
    assert says_nothing(text)
    assert not says_nothing(f"{text}a")
