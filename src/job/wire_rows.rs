//! A client's own rows on the wire: `{"dataset": [{"column": value, …}, …]}`. Reads any cell, because what a cell must be
//! is the policy's to say, with row and column; nothing stands twice, and nothing of a value is ever in an error.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::model::{RawCell, RawRow, RawRows};

/// The most rows of one request, of all its datasets.
const REQUEST_ROWS_MAX: usize = 10_000;

/// Rows by dataset.
#[derive(Serialize)]
pub(super) struct WireRows(BTreeMap<String, WireList>);

/// The rows of one dataset.
#[derive(Serialize)]
struct WireList(Vec<WireRow>);

/// A row's cells by column, each as it was written: the strict reader compares.
#[derive(Serialize)]
struct WireRow(BTreeMap<String, Value>);

impl fmt::Debug for WireRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(dataset, rows)| (dataset, rows.0.len()))).finish()
    }
}

impl From<&RawRows> for WireRows {
    fn from(rows: &RawRows) -> Self {
        let cell = |(column, cell): (&String, &RawCell)| {
            let value = match cell {
                RawCell::Missing => Value::Null,
                RawCell::Boolean(value) => Value::Bool(*value),
                RawCell::Integer(value) => Value::from(*value),
                RawCell::Text(text) => Value::from(text.as_str()),
                RawCell::Other => Value::Array(Vec::new()),
            };
            (column.clone(), value)
        };
        let row = |row: &RawRow| WireRow(row.iter().map(cell).collect());
        let list = |rows: &Vec<RawRow>| WireList(rows.iter().map(row).collect());
        Self(rows.0.iter().map(|(dataset, rows)| (dataset.clone(), list(rows))).collect())
    }
}

impl From<WireRows> for RawRows {
    fn from(wire: WireRows) -> Self {
        let cell = |(column, value): (String, Value)| {
            let cell = match value {
                Value::Null => RawCell::Missing,
                Value::Bool(value) => RawCell::Boolean(value),
                Value::Number(number) => number.as_i64().map_or(RawCell::Other, RawCell::Integer),
                Value::String(text) => RawCell::Text(text),
                Value::Array(_) | Value::Object(_) => RawCell::Other,
            };
            (column, cell)
        };
        let row = |row: WireRow| row.0.into_iter().map(cell).collect();
        let list = |list: WireList| list.0.into_iter().map(row).collect();
        Self(wire.0.into_iter().map(|(dataset, rows)| (dataset, list(rows))).collect())
    }
}

fn too_many<E: Error>() -> E {
    E::custom(format_args!("`rows` has more than {REQUEST_ROWS_MAX} rows"))
}

/// An object whose members are `T`, none twice.
fn members<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    mut map: A,
    what: &str,
    mut enough: impl FnMut(&T) -> bool,
) -> Result<BTreeMap<String, T>, A::Error> {
    let mut members = BTreeMap::new();
    while let Some((name, value)) = map.next_entry::<String, T>()? {
        if enough(&value) {
            return Err(too_many());
        }
        if members.insert(name, value).is_some() {
            return Err(A::Error::custom(format_args!("a {what} stands there twice")));
        }
    }
    Ok(members)
}

impl<'de> Deserialize<'de> for WireRows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Datasets;

        impl<'de> Visitor<'de> for Datasets {
            type Value = WireRows;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of datasets, each a list of rows")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<WireRows, A::Error> {
                let mut rows = 0;
                let enough = |list: &WireList| {
                    rows += list.0.len();
                    rows > REQUEST_ROWS_MAX
                };
                members(map, "dataset", enough).map(WireRows)
            }
        }

        deserializer.deserialize_map(Datasets)
    }
}

impl<'de> Deserialize<'de> for WireList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = WireList;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of rows")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<WireList, A::Error> {
                let mut rows = Vec::new();
                while let Some(row) = seq.next_element()? {
                    // Whoever sends more is stopped here, not when all of them are in memory.
                    if rows.len() >= REQUEST_ROWS_MAX {
                        return Err(too_many());
                    }
                    rows.push(row);
                }
                Ok(WireList(rows))
            }
        }

        deserializer.deserialize_seq(List)
    }
}

impl<'de> Deserialize<'de> for WireRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Cells;

        impl<'de> Visitor<'de> for Cells {
            type Value = WireRow;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row: an object of cells by column")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<WireRow, A::Error> {
                members(map, "column", |_: &Value| false).map(WireRow)
            }
        }

        deserializer.deserialize_map(Cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::read_json;

    fn read(text: &str) -> Result<RawRows, String> {
        read_json::<WireRows>(text.as_bytes()).map(RawRows::from).map_err(|error| error.to_string())
    }

    #[test]
    fn every_cell_keeps_what_it_is() {
        let text = r#"{"a":[{"b":true,"d":"x","e":-9007199254740993,"f":1.5,"g":1e3,"m":null,"o":[{}]},{}],"z":[]}"#;
        let RawRows(rows) = read(text).unwrap();
        let cells: Vec<&RawCell> = rows["a"][0].values().collect();
        let other = &RawCell::Other;
        let (text, integer) = (&RawCell::Text("x".to_owned()), &RawCell::Integer(-9_007_199_254_740_993));
        assert!(cells == [&RawCell::Boolean(true), text, integer, other, other, &RawCell::Missing, other]);
        assert_eq!((rows["a"].len(), rows["a"][1].len(), rows["z"].len()), (2, 0, 0));
    }

    #[test]
    fn what_is_read_can_be_written() {
        let RawRows(rows) = read(r#"{"a":[{"b":false,"c":null,"d":"","e":7}]}"#).unwrap();
        let written = serde_json::to_string(&WireRows::from(&RawRows(rows.clone()))).unwrap();
        assert!(read(&written) == Ok(RawRows(rows)));
    }

    #[test]
    fn nothing_stands_twice_and_errors_repeat_no_value() {
        for bad in [
            r#"{"a":[{"b":"CANARY","b":"CANARY"}]}"#,
            r#"{"a":[{"b":"CANARY"}],"a":[]}"#,
            r#"{"a":["CANARY"]}"#,
            r#"{"a":[["CANARY"]]}"#,
            r#"{"a":{"b":"CANARY"}}"#,
            r#"[{"b":"CANARY"}]"#,
            r#"{"a":[{"b":"CANARY",}]}"#,
        ] {
            let error = read(bad).unwrap_err();
            // Of what is no row at all serde says what it is.
            assert!(bad.contains(r#"["CANARY"]}"#) || !error.contains("CANARY"), "{bad}: {error}");
        }
    }

    #[test]
    fn too_many_rows_are_not_read() {
        let rows = |count: usize| format!("[{}]", vec!["{}"; count].join(","));
        assert!(read(&format!(r#"{{"a":{}}}"#, rows(REQUEST_ROWS_MAX))).is_ok());
        assert!(read(&format!(r#"{{"a":{}}}"#, rows(REQUEST_ROWS_MAX + 1))).unwrap_err().contains("more than 10000"));
        assert!(read(&format!(r#"{{"a":{},"b":[{{}}]}}"#, rows(REQUEST_ROWS_MAX))).is_err());
    }
}
