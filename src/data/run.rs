//! Runs: as many rows as memory is given for, sorted, in memory or in a file that nobody else sees. A run
//! is a list of units, ascending, each with its packed rows, ascending. Knows nothing of columns.

use std::io::{self, Write};

use rayon::prelude::*;

use crate::env::MappedFile;
use crate::model::UNIT_ID_BYTES;

/// A unit's identifier.
pub(super) type Id = [u8; UNIT_ID_BYTES];

/// What a row takes in memory beside its packed bytes: its unit, its end, its place in the order.
const ROW_EXTRA_BYTES: usize = size_of::<u32>() + size_of::<usize>() + size_of::<&[u8]>();
/// What a unit takes in memory: twice its identifier and number, with the room that a hash table leaves.
const UNIT_EXTRA_BYTES: usize = 128;
/// The fewest units that are worth a thread's attention.
const UNITS_AT_ONCE: usize = 256;

/// Rows in the order in which they came.
#[derive(Default)]
pub(super) struct UnsortedRun {
    /// The units' identifiers, by number.
    pub ids: Vec<Id>,
    units: Vec<u32>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl UnsortedRun {
    /// Where the cells of the next row are added.
    pub const fn row(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// The row that was added belongs to this unit.
    pub fn end_row(&mut self, unit: u32) {
        self.units.push(unit);
        self.ends.push(self.bytes.len());
    }

    /// Forgets what was added of a row.
    pub fn forget_row(&mut self) {
        self.bytes.truncate(self.ends.last().copied().unwrap_or(0));
    }

    /// How many rows.
    pub const fn rows(&self) -> usize {
        self.ends.len()
    }

    /// About how much memory it takes, sorted, when `units` units have rows in it.
    pub const fn memory_bytes(&self, units: usize) -> usize {
        self.bytes.len() + self.rows() * ROW_EXTRA_BYTES + units * UNIT_EXTRA_BYTES
    }

    /// Writes the rows in order: (unit, time, all columns).
    ///
    /// Units are few beside rows, so they are sorted alone and the rows dealt out to them; what is left
    /// to compare is one unit's rows with each other.
    pub fn write_sorted(&self, out: &mut impl Write) -> io::Result<()> {
        let mut counts = vec![0usize; self.ids.len()];
        for unit in &self.units {
            if let Some(count) = counts.get_mut(*unit as usize) {
                *count += 1;
            }
        }
        let mut by_id: Vec<(Id, usize)> = self.ids.iter().copied().zip(0..).collect();
        by_id.retain(|(_, number)| counts.get(*number).is_some_and(|count| *count > 0));
        by_id.par_sort_unstable();
        let mut rows = self.deal(&by_id, &counts);
        let mut units: Vec<(&Id, &mut [&[u8]])> = Vec::with_capacity(by_id.len());
        let mut rest = rows.as_mut_slice();
        for (id, number) in &by_id {
            let (unit, after) = rest.split_at_mut(counts.get(*number).copied().unwrap_or(0));
            units.push((id, unit));
            rest = after;
        }
        // Deliveries are mostly sorted by time already, which this sort notices.
        units.par_iter_mut().with_min_len(UNITS_AT_ONCE).for_each(|(_, rows)| rows.sort());
        units.into_iter().try_for_each(|(id, rows)| write_unit(out, id, rows))
    }

    /// The rows, those of one unit together, the units in the order of `by_id`.
    fn deal(&self, by_id: &[(Id, usize)], counts: &[usize]) -> Vec<&[u8]> {
        let mut next = vec![0usize; self.ids.len()];
        let mut end = 0usize;
        for (_, number) in by_id {
            if let Some(next) = next.get_mut(*number) {
                *next = end;
            }
            end += counts.get(*number).copied().unwrap_or(0);
        }
        let mut rows: Vec<&[u8]> = vec![&[]; end];
        let mut start = 0;
        for (unit, end) in self.units.iter().zip(&self.ends) {
            let row = self.bytes.get(start..*end).unwrap_or_default();
            start = *end;
            if let Some(next) = next.get_mut(*unit as usize) {
                if let Some(slot) = rows.get_mut(*next) {
                    *slot = row;
                }
                *next += 1;
            }
        }
        rows
    }
}

fn write_unit(out: &mut impl Write, id: &Id, rows: &[&[u8]]) -> io::Result<()> {
    let length = |length: usize| u32::try_from(length).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput));
    out.write_all(id)?;
    out.write_all(&length(rows.len())?.to_le_bytes())?;
    for row in rows {
        out.write_all(&length(row.len())?.to_le_bytes())?;
        out.write_all(row)?;
    }
    Ok(())
}

/// A sorted run.
pub(super) enum Run {
    /// The only one: everything fitted into memory.
    Memory(Vec<u8>),
    /// In a file that has no name any more.
    File(MappedFile),
}

impl Run {
    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Memory(bytes) => bytes,
            Self::File(file) => file,
        }
    }
}

/// How far a cursor goes before it lets go of what lies behind it: as much as the system maps at once.
const LET_GO_BYTES: usize = 1 << 16;

/// The bytes of a run are not what was written.
#[derive(Debug)]
pub(super) struct Torn;

/// Reads a run from its beginning.
pub(super) struct Cursor<'a> {
    run: &'a Run,
    id: Id,
    rest: &'a [u8],
    /// How many bytes are not in memory any more.
    gone: usize,
}

impl<'a> Cursor<'a> {
    /// At the first unit; `None` where the run has none.
    pub fn start(run: &'a Run) -> Result<Option<Self>, Torn> {
        let mut cursor = Self { run, id: [0; UNIT_ID_BYTES], rest: run.bytes(), gone: 0 };
        Ok(cursor.advance()?.then_some(cursor))
    }

    /// Lets go of the memory behind it, now and then: what is held does not grow with the run. Rows from there can
    /// still be read, at the price of the way to the file.
    pub fn let_go(&mut self) {
        if let Run::File(file) = self.run {
            let passed = file.len() - self.rest.len();
            let end = passed - passed % LET_GO_BYTES;
            if end > self.gone {
                file.let_go(self.gone..end);
                self.gone = end;
            }
        }
    }

    /// The unit at which it stands.
    pub const fn id(&self) -> &Id {
        &self.id
    }

    /// Adds the unit's rows to `rows` and goes to the next unit; `false` where there is none.
    pub fn take_rows(&mut self, rows: &mut Vec<&'a [u8]>) -> Result<bool, Torn> {
        for _ in 0..u32::from_le_bytes(self.take()?) {
            let length = u32::from_le_bytes(self.take()?) as usize;
            let (row, rest) = self.rest.split_at_checked(length).ok_or(Torn)?;
            rows.push(row);
            self.rest = rest;
        }
        self.advance()
    }

    fn advance(&mut self) -> Result<bool, Torn> {
        let more = !self.rest.is_empty();
        if more {
            self.id = self.take()?;
        }
        Ok(more)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Torn> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(Torn)?;
        self.rest = rest;
        Ok(*bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How much of the mapping that begins at `bytes` this process holds.
    fn resident_bytes(bytes: &[u8]) -> usize {
        let smaps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let start = format!("{:x}-", bytes.as_ptr().addr());
        let mapping = smaps.lines().skip_while(|line| !line.starts_with(&start));
        let kilobytes = mapping.filter_map(|line| line.strip_prefix("Rss:")).next().unwrap();
        kilobytes.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10
    }

    #[test]
    fn what_was_read_of_a_file_is_let_go_and_can_be_read_again() {
        let mut unsorted = UnsortedRun::default();
        for unit in 0..32u8 {
            unsorted.ids.push([unit; UNIT_ID_BYTES]);
            unsorted.row().extend([unit; LET_GO_BYTES / 2]);
            unsorted.end_row(unit.into());
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        unsorted.write_sorted(&mut file.as_file()).unwrap();
        let run = Run::File(MappedFile::open(file.path()).unwrap());
        let (mut cursor, mut rows) = (Cursor::start(&run).unwrap().unwrap(), Vec::new());
        while cursor.take_rows(&mut rows).unwrap() {}
        // A machine that is short of memory may have dropped some of it already.
        assert!(resident_bytes(run.bytes()) > 4 * LET_GO_BYTES);
        cursor.let_go();
        assert!(resident_bytes(run.bytes()) <= LET_GO_BYTES);
        assert!(rows.iter().zip(0..).all(|(row, unit)| row.iter().all(|byte| *byte == unit)) && rows.len() == 32);
    }
}
