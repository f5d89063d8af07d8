#!/bin/sh
# Builds `anshi` guided by a profile of its own work: build.sh TARGET GUESTS, the target folder and the guests of the shipped
# policies. Measured code first counts which branches it takes, while scenarios are played to it; then it is compiled with
# that knowledge. `make bench-tables` and `make bench-peers` are measured on such a build with PGO=1. The counts are of invented data.
set -eu
target=$1 guests=$2
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$target"
target=$(cd "$target" && pwd)
profile=$target/anshi.profdata counts=$target/counts
tool=$(ls "$(rustc --print sysroot)"/lib/rustlib/*/bin/llvm-profdata 2>/dev/null || true)
if test -z "$tool"; then
    echo "pgo: llvm-profdata is missing: rustup component add llvm-tools" >&2
    exit 1
fi
export CARGO_TARGET_DIR="$target" RUSTC_WRAPPER="$here/rustc.sh"

# Cargo does not know of the flags: what they change is built anew.
forget() {
    for crate in anshi wasmtime wasmtime-environ wasmtime-internal-core wasmtime-internal-unwinder; do
        cargo clean --quiet --release --package "$crate" 2>/dev/null || true
    done
}

forget
rm -rf "$counts"
PROFILE_FLAGS="-Cprofile-generate=$counts" cargo build --release --locked --bin anshi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for scenario in late-payment-by-county smart-fiscal sme-credit-check household-check; do
    "$target/release/anshi" demo --scenario "$scenario" --home "$work/$scenario" --guests "$guests" --scale 0.03 >/dev/null
done
"$tool" merge -o "$profile" "$counts"
rm -rf "$counts"
forget
PROFILE_FLAGS="-Cprofile-use=$profile -Cllvm-args=-pgo-warn-missing-function=false" \
    cargo build --release --locked --bin anshi
echo "$target/release/anshi"
