"""Copy htmx out of the django-htmx wheel and write down what the committed front end is made of."""

import hashlib
import json
import re
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import django_htmx


def main(out: Path, packages: Path) -> None:
    """Write `manifest.json`: each file's SHA-256, and the name, version and licence of what is in it."""
    htmx = Path(django_htmx.__file__).parent / "static" / "django_htmx"
    shutil.copyfile(htmx / "htmx-2.min.js", out / "htmx.min.js")

    def npm(name: str) -> dict[str, str]:
        package = json.loads((packages / name / "package.json").read_text())
        return {"name": name, "version": package["version"], "licence": package["license"]}

    found = re.search(r'version:"([0-9.]+)"', (out / "htmx.min.js").read_text())
    assert found, "htmx no longer says which version it is"
    wheel = f"django-htmx {version('django-htmx')}"
    htmx_made_of = {"name": "htmx.org", "version": found[1], "licence": "0BSD", "from": wheel}
    made_of: dict[str, list[dict[str, str]]] = {
        "site.css": [npm("govuk-frontend"), npm("@ministryofjustice/frontend")],
        "govuk-frontend.min.js": [npm("govuk-frontend")],
        "htmx.min.js": [htmx_made_of],
        "site.js": [],
        "icon.svg": [],
    }
    files: dict[str, Any] = {
        name: {"sha256": hashlib.sha256((out / name).read_bytes()).hexdigest(), "made_of": parts}
        for name, parts in made_of.items()
    }
    manifest = {"built_with": npm("sass"), "files": files}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
