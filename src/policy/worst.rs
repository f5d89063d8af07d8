//! How long an answer can take at worst on a machine that was calibrated: what slots must hold, and what a job holds of the
//! processors. It follows from the policy and the machine alone; nothing here knows how long anything took.

use super::check_answer::Kind;
use super::raw::RawPolicy;
use crate::env::cores;
use crate::model::Pace;

/// What every run costs beside fuel, fresh memory and rows, at worst: the unit found, an instance made of as much as a guest
/// may begin with and dropped (20 µs), and all memory cleared that is kept (50 µs). Twice what that took on a busy machine
/// (`docs/performance.md`), as are the two below.
const INSTANCE_NANOS: u64 = 140_000;
/// What a label's run costs beside that: its answer judged by the gate, sealed, and handed to the ledger (15 µs).
const LABEL_NANOS: u64 = 30_000;
/// What a unit of a table costs beside that: contributions copied, and lists merged that are as long as a guest may make
/// them (30 µs).
const CONTRIBUTIONS_NANOS: u64 = 60_000;
/// What a value of a row costs at worst: looked up, put in order, copied into the guest. Twice the same.
const CELL_NANOS: u64 = 100;
/// What a figure costs at worst: one draw of noise, in exact arithmetic.
const FIGURE_NANOS: u64 = 200_000;
/// What a table is sure of: label jobs are sure of the rest of the processors while one runs.
pub const TABLE_CORES_SHARE: (u64, u64) = (1, 2);
/// How many units a thread takes at a time: the threads that have ended wait for as many at most.
pub const TABLE_PART_UNITS: usize = 16;
/// Into how many buckets the units of each worker are cut, at least: workers that have ended wait for one.
pub const BUCKETS_PER_WORKER_MIN: usize = 16;

/// The processor time of one run at worst, in nanoseconds: all fuel, all memory, as many rows as are granted of every party.
pub(super) fn run_nanos(raw: &RawPolicy, kind: Kind, fuel: u64, pace: Pace) -> u64 {
    let cells = raw.grant.iter().map(|grant| {
        let role = grant.role.as_ref().and_then(|role| raw.role.get(role.get_ref().as_str()));
        let parties = role.map_or(1, |role| u64::from(*role.count.max.get_ref()));
        parties.saturating_mul(u64::from(*grant.rows_max.get_ref())).saturating_mul(grant.columns.len() as u64)
    });
    let cells = cells.fold(0, u64::saturating_add);
    let guest = pace.run_nanos(fuel, u64::from(*raw.limits.get_ref().memory_mib.get_ref()) << 20);
    let answer = match kind {
        Kind::Label => LABEL_NANOS,
        Kind::Table => CONTRIBUTIONS_NANOS,
    };
    guest.saturating_add(INSTANCE_NANOS + answer).saturating_add(cells.saturating_mul(CELL_NANOS))
}

/// How long a slot must be for a label whose run takes `run` nanoseconds at worst.
///
/// Jobs that are under way at once take `cores` × slot − (`cores` − 1) × run at most together
/// ([`label_capacity_nanos`]), or half of that beside a table, and half of that must hold the job itself.
pub(super) fn label_slot_nanos(run: u64) -> u64 {
    label_slot_nanos_on(run, u64::from(cores()))
}

fn label_slot_nanos_on(run: u64, cores: u64) -> u64 {
    let (part, whole) = TABLE_CORES_SHARE;
    // cores × slot − (cores − 1) × run ≥ run ÷ (1 − part ÷ whole)
    let alone = run.saturating_mul(whole).div_ceil(whole - part);
    alone.saturating_add(run.saturating_mul(cores.saturating_sub(1))).div_ceil(cores.max(1))
}

/// How much processor time label jobs under way may need together at worst, where the shortest slot is `slot` and the
/// longest run takes `run` nanoseconds.
///
/// Jobs start in the order of their dispatch, on any free thread. So a job starts once no thread is free of what was
/// dispatched before it, at the latest after (capacity − its run) ÷ cores, and ends within capacity ÷ cores + run ×
/// (cores − 1) ÷ cores. With this capacity that is the slot.
pub fn label_capacity_nanos(slot: u64, run: u64) -> u64 {
    let cores = u64::from(cores());
    slot.saturating_mul(cores).saturating_sub(run.saturating_mul(cores.saturating_sub(1)))
}

/// How long a table of so many units and figures can take at worst, on the share of the processors that it is sure of.
pub(super) fn table_nanos(run: u64, units: u32, figures: u64) -> u64 {
    table_nanos_on(run, u64::from(units), figures, u64::from(cores()))
}

/// With c = `cores` × share, the processors that the table is sure of, and each of `cores` threads at work:
///
/// - *Threads* take the next [`TABLE_PART_UNITS`] units of the frame whenever they are free, whichever units these are, so
///   while there are any left all are at work, and units × run is done at a rate of c at least. Of the rest each thread has
///   one part at most. While c threads or more are at work the rate is still c, which the first term counts; when
///   there are fewer, each has a processor to itself, and ends after one part more.
/// - *Workers* are dealt every `cores`th bucket, so that no one has more than its share of the units and one bucket,
///   which is a part of that share ([`BUCKETS_PER_WORKER_MIN`]) or one unit; and none is slower than an equal share of c.
///
/// This holds for every frame up to `units`, however its units lie in its datasets and whichever of them are slow. The
/// noise is drawn on one thread, which c may be less than.
fn table_nanos_on(run: u64, units: u64, figures: u64, cores: u64) -> u64 {
    let (part, whole) = TABLE_CORES_SHARE;
    let sure = cores.max(1).saturating_mul(part);
    let bucket = units.div_ceil(BUCKETS_PER_WORKER_MIN as u64);
    let together = units.saturating_add(bucket).saturating_mul(whole).div_ceil(sure);
    let alone = (TABLE_PART_UNITS as u64).saturating_add(whole.div_ceil(part));
    let runs = run.saturating_mul(together.saturating_add(alone));
    let noise = figures.saturating_mul(FIGURE_NANOS).saturating_mul(whole).div_ceil(sure.min(whole));
    runs.saturating_add(noise)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RUN: u64 = 1_000_000;

    /// How long threads or workers take that have to do `work` each on their own, where they share what a table is sure of
    /// and none is faster than a processor. In nanoseconds, rounded up at every end of one.
    fn shared(mut work: Vec<u64>, cores: u64) -> u64 {
        let (part, whole) = TABLE_CORES_SHARE;
        let mut nanos = 0;
        work.sort_unstable();
        let mut done = 0;
        for at in 0..work.len() {
            let active = (work.len() - at) as u64;
            let more = work[at] - done;
            done = work[at];
            // Each of them has cores × share ÷ active of a processor, one at most.
            nanos += more.max((more * active * whole).div_ceil(cores * part));
        }
        nanos
    }

    /// The work of each thread, where one that is free takes `size` units that nobody has: what the slowest machine can make
    /// of it, since threads that have all the same speed take in turn.
    fn taken(units: &[u64], cores: u64, size: usize) -> Vec<u64> {
        let mut work = vec![0; cores as usize];
        for part in units.chunks(size) {
            let free = work.iter_mut().min().unwrap();
            *free += part.iter().sum::<u64>();
        }
        work
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

        #[test]
        fn a_tables_slot_holds_every_frame(
            cores in 1..65u64,
            units_max in 1..2_000u32,
            share in 0..=100u64,
            slow in prop::collection::vec(any::<bool>(), 1..40),
            all_slow in any::<bool>(),
        ) {
            let count = (u64::from(units_max) * share / 100) as usize;
            let of = |slow: &bool| if all_slow || *slow { RUN } else { RUN / 50 };
            let units: Vec<u64> = slow.iter().cycle().take(count).map(of).collect();
            let slot = table_nanos_on(RUN, u64::from(units_max), 0, cores);
            let threads = shared(taken(&units, cores, TABLE_PART_UNITS), cores);
            prop_assert!(threads <= slot, "threads: {threads} of {slot}");
            let bucket = count.div_ceil(cores as usize * BUCKETS_PER_WORKER_MIN).max(1);
            let mut dealt = vec![0; cores as usize];
            for (number, part) in units.chunks(bucket).enumerate() {
                dealt[number % cores as usize] += part.iter().sum::<u64>();
            }
            let workers = shared(dealt, cores);
            prop_assert!(workers <= slot, "workers: {workers} of {slot}");
        }

        #[test]
        fn a_labels_slot_holds_all_that_may_be_under_way(cores in 1..65u64, run in 1..1_000_000u64) {
            let slot = label_slot_nanos_on(run, cores);
            let capacity = slot * cores - run * (cores - 1);
            // Alone beside a table, whose half is kept.
            prop_assert!(capacity / 2 >= run, "{capacity} {run}");
            // Behind all the others, on the thread that is free last.
            prop_assert!((capacity - run).div_ceil(cores) + run <= slot + 1);
        }
    }

    /// Parts of 256 units, which only large frames have enough of: on many processors one thread had all the work of a small
    /// frame, and a slot of units ÷ processors did not hold it.
    #[test]
    fn large_parts_would_not_be_held() {
        let units = vec![RUN; 256];
        let slot = table_nanos_on(RUN, 256, 0, 64);
        assert!(shared(taken(&units, 64, 256), 64) > slot);
        assert!(shared(taken(&units, 64, TABLE_PART_UNITS), 64) <= slot);
    }

    #[test]
    fn memory_beyond_what_is_kept_is_counted_and_rows_are() {
        let pace = Pace { nanos_per_kilofuel: 1_000, nanos_per_mib: 7 };
        assert_eq!(pace.run_nanos(5_000, 1 << 20), 5_000);
        assert_eq!(pace.run_nanos(5_000, 2 << 20), 5_014);
        assert_eq!(table_nanos_on(RUN, 16, 3, 1), RUN * (17 * 2 + 18) + 3 * 2 * FIGURE_NANOS, "half of one processor");
    }
}
