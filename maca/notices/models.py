from django.db import models
from django.db.models import Q

from maca.kernel.ids import new_public_id


class Notice(models.Model):
    """One message to one person, queued with the change that it tells of. Its words are its kind's, and no others."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    partnership = models.CharField(max_length=32)
    to_person = models.CharField(max_length=32)
    to_address = models.EmailField()
    kind = models.CharField(max_length=60)
    link = models.CharField(max_length=200)
    # Printed under the words: the head of the journal, which is a number and a digest.
    reference = models.CharField(max_length=90, blank=True)
    queued_at = models.DateTimeField()
    # After this it would come too late to be of use.
    wants_by = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["queued_at", "pk"]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(sent_at=None, given_up_at=None), name="notices_waiting")
        ]

    def __str__(self) -> str:
        return f"notice {self.public_id[:6]}"


class Turn(models.Model):
    """Whose turn it is to do the duties of the clock, and until when: one process at a time."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=32, blank=True)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"turn {self.name}"
