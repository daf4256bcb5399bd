"""Write down what the committed front end is made of."""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any


def main(out: Path, packages: Path) -> None:
    """Write `manifest.json`: each file's SHA-256, and the name, version and licence of what is in it."""

    def npm(name: str) -> dict[str, str]:
        package = json.loads((packages / name / "package.json").read_text())
        return {"name": name, "version": package["version"], "licence": package["license"]}

    made_of: dict[str, list[dict[str, str]]] = {
        "site.css": [npm("govuk-frontend"), npm("@ministryofjustice/frontend")],
        "govuk-frontend.min.js": [npm("govuk-frontend")],
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
