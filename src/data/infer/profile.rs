//! What one column's cells have in common, counted while they pass by. Memory is bounded: counts, and a few texts while
//! they are few. Never keeps an extreme.

use std::collections::BTreeSet;

use super::glossary::Hint;
use crate::data::cells::{boolean, timestamp};
use crate::data::reject::CELL_BYTES_MAX;
use crate::model::{DateFormat, UNIT_ID_BYTES, UnitId, UnitKind, check_label, parse_decimal};

/// What departments write for a missing value. The last may be a value as well (有 or 无).
pub(super) const MARKERS: [&str; 10] = ["", "NULL", "null", "(null)", "\\N", "N/A", "—", "--", "-", "无"];
/// The marker that is missing only where the other cells of the column are no words.
pub(super) const WEAK_MARKER: usize = MARKERS.len() - 1;
/// The forms of dates that are looked for. No two of them fit one text.
pub(super) const DATE_FORMS: [&str; 5] = ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y.%m.%d"];
/// The most values of a closed set.
pub(super) const VALUES_MAX: usize = 32;
/// The most decimals that a catalog's integer carries.
const DECIMALS_MAX: usize = 9;
/// Eight digits are a day only in these years.
const COMPACT_YEARS: std::ops::RangeInclusive<i16> = 1900..=2100;

/// The forms, parsed once.
pub(super) struct Forms(Vec<DateFormat>);

impl Forms {
    pub fn new() -> Self {
        Self(DATE_FORMS.iter().filter_map(|form| DateFormat::parse(form)).collect())
    }

    /// Which form the cell has.
    fn of(&self, cell: &[u8]) -> Option<usize> {
        let (place, date) = self.0.iter().enumerate().find_map(|(place, form)| Some((place, form.read(cell)?)))?;
        let plausible = cell.len() != 8 || COMPACT_YEARS.contains(&date.ymd().0);
        plausible.then_some(place)
    }
}

/// Counts of one column.
pub(super) struct Profile {
    pub hint: Hint,
    /// Cells that hold something; the weak marker is none of them.
    pub cells: u64,
    pub markers: [u64; MARKERS.len()],
    pub enterprises: u64,
    /// Citizen ids of 18 characters.
    pub persons: u64,
    /// Citizen ids of 15 digits, or what looks so.
    pub old_persons: u64,
    pub truths: u64,
    /// Of these, digits.
    pub truth_digits: u64,
    pub numbers: u64,
    pub negative: u64,
    pub decimals: u8,
    pub leading_zeros: u64,
    pub separators: u64,
    pub dates: [u64; DATE_FORMS.len()],
    pub loose_dates: u64,
    pub timestamps: u64,
    /// Cells that no type takes: too long.
    pub long: u64,
    /// The texts seen, while they are at most [`VALUES_MAX`] and each could be a value.
    pub few: Option<BTreeSet<Box<str>>>,
}

impl Profile {
    pub fn new(hint: Hint) -> Self {
        Self {
            hint,
            cells: 0,
            markers: [0; MARKERS.len()],
            enterprises: 0,
            persons: 0,
            old_persons: 0,
            truths: 0,
            truth_digits: 0,
            numbers: 0,
            negative: 0,
            decimals: 0,
            leading_zeros: 0,
            separators: 0,
            dates: [0; DATE_FORMS.len()],
            loose_dates: 0,
            timestamps: 0,
            long: 0,
            few: Some(BTreeSet::new()),
        }
    }

    /// Counts one cell, the white space around it gone.
    pub fn see(&mut self, cell: &[u8], forms: &Forms) {
        if let Some(place) = MARKERS.iter().position(|marker| marker.as_bytes() == cell) {
            self.markers.iter_mut().skip(place).take(1).for_each(|count| *count += 1);
            return;
        }
        self.cells += 1;
        if cell.len() > CELL_BYTES_MAX {
            self.long += 1;
            self.few = None;
            return;
        }
        let text = std::str::from_utf8(cell).unwrap_or_default();
        self.keep(text);
        self.see_id(text);
        self.see_number(cell, text);
        if boolean(cell).is_ok() {
            self.truths += 1;
            self.truth_digits += u64::from(cell.first().is_some_and(u8::is_ascii_digit));
        }
        match forms.of(cell) {
            Some(place) => self.dates.iter_mut().skip(place).take(1).for_each(|count| *count += 1),
            None if is_loose_date(text) => self.loose_dates += 1,
            // Only what begins as one is tried: most cells are none.
            None if text.len() >= 19 && cell.first().is_some_and(u8::is_ascii_digit) => {
                self.timestamps += u64::from(timestamp(cell).is_ok());
            }
            None => {}
        }
    }

    fn keep(&mut self, text: &str) {
        let Some(few) = &mut self.few else { return };
        if few.contains(text) {
            return;
        }
        if few.len() >= VALUES_MAX || check_label(text).is_err() {
            self.few = None;
        } else {
            few.insert(text.into());
        }
    }

    fn see_id(&mut self, text: &str) {
        if !(UNIT_ID_BYTES - 3..=UNIT_ID_BYTES * 4).contains(&text.len()) {
            return;
        }
        let is = |kind| UnitId::canonicalise(kind, text).is_ok();
        // Each by itself: one citizen id in 31 has the right check character of the other kind, too.
        self.enterprises += u64::from(is(UnitKind::Enterprise));
        if is(UnitKind::Person) {
            let old = text.trim().chars().count() < UNIT_ID_BYTES;
            *(if old { &mut self.old_persons } else { &mut self.persons }) += 1;
        }
    }

    fn see_number(&mut self, cell: &[u8], text: &str) {
        let digits = text.trim_start_matches(['-', '+']);
        if !digits.starts_with(|c: char| c.is_ascii_digit()) {
            let wide = digits.starts_with(|c| ('０'..='９').contains(&c));
            self.separators += u64::from(wide);
            return;
        }
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let written = fraction.len().min(DECIMALS_MAX);
        if parse_decimal(cell, written as u8).is_ok() {
            self.numbers += 1;
            self.negative += u64::from(text.starts_with('-'));
            self.decimals = self.decimals.max(written as u8);
            self.leading_zeros += u64::from(whole.len() > 1 && whole.starts_with('0'));
        } else {
            let mut parts = text.split([',', '，']);
            let grouped = parts.next().is_some() && parts.clone().count() > 0;
            let plain = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c == '.') && !part.is_empty();
            self.separators += u64::from(grouped && parts.all(plain));
        }
    }

    /// Cells that are a unit's identifier of this kind, 15 digits among them.
    pub const fn ids(&self, kind: UnitKind) -> u64 {
        match kind {
            UnitKind::Enterprise => self.enterprises,
            UnitKind::Person => self.persons + self.old_persons,
        }
    }
}

/// A date whose month or day has one digit: `2026/1/31`.
fn is_loose_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let short = |part: &str| part.len() <= 2 && part.parse::<u8>().is_ok_and(|number| (1..=31).contains(&number));
    text.len() < 20 && year.len() == 4 && year.parse::<u16>().is_ok() && short(month) && short(day)
}
