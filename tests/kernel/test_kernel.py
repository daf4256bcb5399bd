import datetime as dt
import threading

import pytest
import time_machine
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from maca.audits.models import Audit
from maca.audits.stages import AuditStage
from maca.kernel import clock
from maca.kernel.ids import new_public_id
from maca.kernel.models import FormUse
from maca.kernel.once import already_used, once
from maca.kernel.stages import move
from maca.kernel.text import normalise
from maca.kernel.verdict import YES, Refused, no
from maca.kernel.versions import Changed, save_changes


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


@pytest.mark.django_db
def test_a_form_sent_twice_has_one_effect():
    effects = []

    def do():
        effects.append(1)
        return "/there/"

    key = new_public_id()
    assert once(key, person="a", do=do) == once(key, person="a", do=do) == "/there/"
    assert effects == [1]
    assert already_used(key, person="a") == "/there/"
    assert already_used(key, person="b") is None


@pytest.mark.django_db
def test_a_form_whose_operation_fails_can_be_sent_again():
    key = new_public_id()

    def fail():
        raise Refused("no", "No.")

    with pytest.raises(Refused):
        once(key, person="a", do=fail)
    assert not FormUse.objects.exists()
    assert once(key, person="a", do=lambda: "/there/") == "/there/"


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "short", "x" * 32, "\x00" * 32])
def test_a_form_without_a_whole_key_is_refused(key):
    with pytest.raises(Refused) as refused:
        once(key, person="a", do=lambda: "/there/")
    assert refused.value.code == "no-form-key"


@pytest.mark.django_db
def test_nobody_can_use_anothers_form():
    key = new_public_id()
    once(key, person="a", do=lambda: "/there/")
    with pytest.raises(Refused) as refused:
        once(key, person="b", do=lambda: "/there/")
    assert refused.value.code == "not-your-form"


@pytest.mark.django_db(transaction=True)
def test_a_double_click_at_the_same_instant_has_one_effect():
    key, effects, places = new_public_id(), [], []
    together = threading.Barrier(4)

    def do():
        effects.append(1)
        return "/there/"

    def click():
        try:
            together.wait(timeout=10)
            with transaction.atomic():
                places.append(once(key, person="a", do=do))
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert effects == [1]
    assert places == ["/there/"] * 4
