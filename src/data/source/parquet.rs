//! Reads Parquet files, batch by batch: only the columns that the catalog names, each value as exact text.

use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, SchemaRef, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::error::SourceError;
use super::header::{HeaderProblem, catalog_file, check_header};
use super::typed::RowBuilder;
use crate::catalog::Dataset;
use crate::data::intake::{Intake, ROWS_MAX};
use crate::data::reject::Reason;
use crate::env::WatchedFile;
use crate::model::Date;

const BATCH_ROWS: usize = 2_048;

/// Reads one file into `intake`. `progress` hears of every batch.
pub(super) fn read_parquet(
    path: &Path,
    intake: &mut Intake<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<(), SourceError> {
    let unreadable =
        |source: &dyn std::fmt::Display| SourceError::Parquet { path: path.to_owned(), said: source.to_string() };
    let file = WatchedFile::open(path)?;
    let own = WatchedFile::open(path)?.into_file();
    let builder = ParquetRecordBatchReaderBuilder::try_new(own).map_err(|error| unreadable(&error))?;
    let refused = |problems| SourceError::Header { origin: path.display().to_string(), problems };
    let wanted = check_columns(builder.schema(), intake.dataset()).map_err(refused)?;
    let mask = ProjectionMask::roots(builder.parquet_schema(), wanted.iter().copied());
    let reader = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build();
    let reader = reader.map_err(|error| unreadable(&error))?;
    let origin = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    // The batch has the columns in the file's order.
    let mut in_file = wanted.clone();
    in_file.sort_unstable();
    let places: Vec<usize> = wanted.iter().filter_map(|place| in_file.iter().position(|p| p == place)).collect();
    let mut row = RowBuilder::new(intake.dataset());
    let mut number = 0;
    for batch in reader {
        let batch = batch.map_err(|error| unreadable(&error))?;
        let columns = columns(&batch, &places);
        for place in 0..batch.num_rows() {
            number += 1;
            for column in &columns {
                column.push(&mut row, place);
            }
            row.end(intake, origin, number)?;
        }
        progress(intake.rows() as u64);
        if intake.rows() > ROWS_MAX - BATCH_ROWS {
            return Err(SourceError::Rows);
        }
    }
    if file.unchanged()? { Ok(()) } else { Err(SourceError::Changed(path.to_owned())) }
}

/// A column of one batch; of a dictionary, each row's place among the values.
enum BatchColumn<'a> {
    Plain(&'a ArrayRef),
    Dictionary { column: &'a ArrayRef, keys: Vec<usize>, values: &'a ArrayRef },
}

impl BatchColumn<'_> {
    fn push(&self, row: &mut RowBuilder, place: usize) {
        match self {
            Self::Plain(column) => push(row, column, place),
            Self::Dictionary { column, .. } if column.is_null(place) => row.missing(),
            Self::Dictionary { keys, values, .. } => match keys.get(place) {
                Some(key) => push(row, values, *key),
                None => row.missing(),
            },
        }
    }
}

fn columns<'a>(batch: &'a RecordBatch, places: &[usize]) -> Vec<BatchColumn<'a>> {
    let column = |column: &'a ArrayRef| match column.as_any_dictionary_opt() {
        None => BatchColumn::Plain(column),
        Some(dictionary) => {
            let values = dictionary.values();
            // Without values every row is missing, and there is nothing to point at.
            let keys = if values.is_empty() { Vec::new() } else { dictionary.normalized_keys() };
            BatchColumn::Dictionary { column, keys, values }
        }
    };
    places.iter().filter_map(|place| batch.columns().get(*place)).map(column).collect()
}

/// For each of the dataset's columns, its place in the file.
fn check_columns(schema: &SchemaRef, dataset: &Dataset) -> Result<Vec<usize>, Vec<HeaderProblem>> {
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let places = check_header(&names, dataset)?;
    let problem = |place: &usize| {
        let field = schema.fields().get(*place)?;
        (!is_known(field.data_type())).then(|| HeaderProblem::Type {
            name: field.name().escape_debug().to_string(),
            is: field.data_type().to_string(),
            file: catalog_file(dataset),
        })
    };
    let problems: Vec<HeaderProblem> = places.iter().filter_map(problem).collect();
    if problems.is_empty() { Ok(places) } else { Err(problems) }
}

fn is_known(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => is_known(values),
        DataType::Null | DataType::Boolean | DataType::Date32 | DataType::Timestamp(..) => true,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => true,
        DataType::Float32 | DataType::Float64 => true,
        other => other.is_integer() || other.is_decimal(),
    }
}

fn push(row: &mut RowBuilder, column: &ArrayRef, place: usize) {
    if column.is_null(place) {
        return row.missing();
    }
    macro_rules! number {
        ($kind:ty) => {
            row.shown(column.as_primitive::<$kind>().value(place))
        };
    }
    macro_rules! decimal {
        ($kind:ty, $scale:expr) => {
            row.decimal(column.as_primitive::<$kind>().value(place), $scale)
        };
    }
    match column.data_type() {
        DataType::Boolean => row.shown(column.as_boolean().value(place)),
        DataType::Int8 => number!(Int8Type),
        DataType::Int16 => number!(Int16Type),
        DataType::Int32 => number!(Int32Type),
        DataType::Int64 => number!(Int64Type),
        DataType::UInt8 => number!(UInt8Type),
        DataType::UInt16 => number!(UInt16Type),
        DataType::UInt32 => number!(UInt32Type),
        DataType::UInt64 => number!(UInt64Type),
        // The shortest decimal that is this float and no other.
        DataType::Float32 => number!(Float32Type),
        DataType::Float64 => number!(Float64Type),
        DataType::Decimal32(_, scale) => decimal!(Decimal32Type, *scale),
        DataType::Decimal64(_, scale) => decimal!(Decimal64Type, *scale),
        DataType::Decimal128(_, scale) => decimal!(Decimal128Type, *scale),
        DataType::Decimal256(_, scale) => decimal!(Decimal256Type, *scale),
        DataType::Date32 => row.shown(Date::from_days(column.as_primitive::<Date32Type>().value(place))),
        DataType::Timestamp(unit, zone) => push_instant(row, column, place, (unit, zone.is_some())),
        DataType::Utf8 => row.text(column.as_string::<i32>().value(place).as_bytes()),
        DataType::LargeUtf8 => row.text(column.as_string::<i64>().value(place).as_bytes()),
        DataType::Utf8View => row.text(column.as_string_view().value(place).as_bytes()),
        DataType::Binary => row.text(column.as_binary::<i32>().value(place)),
        DataType::LargeBinary => row.text(column.as_binary::<i64>().value(place)),
        DataType::BinaryView => row.text(column.as_binary_view().value(place)),
        // `is_known` let nothing else in.
        _ => row.spoilt(Reason::Value),
    }
}

/// An instant in UTC, or, without a zone, the time on the wall.
fn push_instant(row: &mut RowBuilder, column: &ArrayRef, place: usize, (unit, zoned): (&TimeUnit, bool)) {
    let (value, per_second) = match unit {
        TimeUnit::Second => (column.as_primitive::<TimestampSecondType>().value(place), 1),
        TimeUnit::Millisecond => (column.as_primitive::<TimestampMillisecondType>().value(place), 1_000),
        TimeUnit::Microsecond => (column.as_primitive::<TimestampMicrosecondType>().value(place), 1_000_000),
        TimeUnit::Nanosecond => (column.as_primitive::<TimestampNanosecondType>().value(place), 1_000_000_000),
    };
    let (seconds, rest) = (value.div_euclid(per_second), value.rem_euclid(per_second));
    let nanos = i32::try_from(rest * (1_000_000_000 / per_second)).unwrap_or(0);
    match jiff::Timestamp::new(seconds, nanos) {
        Err(_) => row.spoilt(Reason::Timestamp),
        Ok(instant) if zoned => row.shown(instant),
        Ok(instant) => row.instant_on_the_wall(jiff::tz::Offset::UTC.to_datetime(instant)),
    }
}
