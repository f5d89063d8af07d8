//! Reads a table or a query through an ODBC driver: what Oracle, Dameng, Kingbase, SQL Server and others give. Values
//! come as the driver's own text, in UTF-16 whatever the locale is, so nothing is rounded on the way. Whatever a query
//! does there is rolled back. Only in builds with the feature `odbc`, because it needs the driver manager's library.

use odbc_api::buffers::{ColumnarBuffer, TextColumn};
use odbc_api::{Connection, ConnectionOptions, Cursor, DataType, Error, ResultSetMetadata, environment};

use super::database::{misfit, origin, password, select, table};
use super::error::{DatabaseFault, SourceError};
use super::header::check_header;
use super::typed::RowBuilder;
use crate::catalog::{DatabaseRows, Rows};
use crate::config::OdbcSource;
use crate::data::intake::{Intake, ROWS_MAX};
use crate::data::reject::{CELL_BYTES_MAX, Reason};

const CONNECT_SECONDS: u32 = 20;
/// How many rows are fetched at once, and how much memory they may take.
const BATCH_ROWS: usize = 2_048;
const BATCH_BYTES: usize = 16 << 20;
/// The longest text of a number, a date or a truth value, in characters.
const PLAIN_CHARACTERS_MAX: usize = 128;
/// What stands around a name where the driver does not say.
const QUOTE: char = '"';
/// The driver manager's word for a data source that it does not know.
const NO_DATA_SOURCE: &str = "IM002";
/// The driver cannot limit the time of a query.
const NOT_IMPLEMENTED: &str = "HYC00";
/// Begins the states of connections that failed.
const CONNECTION_STATES: &str = "08";

/// Reads the rows into `intake`. `progress` hears, now and then, how many there are.
pub(super) fn read_odbc(
    rows: &DatabaseRows,
    source: &OdbcSource,
    intake: &mut Intake<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<(), SourceError> {
    let failed = |fault| SourceError::Database { connection: rows.connection.clone(), fault };
    let connection = connect(source).map_err(failed)?;
    let read = read_rows(&connection, rows, source, intake, progress);
    // Nothing is committed, ever; and a server that went away in the middle does not get so far.
    let undone = connection.rollback().map_err(|error| failed(fault(&error)));
    read.and(undone)
}

fn connect(source: &OdbcSource) -> Result<Connection<'static>, DatabaseFault> {
    let password = source.password_file.as_deref().map(password).transpose()?.unwrap_or_default();
    let options = ConnectionOptions { login_timeout_sec: Some(CONNECT_SECONDS), packet_size: None };
    let environment = environment().map_err(|error| fault(&error))?;
    let user = source.user.as_deref().unwrap_or_default();
    let connection =
        environment.connect(&source.dsn, user, &password, options).map_err(|error| match state(&error) {
            Some(NO_DATA_SOURCE) => DatabaseFault::NoDataSource(source.dsn.clone()),
            _ => fault(&error),
        })?;
    connection.set_autocommit(false).map_err(|error| fault(&error))?;
    Ok(connection)
}

fn read_rows(
    connection: &Connection<'_>,
    rows: &DatabaseRows,
    source: &OdbcSource,
    intake: &mut Intake<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<(), SourceError> {
    let failed = |fault| SourceError::Database { connection: rows.connection.clone(), fault };
    let said = |error: Error| failed(fault(&error));
    let mark = connection.identifier_quote_char().map_err(said)?.unwrap_or(QUOTE);
    let mut statement = connection.preallocate().map_err(said)?;
    let limit = usize::try_from(source.timeout_seconds).unwrap_or(usize::MAX);
    match statement.set_query_timeout_sec(limit) {
        Err(error) if state(&error) != Some(NOT_IMPLEMENTED) => return Err(said(error)),
        _ => {}
    }
    let cursor = match statement.into_cursor(&select(&rows.rows, intake.dataset(), mark), ()) {
        Ok(Some(cursor)) => cursor,
        Ok(None) => return Err(failed(DatabaseFault::NoRows)),
        Err(error) => {
            let columns = match &rows.rows {
                Rows::Table(parts) => columns_of(connection, parts, mark),
                Rows::Query(_) => None,
            };
            return Err(misfit(columns, rows, intake.dataset()).unwrap_or_else(|| said(error)));
        }
    };
    fetch(cursor, &origin(rows), intake, progress).map_err(|stop| match stop {
        Stop::Source(error) => error,
        Stop::Odbc(error) => said(error),
    })
}

/// The table's columns, to tell which of them are missing; `None` where it is not there or cannot be seen.
fn columns_of(connection: &Connection<'_>, parts: &[String], mark: char) -> Option<Vec<String>> {
    connection.rollback().ok()?;
    let query = format!("SELECT * FROM {} WHERE 1 = 0", table(parts, mark));
    let mut cursor = connection.execute(&query, (), None).ok()??;
    cursor.column_names().ok()?.collect::<Result<_, _>>().ok()
}

/// Why reading the rows ended early.
enum Stop {
    Source(SourceError),
    Odbc(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Odbc(error)
    }
}

/// How the text of a column is to be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Time,
    Other,
}

impl Kind {
    const fn of(kind: DataType) -> Self {
        match kind {
            DataType::Char { .. } | DataType::WChar { .. } | DataType::Varchar { .. } => Self::Text,
            DataType::WVarchar { .. } | DataType::LongVarchar { .. } | DataType::WLongVarchar { .. } => Self::Text,
            DataType::Unknown | DataType::Other { .. } => Self::Text,
            DataType::Binary { .. } | DataType::Varbinary { .. } | DataType::LongVarbinary { .. } => Self::Text,
            DataType::Numeric { .. } | DataType::Decimal { .. } => Self::Number,
            DataType::Float { .. } | DataType::Real | DataType::Double => Self::Number,
            DataType::Timestamp { .. } => Self::Time,
            _ => Self::Other,
        }
    }

    /// The characters that a value may have; one that fills them all may have been cut, and is refused.
    const fn characters_max(self) -> usize {
        if matches!(self, Self::Text) { CELL_BYTES_MAX + 1 } else { PLAIN_CHARACTERS_MAX }
    }
}

fn fetch(
    mut cursor: impl Cursor,
    origin: &str,
    intake: &mut Intake<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<(), Stop> {
    let names = cursor.column_names()?.collect::<Result<Vec<String>, _>>()?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let refused = |problems| Stop::Source(SourceError::Header { origin: origin.to_owned(), problems });
    let places = check_header(&names, intake.dataset()).map_err(refused)?;
    let mut columns = Vec::with_capacity(places.len());
    for place in places {
        // Columns are numbered from 1, and the driver gave no more than this counts.
        let number = u16::try_from(place + 1).unwrap_or(u16::MAX);
        columns.push((number, Kind::of(cursor.col_data_type(number)?)));
    }
    let row_bytes: usize = columns.iter().map(|(_, kind)| size_of::<u16>() * (kind.characters_max() + 1)).sum();
    let batch_rows = (BATCH_BYTES / row_bytes.max(1)).clamp(1, BATCH_ROWS);
    let buffer = |(number, kind): &(u16, Kind)| (*number, TextColumn::<u16>::new(batch_rows, kind.characters_max()));
    let mut cursor = cursor.bind_buffer(ColumnarBuffer::new(columns.iter().map(buffer).collect()))?;
    let (mut row, mut text, mut number) = (RowBuilder::new(intake.dataset()), String::new(), 0);
    while let Some(batch) = cursor.fetch()? {
        for place in 0..batch.num_rows() {
            number += 1;
            for (column, (_, kind)) in columns.iter().enumerate() {
                match batch.column(column).get(place) {
                    None => row.missing(),
                    Some(value) => push(&mut row, *kind, value, &mut text),
                }
            }
            row.end(intake, origin, number).map_err(|error| Stop::Source(error.into()))?;
        }
        progress(intake.rows() as u64);
        if intake.rows() > ROWS_MAX - batch_rows {
            return Err(Stop::Source(SourceError::Rows));
        }
    }
    Ok(())
}

/// One value, in UTF-16, in the form in which the converter reads it.
fn push(row: &mut RowBuilder, kind: Kind, value: &[u16], text: &mut String) {
    if value.len() >= kind.characters_max() {
        return row.spoilt(Reason::Long);
    }
    text.clear();
    for character in char::decode_utf16(value.iter().copied()) {
        match character {
            Ok(character) => text.push(character),
            Err(_) => return row.spoilt(Reason::Encoding),
        }
    }
    match kind {
        Kind::Time => match text.trim().parse() {
            Ok(time) => row.instant_on_the_wall(time),
            Err(_) => row.text(text.as_bytes()),
        },
        Kind::Number => {
            // Some drivers write one half as `.5`.
            let digits = text.trim_start_matches(['-', '+']);
            let sign = text.len() - digits.len();
            if sign <= 1 && digits.starts_with('.') {
                text.insert(sign, '0');
            }
            row.text(text.as_bytes());
        }
        Kind::Text | Kind::Other => row.text(text.as_bytes()),
    }
}

fn state(error: &Error) -> Option<&str> {
    match error {
        Error::Diagnostics { record, .. } => Some(record.state.as_str()),
        _ => None,
    }
}

/// What the driver said: its first line, because what follows may hold values of rows.
fn fault(error: &Error) -> DatabaseFault {
    let Error::Diagnostics { record, .. } = error else {
        return DatabaseFault::Lost(first_line(&error.to_string()));
    };
    let whole = record.to_string();
    let said = first_line(whole.split_once("Message: ").map_or(whole.as_str(), |(_, said)| said));
    let code = record.state.as_str();
    if code.starts_with(CONNECTION_STATES) {
        return DatabaseFault::Lost(said);
    }
    DatabaseFault::Driver { code: code.to_owned(), said }
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim_end_matches([';', ' ']);
    line.chars().filter(|character| !character.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::tests::support::Home;

    #[test]
    fn what_may_have_been_cut_is_refused_and_half_is_a_number() {
        let home = Home::persons();
        let dataset = home.catalog.dataset("persons").unwrap();
        let wide = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
        for (kind, value, told) in [
            (Kind::Number, wide(".5"), Some("0.5")),
            (Kind::Number, wide("-.5"), Some("-0.5")),
            (Kind::Number, wide("-12.50"), Some("-12.50")),
            (Kind::Time, wide("2026-01-31 08:00:00.25"), Some("2026-01-31 08:00:00.25")),
            (Kind::Text, wide("乗𠀀"), Some("乗𠀀")),
            (Kind::Text, vec![0xd800], None),
            (Kind::Text, vec![u16::from(b' '); CELL_BYTES_MAX + 1], None),
            (Kind::Other, vec![u16::from(b'1'); PLAIN_CHARACTERS_MAX], None),
        ] {
            let mut row = RowBuilder::new(dataset);
            push(&mut row, kind, &value, &mut String::new());
            assert_eq!(row.only_cell(), told);
        }
    }
}
