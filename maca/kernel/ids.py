"""Public ids: random, so that an address tells nothing and cannot be guessed."""

import re
import secrets

PUBLIC_ID = re.compile("[0-9a-f]{32}")


def new_public_id() -> str:
    """32 hexadecimal characters, 128 random bits."""
    return secrets.token_hex(16)


class PublicIdInAddress:
    """The path converter `<id:…>`. Whatever else stands in an address never reaches the database."""

    regex = PUBLIC_ID.pattern

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
