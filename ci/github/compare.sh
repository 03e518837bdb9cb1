#!/usr/bin/env bash
# Say which pages change: between HEAD and where it left the branch that it is to be merged into.
set -euo pipefail

changes="$RUNNER_TEMP/policypages/changes.md"
if [[ -n "${GITHUB_BASE_REF:-}" ]]; then
    since=("origin/$GITHUB_BASE_REF...HEAD")
else
    since=() # not of a pull request: since the branch that is published
fi
policypages -C "$FOLDER" diff "${since[@]}" --format markdown -o "$changes"
cat -- "$changes" >>"$GITHUB_STEP_SUMMARY"
