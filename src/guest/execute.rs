//! Execution: a reservation in, a raw output out. What comes out has been through no gate yet.

use std::sync::Arc;

use super::input::build_input;
use super::instance::{Fault, Guest};
use crate::data::Snapshot;
use crate::env::weaken::{self, Weakness};
use crate::ledger::{End, Reservation};
use crate::policy::{Limits, Resolved};

/// What a run came to, before the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Raw {
    /// The guest's index, whatever it is.
    Index(u32),
    /// The same job was answered before; the guest did not run.
    Stored,
    /// No index.
    Fault(End),
}

/// Proof that a reserved job was run: made by [`execute`] alone.
#[derive(Debug)]
pub struct RawOutput {
    reservation: Arc<Reservation>,
    raw: Raw,
    fault_text: String,
    fuel_used: u64,
    absent: bool,
}

impl RawOutput {
    /// The reservation that was run.
    pub const fn reservation(&self) -> &Arc<Reservation> {
        &self.reservation
    }

    /// What the run came to.
    pub const fn raw(&self) -> &Raw {
        &self.raw
    }

    /// The text of a trap. May hold data: for a synthetic home's debug output alone.
    pub fn fault_text(&self) -> &str {
        &self.fault_text
    }

    /// The fuel used. Depends on data: for a synthetic home's debug output alone.
    pub const fn fuel_used(&self) -> u64 {
        self.fuel_used
    }

    /// Whether no party had any row. Depends on data: for a weakened build alone.
    pub const fn is_absent(&self) -> bool {
        self.absent
    }
}

/// Runs a reserved job: the parties' rows, a fresh instance, one call.
pub fn execute(reservation: Arc<Reservation>, guest: &Guest, snapshot: &Snapshot) -> RawOutput {
    let mut output =
        RawOutput { reservation, raw: Raw::Stored, fault_text: String::new(), fuel_used: 0, absent: false };
    if output.reservation.stored().is_some() {
        return output;
    }
    let permit = output.reservation.permit();
    let pinned = permit.snapshot() == snapshot.name() && permit.request().guest == guest.digest();
    let input = if pinned {
        build_input(permit.plan().roles(), permit.parties(), permit.parameters(), (snapshot, permit.rows()))
    } else {
        None
    };
    let Some(input) = input else {
        output.raw = Raw::Fault(End::Trap);
        return output;
    };
    let (result, fuel_used) = guest.run(&input, &permit.policy().limits);
    output.absent = input.is_empty();
    output.fuel_used = fuel_used;
    (output.raw, output.fault_text) = raw(result);
    if weaken::on(Weakness::GuestPrinted) && !output.fault_text.is_empty() {
        tracing::error!(text = %output.fault_text, "a guest failed");
    }
    output
}

/// What a run came to, and the text of a trap.
fn raw(result: Result<u32, Fault>) -> (Raw, String) {
    match result {
        Ok(index) => (Raw::Index(index), String::new()),
        Err(Fault::Fuel) => (Raw::Fault(End::Fuel), String::new()),
        Err(Fault::Memory) => (Raw::Fault(End::Memory), String::new()),
        Err(Fault::Trap(text)) => (Raw::Fault(End::Trap), text),
    }
}

/// A job computed again waits for no tick, so what a busy machine does to it must not show: as long as its fuel lasts.
const AGAIN_SLOT_MS: u32 = 600_000;

/// Runs what was run before: the same rows, a fresh instance, one call, under the same fuel and memory. Nothing comes of it
/// but a comparison: it makes no proof token, so nothing of it can reach a client. Fuel, text and time stay in here.
pub fn execute_again(resolved: &Resolved, limits: &Limits, guest: &Guest, snapshot: &Snapshot) -> Raw {
    let Resolved { plan, parties, parameters, rows } = resolved;
    let Some(input) = build_input(plan.roles(), parties, parameters, (snapshot, rows)) else {
        return Raw::Fault(End::Trap);
    };
    let limits = Limits { slot_ms: AGAIN_SLOT_MS, ..*limits };
    raw(guest.run(&input, &limits).0).0
}
