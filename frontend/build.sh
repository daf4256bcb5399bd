#!/bin/sh
# Developer only. Compiles the stylesheet, copies the scripts and writes the manifest, all into
# maca/design/static/design/, which is committed: nobody who runs the site needs Node.
# Nothing is left in the tree; the packages are installed in a temporary directory.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out="$here/../maca/design/static/design"
python="${PYTHON:-$here/../.venv/bin/python}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$here/site.scss" "$work/"
cd "$work"
npm ci --silent
npx --no-install sass --style=compressed --no-source-map --quiet-deps --load-path=. --load-path=node_modules site.scss site.css

# The Royal crest (not ours to show) and an icon of MOJ's older timelines: no rule asks for any other file.
sed -i -E 's/[^{}]*\{[^{}]*url\([^{}]*\}//g' site.css
for unwanted in "GDS Transport" "@font-face" "url(" "crest"; do
  if grep -qF "$unwanted" site.css; then
    echo "The stylesheet must not hold “$unwanted”." >&2
    exit 1
  fi
done

mkdir -p "$out"
cp site.css "$out/site.css"
sed 's|//# sourceMappingURL=.*||' node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js > "$out/govuk-frontend.min.js"
"$python" "$here/manifest.py" "$out" "$work/node_modules"
