#!/bin/sh
# Makes bundle/ again: a receipt's bundle of a fresh demo, with the public keys that verify it.
# make_bundle.sh ANSHI [GUEST]: the command, and a guest to spare building one. Run in the project's folder.
set -eu
anshi=$1
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$anshi" demo --home "$work/home" ${2:+--guest "$2"} >"$work/out" 2>&1 || { cat "$work/out"; exit 1; }
mkdir -p "$here/bundle"
# `failing` is the second job: its proofs have hashes on both sides.
cp "$work/home/demo/failing.bundle.json" "$here/bundle/bundle.json"
cp "$work/home/jwks.json" "$here/bundle/jwks.json"
cp "$work/home/log.vkey" "$here/bundle/log.vkey"
chmod 644 "$here"/bundle/*
