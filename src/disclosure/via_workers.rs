//! A table's map step in processes of its own: every worker is fed with buckets of units until there are none left, and what
//! they bring back is taken whole or not at all. Nothing is tried again.

use std::io::BufReader;
use std::path::PathBuf;
use std::process::{ChildStdin, ChildStdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ScopedJoinHandle;
use std::time::Duration;

use super::collect::Collected;
use super::sums::Sums;
use super::table::Halt;
use super::worker_job::WorkerJob;
use crate::data::{Frame, FramePart, Snapshot, StreamError, rows_writer};
use crate::env::{Durable, PipedChild, TemporaryDir, spawn_piped, write_atomic};
use crate::ledger::End;
use crate::policy::{BUCKETS_PER_WORKER_MIN, TableRule};

/// The most units of one bucket.
const BUCKET_UNITS_MAX: u64 = 512;
/// How often the coordinator looks whether its workers have ended, or the tick is there.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Processes that run units, in the place of threads of this one.
#[derive(Clone, Debug)]
pub struct Workers {
    /// The program: this one, in production.
    pub program: PathBuf,
    /// The guest's module, as it was registered.
    pub module: PathBuf,
    /// How many.
    pub count: u32,
}

/// What all threads of one table share.
struct Table<'t> {
    rule: &'t TableRule,
    job: &'t WorkerJob,
    snapshot: &'t Snapshot,
    frame: (&'t Frame<'t>, &'t [String]),
    bucket_units: usize,
    buckets: usize,
    workers: usize,
    failed: AtomicBool,
}

/// How many units a bucket has, and how many buckets there are. Every worker is dealt as many as the others, or one more:
/// with at least [`BUCKETS_PER_WORKER_MIN`] for each, or buckets of one unit, no worker has much more to do than another.
fn buckets(units: u64, workers: usize) -> (usize, usize) {
    let share = units.div_ceil((workers.max(1) * BUCKETS_PER_WORKER_MIN) as u64);
    let bucket_units = share.clamp(1, BUCKET_UNITS_MAX);
    let number = |count| usize::try_from(count).unwrap_or(usize::MAX);
    (number(bucket_units), number(units.div_ceil(bucket_units)))
}

/// Runs every unit of the frame in worker processes. Where one fails, all are ended, and there are no sums.
pub(super) fn run_in_workers(
    rule: &TableRule,
    job: &WorkerJob,
    (snapshot, frame, names): (&Snapshot, &Frame<'_>, &[String]),
    workers: &Workers,
    halt: &Halt,
) -> Result<Sums, End> {
    let torn = |why: &dyn std::fmt::Display| {
        tracing::error!("the workers' sums are not whole: {why}");
        End::Torn
    };
    // The description holds the job's parameters: for this process's own workers alone.
    let folder = TemporaryDir::new().map_err(|error| torn(&error))?;
    let path = folder.path().join("job.json");
    write_atomic(&path, job.to_json().as_bytes(), Durable::Private).map_err(|error| torn(&error))?;
    let arguments =
        ["worker".as_ref(), "--job".as_ref(), path.as_os_str(), "--guest".as_ref(), workers.module.as_os_str()];
    let count = usize::try_from(workers.count.max(1)).unwrap_or(1);
    let (bucket_units, buckets) = buckets(frame.units(), count);
    let failed = AtomicBool::new(false);
    let table = Table { rule, job, snapshot, frame: (frame, names), bucket_units, buckets, workers: count, failed };
    let collected = std::thread::scope(|scope| {
        let mut children = Vec::new();
        let mut readers = Vec::new();
        for number in 0..count {
            let Ok((child, stdin, stdout)) = spawn_piped(&workers.program, &arguments) else {
                table.failed.store(true, Ordering::Relaxed);
                break;
            };
            children.push(child);
            let table = &table;
            scope.spawn(move || feed(table, number, stdin));
            readers.push(scope.spawn(move || collect(table, stdout)));
        }
        wait(&table, &mut children, &readers, halt);
        let mut total = Collected::new(rule, buckets);
        for reader in readers {
            match reader.join() {
                Ok(Some(collected)) => total.merge(&collected),
                _ => table.failed.store(true, Ordering::Relaxed),
            }
        }
        // Every one is waited for, whatever the others did.
        let ended: Vec<bool> = children.iter_mut().map(|child| child.ended_well()).collect();
        let well = ended.into_iter().all(|well| well);
        (well && !table.failed.load(Ordering::Relaxed)).then_some(total)
    });
    if halt.is_due() {
        return Err(halt.end());
    }
    let collected = collected.ok_or_else(|| torn(&"a worker failed"))?;
    collected.whole().map_err(|refused| torn(&refused))
}

/// Until all have answered; ends them at the tick, or when one has failed.
fn wait(
    table: &Table<'_>,
    children: &mut [PipedChild],
    readers: &[ScopedJoinHandle<'_, Option<Collected>>],
    halt: &Halt,
) {
    while !readers.iter().all(ScopedJoinHandle::is_finished) {
        if halt.is_due() || table.failed.load(Ordering::Relaxed) {
            children.iter_mut().for_each(PipedChild::kill);
            return;
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Feeds one worker with bucket after bucket, as fast as it takes them. Which buckets are whose is settled beforehand: a
/// pipe holds more than one, and the first worker to read would have most of a small frame.
fn feed(table: &Table<'_>, number: usize, stdin: ChildStdin) {
    if write_rows(table, number, stdin).is_err() {
        table.failed.store(true, Ordering::Relaxed);
    }
}

fn write_rows(table: &Table<'_>, number: usize, stdin: ChildStdin) -> Result<(), StreamError> {
    let (frame, names) = table.frame;
    let mut writer = rows_writer(stdin, &table.job.tables, table.snapshot, names).ok_or(StreamError::Write)??;
    let (mut walk, mut part) = (frame.walk(), FramePart::default());
    for bucket in 0..table.buckets {
        walk.take(table.bucket_units, &mut part);
        if bucket % table.workers != number {
            continue;
        }
        let bucket = u32::try_from(bucket).map_err(|_| StreamError::Write)?;
        part.units().try_for_each(|(unit, ordinals)| writer.unit(bucket, unit, ordinals))?;
        writer.close(bucket)?;
    }
    writer.finish()
}

fn collect(table: &Table<'_>, stdout: ChildStdout) -> Option<Collected> {
    let mut collected = Collected::new(table.rule, table.buckets);
    match collected.read(BufReader::new(stdout)) {
        Ok(()) => Some(collected),
        Err(refused) => {
            tracing::error!("{refused}");
            table.failed.store(true, Ordering::Relaxed);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_worker_is_dealt_more_than_its_share_and_a_bucket() {
        for workers in [1, 2, 3, 16, 64] {
            for units in (0..300).chain([1_000, 8_191, 8_192, 50_000, 999_999]) {
                let (bucket_units, buckets) = buckets(units, workers);
                assert!((bucket_units * buckets) as u64 >= units && bucket_units as u64 <= BUCKET_UNITS_MAX);
                let most = buckets.div_ceil(workers) * bucket_units;
                assert!(most <= units as usize / workers + bucket_units, "{most} of {units} for one of {workers}");
                let share = units.div_ceil((workers * BUCKETS_PER_WORKER_MIN) as u64).max(1);
                assert!(bucket_units as u64 <= share, "a bucket of {bucket_units} of {units} for one of {workers}");
            }
        }
    }
}
