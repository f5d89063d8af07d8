//! The stores that a table's units run in: a fresh instance for every unit, a store for a few of them in turn.
//!
//! What a store shares is the host's: fuel, deadline and the limiter's notes, all set anew for each unit. Instances share
//! nothing: each has memory, tables and globals of its own, cleared once the store is gone. To make and to end a store for
//! every unit took a seventh of a table's processor time (`docs/performance.md`).

use wasmtime::Store;

use super::bindings::contributing;
use super::contribute::Contributions;
use super::instance::{Bounds, CONTRIBUTIONS_BYTES_MAX, Fault, Guest, Used, fault};
use crate::env::weaken::{self, Weakness};
use crate::policy::Limits;

/// Runs a contributor, each time on a fresh instance.
pub(super) struct UnitStores<'g> {
    guest: &'g Guest,
    limits: Limits,
    /// With how many instances it may still have.
    store: Option<(Store<Bounds>, u32)>,
}

impl<'g> UnitStores<'g> {
    /// Of a guest that is a contributor; of any other, every run is a fault.
    pub const fn new(guest: &'g Guest, limits: &Limits) -> Self {
        Self { guest, limits: *limits, store: None }
    }

    /// One fresh instance, one call.
    pub fn contribute(&mut self, input: &contributing::Input) -> Result<Contributions, Fault> {
        if weaken::on(Weakness::UnitInstanceReused) {
            return super::reused::run(self.guest, input, &self.limits);
        }
        self.run(input).0
    }

    /// The same with all that the run used.
    pub fn run(&mut self, input: &contributing::Input) -> (Result<Contributions, Fault>, Used) {
        let lane = self.guest.lane();
        let Some(pre) = lane.contributor() else {
            return (Err(Fault::Trap("a verifier makes no table".to_owned())), Used::default());
        };
        let (mut store, left) = match self.store.take() {
            Some((mut store, left)) => {
                lane.renew(&mut store, &self.limits);
                (store, left)
            }
            None => (lane.store(&self.limits), lane.instances_per_store(&self.limits)),
        };
        let result = pre.instantiate(&mut store);
        let result = result.and_then(|instance| pre.call(&mut store, &instance, (input, CONTRIBUTIONS_BYTES_MAX)));
        let result = result.map_err(|error| fault(&error, store.data()));
        let used = Used::of(&store, &self.limits);
        // What a fault left of a store is nothing to build on.
        if result.is_ok() && left > 1 {
            self.store = Some((store, left - 1));
        }
        (result.map(Into::into), used)
    }
}
