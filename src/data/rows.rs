//! The rows of one unit, as a guest may see them: slices of a snapshot's arrays, or of anyone's.
//! Copies nothing, allocates one small list; never decides which columns are granted.

use crate::model::Date;

/// Which of a unit's rows are given: those with a time, not after `as_of`, within the history, and of
/// these the newest. Made once for a plan and a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    after: Option<i32>,
    until: i32,
    rows_max: u32,
}

impl Window {
    /// The rows of the `history_months` before `as_of` (its own day included, the day that many months
    /// earlier not), at most `rows_max`. A dataset without a time has no history: its last `rows_max`
    /// rows are given.
    pub fn new(as_of: Date, history_months: Option<u32>, rows_max: u32) -> Self {
        let after = history_months.map(|months| as_of.months_before(months).days());
        Self { after, until: as_of.days(), rows_max }
    }

    /// The rows to give of `rows` rows in these columns, which lie as a snapshot's do; `time` is the place of the column
    /// that history counts on.
    pub fn of<'a>(&self, rows: usize, columns: &[Cells<'a>], time: Option<usize>) -> UnitRows<'a> {
        let cut = self.cut(time.and_then(|time| columns.get(time)), rows);
        let columns = columns.iter().map(|cells| cells.slice(cut.clone())).collect();
        UnitRows { rows: cut.len(), columns }
    }

    /// The rows to give of `start..end`, whose `time` ascends, missing ones first.
    pub(super) fn cut(&self, time: Option<&Cells<'_>>, rows: usize) -> std::ops::Range<usize> {
        let (mut start, mut end) = (0, rows);
        if let Some(cells) = time {
            let Values::Dates(days) = cells.values else { return 0..0 };
            start = partition(rows, |row| !cells.present.get(row));
            let dated = days.get(start..).unwrap_or_default();
            end = start + dated.partition_point(|day| *day <= self.until);
            if let Some(after) = self.after {
                start = (start + dated.partition_point(|day| *day <= after)).min(end);
            }
        }
        let most = usize::try_from(self.rows_max).unwrap_or(usize::MAX);
        start.max(end.saturating_sub(most))..end
    }
}

/// The first of `0..len` for which `before` does not hold, where it holds for a beginning only.
fn partition(len: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// A unit's rows in the columns asked for, in the snapshot's order.
#[derive(Clone, Debug)]
pub struct UnitRows<'a> {
    /// How many rows.
    pub rows: usize,
    /// The columns, in the order in which they were asked for.
    pub columns: Vec<Cells<'a>>,
}

/// One column of a unit's rows.
#[derive(Clone, Copy, Debug)]
pub struct Cells<'a> {
    /// Which values are there.
    pub present: Present<'a>,
    /// The values. Where one is missing its slot holds 0, `false` or nothing.
    pub values: Values<'a>,
}

/// The values of a column.
#[derive(Clone, Copy, Debug)]
pub enum Values<'a> {
    /// Truth values.
    Booleans(Bits<'a>),
    /// Integers.
    Integers(&'a [i64]),
    /// Days since 1970-01-01.
    Dates(&'a [i32]),
    /// UTC milliseconds.
    Timestamps(&'a [i64]),
    /// Text, and identifiers.
    Texts(Texts<'a>),
}

/// A run of bits inside a bitmap, least significant first.
#[derive(Clone, Copy, Debug)]
pub struct Bits<'a> {
    bytes: &'a [u8],
    start: usize,
    len: usize,
}

impl<'a> Bits<'a> {
    /// No bits.
    pub const NONE: Self = Self { bytes: &[], start: 0, len: 0 };

    /// `len` bits of `bytes` from bit `start`; `None` where the bytes do not have them.
    pub fn new(bytes: &'a [u8], start: usize, len: usize) -> Option<Self> {
        let end = start.checked_add(len)?;
        (end <= bytes.len().saturating_mul(8)).then_some(Self { bytes, start, len })
    }

    /// How many bits.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bit at `place`; `false` beyond the end.
    pub fn get(&self, place: usize) -> bool {
        let bit = self.start + place;
        place < self.len && self.bytes.get(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
    }

    /// The bits from `place` on, at most 32, the first one lowest; zeros beyond the end.
    fn word(&self, place: usize) -> u32 {
        let first = self.start + place;
        let wanted = self.len.saturating_sub(place).min(32);
        let bytes = self.bytes.get(first / 8..).unwrap_or_default();
        // Eight bytes hold 32 bits, wherever in the first byte they begin.
        let eight = match bytes.first_chunk::<8>() {
            Some(eight) => *eight,
            None => {
                let mut eight = [0; 8];
                eight.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
                eight
            }
        };
        let bits = u64::from_le_bytes(eight) >> (first % 8) & ((1 << wanted) - 1);
        u32::try_from(bits).unwrap_or(u32::MAX)
    }

    /// How many of them are zero.
    fn zeros(&self) -> usize {
        let ones: u32 = (0..self.len).step_by(32).map(|place| self.word(place).count_ones()).sum();
        self.len.saturating_sub(ones as usize)
    }

    fn slice(&self, range: std::ops::Range<usize>) -> Self {
        let start = range.start.min(self.len);
        Self { bytes: self.bytes, start: self.start + start, len: range.end.min(self.len) - start }
    }
}

/// Which values of a column are there.
#[derive(Clone, Copy, Debug)]
pub struct Present<'a>(Option<Bits<'a>>);

impl<'a> Present<'a> {
    /// All of them.
    pub const ALL: Self = Self(None);

    /// Those whose bit is set.
    pub const fn of(bits: Bits<'a>) -> Self {
        Self(Some(bits))
    }

    /// Whether the value at `place` is there.
    pub fn get(&self, place: usize) -> bool {
        self.0.is_none_or(|bits| bits.get(place))
    }

    /// Whether all are.
    pub fn all(&self) -> bool {
        self.0.is_none_or(|bits| bits.zeros() == 0)
    }

    /// The form in which guests learn of missing values: one bit per row, least significant first,
    /// 1 for missing; empty where none is.
    pub fn missing_bitmap(&self) -> Vec<u8> {
        let Some(bits) = self.0.filter(|_| !self.all()) else { return Vec::new() };
        let mut bitmap = Vec::with_capacity(bits.len().div_ceil(8));
        for place in (0..bits.len()).step_by(32) {
            let rows = (bits.len() - place).min(32);
            let missing = !bits.word(place) & u32::MAX >> (32 - rows);
            bitmap.extend(missing.to_le_bytes().iter().take(rows.div_ceil(8)));
        }
        bitmap
    }
}

/// Texts behind offsets: text `i` is `bytes[offsets[i]..offsets[i + 1]]`.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    offsets: &'a [i64],
    bytes: &'a [u8],
}

impl<'a> Texts<'a> {
    /// The texts between these offsets, of which there is one more than texts.
    pub const fn new(offsets: &'a [i64], bytes: &'a [u8]) -> Self {
        Self { offsets, bytes }
    }

    /// How many texts.
    pub const fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes at `place`; nothing where the offsets do not fit.
    pub fn bytes(&self, place: usize) -> &'a [u8] {
        let offset = |place: usize| self.offsets.get(place).and_then(|offset| usize::try_from(*offset).ok());
        let range = offset(place).zip(offset(place + 1));
        range.and_then(|(start, end)| self.bytes.get(start..end)).unwrap_or_default()
    }

    /// The text at `place`; empty where it is missing, or no UTF-8 (which verification finds).
    pub fn get(&self, place: usize) -> &'a str {
        std::str::from_utf8(self.bytes(place)).unwrap_or_default()
    }

    /// All of them.
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        (0..self.len()).map(move |place| self.get(place))
    }
}

impl<'a> Cells<'a> {
    /// How many rows.
    pub const fn len(&self) -> usize {
        match &self.values {
            Values::Booleans(bits) => bits.len(),
            Values::Integers(values) | Values::Timestamps(values) => values.len(),
            Values::Dates(values) => values.len(),
            Values::Texts(texts) => texts.len(),
        }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text at `row`; `None` where it is missing, or the column holds no text.
    pub fn text(&self, row: usize) -> Option<&'a str> {
        match self.values {
            Values::Texts(texts) if row < texts.len() && self.present.get(row) => Some(texts.get(row)),
            _ => None,
        }
    }

    /// The rows of `range` only.
    pub(super) fn slice(&self, range: std::ops::Range<usize>) -> Self {
        let values = match self.values {
            Values::Booleans(bits) => Values::Booleans(bits.slice(range.clone())),
            Values::Integers(values) => Values::Integers(values.get(range.clone()).unwrap_or_default()),
            Values::Timestamps(values) => Values::Timestamps(values.get(range.clone()).unwrap_or_default()),
            Values::Dates(values) => Values::Dates(values.get(range.clone()).unwrap_or_default()),
            Values::Texts(texts) => {
                let offsets = texts.offsets.get(range.start..range.end.saturating_add(1)).unwrap_or_default();
                Values::Texts(Texts::new(offsets, texts.bytes))
            }
        };
        Self { present: Present(self.present.0.map(|bits| bits.slice(range))), values }
    }
}

impl<'a> UnitRows<'a> {
    /// A column of integers or of points in time.
    pub fn integers(&self, column: usize) -> Option<(&'a [i64], Present<'a>)> {
        let cells = self.columns.get(column)?;
        match cells.values {
            Values::Integers(values) | Values::Timestamps(values) => Some((values, cells.present)),
            _ => None,
        }
    }

    /// A column of days.
    pub fn dates(&self, column: usize) -> Option<(&'a [i32], Present<'a>)> {
        let cells = self.columns.get(column)?;
        match cells.values {
            Values::Dates(values) => Some((values, cells.present)),
            _ => None,
        }
    }

    /// A column of text or identifiers.
    pub fn texts(&self, column: usize) -> Option<(Texts<'a>, Present<'a>)> {
        let cells = self.columns.get(column)?;
        match cells.values {
            Values::Texts(texts) => Some((texts, cells.present)),
            _ => None,
        }
    }

    /// A column of truth values.
    pub fn booleans(&self, column: usize) -> Option<(Bits<'a>, Present<'a>)> {
        let cells = self.columns.get(column)?;
        match cells.values {
            Values::Booleans(bits) => Some((bits, cells.present)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(days: &[i32], bits: u8, window: Window) -> std::ops::Range<usize> {
        let bits = [bits];
        let present = Present::of(Bits::new(&bits, 0, days.len()).unwrap());
        window.cut(Some(&Cells { present, values: Values::Dates(days) }), days.len())
    }

    #[test]
    fn the_window_has_sharp_edges() {
        let as_of: Date = "2026-03-31".parse().unwrap();
        let day = |text: &str| text.parse::<Date>().unwrap().days();
        let days = [0, 0, day("2026-02-28"), day("2026-03-01"), day("2026-03-31"), day("2026-04-01")];
        // One month before 31 March is 28 February: that day itself is out. Missing and later days are never in.
        assert_eq!(cut(&days, 0b111100, Window::new(as_of, Some(1), 9)), 3..5);
        assert_eq!(cut(&days, 0b111100, Window::new(as_of, Some(2), 9)), 2..5);
        assert_eq!(cut(&days, 0b111100, Window::new(as_of, None, 9)), 2..5);
        assert_eq!(cut(&days, 0b111100, Window::new(as_of, None, 2)), 3..5);
        assert_eq!(cut(&days, 0b111100, Window::new(as_of, None, 0)), 5..5);
        assert_eq!(cut(&days, 0, Window::new(as_of, None, 9)).len(), 0);
        assert_eq!(cut(&days[5..], 1, Window::new(as_of, Some(1), 9)).len(), 0);
        assert_eq!(cut(&days[2..3], 1, Window::new(as_of, Some(1), 9)).len(), 0);
        assert_eq!(Window::new(as_of, Some(1), 2).cut(None, 5), 3..5);
    }

    #[test]
    fn missing_values_as_guests_see_them() {
        let bytes = [0b1010_1111, 0b0000_0111];
        let bits = |start, len| Present::of(Bits::new(&bytes, start, len).unwrap());
        assert_eq!(bits(0, 4).missing_bitmap(), Vec::<u8>::new());
        assert_eq!(bits(0, 8).missing_bitmap(), vec![0b0101_0000]);
        assert_eq!(bits(3, 9).missing_bitmap(), vec![0b0000_1010, 1]);
        assert_eq!(Present::ALL.missing_bitmap(), Vec::<u8>::new());
        assert_eq!(bits(0, 0).missing_bitmap(), Vec::<u8>::new());
        assert!(Bits::new(&bytes, 9, 8).is_none());
    }

    #[test]
    fn missing_values_of_any_number_of_rows_from_any_bit_on() {
        let bytes: Vec<u8> = (0..20u32).map(|byte| (byte * 151 % 251) as u8).collect();
        for start in 0..17 {
            for rows in 0..=bytes.len() * 8 - start {
                let bits = Bits::new(&bytes, start, rows).unwrap();
                let mut slow = vec![0u8; rows.div_ceil(8)];
                let missing = (0..rows).filter(|row| !bits.get(*row));
                missing.for_each(|row| slow[row / 8] |= 1 << (row % 8));
                let any = slow.iter().any(|byte| *byte != 0);
                let present = Present::of(bits);
                assert_eq!(present.all(), !any, "{start} {rows}");
                assert_eq!(present.missing_bitmap(), if any { slow } else { Vec::new() }, "{start} {rows}");
            }
        }
    }

    #[test]
    fn damaged_offsets_give_nothing() {
        let texts = Texts::new(&[0, 3, 2, -1, 99], b"abc");
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["abc", "", "", ""]);
    }
}
