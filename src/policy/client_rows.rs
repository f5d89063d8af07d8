//! A client's own rows: what the request says → columns that mean what the policy declares, or the refusal that names
//! dataset, row and column. Rows come out in a snapshot's order, so that the order in which they were sent says nothing
//! and makes no other job. Never repeats a value: not in a refusal, not in `Debug`.

use std::fmt;

use super::client_dataset::ClientDataset;
use super::decide::PermittedParty;
use super::rules::Policy;
use crate::catalog::{Column, ColumnType, IntegerBounds};
use crate::env::weaken::{self, Weakness};
use crate::keys::{DigestKind, digest_parts};
use crate::model::{
    CLIENT_TEXT_CHARS_MAX, Date, Detail, Digest, Millis, NAME_CHARS_MAX, RawCell, RawRow, Refusal, RefusalCode,
    RowFault, UNIT_ID_BYTES, UnitId, UnitKind, check_label,
};

/// The greatest integer that every reader of JSON reads as it is: 2⁵³ − 1 (RFC 7493, section 2.2).
const JSON_INTEGER_MAX: u64 = (1 << 53) - 1;

/// The rows of one job that its client sent along.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ClientRows {
    tables: Vec<ClientTable>,
    digest: Option<Digest>,
}

/// The rows of one dataset about one party.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientTable {
    /// The dataset.
    pub dataset: String,
    /// The party, by place in the request.
    pub party: usize,
    /// How many rows.
    pub rows: usize,
    /// The column that history counts on, by place.
    pub time: Option<usize>,
    /// The columns, in the policy's order.
    pub columns: Vec<ClientColumn>,
}

/// One column of such rows, as a snapshot's files hold one.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientColumn {
    /// What the policy says of it.
    pub schema: Column,
    /// One bit per row, least significant first: whether its value is there.
    pub present: Vec<u8>,
    /// The values; 0, `false` or nothing where one is missing.
    pub values: ClientValues,
}

/// The values of a column.
#[derive(Clone, PartialEq, Eq)]
pub enum ClientValues {
    /// Truth values, one bit per row, least significant first.
    Booleans(Vec<u8>),
    /// Integers.
    Integers(Vec<i64>),
    /// Days since 1970-01-01.
    Dates(Vec<i32>),
    /// UTC milliseconds.
    Timestamps(Vec<i64>),
    /// Text `i` is `bytes[offsets[i]..offsets[i + 1]]`.
    Texts {
        /// One more than texts.
        offsets: Vec<i64>,
        /// UTF-8.
        bytes: Vec<u8>,
    },
}

/// What is in them stays out of logs.
impl fmt::Debug for ClientRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.tables.iter().map(|table| (&table.dataset, table.rows))).finish()
    }
}

impl ClientRows {
    /// The rows of `dataset` about the party at this place of the request.
    pub fn table(&self, dataset: &str, party: usize) -> Option<&ClientTable> {
        self.tables.iter().find(|table| table.party == party && table.dataset == dataset)
    }

    /// The digest of all of them; none where the policy takes no rows.
    pub(super) const fn digest(&self) -> Option<Digest> {
        self.digest
    }
}

/// One value. Values of one column are of one kind, and compare as a snapshot's do.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Boolean(bool),
    Integer(i64),
    Date(i32),
    Timestamp(i64),
    Text(String),
}

/// A row's cells in the policy's order; a missing one is less than every other.
type Row = Vec<Option<Cell>>;

fn bad(detail: Detail) -> Refusal {
    Refusal::about(RefusalCode::Rows, detail)
}

/// A name from a request, as a refusal says it: no longer than a name.
fn clipped(name: &str) -> String {
    let short: String = name.chars().take(NAME_CHARS_MAX).collect();
    let mark = if short.len() < name.len() { "…" } else { "" };
    format!("{}{mark}", short.escape_debug())
}

/// Checks the request's rows: every dataset that the policy declares, and no other.
pub(super) fn resolve_rows(
    policy: &Policy,
    given: &std::collections::BTreeMap<String, Vec<RawRow>>,
    parties: &[PermittedParty],
) -> Result<ClientRows, Refusal> {
    let declared = &policy.client_datasets;
    if let Some(unknown) = given.keys().find(|name| !declared.iter().any(|dataset| dataset.name == **name)) {
        let known = declared.iter().map(|dataset| dataset.name.clone()).collect();
        return Err(bad(Detail::RowsUnknown(clipped(unknown), known)));
    }
    let mut tables = Vec::new();
    let mut digests = Vec::with_capacity(declared.len());
    for dataset in declared {
        let rows = given.get(&dataset.name).ok_or_else(|| bad(Detail::RowsAbsent(dataset.name.clone())))?;
        let own = deal(dataset, rows, parties)?;
        digests.push(digest_rows(dataset, &own));
        tables.extend(own.into_iter().map(|(party, rows)| build_table(dataset, party, &rows)));
    }
    let digests: Vec<&[u8]> = digests.iter().map(|digest| digest.as_bytes().as_slice()).collect();
    let digest = (!declared.is_empty()).then(|| digest_parts(DigestKind::ClientRows, &digests));
    Ok(ClientRows { tables, digest })
}

/// The rows of each party in the dataset's role, in a snapshot's order.
fn deal(
    dataset: &ClientDataset,
    rows: &[RawRow],
    parties: &[PermittedParty],
) -> Result<Vec<(usize, Vec<Row>)>, Refusal> {
    let rows_max = usize::try_from(dataset.rows_max).unwrap_or(usize::MAX);
    if rows.len() > rows_max {
        let (dataset, max) = (dataset.name.clone(), dataset.rows_max);
        return Err(bad(Detail::RowsMany { dataset, rows: rows.len(), max }));
    }
    let in_role = parties.iter().enumerate().filter(|(_, party)| party.role_name == dataset.role);
    let mut dealt: Vec<(usize, Vec<Row>)> = in_role.map(|(place, _)| (place, Vec::new())).collect();
    if dealt.is_empty() && !rows.is_empty() {
        let (dataset, role) = (dataset.name.clone(), dataset.role.clone());
        return Err(bad(Detail::RowsOfNobody { dataset, role }));
    }
    for (number, row) in (1..).zip(rows) {
        let refuse = |(column, fault): (String, RowFault)| {
            bad(Detail::RowCell { dataset: dataset.name.clone(), row: number, column, fault })
        };
        let row = read_row(dataset, row).map_err(refuse)?;
        let of_party = match dataset.key {
            None => dealt.first_mut(),
            Some(key) => dealt.iter_mut().find(|(place, _)| is_about(&row, key, parties.get(*place))),
        };
        let stranger = || {
            let column = dataset.key.and_then(|key| dataset.columns.get(key));
            refuse((column.map(|column| column.name.clone()).unwrap_or_default(), RowFault::Stranger))
        };
        of_party.ok_or_else(stranger)?.1.push(row);
    }
    let order = dataset.comparing_order();
    for (_, rows) in &mut dealt {
        rows.sort_by(|a, b| {
            let mut orders = order.iter().map(|place| a.get(*place).cmp(&b.get(*place)));
            orders.find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
        });
    }
    Ok(dealt)
}

fn is_about(row: &Row, key: usize, party: Option<&PermittedParty>) -> bool {
    let named =
        row.get(key).and_then(|cell| if let Some(Cell::Text(text)) = cell { Some(text.as_str()) } else { None });
    party.is_some_and(|party| named == Some(party.id.as_str())) || weaken::on(Weakness::RowOfAnother)
}

/// Reads a row: every column and no other. The error names the column.
fn read_row(dataset: &ClientDataset, row: &RawRow) -> Result<Row, (String, RowFault)> {
    if let Some(unknown) = row.keys().find(|name| !dataset.columns.iter().any(|column| column.name == **name)) {
        return Err((clipped(unknown), RowFault::Unknown));
    }
    let mut cells = Vec::with_capacity(dataset.columns.len());
    for (place, column) in dataset.columns.iter().enumerate() {
        let needed = dataset.key == Some(place) || dataset.time == Some(place);
        let cell = match row.get(&column.name) {
            None => Err(RowFault::Absent),
            Some(RawCell::Missing) if needed => Err(RowFault::Needed),
            Some(RawCell::Missing) => Ok(None),
            Some(cell) => read_cell(column, cell).map(Some),
        };
        cells.push(cell.map_err(|fault| (column.name.clone(), fault))?);
    }
    Ok(cells)
}

fn read_cell(column: &Column, cell: &RawCell) -> Result<Cell, RowFault> {
    match &column.kind {
        ColumnType::Boolean => match cell {
            RawCell::Boolean(value) => Ok(Cell::Boolean(*value)),
            _ => Err(RowFault::Boolean),
        },
        ColumnType::Integer(bounds) => read_integer(cell, bounds).map(Cell::Integer),
        ColumnType::Date => {
            let day = read_text(cell, RowFault::Date)?.parse::<Date>();
            day.map(|day| Cell::Date(day.days())).map_err(|_| RowFault::Date)
        }
        ColumnType::Timestamp => {
            let instant = Millis::parse(read_text(cell, RowFault::Timestamp)?);
            instant.map(|instant| Cell::Timestamp(instant.0)).ok_or(RowFault::Timestamp)
        }
        ColumnType::Text { values: None } => Ok(Cell::Text(read_text(cell, RowFault::Text)?.to_owned())),
        ColumnType::Text { values: Some(values) } => {
            let text = read_text(cell, RowFault::Value)?;
            if values.iter().any(|value| value == text) {
                Ok(Cell::Text(text.to_owned()))
            } else {
                Err(RowFault::Value)
            }
        }
        ColumnType::Identifier => {
            let text = read_text(cell, RowFault::Identifier)?;
            check_identifier(text, column.names)?;
            Ok(Cell::Text(text.to_owned()))
        }
    }
}

fn read_text(cell: &RawCell, otherwise: RowFault) -> Result<&str, RowFault> {
    match cell {
        RawCell::Text(text) if text.chars().nth(CLIENT_TEXT_CHARS_MAX).is_some() => Err(RowFault::Long),
        RawCell::Text(text) => Ok(text),
        _ => Err(otherwise),
    }
}

/// A JSON integer, or its one spelling as a string: a number beyond 2⁵³ was perhaps rounded before it was signed.
fn read_integer(cell: &RawCell, bounds: &IntegerBounds) -> Result<i64, RowFault> {
    let value = match cell {
        RawCell::Integer(value) if value.unsigned_abs() > JSON_INTEGER_MAX => return Err(RowFault::Unsafe),
        RawCell::Integer(value) => *value,
        RawCell::Text(text) => {
            text.parse().ok().filter(|value: &i64| value.to_string() == *text).ok_or(RowFault::Integer)?
        }
        _ => return Err(RowFault::Integer),
    };
    match value {
        _ if value < bounds.min => Err(RowFault::Min(bounds.min)),
        _ if value > bounds.max => Err(RowFault::Max(bounds.max)),
        _ => Ok(value),
    }
}

/// An identifier must be spelt as a snapshot spells it, because a guest can do nothing but compare it.
fn check_identifier(text: &str, names: Option<UnitKind>) -> Result<(), RowFault> {
    if let Some(kind) = names {
        return UnitId::parse(kind, text).map(|_| ()).map_err(RowFault::Id);
    }
    let mended = |kind| UnitId::canonicalise(kind, text).ok().is_some_and(|unit| unit.as_str() != text);
    if text.chars().count() >= UNIT_ID_BYTES && [UnitKind::Enterprise, UnitKind::Person].into_iter().any(mended) {
        return Err(RowFault::Spelling);
    }
    check_label(text).map_err(|_| RowFault::Identifier)
}

/// The digest of a dataset's rows: of what they say, not of how they were written or in which order.
fn digest_rows(dataset: &ClientDataset, dealt: &[(usize, Vec<Row>)]) -> Digest {
    let mut parts = vec![dataset.name.clone().into_bytes()];
    for (party, rows) in dealt {
        parts.push(format!("{party} {}", rows.len()).into_bytes());
        parts.extend(rows.iter().map(encode));
    }
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    digest_parts(DigestKind::ClientRows, &parts)
}

/// A row as bytes, from which it could be read again: two rows are equal where these are.
fn encode(row: &Row) -> Vec<u8> {
    let mut bytes = Vec::new();
    for cell in row {
        match cell {
            None => bytes.push(0),
            Some(Cell::Boolean(value)) => bytes.extend([1, u8::from(*value)]),
            Some(Cell::Integer(value) | Cell::Timestamp(value)) => {
                bytes.push(2);
                bytes.extend(value.to_be_bytes());
            }
            Some(Cell::Date(days)) => {
                bytes.push(3);
                bytes.extend(days.to_be_bytes());
            }
            Some(Cell::Text(text)) => {
                bytes.push(4);
                bytes.extend((text.len() as u64).to_be_bytes());
                bytes.extend(text.as_bytes());
            }
        }
    }
    bytes
}

fn build_table(dataset: &ClientDataset, party: usize, rows: &[Row]) -> ClientTable {
    let column = |(place, schema): (usize, &Column)| {
        let cells: Vec<Option<&Cell>> = rows.iter().map(|row| row.get(place).and_then(Option::as_ref)).collect();
        ClientColumn {
            present: bits(cells.iter().map(Option::is_some)),
            values: build_values(&schema.kind, &cells),
            schema: schema.clone(),
        }
    };
    ClientTable {
        dataset: dataset.name.clone(),
        party,
        rows: rows.len(),
        time: dataset.time,
        columns: dataset.columns.iter().enumerate().map(column).collect(),
    }
}

fn build_values(kind: &ColumnType, cells: &[Option<&Cell>]) -> ClientValues {
    let whole = || cells.iter().map(|cell| if let Some(Cell::Integer(n) | Cell::Timestamp(n)) = cell { *n } else { 0 });
    match kind {
        ColumnType::Boolean => {
            ClientValues::Booleans(bits(cells.iter().map(|cell| matches!(cell, Some(Cell::Boolean(true))))))
        }
        ColumnType::Integer(_) => ClientValues::Integers(whole().collect()),
        ColumnType::Timestamp => ClientValues::Timestamps(whole().collect()),
        ColumnType::Date => {
            let day = |cell: &Option<&Cell>| if let Some(Cell::Date(days)) = cell { *days } else { 0 };
            ClientValues::Dates(cells.iter().map(day).collect())
        }
        ColumnType::Text { .. } | ColumnType::Identifier => {
            let (mut offsets, mut bytes) = (vec![0], Vec::new());
            for cell in cells {
                if let Some(Cell::Text(text)) = cell {
                    bytes.extend(text.as_bytes());
                }
                offsets.push(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
            }
            ClientValues::Texts { offsets, bytes }
        }
    }
}

/// One bit for each truth value, least significant first.
fn bits(values: impl Iterator<Item = bool>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (place, value) in values.enumerate() {
        if place % 8 == 0 {
            bytes.push(0);
        }
        if let Some(byte) = bytes.last_mut().filter(|_| value) {
            *byte |= 1 << (place % 8);
        }
    }
    bytes
}
