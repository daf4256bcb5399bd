#!/bin/sh
# Install the package in an empty environment elsewhere, and see that the demo is served from there.
set -eu
here=$(pwd)
there=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$there"' EXIT
git -C "$here" archive HEAD | tar -x -C "$there" --one-top-level=source
"$PYTHON" -m venv "$there/venv"
"$there/venv/bin/pip" install --quiet --disable-pip-version-check "$there/source"
rm -rf "$there/source"
cd "$there"
unset PYTHONPATH DATABASE_URL
export MACA_DATA="$there/data"
venv/bin/maca --help >/dev/null
venv/bin/maca demo
venv/bin/maca serve --port 0 >served 2>&1 &
server=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    grep -q '^http' served && break
    sleep 0.5
done
address=$(grep -m1 '^http' served)
"$there/venv/bin/python" - "$address" <<'PYTHON'
import sys
import urllib.request

page = urllib.request.urlopen(sys.argv[1] + "sign-in/", timeout=20)
text = page.read().decode()
assert page.status == 200 and "Priya Nair" in text, text[:500]
style = urllib.request.urlopen(sys.argv[1] + "static/design/site.css", timeout=20)
assert style.status == 200 and len(style.read()) > 50_000
print("The wheel serves the demo: the sign-in page and its style are there.")
PYTHON
venv/bin/maca briefing neglect-2 --format pdf --output briefing.pdf
