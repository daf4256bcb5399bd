from django.db import models

from maca.kernel.append_only import AppendOnly


class Entry(models.Model):
    """One act: who did what, about what, when. Never holds what people wrote, only ids and names of fields.

    `digest` is the SHA-256 of the entry before it and of this one, so that an entry changed, removed or
    put in later shows. `number` counts from 1 without a gap in each partnership. That the newest entries
    were taken away, or all written anew, shows by a head kept elsewhere: in `Head`, or in an agency's mail.
    The database itself refuses to change an entry or take one away: `ENTRIES_STAY`.
    """

    partnership = models.CharField(max_length=32)
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=32)
    by_name = models.CharField(max_length=200)
    did = models.CharField(max_length=60)
    about = models.CharField(max_length=120)
    # Somebody was shown sealed content. Written before it is shown.
    is_reading = models.BooleanField(default=False)
    details = models.JSONField(default=dict)
    before = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["partnership", "number"]
        constraints = [models.UniqueConstraint(fields=["partnership", "number"], name="journal_numbers_do_not_repeat")]
        indexes = [
            models.Index(fields=["about"], name="journal_about"),
            models.Index(fields=["by", "at"], name="journal_by"),
            models.Index(fields=["partnership", "at"], name="journal_at"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.by_name} {self.did} {self.about}"


ENTRIES_STAY = AppendOnly(
    "journal_entry",
    name="journal_entries",
    refusal="entries of the journal are never changed or taken away",
    unique=(("partnership", "number"),),
)


class Head(models.Model):
    """The newest entry of a partnership's journal, as number and digest, kept in the keystore's database.

    Whoever owns only the main database can write a whole chain anew, but not this. It may lag behind the
    chain by a little; a chain that is behind it has lost its end.
    """

    partnership = models.CharField(max_length=32, unique=True)
    number = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"
