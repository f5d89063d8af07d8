//! A developer's probe: a guest run on invented rows, outside of the gate, with what a run answers, uses and takes, and with a
//! column blanked. It is made of an [`Invented`] snapshot alone, so nothing here can touch anybody's data; and nothing that a
//! job runs through comes here.

use std::time::Duration;

use super::bindings::{contributing, verifying};
use super::contribute::Contributions;
use super::input::{UnitInputs, build_input};
use super::instance::{Fault, Guest, Used};
use super::stores::UnitStores;
use crate::data::{Frame, FramePart, Invented};
use crate::env::Stopwatch;
use crate::policy::{Limits, Plan, Resolved};

/// How many units are taken at a time.
const PART_UNITS: usize = 64;
/// Nobody waits for a tick, so what a busy machine does to a run must not show: it runs as long as its fuel lasts.
const PROBE_SLOT_MS: u32 = 600_000;

/// A column that a guest reads, by its places in the guest's manifest; a contributor has one role, 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ColumnPlace {
    /// The role.
    pub role: usize,
    /// The table, within the role.
    pub table: usize,
    /// The column, within the table.
    pub column: usize,
}

/// One run on a fresh instance.
#[derive(Clone, Debug)]
pub struct Run<T> {
    /// What the guest answered, whatever it is.
    pub answer: Result<T, Fault>,
    /// The fuel that it used.
    pub fuel: u64,
    /// The linear memory that its instance came to have, in bytes.
    pub memory_bytes: u64,
    /// How long it took on this machine: a fresh instance, the call, and its end; not the rows' way to it.
    pub took: Duration,
}

impl<T> Run<T> {
    fn of(run: impl FnOnce() -> (Result<T, Fault>, Used)) -> Self {
        let watch = Stopwatch::new();
        let (answer, Used { fuel, memory_bytes }) = run();
        Self { answer, fuel, memory_bytes, took: watch.elapsed() }
    }
}

/// Runs a guest on invented units, within the fuel and memory of a policy.
pub struct Probe<'s> {
    guest: &'s Guest,
    invented: &'s Invented,
    limits: Limits,
}

impl<'s> Probe<'s> {
    /// A probe of `guest`.
    pub const fn new(guest: &'s Guest, invented: &'s Invented, limits: &Limits) -> Self {
        let Limits { fuel, memory_bytes, jobs_per_minute, .. } = *limits;
        Self { guest, invented, limits: Limits { fuel, memory_bytes, slot_ms: PROBE_SLOT_MS, jobs_per_minute } }
    }

    /// Answers a label's request, where it is said with every value of one column missing; the rows keep their order. `None`
    /// where the snapshot lacks what the plan names.
    pub fn label(&self, resolved: &Resolved, blanked: Option<ColumnPlace>) -> Option<Run<u32>> {
        let Resolved { plan, parties, parameters, rows } = resolved;
        let mut input = build_input(plan.roles(), parties, parameters, (self.invented.snapshot(), rows))?;
        if let Some(place) = blanked {
            let role = u32::try_from(place.role).ok()?;
            for party in input.0.parties.iter_mut().filter(|party| party.role == role) {
                let table = party.tables.get_mut(place.table);
                table.into_iter().for_each(|table| blank_verifiers(table, place.column));
            }
        }
        Some(Run::of(|| self.guest.run_used(&input, &self.limits)))
    }

    /// Runs every unit of a table's request: as it is, and once for each of `blanked`. `see` gets the run as it is with `None`,
    /// the others with their places in `blanked`. `None` where the snapshot lacks what the plan names.
    pub fn units(
        &self,
        resolved: &Resolved,
        blanked: &[ColumnPlace],
        see: &mut dyn FnMut(Option<usize>, &Run<Contributions>),
    ) -> Option<()> {
        let Plan::Table { tables, frame: names, .. } = &*resolved.plan else { return None };
        let snapshot = self.invented.snapshot();
        let inputs = UnitInputs::new(tables, &resolved.parameters, (snapshot, names))?;
        let frame = Frame::new(snapshot, names)?;
        let (mut walk, mut part) = (frame.walk(), FramePart::default());
        while walk.take(PART_UNITS, &mut part) {
            for (unit, ordinals) in part.units() {
                let input = inputs.build(unit, ordinals)?;
                // A store for each: what a run takes is told with all of its beginning and its end.
                let run =
                    |input: &contributing::Input| Run::of(|| UnitStores::new(self.guest, &self.limits).run(input));
                see(None, &run(&input));
                for (number, place) in blanked.iter().enumerate() {
                    let mut input = input.clone();
                    let table = input.tables.get_mut(place.table);
                    table.into_iter().for_each(|table| blank_contributors(table, place.column));
                    see(Some(number), &run(&input));
                }
            }
        }
        Some(())
    }
}

/// A bit for each row, all set.
fn all_missing(rows: u32) -> Vec<u8> {
    let rows = usize::try_from(rows).unwrap_or(usize::MAX);
    let mut bitmap = vec![u8::MAX; rows.div_ceil(8)];
    if let (Some(last), 1..) = (bitmap.last_mut(), rows % 8) {
        *last = (1 << (rows % 8)) - 1;
    }
    bitmap
}

// The two worlds repeat their types, so what is done to one is done to the other.

/// Every value of the column missing: zero or empty underneath, as a missing value always arrives.
fn blank_verifiers(table: &mut verifying::Table, column: usize) {
    let missing = all_missing(table.rows);
    let Some(column) = table.columns.get_mut(column) else { return };
    column.missing = missing;
    match &mut column.data {
        verifying::Data::Integers(values) => values.fill(0),
        verifying::Data::Dates(values) => values.fill(0),
        verifying::Data::Codes(values) | verifying::Data::Tokens(values) => values.fill(0),
        verifying::Data::Texts(texts) => texts.iter_mut().for_each(String::clear),
    }
}

/// The same of a contributor's table.
fn blank_contributors(table: &mut contributing::Table, column: usize) {
    let missing = all_missing(table.rows);
    let Some(column) = table.columns.get_mut(column) else { return };
    column.missing = missing;
    match &mut column.data {
        contributing::Data::Integers(values) => values.fill(0),
        contributing::Data::Dates(values) => values.fill(0),
        contributing::Data::Codes(values) | contributing::Data::Tokens(values) => values.fill(0),
        contributing::Data::Texts(texts) => texts.iter_mut().for_each(String::clear),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blanked_column_is_missing_in_every_row_and_nothing_shines_through() {
        let column = |data| verifying::Column { missing: vec![0b10, 0], data };
        let mut table = verifying::Table {
            rows: 10,
            columns: vec![
                column(verifying::Data::Integers((1..=10).collect())),
                column(verifying::Data::Texts(vec!["a".to_owned(); 10])),
            ],
        };
        let first = table.columns[0].missing.clone();
        blank_verifiers(&mut table, 1);
        assert_eq!(table.columns[0].missing, first, "another column stays");
        assert_eq!(table.columns[1].missing, [0xff, 0b11]);
        assert!(matches!(&table.columns[1].data, verifying::Data::Texts(texts) if texts.iter().all(String::is_empty)));
        let mut table: contributing::Table = table.into();
        blank_contributors(&mut table, 0);
        assert!(
            matches!(&table.columns[0].data, contributing::Data::Integers(values) if values.iter().all(|v| *v == 0))
        );
        assert_eq!(table.columns[0].missing, [0xff, 0b11]);
    }

    #[test]
    fn the_bitmap_says_nothing_of_rows_that_are_not_there() {
        assert_eq!((all_missing(0), all_missing(8), all_missing(9)), (vec![], vec![0xff], vec![0xff, 1]));
    }
}
