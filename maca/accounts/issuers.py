"""The agencies whose own sign-in people may use, by OpenID Connect, read once from the file `MACA_OIDC` names.

    [[issuer]]
    id = "health"                         # stands in the address: /sign-in/with/health/
    name = "Anywhere NHS Trust"           # stands on the button
    url = "https://login.example.nhs.uk"
    client_id = "maca"
    secret_file = "/run/secrets/health"
    domains = ["example.nhs.uk"]          # it may speak for these addresses and no others
    proves_emails = true                  # only for an issuer that leaves out “email_verified” (Entra ID does)

In JSON: `{"issuer": [{"id": …}]}`.
"""

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

NEEDED = ("id", "name", "url", "client_id", "secret_file", "domains")


@dataclass(frozen=True)
class Issuer:
    """One agency's own sign-in."""

    id: str
    name: str
    url: str
    client_id: str
    secret: str
    domains: tuple[str, ...]
    proves_emails: bool = False

    def speaks_for(self, email: str) -> bool:
        """Without this, any one agency could sign in as anybody of all the others."""
        return email.rpartition("@")[2].lower() in self.domains

    def as_app(self) -> dict[str, Any]:
        """As allauth takes it."""
        settings = {"server_url": self.url, "oauth_pkce_enabled": True}
        return {
            "provider_id": self.id,
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.secret,
            "settings": settings,
        }


def read_issuers(path: str) -> tuple[Issuer, ...]:
    """Nothing is asked of an issuer here. Raises `ImproperlyConfigured` with what to mend."""
    if not path:
        return ()
    try:
        text = Path(path).read_text(encoding="utf-8")
        listed = (json.loads(text) if path.endswith(".json") else tomllib.loads(text)).get("issuer", [])
    except (OSError, ValueError, AttributeError) as problem:
        raise ImproperlyConfigured(f"MACA_OIDC names {path}, which cannot be read: {problem}") from problem
    issuers = tuple(_issuer(entry, path) for entry in listed)
    if len({issuer.id for issuer in issuers}) < len(issuers):
        raise ImproperlyConfigured(f"{path} has two issuers with the same id. Give each its own.")
    return issuers


def _issuer(entry: dict[str, Any], path: str) -> Issuer:
    if missing := [name for name in NEEDED if not entry.get(name)]:
        raise ImproperlyConfigured(f"{path} has an issuer without {', '.join(missing)}. Add it.")
    if not re.fullmatch(r"[a-z0-9-]{1,40}", entry["id"]):
        raise ImproperlyConfigured(f"{path} has the issuer id “{entry['id']}”. Use small letters, digits and “-”.")
    if not re.match(r"https://|http://(127\.0\.0\.1|localhost)[:/]", entry["url"]):
        raise ImproperlyConfigured(f"{path}: the address of “{entry['id']}” must begin with https://")
    try:
        secret = Path(entry["secret_file"]).read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise ImproperlyConfigured(
            f"{path}: the secret file of “{entry['id']}” cannot be read ({problem.strerror})."
        ) from problem
    return Issuer(
        id=entry["id"],
        name=entry["name"],
        url=entry["url"].rstrip("/"),
        client_id=entry["client_id"],
        secret=secret,
        domains=tuple(domain.lower() for domain in entry["domains"]),
        proves_emails=entry.get("proves_emails") is True,
    )
