#!/usr/bin/env bash
# Build every page of the site in FOLDER anew, in a fresh folder outside the checkout: what lies in the checkout beside
# the sources, or what an earlier job left, has no part in what is published.
set -euo pipefail

output="$RUNNER_TEMP/policypages/output"
rm -rf -- "$output"
policypages -C "$FOLDER" build --clean --provenance --out "$output" --format short
echo "output=$output" >>"$GITHUB_OUTPUT"
