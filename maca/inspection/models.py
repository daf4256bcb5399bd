from django.db import models

from maca.audits.models import Audit
from maca.kernel.ids import new_public_id
from maca.partnership.models import Person


class Inspection(models.Model):
    """What was announced, on which day, and when inspectors are on site. Its other days are its audit’s."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    audit = models.OneToOneField(Audit, on_delete=models.CASCADE, related_name="inspection")
    called = models.CharField(max_length=200)
    notice_on = models.DateField()
    on_site_from = models.DateField()
    on_site_to = models.DateField()
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.called
