//! A client's own rows from a CSV file, for the command line: whoever has them in a table need not write JSON. It looks at
//! the header alone; whether a cell is what the policy declares is the engine's decision, which names row and column.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use csv::{ByteRecord, ReaderBuilder};

use crate::catalog::{Column, ColumnType};
use crate::document::did_you_mean;
use crate::env::{FileError, read};
use crate::model::{Chinese, RawCell, RawRow, foreign};

/// The largest file of rows: a request has no more than a megabyte.
const CLIENT_FILE_BYTES_MAX: u64 = 4 << 20;
/// The greatest integer that every reader of JSON reads as it is: 2⁵³ − 1. What is larger is sent as a string.
const JSON_INTEGER_MAX: u64 = (1 << 53) - 1;

/// A file of rows cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ClientFileError {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is no CSV with the columns that the policy declares.
    #[error("`{}`: {fault}", path.display())]
    Fault {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: ClientFileFault,
    },
}

/// What is wrong with a file of rows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientFileFault {
    /// Neither UTF-8 nor GB 18030.
    #[error("it is neither UTF-8 nor GB 18030: save it as UTF-8")]
    Encoding,
    /// No CSV.
    #[error("it cannot be read as CSV: {0}")]
    Csv(String),
    /// A row of another length than the header.
    #[error("row {row} has {cells} cells, the header {header}")]
    Ragged {
        /// The row, from 1, the header not counted.
        row: usize,
        /// Its cells.
        cells: usize,
        /// The header's.
        header: usize,
    },
    /// A column that the policy does not have.
    #[error("the policy has no column `{column}` here{}: its columns are {}", close.as_ref().map(|close| format!(" (did you mean `{close}`?)")).unwrap_or_default(), quoted(known, ", "))]
    Unknown {
        /// As the file says.
        column: String,
        /// What was perhaps meant.
        close: Option<String>,
        /// What there is.
        known: Vec<String>,
    },
    /// A column that stands there twice.
    #[error("the column `{0}` stands there twice")]
    Twice(String),
    /// Columns that are not there.
    #[error("its first line lacks {}: a column without values is there, too, and empty", quoted(.0, ", "))]
    Lacking(Vec<String>),
}

fn quoted(names: &[String], between: &str) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(between)
}

impl Chinese for ClientFileError {
    fn chinese(&self) -> String {
        match self {
            Self::File(error) => error.chinese(),
            Self::Fault { path, fault } => format!("`{}`：{}", path.display(), fault.chinese()),
        }
    }
}

impl Chinese for ClientFileFault {
    fn chinese(&self) -> String {
        match self {
            Self::Encoding => "既不是 UTF-8 也不是 GB 18030：请存为 UTF-8".to_owned(),
            Self::Csv(said) => format!("无法作为 CSV 读取：{}", foreign(said)),
            Self::Ragged { row, cells, header } => format!("第 {row} 行有 {cells} 格，表头有 {header} 格"),
            Self::Unknown { column, close, known } => {
                let close = close.as_ref().map(|close| format!("（是否指 `{close}`？）")).unwrap_or_default();
                format!("政策在此没有列 `{column}`{close}：其列为 {}", quoted(known, "、"))
            }
            Self::Twice(column) => format!("列 `{column}` 出现两次"),
            Self::Lacking(columns) => format!("首行缺少 {}：没有值的列也须写出，留空即可", quoted(columns, "、")),
        }
    }
}

/// Reads the rows of a dataset with these columns: the first line names all of them, in any order; an empty cell is a
/// missing value. The text is UTF-8 or GB 18030.
pub fn read_client_file(path: &Path, columns: &[Column]) -> Result<Vec<RawRow>, ClientFileError> {
    let bytes = read(path, CLIENT_FILE_BYTES_MAX)?;
    parse(&bytes, columns).map_err(|fault| ClientFileError::Fault { path: path.to_owned(), fault })
}

fn parse(bytes: &[u8], columns: &[Column]) -> Result<Vec<RawRow>, ClientFileFault> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => encoding_rs::GB18030
            .decode_without_bom_handling_and_without_replacement(bytes)
            .ok_or(ClientFileFault::Encoding)?,
    };
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = ByteRecord::new();
    let mut next = |record: &mut ByteRecord| {
        reader.read_byte_record(record).map_err(|error| ClientFileFault::Csv(error.to_string()))
    };
    next(&mut record)?;
    let header = header(&record, columns)?;
    let mut rows = Vec::new();
    while next(&mut record)? {
        if record.len() != header.len() {
            let (row, cells, header) = (rows.len() + 1, record.len(), header.len());
            return Err(ClientFileFault::Ragged { row, cells, header });
        }
        let cell = |(column, cell): (&&Column, &[u8])| (column.name.clone(), read_cell(column, cell));
        rows.push(header.iter().zip(record.iter()).map(cell).collect::<BTreeMap<_, _>>());
    }
    Ok(rows)
}

/// The columns in the file's order.
fn header<'c>(record: &ByteRecord, columns: &'c [Column]) -> Result<Vec<&'c Column>, ClientFileFault> {
    let mut header: Vec<&Column> = Vec::with_capacity(columns.len());
    let known = || columns.iter().map(|column| column.name.as_str());
    for name in record {
        let name = String::from_utf8_lossy(name.trim_ascii());
        let Some(column) = columns.iter().find(|column| column.name == name) else {
            let close = did_you_mean(&name, known()).map(str::to_owned);
            let column = name.escape_debug().to_string();
            return Err(ClientFileFault::Unknown { column, close, known: known().map(str::to_owned).collect() });
        };
        if header.iter().any(|other| other.name == column.name) {
            return Err(ClientFileFault::Twice(column.name.clone()));
        }
        header.push(column);
    }
    let lacking: Vec<String> =
        known().filter(|name| !header.iter().any(|column| column.name == *name)).map(str::to_owned).collect();
    if lacking.is_empty() { Ok(header) } else { Err(ClientFileFault::Lacking(lacking)) }
}

/// What a cell says; where it is not of the column's type it stays text, and is refused as such.
fn read_cell(column: &Column, cell: &[u8]) -> RawCell {
    let text = String::from_utf8_lossy(cell.trim_ascii()).into_owned();
    match (&column.kind, text.as_str()) {
        (_, "") => RawCell::Missing,
        (ColumnType::Boolean, "true" | "1") => RawCell::Boolean(true),
        (ColumnType::Boolean, "false" | "0") => RawCell::Boolean(false),
        (ColumnType::Integer(_), number) => match number.parse::<i64>() {
            Ok(number) if number.unsigned_abs() <= JSON_INTEGER_MAX => RawCell::Integer(number),
            Ok(number) => RawCell::Text(number.to_string()),
            Err(_) => RawCell::Text(text),
        },
        _ => RawCell::Text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::IntegerBounds;

    fn columns() -> Vec<Column> {
        let column = |name: &str, kind| Column { name: name.to_owned(), title: None, kind, names: None };
        let bounds = IntegerBounds { unit: None, scale: 0, min: 0, max: i64::MAX };
        vec![
            column("loan", ColumnType::Identifier),
            column("paid_fen", ColumnType::Integer(bounds)),
            column("is_late", ColumnType::Boolean),
        ]
    }

    fn row(loan: RawCell, paid: RawCell, late: RawCell) -> RawRow {
        [("loan", loan), ("paid_fen", paid), ("is_late", late)].map(|(name, cell)| (name.to_owned(), cell)).into()
    }

    #[test]
    fn cells_are_what_their_columns_are() {
        let text = |text: &str| RawCell::Text(text.to_owned());
        let csv = "paid_fen, loan,is_late\r\n12,A-1,true\n,\"A,2\",0\n9007199254740993,,perhaps\n1.5,甲,\n";
        let wanted = vec![
            row(text("A-1"), RawCell::Integer(12), RawCell::Boolean(true)),
            row(text("A,2"), RawCell::Missing, RawCell::Boolean(false)),
            row(RawCell::Missing, text("9007199254740993"), text("perhaps")),
            row(text("甲"), text("1.5"), RawCell::Missing),
        ];
        assert!(parse(csv.as_bytes(), &columns()) == Ok(wanted.clone()));
        assert!(parse(format!("\u{feff}{csv}").as_bytes(), &columns()) == Ok(wanted.clone()));
        assert!(parse(&encoding_rs::GB18030.encode(csv).0, &columns()) == Ok(wanted));
        assert!(parse(b"loan,paid_fen,is_late\n", &columns()) == Ok(Vec::new()));
    }

    #[test]
    fn a_header_names_every_column_once() {
        let fault = |csv: &[u8]| parse(csv, &columns()).unwrap_err();
        let names = ["loan", "paid_fen", "is_late"].map(str::to_owned).to_vec();
        let (column, close) = ("paid_fem".to_owned(), Some("paid_fen".to_owned()));
        assert_eq!(fault(b"loan,paid_fem\n"), ClientFileFault::Unknown { column, close, known: names.clone() });
        assert_eq!(fault(b"loan,loan\n"), ClientFileFault::Twice("loan".to_owned()));
        assert_eq!(fault(b"loan\n"), ClientFileFault::Lacking(names[1..].to_vec()));
        assert_eq!(fault(b""), ClientFileFault::Lacking(names));
        let ragged = ClientFileFault::Ragged { row: 2, cells: 2, header: 3 };
        assert_eq!(fault(b"loan,paid_fen,is_late\nA,1,1\nA,1\n"), ragged);
        assert_eq!(fault(b"loan,paid_fen,is_late\n\xff,1,1\n"), ClientFileFault::Encoding);
    }
}
