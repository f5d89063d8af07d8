#!/bin/sh
# Has libraries that are not ours verify what a fresh demo signed and published; `make foreign` calls it.
# run.sh ANSHI [GUEST]: the command, and a guest to spare building one. Run in the project's folder.
set -eu
anshi=$1
here=tests/foreign
cache=${XDG_CACHE_HOME:-$HOME/.cache}/anshi-foreign
# Debian's own copy of golang.org/x/mod, as it is: no module is fetched.
export GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS=

say() { printf '%s\n' "$*" >&2; }

if ! command -v go >/dev/null || ! test -d $GOPATH/src/golang.org/x/mod/sumdb/tlog; then
    if test "$(id -u)" != 0 || ! command -v apt-get >/dev/null; then
        say "foreign: Go or its package golang.org/x/mod is missing: apt-get install golang-go golang-golang-x-mod-dev"
        exit 1
    fi
    say "foreign: installing Go from Debian"
    log=$(mktemp)
    packages="golang-go golang-golang-x-mod-dev"
    # shellcheck disable=SC2086
    if ! { apt-get update && apt-get install -y --no-install-recommends $packages; } >"$log" 2>&1; then
        tail -5 "$log" >&2
        exit 1
    fi
    rm -f "$log"
fi

# The folder's name says which versions are in it, so that a change of the list makes a new one.
venv=$cache/python-$(sha256sum "$here/requirements.txt" | cut -c1-12)
if ! test -e "$venv/ready"; then
    say "foreign: installing $(grep -v '^#' "$here/requirements.txt" | tr '\n' ' ')"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    touch "$venv/ready"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
home=$work/home
"$anshi" --json demo --home "$home" ${2:+--guest "$2"} >"$work/demo.json" || { cat "$work/demo.json"; exit 1; }
party() { sed -n "s/^ *\"$1\": \"\([0-9A-Z]*\)\".*/\1/p" "$work/demo.json"; }
# The same question again is free, and enough of them fill a tile of 256 entries.
again=${AGAIN:-130}
for n in $(seq "$again"); do
    "$anshi" run --home "$home" --policy sme-credit-check --guest "$home/demo/sme-credit-check.wasm" \
        --party "enterprise=$(party healthy)" --param min_paid_fen=10000000 --consent auto --force \
        --out "$home/demo/last.bundle.json" >"$work/run" 2>&1 || { cat "$work/run"; exit 1; }
done

# What joserfc differs in was agreed on when the vectors were made; it must not have changed its mind.
"$venv/bin/python" tests/vectors/make_jws.py --check
verify() {
    "$venv/bin/python" "$here/verify_receipt.py" "$home/demo/$1.bundle.json" "$home/jwks.json" "$2" \
        --entries "$work/$1.json"
}
verify healthy "$(party healthy)"
verify failing "$(party failing)"
set -- healthy failing
if test "$again" -gt 0; then
    verify last "$(party healthy)"
    set -- "$@" last
fi
if verify healthy "$(party failing)" >/dev/null 2>&1; then
    say "foreign: another firm opened the commitment"
    exit 1
fi
go run "$here/verify_log/main.go" "$home" $(for name in "$@"; do echo "$work/$name.json"; done)
# And the programs themselves fail, not only their functions.
sed -i 's/"receipt": "e/"receipt": "f/' "$home/demo/healthy.bundle.json"
sed -i '2s/.*/1/' "$home/log/checkpoint"
if verify healthy "$(party healthy)" >/dev/null 2>&1 || go run "$here/verify_log/main.go" "$home" >/dev/null 2>&1; then
    say "foreign: a changed receipt or checkpoint was accepted"
    exit 1
fi
echo "a changed receipt and a changed checkpoint: refused"
