#!/usr/bin/env bash
# Install PACKAGE in an environment of its own, once a job. `-I` keeps Python from importing what lies in the checkout.
set -euo pipefail

case "$COMMAND" in
    review | build | publish | verify) ;;
    *)
        echo "::error title=policypages::there is no command \`${COMMAND//[^a-z-]/}\`: review, build, publish or verify"
        exit 2
        ;;
esac

tool="$RUNNER_TEMP/policypages/tool"
if [[ ! -x "$tool/bin/policypages" ]]; then
    python -I -m venv "$tool"
    "$tool/bin/python" -I -m pip install --quiet --disable-pip-version-check -- "$PACKAGE"
    echo "$tool/bin" >>"$GITHUB_PATH"
fi
"$tool/bin/policypages" --version
