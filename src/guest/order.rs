//! In which order a guest sees rows. A snapshot orders rows of one time by everything in them; what a guest is not
//! granted, and whom an identifier names, must not show in the order of what it is. Never drops a row.

use std::cmp::Ordering;
use std::ops::Range;

use crate::data::{Cells, Values};

/// A column that a guest reads, as it is compared.
#[derive(Clone, Copy)]
pub(super) struct Compared<'a, 's> {
    /// Its place in the catalog.
    pub place: usize,
    /// Its values.
    pub cells: &'a Cells<'s>,
    /// Whether they are identifiers, which are compared by the tokens that they have already, and no other way.
    pub is_identifier: bool,
}

/// The rows in the order in which a guest sees them: by time, those of one time by the columns that it reads. `None`
/// where that is the order in which they lie. `token` is the token that an identifier has by now; `columns` is asked
/// for only where some rows have one time.
pub(super) fn order<'a, 's: 'a>(
    rows: usize,
    time: Option<&Cells<'_>>,
    columns: impl FnOnce() -> Vec<Compared<'a, 's>>,
    token: &dyn Fn(&str) -> Option<u32>,
) -> Option<Vec<usize>> {
    if ascends(rows, time) {
        return None;
    }
    let ties = ties(rows, time);
    if ties.is_empty() {
        return None;
    }
    let mut columns = columns();
    // The catalog's order, which is mostly the one in which rows lie; identifiers last.
    columns.sort_unstable_by_key(|column| (column.is_identifier, column.place));
    let by_reads = |a: &usize, b: &usize| {
        let orders = columns.iter().map(|column| compare_column(column, *a, *b, token));
        orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    };
    let ordered = |tie: &Range<usize>| (tie.start + 1..tie.end).all(|row| by_reads(&(row - 1), &row).is_le());
    if ties.iter().all(ordered) {
        return None;
    }
    let mut order: Vec<usize> = (0..rows).collect();
    for tie in ties {
        if let Some(rows) = order.get_mut(tie) {
            rows.sort_by(by_reads);
        }
    }
    Some(order)
}

/// Whether it is seen at once that no two rows have one time: most units of most datasets.
fn ascends(rows: usize, time: Option<&Cells<'_>>) -> bool {
    // A missing time is a zero underneath, so several of them do not ascend.
    rows < 2 || time.is_some_and(|time| matches!(time.values, Values::Dates(days) if days.is_sorted_by(|a, b| a < b)))
}

/// The stretches of more than one row that have one time.
fn ties(rows: usize, time: Option<&Cells<'_>>) -> Vec<Range<usize>> {
    let mut ties = Vec::new();
    let mut start = 0;
    for row in 1..=rows {
        let same = row < rows && time.is_none_or(|time| compare(time, row - 1, row).is_eq());
        if !same {
            if row - start > 1 {
                ties.push(start..row);
            }
            start = row;
        }
    }
    ties
}

fn compare_column(column: &Compared<'_, '_>, a: usize, b: usize, token: &dyn Fn(&str) -> Option<u32>) -> Ordering {
    if !column.is_identifier {
        return compare(column.cells, a, b);
    }
    // Those that have no token yet are alike: they get theirs in whatever order they come.
    let key = |row| column.cells.text(row).map(|text| token(text).unwrap_or(u32::MAX));
    key(a).cmp(&key(b))
}

fn compare(cells: &Cells<'_>, a: usize, b: usize) -> Ordering {
    let values = match &cells.values {
        Values::Booleans(bits) => bits.get(a).cmp(&bits.get(b)),
        Values::Integers(values) | Values::Timestamps(values) => values.get(a).cmp(&values.get(b)),
        Values::Dates(values) => values.get(a).cmp(&values.get(b)),
        Values::Texts(texts) => texts.bytes(a).cmp(texts.bytes(b)),
    };
    cells.present.get(a).cmp(&cells.present.get(b)).then(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Present;

    fn integers(values: &[i64]) -> Cells<'_> {
        Cells { present: Present::ALL, values: Values::Integers(values) }
    }

    #[test]
    fn rows_of_one_time_are_ordered_by_what_is_read() {
        let (time, read) = (integers(&[1, 1, 1, 2]), integers(&[3, 1, 2, 0]));
        let columns = vec![Compared { place: 0, cells: &read, is_identifier: false }];
        assert_eq!(order(4, Some(&time), || columns.clone(), &|_| None), Some(vec![1, 2, 0, 3]));
        assert_eq!(order(4, None, || columns, &|_| None), Some(vec![3, 1, 2, 0]));
    }

    #[test]
    fn rows_that_lie_as_they_must_stay() {
        let (time, read) = (integers(&[1, 1, 2, 3]), integers(&[5, 6, 1, 0]));
        let columns = vec![Compared { place: 0, cells: &read, is_identifier: false }];
        assert_eq!(order(4, Some(&time), || columns, &|_| None), None);
        assert_eq!(order(1, None, Vec::new, &|_| None), None);
        assert_eq!(order(0, None, Vec::new, &|_| None), None);
    }
}
