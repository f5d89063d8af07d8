//! One row as bytes that compare as the row does: the bytes' order is the snapshot's order, so runs of rows
//! are sorted and merged without knowing what a column means. Never meets a file.
//!
//! A cell is one byte, 0 where it is missing and 1 where it is there, so that missing values come first,
//! then the value: numbers big-endian with the sign bit turned, texts ended by two zero bytes, a zero byte
//! within a text followed by 255. The key stands apart, because a unit's rows all share it; the time is the
//! first cell of the row.

use crate::catalog::Dataset;

const MISSING: u8 = 0;
const PRESENT: u8 = 1;
const TEXT_END: [u8; 2] = [0, 0];
const TEXT_ZERO: [u8; 2] = [0, 0xff];

/// The dataset's columns in the order in which rows are packed: the key, the time, the others as in the catalog.
pub(super) fn packing_order(dataset: &Dataset) -> Vec<usize> {
    let first: Vec<usize> = std::iter::once(dataset.key).chain(dataset.time).collect();
    let others = (0..dataset.columns.len()).filter(|place| !first.contains(place));
    first.iter().copied().chain(others).collect()
}

/// Adds a missing cell.
pub(super) fn push_missing(row: &mut Vec<u8>) {
    row.push(MISSING);
}

/// Adds a truth value.
pub(super) fn push_boolean(row: &mut Vec<u8>, value: bool) {
    row.extend([PRESENT, u8::from(value)]);
}

/// Adds an integer or a point in time.
pub(super) fn push_integer(row: &mut Vec<u8>, value: i64) {
    row.push(PRESENT);
    row.extend((value ^ i64::MIN).to_be_bytes());
}

/// Adds a day.
pub(super) fn push_date(row: &mut Vec<u8>, days: i32) {
    row.push(PRESENT);
    row.extend((days ^ i32::MIN).to_be_bytes());
}

/// Adds the place of a text in a sorted list.
pub(super) fn push_code(row: &mut Vec<u8>, code: u32) {
    row.push(PRESENT);
    row.extend(code.to_be_bytes());
}

/// Adds a text; it must be UTF-8.
pub(super) fn push_text(row: &mut Vec<u8>, text: &[u8]) {
    row.push(PRESENT);
    for (place, part) in text.split(|byte| *byte == 0).enumerate() {
        if place > 0 {
            row.extend(TEXT_ZERO);
        }
        row.extend(part);
    }
    row.extend(TEXT_END);
}

/// Takes a packed row apart again, cell by cell; `None` where the bytes are no packed row.
pub(super) struct Unpacker<'a>(pub &'a [u8]);

impl Unpacker<'_> {
    /// Whether the next cell is there; its value follows.
    pub fn present(&mut self) -> Option<bool> {
        match self.take()? {
            [MISSING] => Some(false),
            [PRESENT] => Some(true),
            _ => None,
        }
    }

    /// A truth value.
    pub fn boolean(&mut self) -> Option<bool> {
        self.take().map(|[byte]| byte == 1)
    }

    /// An integer or a point in time.
    pub fn integer(&mut self) -> Option<i64> {
        self.take().map(|bytes| i64::from_be_bytes(bytes) ^ i64::MIN)
    }

    /// A day.
    pub fn date(&mut self) -> Option<i32> {
        self.take().map(|bytes| i32::from_be_bytes(bytes) ^ i32::MIN)
    }

    /// A place in a list.
    pub fn code(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }

    /// Adds the text to `out`.
    pub fn text(&mut self, out: &mut Vec<u8>) -> Option<()> {
        loop {
            let zero = self.0.iter().position(|byte| *byte == 0)?;
            let (part, rest) = self.0.split_at_checked(zero)?;
            out.extend(part);
            self.0 = rest;
            match self.take()? {
                TEXT_END => return Some(()),
                TEXT_ZERO => out.push(0),
                _ => return None,
            }
        }
    }

    /// Whether nothing is left.
    pub const fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Cell = (Option<bool>, Option<i64>, Option<i32>, Option<u32>, Option<String>);

    fn packed(cell: &Cell) -> Vec<u8> {
        fn push<T>(row: &mut Vec<u8>, cell: Option<T>, add: impl FnOnce(&mut Vec<u8>, T)) {
            match cell {
                Some(value) => add(row, value),
                None => push_missing(row),
            }
        }
        let mut row = Vec::new();
        push(&mut row, cell.4.as_deref(), |row, text| push_text(row, text.as_bytes()));
        push(&mut row, cell.0, push_boolean);
        push(&mut row, cell.1, push_integer);
        push(&mut row, cell.2, push_date);
        push(&mut row, cell.3, push_code);
        row
    }

    fn unpacked(row: &[u8]) -> Option<Cell> {
        let mut from = Unpacker(row);
        let mut text = Vec::new();
        let text = if from.present()? { from.text(&mut text).map(|()| String::from_utf8(text).unwrap()) } else { None };
        let boolean = if from.present()? { Some(from.boolean()?) } else { None };
        let integer = if from.present()? { Some(from.integer()?) } else { None };
        let date = if from.present()? { Some(from.date()?) } else { None };
        let code = if from.present()? { Some(from.code()?) } else { None };
        from.is_done().then_some((boolean, integer, date, code, text))
    }

    fn cell() -> impl Strategy<Value = Cell> {
        let text = prop_oneof!["[\\x00ab]{0,4}", ".{0,4}"];
        (
            any::<Option<bool>>(),
            any::<Option<i64>>(),
            any::<Option<i32>>(),
            any::<Option<u32>>(),
            proptest::option::of(text),
        )
    }

    proptest! {
        #[test]
        fn bytes_compare_as_cells_do(a in cell(), b in cell()) {
            let key = |cell: &Cell| (cell.4.clone(), cell.0, cell.1, cell.2, cell.3);
            prop_assert_eq!(packed(&a).cmp(&packed(&b)), key(&a).cmp(&key(&b)));
            prop_assert_eq!(unpacked(&packed(&a)), Some(a));
        }

        #[test]
        fn cut_rows_are_no_rows(a in cell(), cut in any::<prop::sample::Index>()) {
            let row = packed(&a);
            prop_assert_eq!(unpacked(&row[..cut.index(row.len())]), None);
        }
    }
}
