"""Sealing and opening with AES-256-GCM. What a ciphertext is bound to, it cannot be moved away from.

A ciphertext is one byte of format, sixteen of the key's id, twelve of nonce, then text and tag. Bound to it,
and stored nowhere in it: the partnership, the model, the field and the row. NIST SP 800-38D allows 2^32 random
nonces a key; a case has some thousands.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db.models import Model

from maca.sealing.field import Opened, Sealed, sealed_fields

FORMAT = b"\x01"
NONCE = 12
HEAD = 1 + 16
M = TypeVar("M", bound=Model)


class CannotOpenError(RuntimeError):
    """The key does not fit: the ciphertext was changed, or comes from another row, field, case or partnership."""


def new_key() -> bytes:
    return AESGCM.generate_key(256)


def wrap(key: bytes, *, under: bytes, bound_to: str) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(under).encrypt(nonce, key, bound_to.encode())


def unwrap(wrapped: bytes, *, under: bytes, bound_to: str) -> bytes:
    try:
        return AESGCM(under).decrypt(wrapped[:NONCE], wrapped[NONCE:], bound_to.encode())
    except InvalidTag as problem:
        raise CannotOpenError(f"the key of {bound_to} does not open") from problem


@dataclass(frozen=True)
class DataKey:
    """The key of one case, identity or concern, in the hand for as long as one request lasts."""

    public_id: str
    partnership: str
    _cipher: AESGCM = field(repr=False)

    def seal(self, row: Model, name: str, text: str) -> Sealed:
        """`text` for the field `name` of `row`, which must have its public id already. Nothing written stays empty."""
        return self.seal_bytes(row, name, text.encode())

    def seal_bytes(self, row: Model, name: str, content: bytes) -> Sealed:
        """What is no text, such as a picture, for the field `name` of `row`."""
        if not content:
            return Sealed()
        nonce = os.urandom(NONCE)
        head = FORMAT + bytes.fromhex(self.public_id)
        return Sealed(head + nonce + self._cipher.encrypt(nonce, content, self._bound_to(row, name)))

    def seal_all(self, row: Model, **texts: str) -> dict[str, Sealed]:
        return {name: self.seal(row, name, text) for name, text in texts.items()}

    def text(self, row: Model, name: str) -> str:
        """The text of one field, without opening the row. Raises `CannotOpenError`."""
        value = getattr(row, name)
        if isinstance(value, str) or not value:
            return value or Opened()
        return Opened(self.content(row, name).decode())

    def content(self, row: Model, name: str) -> bytes:
        """The bytes of one field as they were sealed. Raises `CannotOpenError`."""
        value = bytes(getattr(row, name))
        if value[:HEAD] != FORMAT + bytes.fromhex(self.public_id):
            raise CannotOpenError(f"{type(row).__name__}.{name} was sealed with another key")
        nonce, rest = value[HEAD : HEAD + NONCE], value[HEAD + NONCE :]
        try:
            return self._cipher.decrypt(nonce, rest, self._bound_to(row, name))
        except InvalidTag as problem:
            raise CannotOpenError(f"{type(row).__name__}.{name} was changed, or belongs to another row") from problem

    def open(self, row: M) -> M:
        """Put text in the place of every sealed field of `row`. Raises `CannotOpenError`."""
        for name in sealed_fields(type(row)):
            setattr(row, name, self.text(row, name))
        return row

    def _bound_to(self, row: Model, name: str) -> bytes:
        model: Any = row._meta
        return f"{self.partnership}|{model.label_lower}|{name}|{row.public_id}".encode()  # type: ignore[attr-defined]


@dataclass(frozen=True)
class MarkKey:
    """The key that a partnership marks names with, so that equal ones can be found and none can be read or guessed."""

    partnership: str
    _key: bytes = field(repr=False)

    def mark(self, kind: str, text: str) -> str:
        """The same for the same kind and text in this partnership, and nowhere else. 64 hexadecimal characters."""
        marked = f"{self.partnership}|{kind}|{text}".encode("utf-8", "surrogatepass")
        return hmac.new(self._key, marked, hashlib.sha256).hexdigest()


def data_key(public_id: str, partnership: str, key: bytes) -> DataKey:
    return DataKey(public_id, partnership, AESGCM(key))


def digest(sealed: Mapping[str, Sealed]) -> str:
    """SHA-256 over the ciphertexts, for the journal: it shows a change behind its back, and gives nothing away."""
    joined = b"|".join(name.encode() + b"=" + sealed[name] for name in sorted(sealed))
    return hashlib.sha256(joined).hexdigest()
