//! Reads a table or a query of a PostgreSQL server: one read-only transaction, one snapshot, rows as the server itself
//! writes them (`COPY … TO STDOUT`), so memory does not grow with them. Never changes anything there, and never says
//! what the server said of a value.

use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use postgres::types::Type;
use postgres::{Client, Config, IsolationLevel, NoTls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::database::{misfit, origin, password, select, table};
use super::error::{DatabaseFault, ROW_BYTES_MAX, SourceError};
use super::header::check_header;
use super::typed::RowBuilder;
use crate::catalog::{DatabaseRows, Rows};
use crate::config::{PostgresqlServer, Tls};
use crate::data::intake::{Intake, ROWS_MAX};
use crate::env::read;

const CONNECT_SECONDS: u64 = 20;
/// A server that fell silent is noticed after about a minute.
const KEEPALIVE_SECONDS: u64 = 30;
const KEEPALIVE_RETRIES: u32 = 3;
const CA_BYTES_MAX: u64 = 4 << 20;
const PROGRESS_ROWS: u64 = 4_096;
/// What stands around a name.
const QUOTE: char = '"';
/// How the server writes what has more than one form, whatever its own settings are.
const SETTINGS: &str = "SET datestyle = 'ISO, YMD'; SET timezone = 'UTC'; SET extra_float_digits = 1; \
     SET intervalstyle = 'iso_8601'; SET bytea_output = 'hex'; SET lc_monetary = 'C'";

/// Reads the rows into `intake`. `progress` hears, now and then, how many there are.
pub(super) fn read_postgresql(
    rows: &DatabaseRows,
    server: &PostgresqlServer,
    intake: &mut Intake<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<(), SourceError> {
    let failed = |fault| SourceError::Database { connection: rows.connection.clone(), fault };
    let said = |error: postgres::Error| failed(fault(&error));
    let mut client = connect(server).map_err(failed)?;
    let limit = u64::from(server.timeout_seconds) * 1_000;
    client.batch_execute(&format!("{SETTINGS}; SET statement_timeout = {limit}")).map_err(said)?;
    let begun = client.build_transaction().read_only(true).isolation_level(IsolationLevel::RepeatableRead).start();
    let mut transaction = begun.map_err(said)?;
    let select = select(&rows.rows, intake.dataset(), QUOTE);
    let statement = match transaction.prepare(&select) {
        Ok(statement) => statement,
        Err(error) => {
            drop(transaction);
            let columns = match &rows.rows {
                Rows::Table(parts) => columns_of(&mut client, parts),
                Rows::Query(_) => None,
            };
            return Err(misfit(columns, rows, intake.dataset()).unwrap_or_else(|| said(error)));
        }
    };
    let names: Vec<&str> = statement.columns().iter().map(postgres::Column::name).collect();
    let refused = |problems| SourceError::Header { origin: origin(rows), problems };
    let places = check_header(&names, intake.dataset()).map_err(refused)?;
    let types: Vec<Type> = statement.columns().iter().map(|column| column.type_().clone()).collect();
    let mut copy = transaction.copy_out(&format!("COPY ({select}) TO STDOUT")).map_err(said)?;
    copy_rows(&mut copy, (&types, &places), &origin(rows), intake, progress).map_err(|stop| match stop {
        Stop::Source(error) => error,
        Stop::Read(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<postgres::Error>()) {
            Some(error) => failed(fault(error)),
            None => failed(DatabaseFault::Lost(error.to_string())),
        },
        Stop::Long(row) => failed(DatabaseFault::Long(row)),
    })?;
    drop(copy);
    // A server that went away in the middle does not get so far.
    transaction.commit().map_err(said)
}

/// The table's columns, to tell which of them are missing; `None` where it is not there or cannot be seen.
fn columns_of(client: &mut Client, parts: &[String]) -> Option<Vec<String>> {
    let table = table(parts, QUOTE);
    let query = "SELECT attname::text FROM pg_catalog.pg_attribute \
                 WHERE attrelid = pg_catalog.to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum";
    let rows = client.query(query, &[&table]).ok()?;
    let names: Vec<String> = rows.iter().filter_map(|row| row.try_get(0).ok()).collect();
    (!names.is_empty()).then_some(names)
}

fn connect(server: &PostgresqlServer) -> Result<Client, DatabaseFault> {
    let mut config = Config::new();
    let seconds = Duration::from_secs;
    config.host(&server.host).port(server.port).dbname(&server.dbname).user(&server.user);
    config.application_name("anshi").connect_timeout(seconds(CONNECT_SECONDS));
    config.keepalives_idle(seconds(KEEPALIVE_SECONDS)).keepalives_interval(seconds(KEEPALIVE_SECONDS / 3));
    config.keepalives_retries(KEEPALIVE_RETRIES);
    if let Some(path) = &server.password_file {
        config.password(password(path)?);
    }
    let client = match &server.tls {
        Tls::Off => config.ssl_mode(postgres::config::SslMode::Disable).connect(NoTls),
        Tls::Verified { ca_file } => {
            let tls = MakeRustlsConnect::new(tls_config(ca_file)?);
            config.ssl_mode(postgres::config::SslMode::Require).connect(tls)
        }
    };
    client.map_err(|error| fault(&error))
}

/// TLS that trusts the authorities of `ca_file` alone, and checks the server's name.
fn tls_config(ca_file: &Path) -> Result<rustls::ClientConfig, DatabaseFault> {
    let pem = read(ca_file, CA_BYTES_MAX).map_err(DatabaseFault::File)?;
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let added = certificate
            .map_err(|error| error.to_string())
            .and_then(|certificate| roots.add(certificate).map_err(|error| error.to_string()));
        added.map_err(|said| DatabaseFault::Authority { path: ca_file.to_owned(), said })?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| DatabaseFault::Lost(error.to_string()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// What the server said, without its detail, which may hold values of rows.
fn fault(error: &postgres::Error) -> DatabaseFault {
    match error.as_db_error() {
        Some(said) => DatabaseFault::Server { code: said.code().code().to_owned(), said: said.message().to_owned() },
        None => {
            let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
            DatabaseFault::Lost(format!("{error}{cause}"))
        }
    }
}

/// Why reading the rows ended early.
enum Stop {
    Source(SourceError),
    Read(std::io::Error),
    Long(u64),
}

/// PostgreSQL's text form: a line for each row, tabs between cells, `\N` for nothing, `\` before what would be mistaken.
fn copy_rows(
    copy: &mut impl BufRead,
    (types, places): (&[Type], &[usize]),
    origin: &str,
    intake: &mut Intake<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<(), Stop> {
    let mut row = RowBuilder::new(intake.dataset());
    let (mut line, mut cell) = (Vec::new(), Vec::new());
    let mut number = 0;
    loop {
        line.clear();
        if !next_line(copy, &mut line, number + 1)? {
            progress(intake.rows() as u64);
            return Ok(());
        }
        number += 1;
        let cells: Vec<&[u8]> = line.split(|byte| *byte == b'\t').collect();
        for place in places {
            match cells.get(*place) {
                None | Some(&b"\\N") => row.missing(),
                Some(text) => {
                    unescape(text, &mut cell);
                    push(&mut row, types.get(*place), &cell);
                }
            }
        }
        row.end(intake, origin, number).map_err(|error| Stop::Source(error.into()))?;
        if number % PROGRESS_ROWS == 0 {
            progress(intake.rows() as u64);
            if intake.rows() as u64 > ROWS_MAX as u64 - PROGRESS_ROWS {
                return Err(Stop::Source(SourceError::Rows));
            }
        }
    }
}

/// One line without its end; `false` where there is none.
fn next_line(copy: &mut impl BufRead, line: &mut Vec<u8>, row: u64) -> Result<bool, Stop> {
    loop {
        let ready = copy.fill_buf().map_err(Stop::Read)?;
        if ready.is_empty() {
            return Ok(!line.is_empty());
        }
        let end = ready.iter().position(|byte| *byte == b'\n');
        let taken = end.unwrap_or(ready.len());
        line.extend_from_slice(ready.get(..taken).unwrap_or_default());
        copy.consume(taken + usize::from(end.is_some()));
        if line.len() > ROW_BYTES_MAX {
            return Err(Stop::Long(row));
        }
        if end.is_some() {
            return Ok(true);
        }
    }
}

fn unescape(text: &[u8], cell: &mut Vec<u8>) {
    cell.clear();
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        let plain = match (byte, byte == &b'\\') {
            (_, false) => *byte,
            (_, true) => match bytes.next() {
                Some(b'n') => b'\n',
                Some(b't') => b'\t',
                Some(b'r') => b'\r',
                Some(b'b') => 8,
                Some(b'f') => 12,
                Some(b'v') => 11,
                Some(other) => *other,
                None => b'\\',
            },
        };
        cell.push(plain);
    }
}

/// What the server writes in one of several ways → the one way in which the converter reads it.
fn push(row: &mut RowBuilder, kind: Option<&Type>, cell: &[u8]) {
    match (kind, cell) {
        (Some(&Type::BOOL), b"t") => row.text(b"true"),
        (Some(&Type::BOOL), b"f") => row.text(b"false"),
        (Some(&Type::TIMESTAMP), text) => {
            let time = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
            match time {
                Some(time) => row.instant_on_the_wall(time),
                None => row.text(text),
            }
        }
        (_, text) => row.text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_unescaped_and_lines_may_come_in_pieces() {
        let mut cell = Vec::new();
        unescape(b"a\\tb\\\\N\\n\\r", &mut cell);
        assert_eq!(cell, b"a\tb\\N\n\r");
        let mut pieces = std::io::BufReader::with_capacity(2, &b"ab\tc\n\nrest"[..]);
        let mut lines = Vec::new();
        let mut line = Vec::new();
        while next_line(&mut pieces, &mut line, 1).is_ok_and(|more| more) {
            lines.push(String::from_utf8(std::mem::take(&mut line)).unwrap());
        }
        assert_eq!(lines, ["ab\tc", "", "rest"]);
    }
}
