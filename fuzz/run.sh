#!/usr/bin/env bash
# Fuzzes every target, or the ones named, for MINUTES each. What is found is kept in target/fuzz/<target>: the corpus
# that grew, and each input that broke a promise, which belongs into tests/corpus/<target> with its mending.
# usage: fuzz/run.sh MINUTES [TARGET…]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=$(awk -v minutes="${1:?how many minutes for each target}" 'BEGIN { printf "%d", minutes * 60 }')
shift
export RUSTC_WORKSPACE_WRAPPER="$PWD/fuzz/instrument.sh"
target_folder="${CARGO_TARGET_DIR:-target}"
cargo build --release --locked --quiet -p anshi-fuzz
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(ls tests/corpus)
# The targets read files: in memory, where there is a place for it.
[ -d /dev/shm ] && export TMPDIR=/dev/shm
failed=()
for target in "${targets[@]}"; do
    found="target/fuzz/$target"
    mkdir -p "$found/corpus"
    log="$found/log"
    if ANSHI_FUZZ_TARGET=$target "$target_folder/release/anshi-fuzz" "$found/corpus" "tests/corpus/$target" \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -max_len=16384 -artifact_prefix="$found/" \
        -print_final_stats=1 -verbosity=1 >"$log" 2>&1; then verdict=held; else verdict=BROKEN; failed+=("$target"); fi
    runs=$(awk '/number_of_executed_units/ { print $2 }' "$log")
    edges=$(grep -o 'cov: [0-9]*' "$log" | tail -1 | cut -d' ' -f2)
    printf '%-20s %-7s %12s runs %8s edges\n' "$target" "$verdict" "${runs:-0}" "${edges:-0}"
done
[ ${#failed[@]} -eq 0 ] || { echo "look into target/fuzz/<target>/log: ${failed[*]}" >&2; exit 1; }
