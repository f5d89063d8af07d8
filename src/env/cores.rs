//! The machine's processors, who goes first on them, and how many files may be open.

/// How many threads can run at once.
pub fn cores() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    u32::try_from(cores).unwrap_or(u32::MAX)
}

/// The scheduler's weight for work that lets others go first: 19 is the lowest (nice(2)).
const NICE: i32 = 19;

/// Lets every other thread of this process and machine go first from here on. Linux keeps such a wish for each thread.
pub fn yield_to_others() {
    // Not granted: the thread then shares as every other does, which costs latency and no guarantee.
    let _ = rustix::process::setpriority_process(None, NICE);
}

/// Has the system grant `wanted` open files at a time, where its hard limit lets it; gives how many it grants.
pub fn raise_descriptors(wanted: u64) -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // No limit is written as none.
    let (current, maximum) = (limit.current.unwrap_or(u64::MAX), limit.maximum.unwrap_or(u64::MAX));
    if current >= wanted {
        return current;
    }
    let raised = wanted.min(maximum);
    match setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum: limit.maximum }) {
        Ok(()) => raised,
        Err(_) => current,
    }
}
