//! A table's map step in processes of its own: every worker is fed with buckets of units until there are none left, and what
//! they bring back is taken whole or not at all. Nothing is tried again.

use std::io::BufReader;
use std::path::PathBuf;
use std::process::{ChildStdin, ChildStdout};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;
use std::time::Duration;

use super::collect::Collected;
use super::sums::Sums;
use super::table::Halt;
use super::worker_job::WorkerJob;
use crate::data::{Frame, FramePart, Snapshot, StreamError, rows_writer};
use crate::env::{Durable, PipedChild, TemporaryDir, spawn_piped, write_atomic};
use crate::ledger::End;
use crate::policy::TableRule;

/// Units of one bucket, about.
pub(super) const BUCKET_UNITS: usize = 512;
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
    parts: &'t [FramePart],
    next: AtomicUsize,
    failed: AtomicBool,
}

/// Runs every unit of the frame in worker processes. Where one fails, all are ended, and there are no sums.
pub(super) fn run_in_workers(
    rule: &TableRule,
    job: &WorkerJob,
    (snapshot, frame, names): (&Snapshot, &Frame<'_>, &[String]),
    workers: &Workers,
    halt: &Halt,
) -> Result<Sums, End> {
    let parts = frame.parts(BUCKET_UNITS);
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
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let table = Table { rule, job, snapshot, frame: (frame, names), parts: &parts, next, failed };
    let collected = std::thread::scope(|scope| {
        let mut children = Vec::new();
        let mut readers = Vec::new();
        for _ in 0..workers.count.max(1) {
            let Ok((child, stdin, stdout)) = spawn_piped(&workers.program, &arguments) else {
                table.failed.store(true, Ordering::Relaxed);
                break;
            };
            children.push(child);
            let table = &table;
            scope.spawn(move || feed(table, stdin));
            readers.push(scope.spawn(move || collect(table, stdout)));
        }
        wait(&table, &mut children, &readers, halt);
        let mut total = Collected::new(rule, parts.len());
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

/// Feeds one worker with bucket after bucket, as fast as it takes them.
fn feed(table: &Table<'_>, stdin: ChildStdin) {
    if write_rows(table, stdin).is_err() {
        table.failed.store(true, Ordering::Relaxed);
    }
}

fn write_rows(table: &Table<'_>, stdin: ChildStdin) -> Result<(), StreamError> {
    let (frame, names) = table.frame;
    let mut writer = rows_writer(stdin, &table.job.tables, table.snapshot, names).ok_or(StreamError::Write)??;
    loop {
        let bucket = table.next.fetch_add(1, Ordering::Relaxed);
        let Some(part) = table.parts.get(bucket) else { return writer.finish() };
        let bucket = u32::try_from(bucket).map_err(|_| StreamError::Write)?;
        let mut written = Ok(());
        frame.visit(part, &mut |unit, ordinals| {
            written = writer.unit(bucket, unit, ordinals);
            written.is_ok()
        });
        written?;
        writer.close(bucket)?;
    }
}

fn collect(table: &Table<'_>, stdout: ChildStdout) -> Option<Collected> {
    let mut collected = Collected::new(table.rule, table.parts.len());
    match collected.read(BufReader::new(stdout)) {
        Ok(()) => Some(collected),
        Err(refused) => {
            tracing::error!("{refused}");
            table.failed.store(true, Ordering::Relaxed);
            None
        }
    }
}
