//! One cell of a delivery → one typed value. Pure; keeps what it has already worked out of dates and
//! units, because a delivery says the same few things millions of times.

use hashbrown::HashMap;

use super::reject::Reason;
use super::synth::is_invented;
use crate::catalog::IntegerBounds;
use crate::model::{Date, DateFormat, UNIT_ID_BYTES, UnitId, UnitKind, parse_decimal};

/// A cell without the white space around it, full-width spaces included.
pub(super) fn trimmed(cell: &[u8]) -> &[u8] {
    let cell = cell.trim_ascii();
    let foreign = |byte: Option<&u8>| byte.is_some_and(|byte| !byte.is_ascii());
    if !foreign(cell.first()) && !foreign(cell.last()) {
        return cell;
    }
    std::str::from_utf8(cell).map_or(cell, |text| text.trim().as_bytes())
}

/// A cell's text.
pub(super) fn text(cell: &[u8]) -> Result<&str, Reason> {
    std::str::from_utf8(cell).map_err(|_| Reason::Encoding)
}

/// A whole number of 10^-`decimals` units within the bounds.
pub(super) fn integer(cell: &[u8], decimals: u8, bounds: &IntegerBounds) -> Result<i64, Reason> {
    let value = parse_decimal(cell, decimals).map_err(Reason::Integer)?;
    if value < bounds.min {
        return Err(Reason::Min(bounds.min));
    }
    if value > bounds.max {
        return Err(Reason::Max(bounds.max));
    }
    Ok(value)
}

/// A truth value.
pub(super) fn boolean(cell: &[u8]) -> Result<bool, Reason> {
    match cell {
        b"1" => Ok(true),
        b"0" => Ok(false),
        _ if cell.eq_ignore_ascii_case(b"true") || cell == "是".as_bytes() => Ok(true),
        _ if cell.eq_ignore_ascii_case(b"false") || cell == "否".as_bytes() => Ok(false),
        _ => Err(Reason::Boolean),
    }
}

/// A point in time, in UTC milliseconds: RFC 3339, or `2026-01-31 08:00:00` taken as UTC.
pub(super) fn timestamp(cell: &[u8]) -> Result<i64, Reason> {
    let text = text(cell)?;
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Ok(millisecond(instant));
    }
    let civil = jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M:%S%.f", text).map_err(|_| Reason::Timestamp)?;
    let instant = jiff::tz::Offset::UTC.to_timestamp(civil).map_err(|_| Reason::Timestamp)?;
    Ok(millisecond(instant))
}

/// The millisecond that an instant lies in, before 1970 as after it.
fn millisecond(instant: jiff::Timestamp) -> i64 {
    // A timestamp's range in nanoseconds, divided by a million, fits.
    i64::try_from(instant.as_nanosecond().div_euclid(1_000_000)).unwrap_or(i64::MIN)
}

/// An identifier that is not the key: in its canonical form where it is a unit's, so that a guest can
/// join on it. Where the catalog says what the column names, every cell must be such an identifier;
/// elsewhere 15 digits may be anything and stay as they are.
pub(super) fn identifier(cell: &[u8], names: Option<UnitKind>) -> Result<Identifier<'_>, Reason> {
    let text = text(cell)?;
    if let Some(kind) = names {
        return UnitId::canonicalise(kind, text).map(Identifier::Unit).map_err(Reason::Key);
    }
    if text.len() < UNIT_ID_BYTES {
        return Ok(Identifier::Text(text));
    }
    let kinds = [UnitKind::Enterprise, UnitKind::Person];
    let wide = |unit: &UnitId| unit.kind() == UnitKind::Enterprise || text.chars().count() >= UNIT_ID_BYTES;
    let unit = kinds.into_iter().find_map(|kind| UnitId::canonicalise(kind, text).ok().filter(wide));
    Ok(unit.map_or(Identifier::Text(text), Identifier::Unit))
}

/// What an identifier column holds.
pub(super) enum Identifier<'a> {
    /// A unit's identifier.
    Unit(UnitId),
    /// A certificate's number, a title's.
    Text(&'a str),
}

/// Days that were read before, by their text.
const DATES_KEPT_MAX: usize = 65_536;

/// Reads dates in the forms of one source.
pub(super) struct Dates<'a> {
    forms: &'a [DateFormat],
    known: HashMap<Box<[u8]>, i32>,
}

impl<'a> Dates<'a> {
    /// A reader of these forms.
    pub fn new(forms: &'a [DateFormat]) -> Self {
        Self { forms, known: HashMap::default() }
    }

    /// The day, as days since 1970-01-01.
    pub fn read(&mut self, cell: &[u8]) -> Result<i32, Reason> {
        if let Some(days) = self.known.get(cell) {
            return Ok(*days);
        }
        let days = self.forms.iter().find_map(|form| form.read(cell)).map(Date::days).ok_or(Reason::Date)?;
        if self.known.len() < DATES_KEPT_MAX {
            self.known.insert(cell.into(), days);
        }
        Ok(days)
    }
}

/// The distinct units of a delivery, numbered by first appearance.
pub(super) struct Units {
    kind: UnitKind,
    /// Whether identifiers that nobody real can have are refused.
    real: bool,
    numbers: HashMap<[u8; UNIT_ID_BYTES], u32>,
    ids: Vec<[u8; UNIT_ID_BYTES]>,
    last: Option<([u8; UNIT_ID_BYTES], u32)>,
}

impl Units {
    /// No units yet. `real`: those that `anshi synth` invents are refused.
    pub fn new(kind: UnitKind, real: bool) -> Self {
        Self { kind, real, numbers: HashMap::default(), ids: Vec::new(), last: None }
    }

    /// The unit that `cell` names, canonicalised, its check character verified.
    pub fn number(&mut self, cell: &[u8]) -> Result<u32, Reason> {
        // The bytes of a known unit need no second check.
        if let Ok(bytes) = <[u8; UNIT_ID_BYTES]>::try_from(cell) {
            if let Some((_, number)) = self.last.filter(|(last, _)| *last == bytes) {
                return Ok(number);
            }
            if let Some(number) = self.numbers.get(&bytes) {
                self.last = Some((bytes, *number));
                return Ok(*number);
            }
        }
        let unit = UnitId::canonicalise(self.kind, text(cell)?).map_err(Reason::Key)?;
        if self.real && is_invented(&unit) {
            return Err(Reason::Invented);
        }
        let next = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        let ids = &mut self.ids;
        Ok(*self.numbers.entry(*unit.as_bytes()).or_insert_with(|| {
            ids.push(*unit.as_bytes());
            next
        }))
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.ids.len()
    }

    /// The identifiers, by number.
    pub fn into_ids(self) -> Vec<[u8; UNIT_ID_BYTES]> {
        self.ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::IdError;

    #[test]
    fn truth_in_four_ways() {
        for yes in ["1", "true", "TRUE", "是"] {
            assert_eq!(boolean(yes.as_bytes()), Ok(true), "{yes}");
        }
        for no in ["0", "false", "False", "否"] {
            assert_eq!(boolean(no.as_bytes()), Ok(false), "{no}");
        }
        for bad in ["", "2", "yes", "Y", "真"] {
            assert_eq!(boolean(bad.as_bytes()), Err(Reason::Boolean), "{bad}");
        }
    }

    #[test]
    fn times_are_utc_milliseconds() {
        assert_eq!(timestamp(b"1970-01-01T00:00:01Z"), Ok(1000));
        assert_eq!(timestamp(b"1970-01-01T08:00:00.5+08:00"), Ok(500));
        assert_eq!(timestamp(b"1970-01-02 00:00:00"), Ok(86_400_000));
        for bad in ["1970-01-01", "1970-01-01T00:00:00", "yesterday", "1970-02-30 00:00:00"] {
            assert_eq!(timestamp(bad.as_bytes()), Err(Reason::Timestamp), "{bad}");
        }
    }

    fn read(cell: &str, names: Option<UnitKind>) -> Result<String, Reason> {
        identifier(cell.as_bytes(), names).map(|identifier| match identifier {
            Identifier::Unit(unit) => unit.to_string(),
            Identifier::Text(text) => text.to_owned(),
        })
    }

    #[test]
    fn fifteen_digits_are_a_person_only_where_the_catalog_says_so() {
        let (old, new) = ("340524800101001", "34052419800101001X");
        let wide: String = old.chars().filter_map(|c| char::from_u32(c as u32 + 0xfee0)).collect();
        for cell in [old, new, "34052419800101001x", &wide] {
            assert_eq!(read(cell, Some(UnitKind::Person)), Ok(new.to_owned()), "{cell}");
        }
        for (cell, names) in [(old, None), (&wide, None), (new, None), ("鲁(2026)0001", None)] {
            assert_eq!(read(cell, names), Ok(cell.to_owned()), "{cell}");
        }
        assert_eq!(read("34052419800101001x", None), Ok(new.to_owned()));
        assert_eq!(read(old, Some(UnitKind::Enterprise)), Err(Reason::Key(IdError::Length)));
        assert_eq!(read("ABC-1", Some(UnitKind::Person)), Err(Reason::Key(IdError::Length)));
        assert_eq!(read("340524800230001", Some(UnitKind::Person)), Err(Reason::Key(IdError::Birth)));
    }

    #[test]
    fn both_spellings_of_a_person_are_one_unit() {
        let mut units = Units::new(UnitKind::Person, false);
        for cell in ["34052419800101001X", "340524800101001", "34052419800101001x"] {
            assert_eq!(units.number(cell.as_bytes()), Ok(0), "{cell}");
        }
        assert_eq!(units.number(b"340524800230001"), Err(Reason::Key(IdError::Birth)));
        assert_eq!(units.into_ids(), vec![*b"34052419800101001X"]);
    }

    #[test]
    fn variants_of_a_unit_are_one_unit() {
        let mut units = Units::new(UnitKind::Enterprise, false);
        for variant in
            ["91350100M000100Y43", "91350100m000100y43", " \u{3000}91350100M000100Y43\u{3000}", "９1350100M000100Y43"]
        {
            assert_eq!(units.number(trimmed(variant.as_bytes())), Ok(0), "{variant}");
        }
        assert!(matches!(units.number(b"91350100M000100Y44"), Err(Reason::Key(_))));
        assert_eq!(units.into_ids(), vec![*b"91350100M000100Y43"]);
    }
}
