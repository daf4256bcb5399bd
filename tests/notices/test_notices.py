import datetime as dt
import logging
import smtplib
import socket
import threading
import time

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connections, transaction
from django.utils import timezone

from maca.notices import clock
from maca.notices.clock import Clock
from maca.notices.kinds import Kind, register
from maca.notices.models import Notice, Turn
from maca.notices.operations import queue, send_due
from tests.makers import World

TWICE = register(Kind("tests/twice", "Something waits", ("It waits for you.",), rather_twice=True))
ONCE = register(Kind("tests/once", "Something else waits", ("It waits for you.",)))
HERE = f"{__name__}."


class Down(BaseEmailBackend):
    """Nobody answers."""

    def open(self):
        raise ConnectionRefusedError("not at home: secret@example.org")


class Silent(BaseEmailBackend):
    """Takes the message, and is never heard of again: it may have gone or not."""

    def send_messages(self, messages):
        raise TimeoutError


class Picky(BaseEmailBackend):
    """Refuses one address, and takes the others."""

    taken: list[str] = []

    def send_messages(self, messages):
        for message in messages:
            if "lead" in message.to[0]:
                raise smtplib.SMTPRecipientsRefused({message.to[0]: (550, b"no")})
            self.taken.append(message.to[0])
        return len(messages)


def queued(kind, *people, **more):
    with transaction.atomic():
        return [queue(kind, to=person, link="/concerns/x/", **more) for person in people]


def later(minutes):
    return timezone.now() + dt.timedelta(minutes=minutes)


@pytest.mark.django_db(transaction=True)
def test_a_notice_is_queued_only_with_the_change_it_tells_of():
    world = World()
    with pytest.raises(RuntimeError):
        queue(TWICE, to=world.manager, link="/")

    @transaction.atomic
    def a_change_that_fails():
        queue(TWICE, to=world.manager, link="/")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        a_change_that_fails()
    assert not Notice.objects.exists()


def test_each_message_has_one_recipient_and_the_words_of_its_kind_alone(world):
    queued(TWICE, world.manager, world.lead)
    done = send_due(timezone.now())
    assert (done.sent, done.waiting) == (2, 0)
    assert [(one.to, one.cc, one.bcc) for one in mail.outbox] == [
        ([world.manager.email], [], []),
        ([world.lead.email], [], []),
    ]
    assert len({one.body for one in mail.outbox}) == len({one.subject for one in mail.outbox}) == 1
    assert mail.outbox[0].body.startswith("It waits for you.\n\nSign in to read it: http")
    assert mail.outbox[0].body.endswith("/concerns/x/\n")


def test_what_was_sent_is_not_sent_again(world):
    queued(TWICE, world.manager)
    send_due(timezone.now())
    send_due(later(5000))
    assert len(mail.outbox) == 1


def test_what_would_rather_come_twice_goes_before_all_else(world, monkeypatch):
    monkeypatch.setattr("maca.notices.operations.A_ROUND", 2)
    queued(ONCE, *[world.lead] * 3)
    queued(TWICE, world.manager)
    send_due(timezone.now())
    assert [one.to for one in mail.outbox] == [[world.manager.email], [world.lead.email]]


def test_two_kinds_may_not_share_a_code():
    assert register(TWICE) == TWICE
    with pytest.raises(ValueError, match="tests/twice"):
        register(Kind("tests/twice", "Other words", ()))


@pytest.mark.parametrize("kind", [TWICE, ONCE])
def test_while_the_mail_server_is_down_a_notice_waits_longer_and_longer_and_then_goes(world, settings, kind):
    settings.EMAIL_BACKEND = HERE + "Down"
    queued(kind, world.manager)
    gaps, now = [], timezone.now()
    for _ in range(4):
        assert send_due(now).waiting == 1
        following = Notice.objects.get().next_try_at
        gaps.append(round((following - now).total_seconds() / 60))
        now = following
    assert gaps == [1, 2, 5, 10]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_due(now - dt.timedelta(seconds=1)).sent == 0  # not due yet
    assert send_due(now).sent == 1
    assert len(mail.outbox) == 1


def test_when_it_is_in_doubt_whether_a_message_went_one_kind_goes_again_and_the_other_never(world, settings):
    settings.EMAIL_BACKEND = HERE + "Silent"
    queued(TWICE, world.manager)
    queued(ONCE, world.manager)
    send_due(timezone.now())
    send_due(later(0.5))
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_due(later(2))
    send_due(later(3000))
    assert [one.subject for one in mail.outbox] == [TWICE.subject]
    assert Notice.objects.get(kind=ONCE.code).given_up_at


def test_a_crash_between_sending_and_marking_sends_one_kind_again_and_never_the_other(world, settings):
    """The crash is a process that ends in the middle: no clause of ours is run, and nothing is marked after it."""

    class Crash(BaseException):
        pass

    class Dying(BaseEmailBackend):
        def send_messages(self, messages):
            raise Crash

    globals()["Dying"] = Dying
    settings.EMAIL_BACKEND = HERE + "Dying"
    queued(TWICE, world.manager)
    queued(ONCE, world.manager)
    for minutes in (0, 0.5):
        with pytest.raises(Crash):
            send_due(later(minutes))
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_due(later(3))
    assert [one.subject for one in mail.outbox] == [TWICE.subject]


def test_one_address_that_is_refused_does_not_stop_the_others(world, settings):
    settings.EMAIL_BACKEND = HERE + "Picky"
    Picky.taken.clear()
    queued(ONCE, world.lead, world.manager)
    done = send_due(timezone.now())
    assert Picky.taken == [world.manager.email]
    assert (done.sent, done.waiting) == (1, 1)


def test_a_mail_server_that_does_not_answer_is_asked_once_a_round(world, settings):
    settings.EMAIL_BACKEND = HERE + "Down"
    queued(TWICE, world.lead, world.manager, world.chair)
    send_due(timezone.now())
    assert sorted(Notice.objects.values_list("tries", flat=True)) == [0, 0, 1]


def test_a_notice_that_would_come_too_late_is_dropped(world):
    queued(TWICE, world.manager, wants_by=later(15))
    assert send_due(later(16)).given_up == 1
    assert mail.outbox == []


def test_a_mail_server_that_hangs_is_left_after_its_time_is_up(world, settings, monkeypatch):
    """A real socket that takes the call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = hanging.getsockname()[:2]
        monkeypatch.setattr("maca.notices.operations.TIMEOUT", 0.3)
        queued(TWICE, world.manager)
        began = time.monotonic()
        done = send_due(timezone.now())
        assert time.monotonic() - began < 5
        assert (done.sent, done.waiting) == (0, 1)


# ---- the clock


@pytest.mark.django_db
def test_a_duty_that_fails_stops_no_other_and_is_logged_by_its_kind_alone(caplog):
    done = []

    def failing(now):
        raise ValueError("Zebedee Quux")

    with caplog.at_level(logging.ERROR):
        went = Clock([("bad", failing), ("good", done.append)]).go_round(timezone.now())
    assert went == ["good"]
    assert len(done) == 1
    assert "ValueError" in caplog.text
    assert "Quux" not in caplog.text


@pytest.mark.django_db
def test_one_process_at_a_time_does_the_duties_and_a_dead_one_blocks_them_two_minutes_at_most():
    now = timezone.now()
    rounds = []

    def other_comes_too(at):
        rounds.append("first")
        Clock([("second", lambda at: rounds.append("second"))]).go_round(at)

    Clock([("first", other_comes_too)]).go_round(now)
    assert rounds == ["first"]
    Clock([("second", lambda at: rounds.append("second"))]).go_round(now)  # the first has finished: the control
    assert rounds == ["first", "second"]
    Turn.objects.update(holder="dead", until=now + clock.A_TURN)
    third = Clock([("third", lambda at: rounds.append("third"))])
    assert third.go_round(now + dt.timedelta(seconds=90)) == []
    assert third.go_round(now + clock.A_TURN) == ["third"]


@pytest.mark.django_db(transaction=True)
def test_the_clock_goes_at_once_when_woken_and_leaves_no_connection_open():
    rounds, used = threading.Semaphore(0), []

    def count(now):
        used.append(connections["default"])
        assert used[-1].connection is not None  # the control: it was open
        rounds.release()

    ticking = Clock([("count", count)], every=600)
    ticking.start()
    try:
        assert rounds.acquire(timeout=10)
        assert not rounds.acquire(timeout=0.2)
        clock.wake()
        assert rounds.acquire(timeout=10)
    finally:
        ticking.stop()
    assert [one.connection for one in used] == [None] * len(used)


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_send_at_once_send_each_notice_once():
    world = World()
    queued(TWICE, *world.people.values())
    together = threading.Barrier(2)

    def send():
        together.wait()
        try:
            send_due(timezone.now())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one.to[0] for one in mail.outbox) == sorted(person.email for person in world.people.values())


def test_the_duties_in_the_settings_are_there_and_run(world):
    assert Clock().go_round(timezone.now()) == [name for name, _ in clock.duties()]
