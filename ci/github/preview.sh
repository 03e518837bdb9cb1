#!/usr/bin/env bash
# Build the pages as the sources have them, released or not, for people to look at. Drafts cannot be published.
set -euo pipefail

preview="$RUNNER_TEMP/policypages/preview"
rm -rf -- "$preview"
policypages -C "$FOLDER" build --drafts --clean --out "$preview" --format short
