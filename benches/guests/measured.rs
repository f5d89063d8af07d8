//! One guest measured: in the process that does nothing else, so that the memory that stays is its own.

use std::path::Path;
use std::time::{Duration, Instant};

use anshi::guest::Registry;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, YARDSTICK};
use crate::room::{Room, project};
use crate::table;

/// How long a batch is to take: long enough for the clock, short enough for thirty of them.
const BATCH: Duration = Duration::from_millis(20);
const CALLS_MIN: u32 = 5;
const CALLS_MAX: u32 = 2_000;

/// What was measured of one guest.
#[derive(Serialize, Deserialize)]
pub struct Measured {
    pub component_bytes: u64,
    pub registration_seconds: f64,
    pub median_micros: f64,
    pub best_micros: f64,
    pub yardstick_micros: f64,
    pub fuel: u64,
    /// The least limit of linear memory under which the call ends well.
    pub memory_bytes: u64,
    /// By how much this process's resident memory grew while the guest was loaded and called.
    pub resident_bytes: u64,
}

impl Measured {
    /// What [`measure`] gave, in the process that asked.
    pub fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap()
    }
}

/// Registers the guest of a file, runs it again and again beside the yardstick; as JSON.
pub fn measure(room: &'static Room, file: &Path, what: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::open(folder.path(), env!("CARGO_BIN_EXE_anshi").as_ref()).unwrap();
    let yardstick_file = std::env::var_os("ANSHI_GUESTS_DIR").map_or_else(|| project("target/guests"), Into::into);
    let yardstick = Asked::new(room, &registry, &yardstick_file.join("adversary.wasm"), YARDSTICK);
    yardstick.call();
    let module = std::fs::read(file).unwrap();
    let started = Instant::now();
    let row = registry.register(&module).unwrap().row;
    let registration = started.elapsed();
    let before = resident();
    let asked = Asked::of(room, registry.load(&row).unwrap(), what);
    let calls = calls_of(|| asked.call());
    let resident_bytes = resident().saturating_sub(before);
    let samples = table::measure(calls, &mut [&mut || yardstick.call(), &mut || asked.call()]);
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let measured = Measured {
        component_bytes: module.len() as u64,
        registration_seconds: registration.as_secs_f64(),
        median_micros: micros(samples[1].median()),
        best_micros: micros(samples[1].best()),
        yardstick_micros: micros(samples[0].median()),
        fuel: asked.fuel(room),
        memory_bytes: asked.memory_bytes(room),
        resident_bytes,
    };
    serde_json::to_string(&measured).unwrap()
}

/// How many calls make a batch.
fn calls_of(call: impl Fn()) -> u32 {
    (0..CALLS_MIN).for_each(|_| call());
    let started = Instant::now();
    (0..CALLS_MIN).for_each(|_| call());
    let one = (started.elapsed() / CALLS_MIN).max(Duration::from_nanos(1));
    u32::try_from(BATCH.as_nanos() / one.as_nanos()).unwrap_or(CALLS_MAX).clamp(CALLS_MIN, CALLS_MAX)
}

/// This process's resident memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}
