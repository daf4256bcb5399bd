"""A certificate of destruction as a value, and as a paper."""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from maca.kernel.clock import LONDON
from maca.kernel.paper import Paper, Part
from maca.retention.models import Certificate

IDENTITY, CASE = "Who the child is, and the marks by which the family was recognised", (
    "Everything written about it: why it was nominated, returns and uploads, chronologies, reports, what practitioners "
    "and the family said, and what was said at the panel"
)  # fmt: skip


def remains(destroyed: Collection[str], *, panel_met: bool, published: bool) -> tuple[str, ...]:
    """What is left after a destruction, of an audit that went so far."""
    return (
        *(() if CASE in destroyed else ("What is written about it by its label: returns, uploads and chronologies",)),
        "The label, the dates, and who was asked and answered when",
        *(("The findings, without names, and the actions made of them",) if panel_met else ()),
        *(("The briefing as it was published",) if published else ()),
        "The journal, which holds no content of a case",
    )


@dataclass(frozen=True)
class Facts:
    """What a certificate says: whose, of what, what was destroyed, why, by which rule and whom, with which keys.

    `keys` are (id, kind in words). `backup_days` is how long backups of the keystore are kept, None if not known.
    """

    partnership: str
    audit: str
    label: str
    destroyed: tuple[str, ...]
    reason: str
    rule: tuple[str, ...]
    by: str
    at: str
    keys: tuple[tuple[str, str], ...]
    remains: tuple[str, ...]
    backup_days: int | None


def packed(facts: Facts) -> tuple[dict[str, Any], str]:
    """As it is kept, and the SHA-256 of that."""
    content = json.loads(json.dumps(asdict(facts)))
    return content, digest_of(content)


def written(content: Mapping[str, Any]) -> bytes:
    """The very bytes that are hashed: one line of JSON in UTF-8, the names in order of the alphabet."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False).encode()


def digest_of(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(written(content)).hexdigest()


def file_name(certificate: Certificate, kind: str) -> str:
    return f"certificate-of-destruction-{certificate.number}.{kind}"


def _instant(at: dt.datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local:%-d %B %Y}, {local:%H:%M}"


def as_paper(certificate: Certificate, gone: Mapping[str, dt.datetime]) -> Paper:
    """The certificate, with when the keystore destroyed each of its keys; a key without a time still stands."""
    facts, name = certificate.content, file_name(certificate, "json")
    parts = [
        Part("What was destroyed", points=tuple(facts["destroyed"])),
        Part("Why, and by which rule", (facts["reason"],), tuple(facts["rule"])),
        Part("By whom and when", (f"{facts['by']}, on {_instant(dt.datetime.fromisoformat(facts['at']))}",)),
        Part("Keys destroyed", (
            "All of it was sealed with these keys. Without them nobody can read it, here or in any backup of the "
            "site’s database.",
        ), tuple(f"{key}: {kind.lower()}; {_gone(gone.get(key))}" for key, kind in facts["keys"])),
        Part("Backups of the keys", (_backups(facts["backup_days"], facts["keys"], gone),)),
        Part("What remains", points=tuple(facts["remains"])),
        Part("How to check this", (
            f"The journal holds the digest of this certificate (SHA-256): {certificate.sha256}",
            f"It is that of the file {name}, byte for byte, which this site hands out beside this paper. The file "
            "holds what stands above, but for when the keystore destroyed each key and when its backups expire: that "
            "is asked of the keystore each time.",
            f"To print its digest: certutil -hashfile {name} SHA256 on Windows, sha256sum {name} elsewhere.",
        )),
    ]  # fmt: skip
    return Paper(
        title=f"Certificate of destruction {certificate.number}",
        about=f"{facts['audit']}, {_in_a_sentence(facts['label'])}",
        footer=f"{facts['partnership']} · OFFICIAL-SENSITIVE",
        parts=tuple(parts),
    )


def _in_a_sentence(label: str) -> str:
    return label if label.startswith("Case") else label[:1].lower() + label[1:]


def _gone(at: dt.datetime | None) -> str:
    return f"destroyed on {_instant(at)}" if at else "STILL STANDS"


def _backups(days: int | None, keys: list[list[str]], gone: Mapping[str, dt.datetime]) -> str:
    if days is None:
        return (
            "How long backups of the keystore are kept was not set on this site. Until the last backup from before the "
            "destruction has been deleted, the keys can be had from it: ask whoever looks after the machine."
        )
    if len(gone) < len(keys):
        return f"Backups of the keystore are kept for {days} days from when the last key is destroyed."
    last = max(gone.values()).astimezone(LONDON).date() + dt.timedelta(days=days)
    return (
        f"Backups of the keystore are kept for {days} days. The last that holds these keys expires on "
        f"{last:%-d %B %Y}; after that day nobody can read it from any backup."
    )
