#!/bin/sh
# RUSTC_WORKSPACE_WRAPPER of `make fuzz`: instruments the members of this workspace for libFuzzer and leaves the
# dependencies as they were built for everything else. Stable flags alone, so that no other toolchain is needed.
exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares
