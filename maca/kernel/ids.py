"""Public ids: random, so that an address tells nothing and cannot be guessed."""

import secrets


def new_public_id() -> str:
    """32 hexadecimal characters, 128 random bits."""
    return secrets.token_hex(16)
