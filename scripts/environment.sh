#!/bin/sh
# Makes the Python environment $1 from the lock file $2. Safe to repeat.
set -eu
venv=$1
lock=$2

python=""
for candidate in python3 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "CaseHug needs Python 3.11 or newer. Install it (Debian, Ubuntu: apt-get install python3 python3-venv)." >&2
    exit 1
fi

if [ ! -x "$venv/bin/pip" ]; then
    rm -rf "$venv"
    if ! "$python" -m venv "$venv" >/dev/null 2>&1; then
        # Debian and Ubuntu ship venv in a package of its own.
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            echo "Installing python3-venv ..."
            (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv) >/dev/null
            rm -rf "$venv"
            "$python" -m venv "$venv"
        else
            echo "Python's venv module is missing. Install it (Debian, Ubuntu: sudo apt-get install python3-venv)." >&2
            exit 1
        fi
    fi
fi

echo "Installing what $lock names ..."
"$venv/bin/python" -m pip install --quiet --require-hashes --requirement "$lock"
"$venv/bin/python" -m pip install --quiet --no-build-isolation --no-deps --editable .
