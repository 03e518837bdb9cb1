#!/usr/bin/env bash
# Hold every rule against the site in FOLDER: GitHub shows what is found at the lines of the pull request.
set -euo pipefail

policypages -C "$FOLDER" check --format github
