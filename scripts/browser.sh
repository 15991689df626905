#!/bin/sh
# Makes sure that Chromium is there for the journeys, where that is possible. Without it they are reported as skipped.
set -eu
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the journeys ..."
    if (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium) >/dev/null 2>&1; then
        exit 0
    fi
fi
echo "Chromium is not installed, so the browser journeys will be skipped. Debian: sudo apt-get install chromium"
