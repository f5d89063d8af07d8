//! `make bench-guests`: what a guest costs in each language: its size, its registration, a fresh instance with its call, and
//! the memory that stays. Each guest is measured in a process of its own, in turn with the yardstick. Asserts no time.
//!
//! `guests FOLDER`: the folder has `<language>-<what>.wasm`, where what is `columns`, `verifier` or `contributor`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::float_arithmetic,
    reason = "a benchmark"
)]

mod asked;
mod measured;
#[path = "../../tests/languages/room.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod room;
#[path = "../table.rs"]
#[expect(dead_code, reason = "shared with `make bench`, which uses all of it")]
mod table;

use std::path::Path;
use std::process::Command;

use anshi::data::synth::{SynthOptions, synthesise};
use measured::{Measured, measure};
use room::Room;

/// Some thousand firms, so that there are many with 24 rows.
const SCALE_PPM: u64 = 20_000;
/// The languages, each beside how it is told.
const LANGUAGES: [(&str, &str); 5] =
    [("rust", "Rust"), ("c", "C, clang"), ("zig", "C, zig"), ("js", "JavaScript"), ("python", "Python")];
/// What is asked of each, and what it reads.
const WHATS: [(&str, &str); 3] = [
    ("columns", "3 columns × 24 rows"),
    ("verifier", "`revenue-verification`: 7 columns of 2 tables, 24 rows each at most"),
    ("contributor", "`fiscal-themes`: a unit's rows from the snapshot, and its call"),
];

/// Microseconds that a fresh instance and its call may take.
fn target_micros(language: &str) -> Option<f64> {
    match language {
        "rust" | "c" => Some(10.0),
        "js" => Some(1_500.0),
        "python" => Some(3_000.0),
        _ => None,
    }
}

fn main() {
    // `cargo test` would run benchmarks as tests; `make bench-guests` names a folder.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["one", data, file, what] => println!("{}", measure(&Room::at(Path::new(data)), Path::new(file), what)),
        [folder] => all(Path::new(folder)),
        _ => {}
    }
}

fn all(folder: &Path) {
    let room = Room::new("2026-06-30".parse().unwrap(), |catalog, delivery| {
        let options = SynthOptions { scale_ppm: SCALE_PPM, seed: 1, as_of: "2026-06-30".parse().unwrap() };
        synthesise(catalog, delivery, &options, &mut |_, _| {}).unwrap();
    });
    let mut yardsticks = Vec::new();
    println!(
        "| guest | component | registration | fresh instance and call | best | × yardstick | target | fuel | memory needed | resident |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for (what, reads) in WHATS {
        for (language, told) in LANGUAGES {
            let file = folder.join(format!("{language}-{what}.wasm"));
            if !file.exists() {
                println!("| {told}, {reads} | not measured: it was not built | | | | | | | | |");
                continue;
            }
            let output = Command::new(std::env::current_exe().unwrap())
                .args(["one".as_ref(), room.data().as_os_str(), file.as_os_str(), what.as_ref()])
                .output()
                .unwrap();
            assert!(output.status.success(), "{language} {what}: {}", String::from_utf8_lossy(&output.stderr));
            let measured = Measured::read(std::str::from_utf8(&output.stdout).unwrap());
            yardsticks.push(measured.yardstick_micros);
            print_row(&format!("{told}, {reads}"), &measured, target_micros(language));
        }
    }
    print_yardstick(yardsticks);
}

fn print_yardstick(mut micros: Vec<f64>) {
    micros.sort_by(f64::total_cmp);
    let [Some(least), Some(middle), Some(most)] =
        [micros.first(), micros.get(micros.len() / 2), micros.last()].map(|micros| micros.copied().map(time))
    else {
        return;
    };
    println!(
        "| the yardstick, in turn with each: 3 columns × 24 rows, and 1 × 1 | | | {middle} | {least} to {most} | | | | | |"
    );
}

fn print_row(what: &str, measured: &Measured, target: Option<f64>) {
    let target = target.map_or_else(String::new, |micros| match measured.median_micros <= micros {
        true => format!("≤ {}: kept", time(micros)),
        false => format!("≤ {}: **missed**", time(micros)),
    });
    println!(
        "| {what} | {} | {:.2} s | {} | {} | {:.1} | {target} | {} | {} | {} |",
        bytes(measured.component_bytes),
        measured.registration_seconds,
        time(measured.median_micros),
        time(measured.best_micros),
        measured.median_micros / measured.yardstick_micros,
        measured.fuel,
        bytes(measured.memory_bytes),
        bytes(measured.resident_bytes),
    );
}

fn time(micros: f64) -> String {
    if micros < 1_000.0 { format!("{micros:.1} µs") } else { format!("{:.2} ms", micros / 1_000.0) }
}

fn bytes(bytes: u64) -> String {
    if bytes < 1 << 20 {
        format!("{:.0} KiB", bytes as f64 / 1024.0)
    } else {
        format!("{:.1} MiB", bytes as f64 / 1_048_576.0)
    }
}
