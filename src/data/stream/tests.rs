//! Streams by hand: every way in which rows can fail to follow.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Int32Array, Int64Array, LargeStringArray, RecordBatch, StringArray,
};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{Field, Schema};

use super::*;
use crate::data::{UnitRows, Values, Window};

/// Bucket, unit, table, time, amount, name.
type Row = (i32, Option<&'static str>, Option<i32>, Option<i32>, Option<i64>, Option<&'static str>);

fn tables() -> Vec<StreamTable> {
    let column = |column: &str, form| StreamColumn { column: column.to_owned(), form };
    let window = |rows_max| Window::new("2026-06-30".parse().unwrap(), None, rows_max);
    let paid = StreamTable {
        dataset: "tax".to_owned(),
        columns: vec![column("paid", ColumnForm::Integer), column("day", ColumnForm::Date)],
        time: Some(1),
        given: vec![0, 1],
        window: window(3),
    };
    let named = StreamTable {
        dataset: "firms".to_owned(),
        columns: vec![column("name", ColumnForm::Text), column("open", ColumnForm::Boolean)],
        time: None,
        given: vec![0],
        window: window(9),
    };
    vec![paid, named]
}

fn columns(rows: &[Row], short: bool) -> Vec<(&'static str, ArrayRef)> {
    let texts = |texts: Vec<Option<&str>>| -> ArrayRef {
        if short { Arc::new(StringArray::from(texts)) } else { Arc::new(LargeStringArray::from(texts)) }
    };
    vec![
        ("t0_paid", Arc::new(rows.iter().map(|row| row.4).collect::<Int64Array>())),
        ("bucket", Arc::new(rows.iter().map(|row| Some(row.0)).collect::<Int32Array>())),
        ("unit", texts(rows.iter().map(|row| row.1).collect())),
        ("table", Arc::new(rows.iter().map(|row| row.2).collect::<Int32Array>())),
        ("t0_day", Arc::new(rows.iter().map(|row| row.3).collect::<Date32Array>())),
        ("t1_name", texts(rows.iter().map(|row| row.5).collect())),
        ("t1_open", Arc::new(rows.iter().map(|_| None).collect::<BooleanArray>())),
    ]
}

fn write(batches: Vec<Vec<(&str, ArrayRef)>>) -> Vec<u8> {
    let field = |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), true);
    let schema = Arc::new(Schema::new(batches[0].iter().map(field).collect::<Vec<_>>()));
    let mut writer = StreamWriter::try_new(Vec::new(), &schema).unwrap();
    for batch in batches {
        let arrays = batch.into_iter().map(|(_, array)| array).collect();
        writer.write(&RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap()).unwrap();
    }
    writer.into_inner().unwrap()
}

fn stream(batches: &[&[Row]]) -> Vec<u8> {
    write(batches.iter().map(|rows| columns(rows, false)).collect())
}

fn show(rows: &UnitRows<'_>) -> String {
    let cell = |row: usize| {
        let values = rows.columns.iter().map(|cells| match (cells.present.get(row), cells.values) {
            (present, Values::Integers(values)) => format!("{}{}", values[row], if present { "" } else { "?" }),
            (present, Values::Dates(values)) => format!("{}{}", values[row], if present { "" } else { "?" }),
            (present, Values::Texts(texts)) => format!("{}{}", texts.get(row), if present { "" } else { "?" }),
            _ => "other".to_owned(),
        });
        values.collect::<Vec<_>>().join(",")
    };
    (0..rows.rows).map(cell).collect::<Vec<_>>().join(" ")
}

/// What a reader sees, a line for each step; the error behind it.
fn read(bytes: &[u8]) -> (Vec<String>, Option<String>) {
    let mut lines = Vec::new();
    let read = read_rows(bytes, &tables(), &mut |step| {
        lines.push(match step {
            Step::Unit { bucket, unit, tables } => {
                format!("{bucket} {unit}: {}", tables.iter().map(show).collect::<Vec<_>>().join(" | "))
            }
            Step::Closed { bucket } => format!("{bucket} closed"),
        });
        Ok::<(), StreamError>(())
    });
    (lines, read.err().map(|error| error.to_string()))
}

fn error(batches: &[&[Row]]) -> String {
    read(&stream(batches)).1.unwrap()
}

const A: Option<&str> = Some("a");
const B: Option<&str> = Some("b");
const TAX: Option<i32> = Some(0);
const FIRMS: Option<i32> = Some(1);
const WHOLE: &[Row] = &[
    (0, A, TAX, None, Some(1), None),
    (0, A, TAX, Some(10), None, None),
    (0, A, TAX, Some(10), Some(3), None),
    (0, A, FIRMS, None, None, Some("甲")),
    (0, B, None, None, None, None),
    (0, None, None, None, None, None),
    (3, None, None, None, None, None),
    (5, A, FIRMS, None, None, None),
    (5, None, None, None, None, None),
];
/// The row without a time is outside of every window.
const SEEN: [&str; 6] = ["0 a: 0?,10 3,10 | 甲", "0 b:  | ", "0 closed", "3 closed", "5 a:  | ?", "5 closed"];

#[test]
fn units_come_whole_wherever_batches_end() {
    assert_eq!(read(&stream(&[WHOLE])), (SEEN.map(str::to_owned).to_vec(), None));
    for cut in 1..WHOLE.len() {
        let (before, after) = WHOLE.split_at(cut);
        assert_eq!(read(&stream(&[before, &[], after])), (SEEN.map(str::to_owned).to_vec(), None), "cut at {cut}");
    }
    let single: Vec<&[Row]> = WHOLE.chunks(1).collect();
    assert_eq!(read(&stream(&single)).0, SEEN);
    assert_eq!(read(&write(vec![columns(WHOLE, true)])).0, SEEN, "with short texts");
    assert_eq!(read(&stream(&[&[]])), (Vec::new(), None));
}

#[test]
fn what_lies_under_a_missing_value_is_not_seen() {
    let mut batch = columns(WHOLE, false);
    let garbage = Int64Array::new(vec![77; WHOLE.len()].into(), batch[0].1.nulls().cloned());
    batch[0].1 = Arc::new(garbage);
    let seen = read(&write(vec![batch])).0;
    assert_eq!(seen[0], "0 a: 0?,10 77,10 | 甲");
}

#[test]
fn only_the_newest_rows_are_given() {
    let day = |day, paid| (0, A, TAX, Some(day), Some(paid), None);
    let rows = [day(1, 1), day(2, 2), day(3, 3), day(4, 4), day(40_000, 5), (0, None, None, None, None, None)];
    assert_eq!(read(&stream(&[&rows])).0[0], "0 a: 2,2 3,3 4,4 | ", "and none after the day of the answer");
}

#[test]
fn rows_that_do_not_follow_are_refused() {
    let closed = (0, None, None, None, None, None);
    let unit = |unit| (0, unit, FIRMS, None, None, None);
    let day = |day| (0, A, TAX, day, None, None);
    for (rows, told) in [
        (vec![unit(B), unit(A), closed], "row 2 of the stream: its unit does not follow"),
        (vec![unit(A), unit(B), unit(A), closed], "row 3 of the stream: its unit"),
        (vec![unit(A), day(Some(1)), closed], "row 2 of the stream: its table"),
        (vec![(0, A, Some(2), None, None, None), closed], "row 1 of the stream: its table"),
        (vec![(0, A, Some(-1), None, None, None), closed], "row 1 of the stream: its table"),
        (vec![day(Some(2)), day(Some(1)), closed], "row 2 of the stream: the rows of its unit"),
        (vec![day(Some(2)), day(None), closed], "row 2 of the stream: the rows of its unit"),
        (vec![(-1, A, FIRMS, None, None, None)], "row 1 of the stream: its bucket"),
        (vec![unit(A), (1, A, FIRMS, None, None, None)], "row 2 of the stream: the bucket before"),
        (vec![unit(A), closed, closed], "row 2 of the stream: its bucket"),
        (vec![unit(A), closed, unit(B), closed], "row 3 of the stream: its bucket"),
        (vec![(1, A, FIRMS, None, None, None), (1, None, None, None, None, None), unit(B)], "row 3 of the stream"),
    ] {
        let whole = error(&[&rows]);
        assert!(whole.starts_with(told), "{whole}, not {told}");
        // The same wherever a batch ends.
        let single: Vec<&[Row]> = rows.chunks(1).collect();
        let told = told.split(':').nth(1).unwrap_or("row 3");
        assert!(error(&single).contains(told), "{}", error(&single));
    }
}

#[test]
fn a_bucket_without_its_end_is_noticed() {
    let batches: Vec<&[Row]> = WHOLE.chunks(1).collect();
    for rows in [1, 3, 5, 8] {
        let (seen, error) = read(&stream(&batches[..rows]));
        let bucket = if rows == 8 { 5 } else { 0 };
        assert!(error.as_ref().unwrap().starts_with(&format!("the stream ends within bucket {bucket}")), "{error:?}");
        assert!(!seen.contains(&format!("{bucket} closed")));
    }
}

#[test]
fn a_stream_cut_anywhere_never_closes_a_bucket_early() {
    let batches: Vec<&[Row]> = WHOLE.chunks(2).collect();
    let bytes = stream(&batches);
    let mut whole = 0;
    for length in 0..bytes.len() {
        let (seen, error) = read(&bytes[..length]);
        let closed = |bucket: i32| seen.contains(&format!("{bucket} closed"));
        assert!(!closed(0) || seen[..3] == SEEN[..3], "{length}: {seen:?}");
        assert!(!closed(5) || seen == SEEN, "{length}: {seen:?}");
        whole += usize::from(error.is_none() && seen == SEEN);
    }
    // Without the mark of the end: all rows are there.
    assert!(whole < 16, "{whole}");
    let behind = [bytes.as_slice(), b"more"].concat();
    assert_eq!(read(&behind).1.unwrap(), "something follows the end of the stream");
    assert_eq!(read(&[bytes.as_slice(), &bytes].concat()).1.unwrap(), "something follows the end of the stream");
    assert_eq!(read(b"").1.unwrap(), "it is not a whole Arrow IPC stream");
    assert_eq!(read(b"bucket,unit,table\n0,a,0\n").1.unwrap(), "it is not a whole Arrow IPC stream");
}

#[test]
fn the_columns_are_the_jobs() {
    let spoilt = |spoil: &dyn Fn(&mut Vec<(&'static str, ArrayRef)>)| {
        let mut batch = columns(WHOLE, false);
        spoil(&mut batch);
        read(&write(vec![batch])).1.unwrap()
    };
    let other = || -> ArrayRef { Arc::new(Int32Array::from(vec![0; WHOLE.len()])) };
    assert_eq!(
        spoilt(&|batch| batch.push(("t0_name", other()))),
        "the stream has a column `t0_name` that the job does not know"
    );
    assert_eq!(spoilt(&|batch| batch.push(("table", other()))), "the stream has the column `table` twice");
    for (place, name) in [(0, "t0_paid"), (1, "bucket"), (2, "unit"), (3, "table"), (4, "t0_day"), (6, "t1_open")] {
        let missing = spoilt(&|batch| drop(batch.remove(place)));
        assert_eq!(missing, format!("the stream has no column `{name}`"));
    }
    for place in [0, 4, 5, 6] {
        let other = spoilt(&|batch| batch[place].1 = other());
        assert!(other.ends_with("has another type than the job says"), "{other}");
    }
}

fn contributions(act: impl FnOnce(&mut ContributionsWriter<&mut Vec<u8>>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ContributionsWriter::new(&mut bytes, &["paid".to_owned()]).unwrap();
    act(&mut writer);
    writer.finish().unwrap();
    bytes
}

fn read_back(bytes: &[u8]) -> Result<Vec<(i32, i32, i64, i64, i64)>, String> {
    let mut rows = Vec::new();
    let read = read_contributions(bytes, &["paid".to_owned()], &mut |row| {
        rows.push((row.bucket, row.cell, row.marker, row.units, row.sums[0]));
        Ok::<(), StreamError>(())
    });
    read.map(|()| rows).map_err(|error| error.to_string())
}

#[test]
fn contributions_come_back_with_their_markers() {
    let bytes = contributions(|writer| {
        writer.push(4, 7, [-5].into_iter()).unwrap();
        writer.push(4, 0, [6].into_iter()).unwrap();
        writer.close(4).unwrap();
        writer.close(9).unwrap();
        assert!(writer.push(9, usize::MAX, [0].into_iter()).is_err(), "the marker's cell");
        assert!(writer.push(9, u32::MAX as usize, [0].into_iter()).is_err(), "the marker's cell");
    });
    let rows = vec![(4, 7, 0, 1, -5), (4, 0, 0, 1, 6), (4, MARKER_CELL, 1, 2, 0), (9, MARKER_CELL, 1, 0, 0)];
    assert_eq!(read_back(&bytes), Ok(rows.clone()));
    let mut whole = 0;
    for length in 0..bytes.len() {
        whole += usize::from(read_back(&bytes[..length]).is_ok_and(|read| read == rows));
        assert!(read_back(&bytes[..length]).map_or(true, |read| read == rows || read.is_empty()));
    }
    assert!(whole < 16, "{whole}");
    assert!(read_back(&[bytes.as_slice(), &bytes].concat()).is_err());
    assert!(read_contributions(bytes.as_slice(), &["other".to_owned()], &mut |_| Ok::<(), StreamError>(())).is_err());
    let two = ["paid".to_owned(), "late".to_owned()];
    assert!(read_contributions(bytes.as_slice(), &two, &mut |_| Ok::<(), StreamError>(())).is_err());
    assert!(read_contributions(bytes.as_slice(), &[], &mut |_| Ok::<(), StreamError>(())).is_err());
}

#[test]
fn an_engines_sums_are_read_whatever_it_calls_nullable() {
    let wide = |values: Vec<Option<i64>>| -> ArrayRef { Arc::new(Int64Array::from(values)) };
    let small = |values: Vec<i32>| -> ArrayRef { Arc::new(Int32Array::from(values)) };
    let batch = |units: Option<i64>| {
        vec![
            ("bucket", small(vec![1, 1])),
            ("cell", small(vec![3, MARKER_CELL])),
            ("marker", wide(vec![Some(0), Some(1)])),
            ("units", wide(vec![units, Some(40)])),
            ("m0_paid", wide(vec![Some(123), Some(0)])),
        ]
    };
    let rows = read_back(&write(vec![batch(Some(40))])).unwrap();
    assert_eq!(rows, [(1, 3, 0, 40, 123), (1, MARKER_CELL, 1, 40, 0)]);
    assert!(read_back(&write(vec![batch(None)])).unwrap_err().starts_with("row 1 of the stream"));
}
