#!/bin/sh
# Ingest beside polars; `make bench-ingest` calls it. run.sh ANSHI GUEST ROUNDS SCALE...: the command, the guest that
# answers, how often everything is done, and how much data, 1 being 9.2 million rows.
set -eu
anshi=$1 guest=$2 rounds=$3
shift 3
here=benches/ingest
cache=${XDG_CACHE_HOME:-$HOME/.cache}/anshi-bench-ingest

# The folder's name says which versions are in it, so that a change of the list makes a new one.
venv=$cache/python-$(sha256sum "$here/requirements.txt" | cut -c1-12)
if ! test -e "$venv/ready"; then
    echo "bench-ingest: installing $(grep -v '^#' "$here/requirements.txt" | tr '\n' ' ')" >&2
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    touch "$venv/ready"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
set -- $(for scale in "$@"; do echo "--scale $scale"; done)
"$venv/bin/python" -B "$here/measure.py" "$anshi" "$guest" "$work" --rounds "$rounds" "$@"
