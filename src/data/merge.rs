//! Sorted runs → one sequence of units, ascending, each with all its rows in order. Holds one unit's rows at
//! a time, by reference; never copies a row.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use super::run::{Cursor, Id, Run, Torn};

/// Walks through several runs at once.
pub(super) struct Merge<'a> {
    heads: BinaryHeap<Reverse<Head<'a>>>,
}

/// A run, as far as it was read. The order of heads is that of their units; for one unit that of the runs,
/// because later runs mostly hold later rows.
struct Head<'a> {
    run: usize,
    cursor: Cursor<'a>,
}

impl<'a> Merge<'a> {
    /// At the beginning of all of them.
    pub fn start(runs: &'a [Run]) -> Result<Self, Torn> {
        let mut heads = BinaryHeap::with_capacity(runs.len());
        for (number, run) in runs.iter().enumerate() {
            heads.extend(Cursor::start(run)?.map(|cursor| Reverse(Head { run: number, cursor })));
        }
        Ok(Self { heads })
    }

    /// The next unit, its rows put into `rows`; `None` at the end.
    pub fn next(&mut self, rows: &mut Vec<&'a [u8]>) -> Result<Option<Id>, Torn> {
        rows.clear();
        let Some(unit) = self.heads.peek().map(|head| *head.0.cursor.id()) else { return Ok(None) };
        let mut runs = 0;
        while let Some(mut head) = self.heads.peek_mut().filter(|head| *head.0.cursor.id() == unit) {
            runs += 1;
            // The rows before these went by with the unit before.
            head.0.cursor.let_go();
            if !head.0.cursor.take_rows(rows)? {
                PeekMut::pop(head);
            }
        }
        if runs > 1 {
            rows.sort();
        }
        Ok(Some(unit))
    }
}

impl Ord for Head<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.cursor.id().cmp(other.cursor.id()).then(self.run.cmp(&other.run))
    }
}

impl PartialOrd for Head<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::run::UnsortedRun;
    use crate::model::UNIT_ID_BYTES;

    fn run(rows: &[(u8, &[u8])]) -> Run {
        let mut run = UnsortedRun::default();
        run.ids = (0..10).rev().map(|id| [id; UNIT_ID_BYTES]).collect();
        for (unit, row) in rows {
            run.row().extend(*row);
            run.end_row(u32::from(9 - unit));
            run.row().extend(b"refused");
            run.forget_row();
        }
        let mut bytes = Vec::new();
        run.write_sorted(&mut bytes).unwrap();
        Run::Memory(bytes)
    }

    #[test]
    fn rows_of_several_runs_come_in_order_and_duplicates_stay() {
        let runs = [
            run(&[(3, b"b"), (1, b"z"), (3, b"a"), (3, b"a")]),
            run(&[]),
            run(&[(3, b"aa"), (3, b""), (2, b"x")]),
            run(&[(3, b"a")]),
        ];
        let (mut merge, mut rows) = (Merge::start(&runs).unwrap(), Vec::new());
        let mut found: Vec<(u8, Vec<&[u8]>)> = Vec::new();
        while let Some(id) = merge.next(&mut rows).unwrap() {
            found.push((id[0], rows.clone()));
        }
        assert_eq!(found, [(1, vec![&b"z"[..]]), (2, vec![b"x"]), (3, vec![b"", b"a", b"a", b"a", b"aa", b"b"])]);
    }

    #[test]
    fn a_torn_run_is_told() {
        let Run::Memory(bytes) = run(&[(3, b"b"), (1, b"z")]) else { return };
        for end in 1..bytes.len() {
            let runs = [Run::Memory(bytes[..end].to_vec())];
            let walk = || {
                let (mut merge, mut rows) = (Merge::start(&runs)?, Vec::new());
                while merge.next(&mut rows)?.is_some() {}
                Ok::<_, Torn>(())
            };
            // One unit may be cut off whole: how many rows came through is counted by the writer.
            let whole = end == UNIT_ID_BYTES + 4 + 4 + 1;
            assert_eq!(walk().is_ok(), whole, "{end}");
        }
    }
}
