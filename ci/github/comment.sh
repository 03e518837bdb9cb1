#!/usr/bin/env bash
# Put the changes into the one comment of pull request NUMBER that is ours; PREVIEW is the address of the built pages.
set -euo pipefail

changes="$RUNNER_TEMP/policypages/changes.md"
if [[ -n "${PREVIEW:-}" ]]; then
    printf '\n[The pages as they would be](%s)\n' "$PREVIEW" >>"$changes"
fi
"$RUNNER_TEMP/policypages/tool/bin/python" -I "$GITHUB_ACTION_PATH/ci/comment.py" "$changes"
