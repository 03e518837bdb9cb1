#!/usr/bin/env bash
# Hold each site, as readers get it at ADDRESS, against the record of the build that was just published. Caches may have
# the pages of before for as long as those may be kept, so it is tried again for PATIENCE seconds.
set -euo pipefail

if [[ -z "$ADDRESS" ]]; then
    echo "::notice title=policypages::no address is set, so nobody looked at what readers get: publish verified the target"
    exit 0
fi

until=$((SECONDS + PATIENCE))
cd -- "$RUNNER_TEMP/policypages/output"
shopt -s nullglob
for record in */build.json; do
    site="${record%/*}"
    if [[ "$ADDRESS" == *'{entity}'* ]]; then
        place="${ADDRESS//'{entity}'/$site}"
    else
        place="${ADDRESS%/}/$site/"
    fi
    until policypages verify "$place" --against "$record"; do
        if ((SECONDS >= until)); then
            echo "::error title=policypages::$place is not as it was built"
            exit 1
        fi
        sleep 15
    done
done
