from django.db import models

from maca.kernel.versions import Versioned

__all__ = ["FormUse", "Versioned"]


class FormUse(models.Model):
    """A form that has had its effect: the name of its sending, and the page its sender was taken to."""

    key = models.CharField(max_length=64, primary_key=True)
    location = models.CharField(max_length=500)
    used_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"form used at {self.used_at}"
