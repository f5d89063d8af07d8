#!/usr/bin/env bash
# Shows every scenario, four at a time, each in a home of its own, and says how long each took; `make demos` calls it.
# all.sh ANSHI GUESTS: the command, and where `make guests` has built the guests.
set -euo pipefail
anshi=$1
guests=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export anshi guests work

show() {
    local began=$SECONDS
    if "$anshi" demo --scenario "$1" --home "$work/$1" --guests "$guests" >"$work/$1.out" 2>&1; then
        printf '%4d s  %s\n' $((SECONDS - began)) "$1"
    else
        printf '%s\n' "$1: the demo failed:" >&2
        cat "$work/$1.out" >&2
        return 1
    fi
    rm -rf "${work:?}/$1"
}
export -f show

names=$("$anshi" --lang en demo --list | cut -d' ' -f1)
# `xargs` ends with an error where any of them has failed.
printf '%s\n' "$names" | xargs -P 4 -I{} bash -c 'show {}'
echo "$(printf '%s\n' "$names" | wc -l) scenarios shown"
