"""Joining by invitation: one link, one person, once, for 72 hours."""

import datetime as dt
import re
from smtplib import SMTPException

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.test import Client, override_settings
from django.utils import timezone

from maca.config.settings import mail_server
from maca.journal.models import Entry
from maca.kernel.ids import new_public_id
from maca.kernel.verdict import Refused
from maca.partnership.invitations import (
    MESSAGE,
    SUBJECT,
    invite_again,
    invite_at_the_machine,
    invite_person,
    invited_person,
    join,
    link_for,
)
from maca.partnership.models import EndReason, Person, Role
from maca.partnership.operations import end_account
from tests.makers import World

SITE = "https://audits.example.gov.uk"
PASSWORD = "correct horse battery"


def invite(world: World, *, email: str = "new@gp.example", by: Person | None = None, **more) -> Person | None:
    values = {"name": "Canary Newcomer", "post": "Canary post", "roles": [Role.AUDITOR], "agency": world.health}
    return invite_person(partnership=world.partnership, email=email, site=SITE, by=by or world.manager, **values | more)


def parts(link: str) -> tuple[str, str]:
    found = re.fullmatch(SITE + r"/invitation/([0-9a-f]{32})/([0-9a-z]+-[0-9a-f]+)/", link)
    assert found, link
    return found[1], found[2]


def later(person: Person, **ago: float) -> None:
    """As if the invitation had been made so long ago, token and all."""
    Person.objects.filter(pk=person.pk).update(invited_at=timezone.now() - dt.timedelta(**ago))
    person.refresh_from_db()


def test_a_link_lets_one_person_choose_a_password_once(world):
    person = invite(world)
    uid, token = parts(link_for(person, SITE))
    found = invited_person(uid, token)
    assert found == person
    assert not Client().login(username=person.email, password=PASSWORD)
    join(found, password=PASSWORD)
    person.refresh_from_db()
    assert person.joined_at is not None
    assert person.check_password(PASSWORD)
    assert Entry.objects.filter(did="joined", by=person.public_id, about=f"Person:{uid}").count() == 1
    assert invited_person(uid, token) is None
    with pytest.raises(Refused) as refused:
        join(found, password="another horse battery")
    assert refused.value.code == "not-open"
    assert person.check_password(PASSWORD)


def test_a_weak_password_leaves_the_invitation_open(world):
    person = invite(world)
    uid, token = parts(link_for(person, SITE))
    with pytest.raises(ValidationError):
        join(invited_person(uid, token), password="short")
    assert invited_person(uid, token) == person


@pytest.mark.parametrize(("hours", "works"), [(71.9, True), (72.1, False)])
def test_a_link_lasts_72_hours_whatever_a_reset_lasts(world, hours, works):
    person = invite(world)
    later(person, hours=hours)
    with override_settings(PASSWORD_RESET_TIMEOUT=60):
        assert bool(invited_person(*parts(link_for(person, SITE)))) is works


def test_a_new_invitation_or_the_end_of_the_account_voids_the_link(world):
    person = invite(world)
    first = parts(link_for(person, SITE))
    assert invited_person(*first)
    invite_again(person, site=SITE, version=None, by=world.manager)
    second = parts(link_for(person, SITE))
    assert invited_person(*first) is None
    assert invited_person(*second)
    end_account(person, reason=EndReason.NEVER_JOINED, version=None, by=world.manager)
    assert invited_person(*second) is None


def test_unknown_and_wrong_and_another_persons_link_are_alike(world):
    person, other = invite(world), invite(world, email="other@gp.example")
    uid, token = parts(link_for(person, SITE))
    _, others = parts(link_for(other, SITE))
    assert invited_person(uid, token) == person
    for wrong in [
        (new_public_id(), token),
        (uid, others),
        (uid, token[:-1] + ("0" if token[-1] != "0" else "1")),
        (uid, ""),
        (uid, "-"),
        (uid, "é-é"),
        (uid, "z" * 400),
        ("", token),
        ("\x00", "\x00"),
        (world.chair.public_id, token),
    ]:
        assert invited_person(*wrong) is None, wrong


def test_an_invitation_is_one_static_message_to_one_person(world, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first, second = invite(world), invite(world, email="b@gp.example", name="Other Name", roles=[Role.SCRUTINEER])
    assert len(mail.outbox) == 2
    for person, message in zip((first, second), mail.outbox, strict=True):
        assert message.recipients() == [person.email]
        assert (message.to, message.cc, message.bcc) == ([person.email], [], [])
        assert message.subject == SUBJECT
        assert message.body == MESSAGE.format(partnership=world.partnership.name, link=link_for(person, SITE))
        assert not message.attachments
        assert message.content_subtype == "plain"
        assert person.name not in message.message().as_string()
        assert person.post not in message.message().as_string()
        person.refresh_from_db()
        assert person.invitation_sent_at is not None


def test_nothing_is_sent_when_the_invitation_is_undone(world, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(Refused):
        invite(world, roles=[Role.CHAIR])
    assert mail.outbox == []
    assert not Person.objects.filter(email="new@gp.example").exists()


class Broken:
    """A mail server that takes nothing, and says so with the address in its answer."""

    def __init__(self, **options: object) -> None:
        pass

    def send_messages(self, messages: list) -> int:
        raise SMTPException(f"no such mailbox {messages[0].to}")


@pytest.mark.parametrize(
    "broken", [{"EMAIL_BACKEND": "tests.partnership.test_invitations.Broken"}, {"MACA_CAN_MAIL": False}]
)
def test_when_no_mail_goes_the_account_stands_and_the_inviter_is_told(
    world, sign_in, broken, django_capture_on_commit_callbacks, caplog
):
    with override_settings(**broken), django_capture_on_commit_callbacks(execute=True):
        person = invite(world)
    person.refresh_from_db()
    client = sign_in(world.manager)
    assert person.invitation_sent_at is None
    assert person.may_sign_in()
    assert person.email not in caplog.text
    assert "could not be sent" in caplog.text
    assert "The invitation has not been sent" in client.get(f"/people/{person.public_id}/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        invite_again(person, site=SITE, version=None, by=world.manager)
    assert "The invitation has not been sent" not in client.get(f"/people/{person.public_id}/").content.decode()


def sent_from_the_page(client, address, run):
    """Invite somebody at this address through the page. Answers with where it led and what stands there."""
    page = client.get("/people/invite/").content.decode()
    once = re.search('name="once" value="(.+?)"', page)[1]
    form = {"once": once, "name": "N", "post": "P", "email": address, "roles": ["social_worker"]}
    with run(execute=True):
        onward = client.post("/people/invite/", form).headers["Location"]
    return onward, client.get(onward).content.decode()


def test_an_address_in_use_in_another_partnership_is_answered_as_a_free_one(
    world, sign_in, django_capture_on_commit_callbacks
):
    theirs = World("Elsewhere Partnership").chair
    client = sign_in(world.manager)
    answers = []
    for address in ("free@somewhere.example", theirs.email.upper()):
        onward, page = sent_from_the_page(client, address, django_capture_on_commit_callbacks)
        assert address.lower() in page
        assert "The invitation went out on" in page
        # But for the address, the ids and the keys of the page, and how long the sign-in still lasts.
        alike = page.replace(address.lower(), "A")
        alike = re.sub(r'name="(once|csrfmiddlewaretoken)" value="[^"]+"|data-(left|longest)="\d+"', "", alike)
        answers.append(re.sub(r"[0-9a-f]{32}", "", re.sub(r'id="time-out-foot">[^<]*<', "", alike)))
    assert answers[0] == answers[1]
    listed = client.get("/people/").content.decode()
    assert "elsewhere.invalid" not in listed
    first, second = Entry.objects.filter(did="invited a person")
    assert {**first.details, "about": ""} == {**second.details, "about": ""}
    # Whoever reads there learns how to be invited; the address goes on signing in where it did.
    to_free, to_taken = mail.outbox
    assert (to_free.to, to_taken.to) == (["free@somewhere.example"], [theirs.email])
    assert to_free.subject == to_taken.subject
    assert "/invitation/" in to_free.body
    assert "/invitation/" not in to_taken.body
    assert "for another partnership, and one address has one account" in to_taken.body
    assert Person.objects.get_by_natural_key(theirs.email) == theirs
    made = Person.objects.get(invited_as=theirs.email)
    assert made.partnership == world.partnership
    with django_capture_on_commit_callbacks(execute=True):
        invite_again(made, site=SITE, version=None, by=world.manager)
    assert mail.outbox[-1].to == [theirs.email]
    assert "/invitation/" not in mail.outbox[-1].body
    # Invited twice, they are on the register like anybody else.
    onward, page = sent_from_the_page(client, theirs.email, django_capture_on_commit_callbacks)
    assert (onward, "has this address already" in page) == ("/people/invite/", True)


def test_an_address_on_ones_own_register_is_not_invited_again(world, sign_in, django_capture_on_commit_callbacks):
    client = sign_in(world.manager)
    onward, page = sent_from_the_page(client, world.chair.email.upper(), django_capture_on_commit_callbacks)
    assert onward == "/people/invite/"
    assert "somebody on your partnership’s register has this address already" in page
    assert "example" not in str(list(Entry.objects.filter(did="could not invite a person").values_list("details")))
    assert mail.outbox == []
    assert invite(world) is not None  # the control: a free address is taken


def test_nobody_invites_into_another_partnership(world):
    elsewhere = World("Elsewhere Partnership")
    for wrong in ({"by": elsewhere.manager}, {"agency": elsewhere.health}):
        with pytest.raises(Refused) as refused:
            invite(world, **wrong)
        assert refused.value.code == "not-your-partnership"
    assert Person.objects.filter(email="new@gp.example").count() == 0


def test_the_first_person_gets_a_new_link_until_they_have_joined(world):
    def first():
        return invite_at_the_machine(
            partnership=world.partnership, name="A", email="first@b.example", post="P", roles=[Role.CHAIR],
            by=world.operator,
        )  # fmt: skip

    person = first()
    old = parts(link_for(person, SITE))
    assert invited_person(*old)
    new = parts(link_for(first(), SITE))
    assert invited_person(*old) is None
    join(invited_person(*new), password=PASSWORD)
    with pytest.raises(Refused) as refused:
        first()
    assert refused.value.code == "account-exists"
    assert mail.outbox == []


# ---- the mail server


def test_a_mail_server_is_read_from_one_address():
    read = mail_server("smtp://us%40er:p%2Fw@mail.example:2525", "a@b.example")
    assert (read["EMAIL_HOST"], read["EMAIL_PORT"]) == ("mail.example", 2525)
    assert (read["EMAIL_HOST_USER"], read["EMAIL_HOST_PASSWORD"]) == ("us@er", "p/w")
    assert (read["EMAIL_USE_TLS"], read["EMAIL_USE_SSL"]) == (True, False)
    direct = mail_server("smtps://mail.example", "a@b.example")
    assert (direct["EMAIL_PORT"], direct["EMAIL_USE_TLS"], direct["EMAIL_USE_SSL"]) == (465, False, True)


@pytest.mark.parametrize(
    "url",
    ["mail.example", "http://a:b@c", "smtp://", "smtp://user@host", "smtp://user:@host", "smtp://:p@host",
     "smtp://host:port", "smtp://host:99999", "smtp://host:0", "smtp://host/path", "smtp://host?tls=no"],
)  # fmt: skip
def test_a_mail_server_that_cannot_be_read_is_refused_with_a_sentence(url):
    with pytest.raises(ImproperlyConfigured, match="Write it as smtp://user:password@host:587"):
        mail_server(url, "a@b.example")


@pytest.mark.parametrize("sender", ["", "audits", "@b", "a@", "a@b\nBcc: c@d", "A <a@b.example>"])
def test_mail_comes_from_a_plain_address(sender):
    with pytest.raises(ImproperlyConfigured, match="MACA_MAIL_FROM is not an e-mail address"):
        mail_server("smtp://host", sender)
