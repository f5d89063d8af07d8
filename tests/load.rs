//! The service under load, over HTTP: the short forms of `make replay` and `make soak`.

mod calls;
#[expect(dead_code, reason = "shared with the benchmarks, which use all of it")]
mod city;
#[expect(dead_code, reason = "shared with the benchmarks, which use all of it")]
mod line;
#[expect(clippy::print_stdout, reason = "what it came to")]
mod replay;
mod served;
#[expect(clippy::print_stdout, reason = "what it came to")]
mod soak;

use crate::crash as check;
use crate::crash as home;

/// How long 1,000 fuel is said to take: a busy machine must not make slots too short.
const NANOS_PER_KILOFUEL: u64 = 2_000;

#[test]
fn every_call_is_answered() {
    replay::replay(2_000, 10_000, Some(NANOS_PER_KILOFUEL));
}

/// A minute of it: `.ci/run` calls it by name.
#[test]
#[ignore = "takes a minute: `make soak-minute`"]
fn killed_under_load() {
    soak::soak(60, 20_000, Some(NANOS_PER_KILOFUEL));
}
