#!/bin/sh
# Make sure that programs are here: install Debian's packages of that name where that is possible, else say what to do.
# Called as: debian.sh PROGRAM[=PACKAGE]…; the package is called as the program, where nothing else is said.
set -eu

# servers stand where only root looks
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

missing=
for wanted in "$@"; do
    if ! command -v "${wanted%%=*}" >/dev/null 2>&1; then missing="$missing ${wanted#*=}"; fi
done
if [ -z "$missing" ]; then exit 0; fi

as_root=none
if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" -eq 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    fi
fi
if [ "$as_root" != none ]; then
    echo "installing$missing for the tests"
    # a server that is installed is not to be started
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    # shellcheck disable=SC2086 # a list of packages, and none or two words before env
    $as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

for wanted in "$@"; do
    if ! command -v "${wanted%%=*}" >/dev/null 2>&1; then
        echo "these tests need $missing: install them (Debian and Ubuntu: apt-get install$missing), then run again" >&2
        exit 1
    fi
done
