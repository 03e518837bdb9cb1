#!/usr/bin/env bash
# Put the build on TARGET: show the plan, publish, and keep the plan and the record of each site for the day when
# somebody asks what stood there. Credentials are in the environment of this step alone.
set -euo pipefail

work="$RUNNER_TEMP/policypages"
record="$work/record"
options=(--out "$work/output")
if [[ -n "${MAX_DELETES:-}" ]]; then options+=(--max-deletes "$MAX_DELETES"); fi

rm -rf -- "$record"
mkdir -p -- "$record"
policypages -C "$FOLDER" publish "${options[@]}" --plan -- "$TARGET" | tee "$record/plan.txt"
{
    echo '### Policy pages: what is published'
    echo
    sed 's/^/    /' "$record/plan.txt"
} >>"$GITHUB_STEP_SUMMARY"

policypages -C "$FOLDER" publish "${options[@]}" --yes --purge-list "$record/purge.txt" -- "$TARGET"
echo "purge-list=$record/purge.txt" >>"$GITHUB_OUTPUT"

cd -- "$work/output"
shopt -s nullglob
for site in */build.json; do
    mkdir -p -- "$record/${site%/*}"
    cp -- "$site" "$record/$site"
done
