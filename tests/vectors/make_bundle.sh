#!/bin/sh
# Makes bundle/ again: a receipt's bundle of a fresh demo, with the public keys that verify it and the firm it is about.
# make_bundle.sh ANSHI [GUEST]: the command, and a guest to spare building one. Run in the project's folder.
set -eu
anshi=$1
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$anshi" --json demo --home "$work/home" ${2:+--guest "$2"} >"$work/out" || { cat "$work/out"; exit 1; }
mkdir -p "$here/bundle"
# `failing` is the second job: its proofs have hashes on both sides.
cp "$work/home/demo/failing.bundle.json" "$here/bundle/bundle.json"
cp "$work/home/jwks.json" "$here/bundle/jwks.json"
cp "$work/home/log.vkey" "$here/bundle/log.vkey"
sed -n 's/^ *"failing": "\([0-9A-Z]*\)".*/\1/p' "$work/out" >"$here/bundle/party.txt"
test -s "$here/bundle/party.txt"
chmod 644 "$here"/bundle/*
