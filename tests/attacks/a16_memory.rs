//! Attack 16: memory until the engine dies. An engine in a process of its own, which may have little more memory than
//! it has; half of its jobs take all that they are given, the other half must be answered as if they were alone.

use std::process::{Command, Stdio};

use anshi::env::weaken::{self, Weakness};
use anshi::job::Answered;
use anshi::model::RawParameter;
use rustix::process::{Resource, Rlimit, setrlimit};

use super::run::check;
use crate::support::{Handmade, Setup, TestHome, label, policy_of};

const POLICY: &str = "hungry";
const PARAMETER: &str = "[[parameter]]\nname = \"nothing\"\nkind = \"integer\"\nmin = 0\nmax = 100\nstep = 1\n";
const MEMORY_MIB: u32 = 16;
/// What the engine may have beside what it has when the jobs begin, over the memory of a guest for each core.
const RESERVE_MIB: u64 = 48;
/// How much of that it uses at most while no guest has more than it may.
const USED_MIB: u64 = 24;
const JOBS: u32 = 12;
/// Long, because a busy machine must not make anybody miss a tick.
const SLOT_MS: u32 = 800;
const WORKER: &str = "ANSHI_ATTACK_MEMORY";
/// What the worker says in the end, before the labels of the honest jobs.
const HONEST: &str = "honest:";
/// Before by how many MiB its memory has grown.
const USED: &str = "used:";

/// Takes memory, touches every page of it, and tries to get more of it as long as its fuel lasts: what another instance
/// gives back, too.
fn hungry() -> Handmade {
    Handmade {
        parameters: vec![("nothing", "integer")],
        verify: "(local $at i32)
            (local.set $at (i32.const 65536))
            (loop $more
              (if (i32.ne (memory.grow (i32.const 16)) (i32.const -1)) (then
                (loop $touch
                  (i32.store (local.get $at) (i32.const 1))
                  (local.set $at (i32.add (local.get $at) (i32.const 4096)))
                  (br_if $touch (i32.lt_u (local.get $at) (i32.shl (memory.size) (i32.const 16)))))))
              (br $more))
            (i32.const 0)"
            .to_owned(),
        ..Handmade::default()
    }
}

/// Wants half of what it may have, and says whether the firm has paid an odd sum.
fn honest() -> Handmade {
    Handmade {
        parameters: vec![("nothing", "integer")],
        pages: MEMORY_MIB * 8,
        verify: "(i32.and (i32.const 1) (i32.wrap_i64 (i64.load
            (call $column (local.get $parties) (i32.const 0) (i32.const 0)))))"
            .to_owned(),
        ..Handmade::default()
    }
}

/// A figure of this process's memory, in bytes: `VmData` is what `RLIMIT_DATA` counts, `VmHWM` the most that was in use.
fn memory_bytes(figure: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(figure)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

/// What the guests may have that run at once: one for each core.
fn guests_mib() -> u64 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    u64::try_from(cores).unwrap() * u64::from(MEMORY_MIB)
}

/// Not a test: the process that [`attack`] starts; does nothing in one that nobody has started as such.
#[test]
#[ignore = "a worker: started by the attack"]
fn worker() {
    let Ok(number) = std::env::var(WORKER) else { return };
    let (path, mut policy) = policy_of(POLICY, &hungry(), PARAMETER, MEMORY_MIB);
    policy = policy.replace("slot_ms = 150", &format!("slot_ms = {SLOT_MS}"));
    let home = TestHome::with(&Setup { files: vec![(path, policy)], slot_ms: SLOT_MS, ..Setup::default() });
    let guests = [hungry(), honest()].map(|guest| home.register(&guest.module()).unwrap());
    let token = |guest, firm: u32| {
        home.sign(&home.order_under(POLICY, guest, firm, &[("nothing", RawParameter::Integer(firm.into()))]))
    };
    // Once in peace, so that threads and buffers are there.
    home.ask_all(vec![home.token(0, 99), home.token(0, 98)]);
    let tokens = (1..=JOBS).flat_map(|firm| guests.map(|guest| token(guest, firm))).collect();
    #[cfg(feature = "weaken")]
    weaken::set_number(number.parse().unwrap());
    let bytes = memory_bytes("VmData:") + ((guests_mib() + RESERVE_MIB) << 20);
    setrlimit(Resource::Data, Rlimit { current: Some(bytes), maximum: Some(bytes) }).unwrap();
    // The most that was in use begins anew: making the home took more.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = memory_bytes("VmHWM:");
    let answers = home.ask_all(tokens);
    println!("{USED} {}", (memory_bytes("VmHWM:") - before) >> 20);
    let told = |answered: &Answered| match label(answered).as_str() {
        "undetermined" => answered.end.word().to_owned(),
        label => label.to_owned(),
    };
    let labels = answers.iter().skip(1).step_by(2).map(|answer| answer.as_ref().map_or("none".to_owned(), told));
    println!("{HONEST} {number} {}", labels.collect::<Vec<_>>().join(" "));
}

pub fn attack() -> Result<(), String> {
    let number = weaken::number().unwrap_or(0).to_string();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "attacks::a16_memory::worker", "--ignored", "--nocapture", "--test-threads=1"])
        .env(WORKER, &number)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let Some(labels) = told.lines().find_map(|line| line.split_once(HONEST)).map(|(_, labels)| labels.trim()) else {
        let errors = String::from_utf8_lossy(&output.stderr).lines().take(3).collect::<Vec<_>>().join("; ");
        return Err(format!("the engine died: {}; {errors}", output.status));
    };
    let used = told.lines().find_map(|line| line.split_once(USED)).unwrap().1.trim().parse::<u64>().unwrap();
    if used > guests_mib() + USED_MIB {
        return Err(format!("the engine grew by {used} MiB, and its guests may have {}", guests_mib()));
    }
    // Firms of odd numbers have paid odd sums.
    let alone = (1..=JOBS).map(|firm| if firm % 2 == 1 { "yes" } else { "no" });
    let alone = std::iter::once(number.as_str()).chain(alone).collect::<Vec<_>>().join(" ");
    match output.status.success() && labels == alone {
        true => Ok(()),
        false => Err(format!("beside hungry guests others were answered `{labels}`: {}", output.status)),
    }
}

#[test]
fn held() {
    check(attack, Weakness::MemoryUnlimited);
}
