"""The root key: 32 bytes from the environment or a file, never in a database.

It wraps the key of each partnership and nothing else. Whoever has lost it has lost every case, so it is
also kept as three shares on paper, of which any two restore it (SLIP-39).
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

LENGTH = 32


def encode(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode().rstrip("=")


def decode(text: str, where: str) -> bytes:
    """Raises `ImproperlyConfigured` when the text is no root key."""
    try:
        key = base64.b64decode(text.strip() + "=" * (-len(text.strip()) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != LENGTH:
        raise ImproperlyConfigured(
            f"{where} does not hold a root key. A root key is 43 letters, digits, “-” and “_”, as written by "
            "“maca keys make-root FILE”. Put back the one this site was made with."
        )
    return key


def fingerprint(key: bytes) -> str:
    """Says which root a key was wrapped under, and gives nothing of it away."""
    return hmac.new(key, b"maca root fingerprint", hashlib.sha256).hexdigest()[:32]


@lru_cache(maxsize=1)
def root_key() -> bytes:
    """The root in use. Raises `ImproperlyConfigured` with a sentence when it is missing or unreadable."""
    if text := os.environ.get("MACA_ROOT_KEY", "").strip():
        return decode(text, "MACA_ROOT_KEY")
    path = Path(settings.MACA_ROOT_KEY_FILE)
    if not path.exists() and settings.MACA_TRAINING and path.parent == settings.MACA_DATA:
        with suppress(FileExistsError):
            write_root(path, secrets.token_bytes(LENGTH))
    return read_root(path)


def read_root(path: Path) -> bytes:
    try:
        text = path.read_text()
        mode = stat.S_IMODE(path.stat().st_mode)
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not text"
        raise ImproperlyConfigured(
            f"The root key cannot be read from {path} ({reason}). Without it no case can be opened. Put the file "
            "back, or name another in MACA_ROOT_KEY_FILE; if it is lost, restore it from two of its shares with "
            "“maca keys restore-root FILE”."
        ) from problem
    if mode & 0o077 and not settings.MACA_TRAINING:
        raise ImproperlyConfigured(
            f"The root key in {path} can be read by other accounts of this machine. Close it: chmod 600 {path}"
        )
    return decode(text, str(path))


def write_root(path: Path, key: bytes) -> None:
    """Keep the root in a file that only this account reads. Raises `FileExistsError` rather than replace one."""
    # Of two first starts at once only one may make it, so it is put in place whole.
    made = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(encode(key) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(made, path)
    finally:
        made.unlink()


def shares_of(key: bytes) -> list[str]:
    """Three shares in words, of which any two restore the root (SLIP-39)."""
    from shamir_mnemonic import generate_mnemonics

    return list(generate_mnemonics(1, [(2, 3)], key)[0])


def from_shares(shares: Sequence[str]) -> bytes:
    """The root that these shares came from. Raises `ValueError` with a sentence when they do not fit together."""
    from shamir_mnemonic import MnemonicError, combine_mnemonics

    try:
        return combine_mnemonics([" ".join(share.lower().split()) for share in shares])
    except MnemonicError as problem:
        raise ValueError(
            f"These shares do not give back a root key ({problem}). Check each word against the paper, and that both "
            "come from the same set."
        ) from problem
