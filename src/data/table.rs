//! The rows of one delivery in memory, as typed columns, and their total order. Knows nothing of files.

use std::cmp::Ordering;

use rayon::prelude::*;

use crate::model::UNIT_ID_BYTES;

/// The rows of one dataset, unsorted.
pub(super) struct Table {
    /// The units' identifiers, by number.
    pub units: Vec<[u8; UNIT_ID_BYTES]>,
    /// The place of the key column.
    pub key: usize,
    /// The columns, in the catalog's order.
    pub columns: Vec<Cells>,
    /// How many rows there are.
    pub rows: usize,
}

/// One column. The slot of a missing value holds 0, `false` or nothing, so that equal rows are equal
/// bytes.
pub(super) struct Cells {
    /// Which values are there.
    pub present: Vec<bool>,
    /// The values.
    pub values: Values,
}

/// The values of a column.
pub(super) enum Values {
    /// Numbers of units.
    Key(Vec<u32>),
    /// Truth values.
    Booleans(Vec<bool>),
    /// Integers.
    Integers(Vec<i64>),
    /// Days since 1970-01-01.
    Dates(Vec<i32>),
    /// UTC milliseconds.
    Timestamps(Vec<i64>),
    /// Places in a sorted list of texts.
    Codes {
        /// The texts.
        names: Vec<String>,
        /// The places.
        codes: Vec<u32>,
    },
    /// Free text.
    Texts(Texts),
}

/// Texts, one after the other.
#[derive(Default)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Texts {
    /// Adds one; it must be UTF-8.
    pub fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len());
    }

    /// The text at `row`.
    pub fn get(&self, row: usize) -> &[u8] {
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(row).and_then(|end| self.bytes.get(start..*end)).unwrap_or_default()
    }

    fn truncate(&mut self, rows: usize) {
        self.ends.truncate(rows);
        self.bytes.truncate(self.ends.last().copied().unwrap_or(0));
    }
}

impl Cells {
    /// Adds a missing value.
    pub fn push_missing(&mut self) {
        self.present.push(false);
        match &mut self.values {
            Values::Key(values) => values.push(0),
            Values::Booleans(values) => values.push(false),
            Values::Integers(values) | Values::Timestamps(values) => values.push(0),
            Values::Dates(values) => values.push(0),
            Values::Codes { codes, .. } => codes.push(0),
            Values::Texts(texts) => texts.push(&[]),
        }
    }

    /// Forgets all rows from `rows` on.
    pub fn truncate(&mut self, rows: usize) {
        self.present.truncate(rows);
        match &mut self.values {
            Values::Key(values) => values.truncate(rows),
            Values::Booleans(values) => values.truncate(rows),
            Values::Integers(values) | Values::Timestamps(values) => values.truncate(rows),
            Values::Dates(values) => values.truncate(rows),
            Values::Codes { codes, .. } => codes.truncate(rows),
            Values::Texts(texts) => texts.truncate(rows),
        }
    }

    /// Missing values first, then by value; text by its bytes.
    fn compare(&self, a: u32, b: u32) -> Ordering {
        let (a, b) = (a as usize, b as usize);
        let presence = self.present.get(a).cmp(&self.present.get(b));
        presence.then_with(|| match &self.values {
            Values::Key(values) => values.get(a).cmp(&values.get(b)),
            Values::Booleans(values) => values.get(a).cmp(&values.get(b)),
            Values::Integers(values) | Values::Timestamps(values) => values.get(a).cmp(&values.get(b)),
            Values::Dates(values) => values.get(a).cmp(&values.get(b)),
            Values::Codes { codes, .. } => codes.get(a).cmp(&codes.get(b)),
            Values::Texts(texts) => texts.get(a).cmp(texts.get(b)),
        })
    }
}

/// The rows of a table in the snapshot's order.
pub(super) struct Order {
    /// The identifiers of the units that have rows, ascending.
    pub units: Vec<[u8; UNIT_ID_BYTES]>,
    /// Where each unit's rows begin in `rows`; the last one is where they end.
    pub offsets: Vec<u64>,
    /// The rows of the table, by number.
    pub rows: Vec<u32>,
}

/// Sorts by (unit, `time`, all columns in the catalog's order): rows that compare equal are equal.
///
/// Units are few beside rows, so they are sorted alone and the rows dealt out to them; what is left
/// to compare is one unit's rows with each other.
pub(super) fn sort(table: &Table, time: Option<usize>) -> Order {
    let no_numbers = Vec::new();
    let numbers = match table.columns.get(table.key).map(|cells| &cells.values) {
        Some(Values::Key(numbers)) => numbers,
        _ => &no_numbers,
    };
    let mut counts = vec![0u32; table.units.len()];
    for number in numbers {
        if let Some(count) = counts.get_mut(*number as usize) {
            *count += 1;
        }
    }
    let mut by_id: Vec<([u8; UNIT_ID_BYTES], usize)> = table.units.iter().copied().zip(0..).collect();
    by_id.retain(|(_, number)| counts.get(*number).is_some_and(|count| *count > 0));
    by_id.par_sort_unstable();

    let mut offsets = Vec::with_capacity(by_id.len() + 1);
    let mut next = vec![0usize; table.units.len()];
    let mut end = 0usize;
    offsets.push(0);
    for (_, number) in &by_id {
        if let Some(next) = next.get_mut(*number) {
            *next = end;
        }
        end += counts.get(*number).map_or(0, |count| *count as usize);
        offsets.push(end as u64);
    }
    let mut rows = vec![0u32; end];
    for (row, number) in (0u32..).zip(numbers) {
        if let Some(next) = next.get_mut(*number as usize) {
            if let Some(slot) = rows.get_mut(*next) {
                *slot = row;
            }
            *next += 1;
        }
    }
    sort_within_units(table, time, &offsets, &mut rows);
    Order { units: by_id.into_iter().map(|(id, _)| id).collect(), offsets, rows }
}

fn sort_within_units(table: &Table, time: Option<usize>, offsets: &[u64], rows: &mut [u32]) {
    let time = time.and_then(|place| table.columns.get(place));
    let others = table.columns.iter().enumerate().filter(|(place, _)| *place != table.key);
    let columns: Vec<&Cells> = time.into_iter().chain(others.map(|(_, cells)| cells)).collect();
    let mut units: Vec<&mut [u32]> = Vec::with_capacity(offsets.len());
    let mut rest = rows;
    for (start, end) in offsets.iter().zip(offsets.iter().skip(1)) {
        let (unit, after) = rest.split_at_mut(usize::try_from(end - start).unwrap_or(0));
        units.push(unit);
        rest = after;
    }
    units.par_iter_mut().with_min_len(256).for_each(|unit| {
        unit.sort_unstable_by(|a, b| {
            let orders = columns.iter().map(|cells| cells.compare(*a, *b));
            orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
    });
}
