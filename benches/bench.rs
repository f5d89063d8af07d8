//! `make bench`: what one call, one lookup, one commit and one job cost. One table; medians and the best of batches,
//! compared within the run, because times on a shared machine mean little by themselves. Asserts no time.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::float_arithmetic,
    reason = "a benchmark"
)]

mod calls;
mod commits;
#[path = "../tests/crash/home.rs"]
#[expect(dead_code, reason = "shared with the crash tests, which use all of it")]
mod home;
mod jobs;
mod table;

use home::Place;
use table::Table;

/// 0.1 and 1 of the city's 9.2 million rows.
const SCALES_PPM: [u64; 2] = [100_000, 1_000_000];
const SLOT_MS: u32 = 20;

fn main() {
    // `cargo test` would run benchmarks as tests; `cargo bench` says `--bench`.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut table = Table::default();
    for (place, scale) in SCALES_PPM.iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let home = Place::make_with(folder.path(), SLOT_MS, *scale, None);
        calls::ready(&home, *scale, &mut table);
        calls::lookups(&home, *scale, &mut table);
        calls::calls(&home, *scale, place == 0, &mut table);
        if place == 0 {
            commits::commits(&home, &mut table);
        }
        jobs::jobs(&home, *scale, &mut table);
    }
    table.print();
}
