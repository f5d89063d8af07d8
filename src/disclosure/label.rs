//! The label gate: an index into the guest's labels becomes the policy's label of that name; anything
//! else is `undetermined`, in one shape.

use std::sync::Arc;

use super::released::ReleasedTable;
use crate::env::weaken::{self, Weakness};
use crate::guest::{Raw, RawOutput};
use crate::ledger::{End, Reservation};
use crate::model::Answer;
use crate::policy::{Plan, Policy};

/// What has passed the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Released {
    /// A label, or `undetermined`.
    Answer(Answer),
    /// A table; none where its run was not done at its tick, was cancelled, or came back torn.
    Table(Option<Box<ReleasedTable>>),
}

/// Proof that an answer has passed the gate: made in this folder alone.
#[derive(Debug)]
pub struct Disclosed {
    reservation: Arc<Reservation>,
    released: Released,
    end: End,
    covert: Option<u64>,
}

impl Disclosed {
    /// The reservation that paid for it.
    pub const fn reservation(&self) -> &Arc<Reservation> {
        &self.reservation
    }

    /// The answer.
    pub const fn released(&self) -> &Released {
        &self.released
    }

    /// For the table's gate.
    pub(super) fn table(reservation: Arc<Reservation>, table: Option<ReleasedTable>, end: End) -> Self {
        Self { reservation, released: Released::Table(table.map(Box::new)), end, covert: None }
    }

    /// How the run ended, for the log's private record.
    pub const fn end(&self) -> End {
        self.end
    }

    /// What a weakened build lets through beside the answer; `None` in every other.
    pub const fn covert(&self) -> Option<u64> {
        self.covert
    }
}

/// Lets a raw output through the gate.
pub fn disclose(raw: RawOutput) -> Disclosed {
    let reservation = Arc::clone(raw.reservation());
    let permit = reservation.permit();
    let (answer, end) = match raw.raw() {
        Raw::Stored => (stored(&reservation), End::Reused),
        ran => through_gate(permit.policy(), permit.plan(), ran),
    };
    let answer = weakened_answer(&raw, end).unwrap_or(answer);
    let covert = weaken::on(Weakness::FuelTold).then(|| raw.fuel_used());
    Disclosed { reservation, released: Released::Answer(answer), end, covert }
}

/// The answer of a job whose run is not done at its tick.
pub fn undetermined(reservation: &Arc<Reservation>) -> Disclosed {
    let released = match reservation.permit().policy().table() {
        None => Released::Answer(Answer::Undetermined),
        Some(_) => Released::Table(None),
    };
    Disclosed { reservation: Arc::clone(reservation), released, end: End::MissedTick, covert: None }
}

/// What the gate makes of a run: of a reserved job's, and of one that is computed again to be compared. Builds no
/// [`Disclosed`], which alone reaches a client.
pub fn through_gate(policy: &Policy, plan: &Plan, raw: &Raw) -> (Answer, End) {
    match raw {
        Raw::Index(index) => match label(policy, plan, *index) {
            Some(label) => (Answer::Label(label), End::Answered),
            None => (Answer::Undetermined, End::Index),
        },
        Raw::Fault(end) => (Answer::Undetermined, *end),
        Raw::Stored => (Answer::Undetermined, End::Reused),
    }
}

/// The policy's label that the guest's index means. The plan holds the guest's labels, each of which is the policy's.
fn label(policy: &Policy, plan: &Plan, index: u32) -> Option<String> {
    let label = plan.labels().get(usize::try_from(index).ok()?)?;
    policy.labels().iter().find(|known| *known == label).cloned()
}

/// The stored answer of the same job: a label that the policy still has, or `undetermined`.
fn stored(reservation: &Reservation) -> Answer {
    let word = reservation.stored().map_or("", |stored| stored.answer.as_str());
    match reservation.permit().policy().labels().iter().find(|label| *label == word) {
        Some(label) => Answer::Label(label.clone()),
        None => Answer::Undetermined,
    }
}

/// What a weakened build says instead; nothing in any other.
fn weakened_answer(raw: &RawOutput, end: End) -> Option<Answer> {
    if weaken::on(Weakness::FaultTold) && matches!(raw.raw(), Raw::Fault(_)) {
        return Some(Answer::Label(end.word().to_owned()));
    }
    if weaken::on(Weakness::FaultText) && matches!(raw.raw(), Raw::Fault(_)) {
        return Some(Answer::Label(raw.fault_text().to_owned()));
    }
    if weaken::on(Weakness::AbsentTold) && raw.is_absent() {
        return Some(Answer::Label("no-data".to_owned()));
    }
    match raw.raw() {
        Raw::Index(index) if weaken::on(Weakness::IndexRaw) => Some(Answer::Label(index.to_string())),
        _ => None,
    }
}
