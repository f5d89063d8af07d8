#!/bin/sh
# A table beside polars and others; `make bench-tables` and `make bench-peers` call it. run.sh ANSHI GUEST ROUNDS PEERS
# SCALE...: the command, the guest that is run on every unit, how often everything is done, `peers` or `alone`, and how
# much data, 1 being 9.2 million rows.
set -eu
anshi=$1 guest=$2 rounds=$3 peers=$4
shift 4
here=benches/tables
cache=${XDG_CACHE_HOME:-$HOME/.cache}/anshi-bench-tables

# A folder for each list of versions; prints its Python, or nothing where the packages cannot be had.
python() {
    venv=$cache/python-$(sha256sum "$here/$1" | cut -c1-12)
    if ! test -e "$venv/ready"; then
        echo "bench-tables: installing $(grep -v '^#' "$here/$1" | tr '\n' ' ')" >&2
        rm -rf "$venv"
        python3 -m venv "$venv" >&2 || return 0
        "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/$1" >&2 || return 0
        touch "$venv/ready"
    fi
    echo "$venv/bin/python"
}

polars=$(python requirements.txt)
if test -z "$polars"; then
    echo "bench-tables: skipped: polars' Python package cannot be had" >&2
    exit 0
fi
if test "$peers" = peers; then
    other=$(python requirements-peers.txt)
    if test -z "$other"; then
        echo "bench-peers: skipped: OpenDP's Python package cannot be had" >&2
        exit 0
    fi
fi

# The engine's side is a program of its own, so that its processor time and memory are its own.
bench=$(cargo bench --locked --no-run --bench tables --message-format json |
    sed -n 's/.*"name":"tables".*"executable":"\([^"]*\)".*/\1/p')

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
set -- $(for scale in "$@"; do echo "--scale $scale"; done)
"$polars" -B "$here/measure.py" "$anshi" "$bench" "$guest" "$work" --rounds "$rounds" ${other:+--peers "$other"} "$@"
