//! The gate taken apart, for the audit of its privacy: the same bounds, sums and release that a job has, without ledger and
//! tick, so that they can be run ten thousand times. Only in a build made for tests; no other has a way to a raw sum.

use super::collect::Collected;
use super::released::ReleasedTable;
use super::sums::Sums;
use super::table::{Halt, release, run_units};
use super::via_workers::{Workers, run_in_workers};
use super::worker_job::WorkerJob;
use crate::data::{Frame, FramePart, Snapshot, rows_writer};
use crate::env::Clock;
use crate::guest::{Contributions, Guest, UnitRuns};
use crate::model::{Digest, Millis, ParameterValue};
use crate::policy::{CellMap, Limits, Plan, TableRule};

/// What a worker is told and fed for a table: its job, and for each bucket of about `units` units a stream of its own.
pub fn worker_inputs(
    rule: &TableRule,
    planned: (&Plan, &[ParameterValue]),
    limits: &Limits,
    guest: Digest,
    snapshot: &Snapshot,
    units: usize,
) -> Option<(WorkerJob, Vec<Vec<u8>>)> {
    let Plan::Table { frame: names, .. } = planned.0 else { return None };
    let job = WorkerJob::of(rule, planned, limits, guest, snapshot)?;
    let frame = Frame::new(snapshot, names)?;
    let mut inputs = Vec::new();
    let (mut walk, mut part) = (frame.walk(), FramePart::default());
    let mut bucket = 0;
    while walk.take(units, &mut part) {
        let mut input = Vec::new();
        let mut writer = rows_writer(&mut input, &job.tables, snapshot, names)?.ok()?;
        part.units().try_for_each(|(unit, ordinals)| writer.unit(bucket, unit, ordinals)).ok()?;
        writer.close(bucket).ok()?;
        writer.finish().ok()?;
        inputs.push(input);
        bucket += 1;
    }
    Some((job, inputs))
}

/// Raw sums within the policy's bounds.
pub struct RawSums(Sums);

impl RawSums {
    /// All zero.
    pub fn new(rule: &TableRule) -> Self {
        Self(Sums::new(rule))
    }

    /// Adds what one unit contributes, as a job does.
    pub fn add(&mut self, cells: &CellMap, given: &Contributions) {
        self.0.add(cells, given);
    }

    /// The sums of a guest's runs on every unit of a snapshot, as a job makes them; `None` where the plan is of no table.
    pub fn gather(
        rule: &TableRule,
        (plan, parameters): (&Plan, &[ParameterValue]),
        limits: &Limits,
        guest: &Guest,
        snapshot: &Snapshot,
    ) -> Option<Self> {
        let Plan::Table { cells, frame, .. } = plan else { return None };
        let runs = UnitRuns::new(guest, (plan, parameters), limits, snapshot)?;
        let halt = Halt::at(Millis(i64::MAX), Clock::System);
        run_units(rule, cells, &Frame::new(snapshot, frame)?, &runs, &halt).map(Self)
    }

    /// The same in worker processes, as a job does; `None` where their sums are not whole.
    pub fn gather_via_workers(
        rule: &TableRule,
        planned: (&Plan, &[ParameterValue]),
        limits: &Limits,
        guest: &Guest,
        snapshot: &Snapshot,
        workers: &Workers,
    ) -> Option<Self> {
        let Plan::Table { frame: names, .. } = planned.0 else { return None };
        let job = WorkerJob::of(rule, planned, limits, guest.digest(), snapshot)?;
        let halt = Halt::at(Millis(i64::MAX), Clock::System);
        let frame = Frame::new(snapshot, names)?;
        run_in_workers(rule, &job, (snapshot, &frame, names), workers, &halt).ok().map(Self)
    }

    /// What the workers' outputs come to; `None` unless each of so many buckets counts exactly once.
    pub fn collect(rule: &TableRule, buckets: usize, outputs: &[&[u8]]) -> Option<Self> {
        let mut total = Collected::new(rule, buckets);
        for output in outputs {
            let mut collected = Collected::new(rule, buckets);
            collected.read(*output).ok()?;
            total.merge(&collected);
        }
        total.whole().ok().map(Self)
    }

    /// The true counts of units, by cell.
    pub fn counts(&self) -> &[i128] {
        self.0.counts()
    }

    /// The true sums, by measure and cell.
    pub fn measures(&self) -> &[Vec<i128>] {
        self.0.measures()
    }

    /// One release of these sums, with fresh noise.
    pub fn release(&self, rule: &TableRule) -> Option<ReleasedTable> {
        release(rule, &self.0)
    }
}
