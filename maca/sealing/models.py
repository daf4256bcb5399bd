from django.db import models
from django.db.models import Q

from maca.kernel.ids import new_public_id


class KeyKind(models.TextChoices):
    """What a key opens. Each kind is destroyed on its own."""

    PARTNERSHIP = "partnership", "The keys of a partnership"
    CASE = "case", "What is written about a case"
    IDENTITY = "identity", "Who the child is"
    CONCERN = "concern", "A concern that a child may be at risk now"
    COHORT = "cohort", "A cohort that cases are drawn from"
    MARKS = "marks", "The marks by which a family is found again without its name"


class Key(models.Model):
    """A key, wrapped: a partnership's under the root, every other under its partnership's.

    Lives in the keystore. A row whose key was destroyed stays, to say when and by whom.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    kind = models.CharField(max_length=20, choices=KeyKind.choices)
    partnership = models.CharField(max_length=32)
    # The public id of what it opens: a nomination, a concern; of the partnership for its own.
    owner = models.CharField(max_length=32)
    # The public id of the key it is wrapped under, or the fingerprint of the root.
    wrapped_by = models.CharField(max_length=32)
    wrapped = models.BinaryField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)
    # A partnership's key that a newer one is taking over from.
    retired_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)
    destroyed_by = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "owner"], condition=Q(retired_at=None), name="a_thing_has_one_key_in_use"
            ),
        ]
        indexes = [models.Index(fields=["wrapped_by"], name="keys_under_a_key")]

    def __str__(self) -> str:
        return f"key {self.public_id[:6]}"
