//! Execution: a reservation in, a raw output out. What comes out has been through no gate yet.

use std::sync::Arc;

use super::input::build_input;
use super::instance::{Fault, Guest};
use crate::data::Snapshot;
use crate::env::weaken::{self, Weakness};
use crate::ledger::{End, Reservation};

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
    output.raw = match result {
        Ok(index) => Raw::Index(index),
        Err(Fault::Fuel) => Raw::Fault(End::Fuel),
        Err(Fault::Memory) => Raw::Fault(End::Memory),
        Err(Fault::Trap(text)) => {
            if weaken::on(Weakness::GuestPrinted) {
                tracing::error!(%text, "a guest failed");
            }
            output.fault_text = text;
            Raw::Fault(End::Trap)
        }
    };
    output
}
