//! Single cells: identifiers, dates, decimals.

use anshi::model::{Date, DateFormat, UnitId, UnitKind, parse_decimal};

/// One cell read as everything that it could be.
pub fn values(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for kind in [UnitKind::Enterprise, UnitKind::Person] {
        if let Ok(unit) = UnitId::canonicalise(kind, text) {
            assert_eq!(UnitId::parse(kind, unit.as_str()), Ok(unit), "the canonical form is canonical");
        }
        if let Ok(unit) = UnitId::parse(kind, text) {
            assert_eq!(unit.as_str(), text, "parsing mends nothing");
        }
    }
    if let Ok(date) = text.parse::<Date>() {
        assert_eq!(date.to_string(), text, "a date has one form");
    }
    for pattern in ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"] {
        let format = DateFormat::parse(pattern).unwrap();
        if let Some(date) = format.read(data) {
            assert_eq!(format.read(format.write(date).as_bytes()), Some(date));
        }
    }
    for scale in [0, 2, 9] {
        if let Ok(value) = parse_decimal(data, scale) {
            assert_eq!(parse_decimal(decimal(value, scale).as_bytes(), scale), Ok(value), "decimals are exact");
        }
    }
}

/// `value` × 10^-`scale`.
fn decimal(value: i64, scale: u8) -> String {
    let digits = format!("{:0width$}", value.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
    let sign = if value < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}
