//! The cells of one column as the guest sees them: a value, or nothing. It owns the reading of the
//! bitmap of missing values, and copies no list.

use alloc::string::String;

/// One column of numbers: integers (`i64`), dates (`i32`), codes or tokens (`u32`).
#[derive(Debug, Clone, Copy)]
pub struct Column<'a, T> {
    missing: &'a [u8],
    values: &'a [T],
}

/// One column of texts.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'a> {
    missing: &'a [u8],
    values: &'a [String],
}

/// One bit per row, least significant first; an empty list means that none is missing.
fn is_missing(missing: &[u8], row: usize) -> bool {
    missing.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1)
}

impl<'a, T: Copy> Column<'a, T> {
    pub(crate) fn new(missing: &'a [u8], values: &'a [T]) -> Self {
        Self { missing, values }
    }

    /// The value of a row, or `None` if it is missing, or past the last row.
    #[must_use]
    #[inline]
    pub fn get(&self, row: usize) -> Option<T> {
        self.values.get(row).copied().filter(|_| !is_missing(self.missing, row))
    }

    /// The rows in order. The columns of one table can be zipped.
    #[inline]
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Option<T>> + ExactSizeIterator + Clone + use<'a, T> {
        let values = self.values.iter().enumerate();
        values.map(move |(row, value)| (!is_missing(self.missing, row)).then_some(*value))
    }
}

impl<'a> Texts<'a> {
    pub(crate) fn new(missing: &'a [u8], values: &'a [String]) -> Self {
        Self { missing, values }
    }

    /// The text of a row, or `None` if it is missing, or past the last row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&'a str> {
        self.values.get(row).map(String::as_str).filter(|_| !is_missing(self.missing, row))
    }

    /// The rows in order.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Option<&'a str>> + ExactSizeIterator + use<'a> {
        let values = self.values.iter().enumerate();
        values.map(move |(row, text)| (!is_missing(self.missing, row)).then_some(text.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_bitmap_misses_nothing() {
        assert_eq!(Column::new(&[], &[7_i64, 0]).iter().collect::<Vec<_>>(), [Some(7), Some(0)]);
    }

    #[test]
    fn bits_count_from_the_least_significant_across_bytes() {
        let values: Vec<i32> = (0..10).collect();
        let column = Column::new(&[0b0000_0101, 0b0000_0010], &values);
        let missing: Vec<usize> = (0..10).filter(|&row| column.get(row).is_none()).collect();
        assert_eq!(missing, [0, 2, 9]);
    }

    #[test]
    fn there_is_nothing_past_the_last_row() {
        assert_eq!(Column::new(&[], &[1_u32]).get(1), None);
        assert_eq!(Texts::new(&[], &[]).get(0), None);
    }

    #[test]
    fn a_missing_text_is_not_an_empty_text() {
        let values = [String::new(), String::from("a"), String::new()];
        let column = Texts::new(&[0b100], &values);
        assert_eq!(column.iter().collect::<Vec<_>>(), [Some(""), Some("a"), None]);
    }
}
