#!/bin/sh
# Make sure that a Chromium is here for the browser tests: install Debian's where that is possible, else say what to do.
set -eu

find_chromium() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" >/dev/null 2>&1; then return 0; fi
    done
    [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ]
}

if find_chromium; then exit 0; fi
exec sh "$(dirname "$0")/debian.sh" chromium
