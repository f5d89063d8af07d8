//! The table gate: every unit's contributions bounded and summed, then noise added to every figure of every cell at once.
//! Nothing leaves but noisy figures, and suppression looks at the noisy count.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::label::Disclosed;
use super::noise::{Mechanism, draw, implied};
use super::released::{ReleasedCell, ReleasedDimension, ReleasedLoss, ReleasedMeasure, ReleasedNoise, ReleasedTable};
use super::sums::Sums;
use super::via_workers::{Workers, run_in_workers};
use super::worker_job::WorkerJob;
use crate::data::{Frame, FramePart, Snapshot};
use crate::env::weaken::{self, Weakness};
use crate::env::{Clock, Entropy};
use crate::guest::{Fault, Guest, UnitRuns};
use crate::ledger::{End, Reservation};
use crate::model::{Millis, NoiseKind};
use crate::policy::{CellMap, Plan, TABLE_PART_UNITS, TableRule};

/// When a table's run is to end before it is done.
pub struct Halt {
    cancelled: AtomicBool,
    clock: Clock,
    tick: Millis,
}

impl Halt {
    /// At the tick, when nothing can be released any more.
    pub const fn at(tick: Millis, clock: Clock) -> Self {
        Self { cancelled: AtomicBool::new(false), clock, tick }
    }

    /// Now: the client wants it no more.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_due(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed) || self.clock.now() >= self.tick
    }

    /// How a run ends that is ended early.
    pub(super) fn end(&self) -> End {
        if self.cancelled.load(Ordering::Relaxed) { End::Cancelled } else { End::MissedTick }
    }
}

/// Proof that every unit was run for a reserved table: made by [`gather`] alone, and read by the gate alone.
pub struct Gathered {
    reservation: Arc<Reservation>,
    /// `None` where the run ended early.
    sums: Option<Sums>,
    end: End,
}

/// Runs the guest on every unit of the frame, on all threads of the current pool or in `workers`, and sums up within the
/// policy's bounds. A unit whose run fails contributes nothing.
pub fn gather(
    reservation: Arc<Reservation>,
    guest: &Guest,
    snapshot: &Snapshot,
    halt: &Halt,
    workers: Option<&Workers>,
) -> Gathered {
    if reservation.stored().is_some() {
        return Gathered { reservation, sums: None, end: End::Reused };
    }
    match sum_up(&reservation, guest, snapshot, halt, workers) {
        Ok(sums) => Gathered { reservation, sums: Some(sums), end: End::Answered },
        Err(end) => Gathered { reservation, sums: None, end },
    }
}

fn sum_up(
    reservation: &Reservation,
    guest: &Guest,
    snapshot: &Snapshot,
    halt: &Halt,
    workers: Option<&Workers>,
) -> Result<Sums, End> {
    let permit = reservation.permit();
    let (Some(table), Plan::Table { cells, frame: names, .. }) = (permit.policy().table(), permit.plan()) else {
        return Err(End::Trap);
    };
    if permit.snapshot() != snapshot.name() || permit.request().guest != guest.digest() {
        return Err(End::Trap);
    }
    let (planned, limits) = ((permit.plan(), permit.parameters()), &permit.policy().limits);
    let frame = Frame::new(snapshot, names).ok_or(End::Trap)?;
    if let Some(workers) = workers {
        let job = WorkerJob::of(table, planned, limits, guest.digest(), snapshot).ok_or(End::Trap)?;
        return run_in_workers(table, &job, (snapshot, &frame, names), workers, halt);
    }
    let runs = UnitRuns::new(guest, planned, limits, snapshot).ok_or(End::Trap)?;
    run_units(table, cells, &frame, &runs, halt).ok_or_else(|| halt.end())
}

/// Runs every unit of the frame on all threads of the current pool; `None` where it has to end early.
///
/// Each thread takes the next few units whenever it is free, so that all are at work while there are any left, whichever
/// units are slow: `policy check` counts on it.
pub(super) fn run_units(
    table: &TableRule,
    cells: &CellMap,
    frame: &Frame<'_>,
    runs: &UnitRuns<'_>,
    halt: &Halt,
) -> Option<Sums> {
    let (walk, failed) = (Mutex::new(frame.walk()), AtomicBool::new(false));
    let total = Mutex::new(Sums::new(table));
    rayon::broadcast(|_| {
        let (mut sums, mut part, mut runner) = (Sums::new(table), FramePart::default(), runs.runner());
        // A panic of another thread leaves a walk that nobody goes on with: the run has failed.
        while !halt.is_due() && walk.lock().is_ok_and(|mut walk| walk.take(TABLE_PART_UNITS, &mut part)) {
            for (unit, ordinals) in part.units() {
                match runner.run(unit, ordinals) {
                    Ok(given) => sums.add(cells, &given),
                    Err(fault) => weakened_fault(&mut sums, &fault, &failed),
                }
            }
        }
        // A panic of another thread leaves sums that nobody will see.
        if let Ok(mut total) = total.lock() {
            total.merge(&sums);
        }
    });
    let whole = walk.into_inner().is_ok_and(|walk| walk.is_done()) && !halt.is_due() && !failed.load(Ordering::Relaxed);
    if whole { total.into_inner().ok() } else { None }
}

/// What a weakened build does with a unit whose run failed; nothing in any other.
fn weakened_fault(sums: &mut Sums, _fault: &Fault, failed: &AtomicBool) {
    if weaken::on(Weakness::UnitFaultTold) {
        failed.store(true, Ordering::Relaxed);
    }
    sums.add_fault();
}

/// Lets sums through the gate: as a table with noise.
pub fn disclose_table(gathered: Gathered) -> Disclosed {
    let Gathered { reservation, sums, end } = gathered;
    if let Some(stored) = reservation.stored() {
        // What the engine itself wrote; anything else is no table.
        let table = serde_json::from_str(&stored.answer).ok();
        return Disclosed::table(reservation, table, End::Reused);
    }
    let table = match (reservation.permit().policy().table(), sums) {
        (Some(rule), Some(sums)) => release(rule, &sums),
        _ => None,
    };
    let end = if table.is_none() && end == End::Answered { End::MissedTick } else { end };
    Disclosed::table(reservation, table, end)
}

/// How each figure is noised: the count first, then the measures. `None` where a share has no scale, which the policy's
/// check has ruled out.
fn mechanisms(rule: &TableRule) -> Option<Vec<Mechanism>> {
    let mechanism = |bound, share| Mechanism::new(rule.noise, bound, rule.cells_per_unit, rule.epsilon, share);
    let share = |share| if weaken::on(Weakness::SharesIgnored) { crate::model::Billionths::ONE } else { share };
    let mut mechanisms = vec![mechanism(1, share(rule.count_share))?];
    for measure in &rule.measures {
        let upper_alone = measure.upper.unsigned_abs().max(1);
        let bound = if weaken::on(Weakness::BoundUpperOnly) { upper_alone } else { measure.bound() };
        mechanisms.push(mechanism(bound, share(measure.share))?);
    }
    Some(mechanisms)
}

pub(super) fn release(rule: &TableRule, sums: &Sums) -> Option<ReleasedTable> {
    let mechanisms = mechanisms(rule)?;
    let noise = draw(&mechanisms, rule.cells(), &Entropy).ok()?;
    let mut figures = noise.iter();
    let counts = noisy(sums.counts(), figures.next()?)?;
    let measures =
        sums.measures().iter().map(|sums| noisy(sums, figures.next()?)).collect::<Option<Vec<Vec<i128>>>>()?;
    let mut total = (0i128, vec![0i128; measures.len()]);
    let mut cells = Vec::with_capacity(counts.len());
    for (cell, (count, raw)) in counts.iter().zip(sums.counts()).enumerate() {
        let own: Vec<i128> = measures.iter().map(|measure| measure.get(cell).copied().unwrap_or_default()).collect();
        if is_suppressed(rule, *count, *raw) {
            cells.push(None);
            continue;
        }
        total.0 += count;
        total.1.iter_mut().zip(&own).for_each(|(total, own)| *total += own);
        cells.push(Some(ReleasedCell::new(*count, &own)));
    }
    let total = if weaken::on(Weakness::TotalsTrue) { true_total(sums) } else { total };
    Some(assemble(rule, &mechanisms, cells, ReleasedCell::new(total.0, &total.1)))
}

/// Noise on every cell, empty ones too. Checked, although bounds and batch are far within 128 bits.
fn noisy(sums: &[i128], noise: &[i128]) -> Option<Vec<i128>> {
    (sums.len() == noise.len()).then_some(())?;
    sums.iter().zip(noise).map(|(sum, noise)| sum.checked_add(*noise)).collect()
}

/// Whether a cell is too small to print. Only its noisy count is looked at: the true one would be an exact bit.
fn is_suppressed(rule: &TableRule, noisy: i128, raw: i128) -> bool {
    let min = i128::from(rule.min_units);
    if weaken::on(Weakness::ThresholdTrue) {
        return raw < min;
    }
    if weaken::on(Weakness::ThresholdOffByOne) {
        return noisy <= min;
    }
    noisy < min || (weaken::on(Weakness::EmptyLeftOut) && raw == 0)
}

/// What a weakened build prints as the total.
fn true_total(sums: &Sums) -> (i128, Vec<i128>) {
    (sums.counts().iter().sum(), sums.measures().iter().map(|measure| measure.iter().sum()).collect())
}

fn assemble(
    rule: &TableRule,
    mechanisms: &[Mechanism],
    cells: Vec<Option<ReleasedCell>>,
    total: ReleasedCell,
) -> ReleasedTable {
    let shares = std::iter::once(rule.count_share).chain(rule.measures.iter().map(|measure| measure.share));
    let mut noises = mechanisms.iter().zip(shares).map(|(mechanism, share)| ReleasedNoise {
        share: share.to_string(),
        scale: mechanism.scale_text(),
        interval_95: mechanism.half_width_95().to_string(),
    });
    let none = || ReleasedNoise { share: String::new(), scale: String::new(), interval_95: String::new() };
    let count = noises.next().unwrap_or_else(none);
    let measures = rule.measures.iter().map(|measure| ReleasedMeasure {
        name: measure.name.clone(),
        unit: measure.unit.clone(),
        lower: measure.lower,
        upper: measure.upper,
        noise: noises.next().unwrap_or_else(none),
    });
    let measures = measures.collect();
    let dimension = |dimension: &crate::model::Dimension| ReleasedDimension {
        name: dimension.name.clone(),
        labels: dimension.labels.clone(),
    };
    let loss = implied(rule.epsilon);
    ReleasedTable {
        unit: rule.unit.word().to_owned(),
        noise: rule.noise.word().to_owned(),
        epsilon: rule.epsilon.to_string(),
        gaussian: (rule.noise == NoiseKind::DiscreteGaussian).then_some(ReleasedLoss {
            rho: loss.rho,
            delta: loss.delta,
            epsilon: loss.epsilon,
        }),
        cells_per_unit: rule.cells_per_unit,
        min_units: rule.min_units,
        dimensions: rule.dimensions.iter().map(dimension).collect(),
        count,
        measures,
        cells,
        total,
    }
}
