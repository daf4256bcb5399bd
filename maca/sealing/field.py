"""Text that is sealed: in the database and in the hand it is bytes, until somebody opens it with its key."""

from typing import Any

from django.db import models


class NotSealedError(RuntimeError):
    """Text was about to be stored in clear."""


class StillSealedError(RuntimeError):
    """Sealed text was about to be shown, or read, without being opened."""


class Sealed(bytes):
    """Ciphertext. Empty when nothing was written, so that what is still to be answered can be seen unopened."""

    def __str__(self) -> str:
        if not self:
            return ""
        raise StillSealedError("sealed text is opened before it is shown")

    __html__ = __str__

    def __repr__(self) -> str:
        return f"<sealed, {len(self)} bytes>"


class Opened(str):
    """What was read. It never shows in a traceback or a log line that prints an object."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<opened, {len(self)} characters>"


class SealedField(models.BinaryField):
    """Holds `Sealed`; after `DataKey.open` the instance holds text instead, and can no longer be saved whole."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", Sealed)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed:
        return Sealed(value or b"")

    def get_prep_value(self, value: Any) -> Any:
        if value and not isinstance(value, (Sealed, memoryview)):
            raise NotSealedError(f"{self.model.__name__}.{self.name} was about to be stored in clear")
        return super().get_prep_value(bytes(value) if value else b"")

    def value_to_string(self, obj: models.Model) -> str:
        raise NotSealedError(f"{self.model.__name__}.{self.name} is not written out")


def sealed_fields(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if isinstance(field, SealedField)]


def holds_words(row: models.Model) -> bool:
    """Is anything written in the sealed fields of this row?"""
    return any(getattr(row, name) for name in sealed_fields(type(row)))
