//! The form of the rows' stream: which columns there are, and what can be wrong with one.

use arrow_schema::{DataType, Field, Schema};

use crate::catalog::ColumnType;
use crate::data::Window;

/// The column that says which bucket of units a row is in.
pub(super) const BUCKET: &str = "bucket";
/// The column that says whose row it is; missing in the row that closes a bucket.
pub(super) const UNIT: &str = "unit";
/// The column that says of which of the job's tables a row is; missing in a row that only says that its unit is there.
pub(super) const TABLE: &str = "table";

/// What a column of the stream holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnForm {
    /// Truth values.
    Boolean,
    /// Integers, or points in time as UTC milliseconds.
    Integer,
    /// Days.
    Date,
    /// Text, or identifiers.
    Text,
}

impl ColumnForm {
    const ALL: [Self; 4] = [Self::Boolean, Self::Integer, Self::Date, Self::Text];

    /// The word in a job's description.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Date => "date",
            Self::Text => "text",
        }
    }

    /// The form that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.word() == word)
    }

    /// The form of a catalog's column.
    pub const fn of(kind: &ColumnType) -> Self {
        match kind {
            ColumnType::Boolean => Self::Boolean,
            ColumnType::Integer(_) | ColumnType::Timestamp => Self::Integer,
            ColumnType::Date => Self::Date,
            ColumnType::Text { .. } | ColumnType::Identifier => Self::Text,
        }
    }

    /// What is written; of texts the short form is read, too, which other engines write.
    const fn written(self) -> DataType {
        match self {
            Self::Boolean => DataType::Boolean,
            Self::Integer => DataType::Int64,
            Self::Date => DataType::Date32,
            Self::Text => DataType::LargeUtf8,
        }
    }

    fn reads(self, found: &DataType) -> bool {
        *found == self.written() || (self == Self::Text && *found == DataType::Utf8)
    }
}

/// A column of one of the job's tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamColumn {
    /// Its name in the catalog.
    pub column: String,
    /// What it holds.
    pub form: ColumnForm,
}

/// One of the job's tables, as it lies in the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamTable {
    /// The dataset whose rows they are.
    pub dataset: String,
    /// Its columns, each once.
    pub columns: Vec<StreamColumn>,
    /// Which of them is the time that rows are ordered by.
    pub time: Option<usize>,
    /// Which of them a reader gives, in this order.
    pub given: Vec<usize>,
    /// Which rows a reader gives.
    pub window: Window,
}

/// The name in the stream of a column of the job's table with this number: no two are the same, and every engine takes it.
pub fn stream_column(table: usize, column: &str) -> String {
    format!("t{table}_{column}")
}

/// What is written.
pub(super) fn schema(tables: &[StreamTable]) -> Schema {
    let mut fields = vec![
        Field::new(BUCKET, DataType::Int32, false),
        Field::new(UNIT, DataType::LargeUtf8, true),
        Field::new(TABLE, DataType::Int32, true),
    ];
    for (number, table) in tables.iter().enumerate() {
        let field =
            |column: &StreamColumn| Field::new(stream_column(number, &column.column), column.form.written(), true);
        fields.extend(table.columns.iter().map(field));
    }
    Schema::new(fields)
}

/// Where the columns lie in a stream that is read, in whatever order they come.
#[derive(Debug)]
pub(super) struct Places {
    pub bucket: usize,
    pub unit: usize,
    pub table: usize,
    /// For each table, its columns.
    pub columns: Vec<Vec<usize>>,
}

impl Places {
    /// Finds every column that the job knows, each once, and no other.
    pub fn find(found: &Schema, tables: &[StreamTable]) -> Result<Self, StreamError> {
        let wanted = schema(tables);
        for (place, field) in found.fields().iter().enumerate() {
            if wanted.index_of(field.name()).is_err() {
                return Err(StreamError::Unknown(tame(field.name())));
            }
            if found.fields().iter().take(place).any(|other| other.name() == field.name()) {
                return Err(StreamError::Twice(field.name().clone()));
            }
        }
        let place = |name: &str, reads: &dyn Fn(&DataType) -> bool| match found.column_with_name(name) {
            None => Err(StreamError::Missing(name.to_owned())),
            Some((_, field)) if !reads(field.data_type()) => Err(StreamError::Form(name.to_owned())),
            Some((place, _)) => Ok(place),
        };
        let number = |found: &DataType| *found == DataType::Int32;
        let mut columns = Vec::with_capacity(tables.len());
        for (number, table) in tables.iter().enumerate() {
            let found = table
                .columns
                .iter()
                .map(|column| place(&stream_column(number, &column.column), &|found| column.form.reads(found)));
            columns.push(found.collect::<Result<_, _>>()?);
        }
        Ok(Self {
            bucket: place(BUCKET, &number)?,
            unit: place(UNIT, &|found| ColumnForm::Text.reads(found))?,
            table: place(TABLE, &number)?,
            columns,
        })
    }
}

/// As much of a foreign name as may stand in a message.
fn tame(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

/// A stream cannot be used. Says where, never what a row holds.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// It is none, or cut off in the middle of a batch.
    #[error("it is not a whole Arrow IPC stream")]
    Arrow,
    /// It could not be written.
    #[error("the stream cannot be written: whoever reads it may have ended")]
    Write,
    /// A column that the job has not.
    #[error("the stream has a column `{0}` that the job does not know")]
    Unknown(String),
    /// A column that stands twice.
    #[error("the stream has the column `{0}` twice")]
    Twice(String),
    /// A column that the stream has not.
    #[error("the stream has no column `{0}`")]
    Missing(String),
    /// A column of another type.
    #[error("the column `{0}` of the stream has another type than the job says")]
    Form(String),
    /// A row that does not follow the one before, or stands for nothing.
    #[error("row {row} of the stream: {fault}")]
    Row {
        /// Its number, from 1.
        row: u64,
        /// What is wrong.
        fault: RowFault,
    },
    /// The stream ends where a bucket is not closed.
    #[error("the stream ends within bucket {0}: it was cut off, or the row that closes the bucket is missing")]
    Open(u32),
    /// Bytes behind the end.
    #[error("something follows the end of the stream")]
    Tail,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// No bucket, or one that is not behind the last one.
    #[error("its bucket is missing, or stood before: buckets must ascend, each closed once")]
    Bucket,
    /// Another bucket before the last one was closed.
    #[error("the bucket before it is not closed")]
    Unclosed,
    /// A unit that is not behind the one before.
    #[error("its unit does not follow the one before: the rows of a bucket must be sorted by unit")]
    Unit,
    /// No such table, or one that is not behind the one before.
    #[error("its table is none of the job's, or does not follow the one before: a unit's rows must be sorted by table")]
    Table,
    /// A time before the last one's.
    #[error("the rows of its unit and table are not sorted by time, missing ones first")]
    Time,
    /// A missing or negative number, or a value that stands for nothing.
    #[error("it has a value that stands for nothing")]
    Value,
}
