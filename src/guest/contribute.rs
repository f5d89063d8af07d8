//! What one unit contributes to a table: its rows in, a fresh instance, its contributions out. Nothing is bounded or
//! summed here; what comes out has been through no gate.

use super::bindings::contributing;
use super::input::{StreamInputs, TableShape, UnitInputs};
use super::instance::{Fault, Guest};
use super::stores::UnitStores;
use crate::data::{Snapshot, UnitRows};
use crate::model::{Date, ParameterValue};
use crate::policy::{Limits, Plan};

/// What a guest says that one unit contributes: anything at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contributions {
    /// Per cell, one index per dimension of the guest's manifest.
    pub cells: Vec<u32>,
    /// Per cell, one value per measure of the guest's manifest.
    pub values: Vec<i64>,
}

/// What runs a contributor on a table's units, each on a fresh instance, on as many threads as ask.
pub struct UnitRuns<'s> {
    guest: &'s Guest,
    inputs: UnitInputs<'s>,
    limits: Limits,
}

impl<'s> UnitRuns<'s> {
    /// `None` where the plan is of no table, the guest no contributor, or the snapshot lacks what the plan names:
    /// admission has checked all three.
    pub fn new(
        guest: &'s Guest,
        (plan, parameters): (&Plan, &'s [ParameterValue]),
        limits: &Limits,
        snapshot: &'s Snapshot,
    ) -> Option<Self> {
        let Plan::Table { tables, frame, .. } = plan else { return None };
        guest.lane().contributor()?;
        let inputs = UnitInputs::new(tables, parameters, (snapshot, frame))?;
        Some(Self { guest, inputs, limits: *limits })
    }

    /// What runs units on the thread that asks.
    pub fn runner(&self) -> UnitRunner<'_, 's> {
        UnitRunner { runs: self, stores: UnitStores::new(self.guest, &self.limits) }
    }
}

/// One thread's runs.
pub struct UnitRunner<'r, 's> {
    runs: &'r UnitRuns<'s>,
    stores: UnitStores<'r>,
}

impl<'s> UnitRunner<'_, 's> {
    /// What the unit `id` contributes, whose place in each dataset of the plan's frame is one of `ordinals`.
    pub fn run(&mut self, id: &'s str, ordinals: &[Option<u64>]) -> Result<Contributions, Fault> {
        let input = self.runs.inputs.build(id, ordinals).ok_or_else(gone)?;
        self.stores.contribute(&input)
    }
}

/// The same for units whose rows come from elsewhere than a snapshot: in a worker.
pub struct StreamRuns<'j> {
    inputs: StreamInputs<'j>,
    stores: UnitStores<'j>,
}

impl<'j> StreamRuns<'j> {
    /// `None` where the guest is no contributor.
    pub fn new(
        guest: &'j Guest,
        as_of: Date,
        (tables, parameters): (&'j [TableShape], &'j [ParameterValue]),
        limits: &Limits,
    ) -> Option<Self> {
        guest.lane().contributor()?;
        let inputs = StreamInputs { as_of, tables, parameters };
        Some(Self { inputs, stores: UnitStores::new(guest, limits) })
    }

    /// What the unit `id` contributes that has these rows, one list for each table: the columns that are read, and behind
    /// them the time, where the table has one.
    pub fn run(&mut self, id: &str, rows: &[UnitRows<'_>]) -> Result<Contributions, Fault> {
        let input = self.inputs.build(id, rows).ok_or_else(gone)?;
        self.stores.contribute(&input)
    }
}

fn gone() -> Fault {
    Fault::Trap("there is not what the plan names".to_owned())
}

impl From<contributing::Contributions> for Contributions {
    fn from(contributions: contributing::Contributions) -> Self {
        Self { cells: contributions.cells, values: contributions.values }
    }
}
