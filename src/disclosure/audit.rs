//! The gate taken apart, for the audit of its privacy: the same bounds, sums and release that a job has, without ledger and
//! tick, so that they can be run ten thousand times. Only in a build made for tests; no other has a way to a raw sum.

use super::released::ReleasedTable;
use super::sums::Sums;
use super::table::{Halt, release, run_units};
use crate::data::{Frame, Snapshot};
use crate::env::Clock;
use crate::guest::{Contributions, Guest, UnitRuns};
use crate::model::{Millis, ParameterValue};
use crate::policy::{CellMap, Limits, Plan, TableRule};

/// Raw sums within the policy's bounds.
pub struct RawSums(Sums);

impl RawSums {
    /// All zero.
    pub fn new(rule: &TableRule) -> Self {
        Self(Sums::new(rule))
    }

    /// Adds what one unit contributes, as a job does.
    pub fn add(&mut self, rule: &TableRule, cells: &CellMap, given: &Contributions) {
        self.0.add(rule, cells, given);
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
