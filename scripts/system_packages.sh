#!/bin/sh
# The browser tests need Chromium and Firefox, the grader needs bubblewrap: get what is
# missing.
has_browser() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}
missing=""
has_browser >/dev/null || missing="chromium"
command -v firefox-esr >/dev/null || command -v firefox >/dev/null || missing="$missing firefox-esr"
command -v bwrap >/dev/null || missing="$missing bubblewrap"
[ -z "$missing" ] && exit 0

if command -v apt-get >/dev/null && [ "$(uname)" = Linux ]; then
    root=""
    [ "$(id -u)" = 0 ] || root="sudo"
    echo "Installing with apt:$missing"
    $root apt-get update -q && $root apt-get install -q -y --no-install-recommends \
        $missing fonts-dejavu-core && exit 0
fi
echo "Please install these programs yourself, then run make test again: $missing"
echo "(Chromium or Google Chrome, and Firefox, for the browser tests, bubblewrap for the grader.)"
exit 1
