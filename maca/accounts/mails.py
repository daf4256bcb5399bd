"""What a person is told by mail about their own account, and nothing else."""

import threading

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone

from maca.partnership.models import Person

CHANGED = "Your account was changed"
REMOVED = "A second step was removed from your account"
FORGOTTEN = "Your second steps were taken off your account"


def tell(person: Person, subject: str, *, template: str = "happened", link: str = "") -> None:
    """Plain text to one person, sent beside the answer and not before it.

    How long a page takes then says nothing of whether there is an account. A command waits for it at its end.
    """
    body = render_to_string(f"accounts/mail/{template}.txt", {"link": link, "subject": subject, "at": timezone.now()})
    # To the address that is kept, never to the one that was typed: some letters look alike and are not.
    mail = EmailMessage(subject, body, None, [person.email])
    threading.Thread(target=_send, args=(mail,)).start()


def _send(mail: EmailMessage) -> None:
    mail.send(fail_silently=True)
