//! What one unit contributes to a table: its rows in, a fresh instance, its contributions out. Nothing is bounded or
//! summed here; what comes out has been through no gate.

use super::bindings::contributing;
use super::input::UnitInputs;
use super::instance::{Fault, Guest, fault};
use crate::data::Snapshot;
use crate::env::weaken::{self, Weakness};
use crate::model::ParameterValue;
use crate::policy::{Limits, Plan};

/// What a guest says that one unit contributes: anything at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contributions {
    /// Per cell, one index per dimension of the guest's manifest.
    pub cells: Vec<u32>,
    /// Per cell, one value per measure of the guest's manifest.
    pub values: Vec<i64>,
}

/// Runs a contributor on one unit after the other, each on a fresh instance.
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
        (plan, parameters): (&'s Plan, &'s [ParameterValue]),
        limits: &Limits,
        snapshot: &'s Snapshot,
    ) -> Option<Self> {
        let Plan::Table { tables, frame, .. } = plan else { return None };
        guest.contributor()?;
        let inputs = UnitInputs::new(tables, parameters, (snapshot, frame))?;
        Some(Self { guest, inputs, limits: *limits })
    }

    /// What the unit `id` contributes, whose place in each dataset of the plan's frame is one of `ordinals`.
    pub fn run(&self, id: &'s str, ordinals: &[Option<u64>]) -> Result<Contributions, Fault> {
        let gone = || Fault::Trap("the snapshot lacks what the plan names".to_owned());
        let input = self.inputs.build(id, ordinals).ok_or_else(gone)?;
        if weaken::on(Weakness::UnitInstanceReused) {
            return super::reused::run(self.guest, &input, &self.limits);
        }
        let pre = self.guest.contributor().ok_or_else(gone)?;
        let mut store = self.guest.store(&self.limits);
        let result = pre.call(&mut store, &input);
        let contributions = result.map_err(|error| fault(&error, store.data()))?;
        Ok(contributions.into())
    }
}

impl From<contributing::Contributions> for Contributions {
    fn from(contributions: contributing::Contributions) -> Self {
        Self { cells: contributions.cells, values: contributions.values }
    }
}
