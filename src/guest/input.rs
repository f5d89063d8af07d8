//! What a run receives: the parties' rows as the contract's columns. Only what the plan names is read;
//! identifiers become tokens on the way.

use std::collections::HashMap;

use super::bindings::exports::anshi::sandbox::verifying as wit;
use super::order::{Compared, order};
use crate::catalog::ColumnType;
use crate::data::{Cells, DatasetFiles, Snapshot, UnitRows, Values, Window};
use crate::env::weaken::{self, Weakness};
use crate::model::{Date, ParameterValue, Read};
use crate::policy::{PermittedParty, Plan, TablePlan};

/// The input of one run.
pub struct RunInput(pub(super) wit::Input);

impl RunInput {
    /// Whether no party has any row.
    pub fn is_empty(&self) -> bool {
        self.0.parties.iter().all(|party| party.tables.iter().all(|table| table.rows == 0))
    }
}

/// Numbers identifiers by first appearance, parties first: equal ones are equal, and say nothing else.
#[derive(Default)]
struct Tokens<'a>(HashMap<&'a str, u32>);

impl<'a> Tokens<'a> {
    fn token(&mut self, identifier: &'a str) -> u32 {
        let mut next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        if weaken::on(Weakness::IdentifierTold) {
            next = identifier.bytes().fold(0, |sum: u32, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        }
        *self.0.entry(identifier).or_insert(next)
    }
}

/// Collects the input of a permitted job. `None` where the snapshot lacks a planned dataset or column,
/// which the plan was checked against, so that only a damaged home gets here.
pub fn build_input(
    plan: &Plan,
    parties: &[PermittedParty],
    parameters: &[ParameterValue],
    snapshot: &Snapshot,
) -> Option<RunInput> {
    let as_of = as_of(snapshot, parameters);
    let mut tokens = Tokens::default();
    let mut inputs = Vec::with_capacity(parties.len());
    let own: Vec<u32> = parties.iter().map(|party| tokens.token(party.id.as_str())).collect();
    for (party, token) in parties.iter().zip(own) {
        let role = plan.roles.get(usize::try_from(party.role).ok()?)?;
        let mut tables = Vec::with_capacity(role.tables.len());
        for table in &role.tables {
            tables.push(build_table(table, party, (snapshot, as_of), &mut tokens)?);
        }
        inputs.push(wit::Party { role: party.role, token, tables });
    }
    let parameter = |value| match value {
        &ParameterValue::Integer(integer) => wit::Parameter::Integer(integer),
        &ParameterValue::Date(date) => wit::Parameter::Date(date.days()),
        ParameterValue::Text(text) => wit::Parameter::Text(text.clone()),
        ParameterValue::Identifier(identifier) => wit::Parameter::Identifier(tokens.token(identifier)),
    };
    let parameters = parameters.iter().map(parameter).collect();
    Some(RunInput(wit::Input { as_of: as_of.days(), parameters, parties: inputs }))
}

/// The day that the answer is about: the snapshot's, whatever the caller says.
fn as_of(snapshot: &Snapshot, parameters: &[ParameterValue]) -> Date {
    let given = |value: &ParameterValue| if let ParameterValue::Date(date) = value { Some(*date) } else { None };
    let chosen = parameters.iter().find_map(given).filter(|_| weaken::on(Weakness::DateOfCaller));
    chosen.unwrap_or(snapshot.as_of())
}

fn build_table<'s>(
    plan: &TablePlan,
    party: &PermittedParty,
    (snapshot, as_of): (&'s Snapshot, Date),
    tokens: &mut Tokens<'s>,
) -> Option<wit::Table> {
    let files: &'s DatasetFiles = snapshot.dataset(&plan.dataset)?;
    let schema = files.schema();
    let places = plan.reads.iter().map(|read| schema.column(&read.column).map(|(place, _)| place));
    let mut places: Vec<usize> = places.collect::<Option<_>>()?;
    // Behind what is read, for the order of the rows alone.
    places.extend(schema.time);
    let window = Window::new(as_of, plan.history_months, plan.rows_max);
    let rows: UnitRows<'s> = files.rows(files.ordinal(&party.id), &window, &places);
    let time = rows.columns.get(plan.reads.len());
    let is_identifier =
        |place: usize| schema.columns.get(place).is_some_and(|column| column.kind == ColumnType::Identifier);
    let reads = places.iter().zip(&rows.columns).take(plan.reads.len());
    let compared = reads.map(|(place, cells)| Compared { place: *place, cells, is_identifier: is_identifier(*place) });
    let order = order(rows.rows, time, compared.collect(), &|text| tokens.0.get(text).copied());
    let mut columns = Vec::with_capacity(plan.reads.len());
    for ((read, place), cells) in plan.reads.iter().zip(places).zip(&rows.columns) {
        columns.push(match &order {
            None => wit::Column {
                missing: cells.present.missing_bitmap(),
                data: build_data(read, 0..rows.rows, is_identifier(place), cells, tokens),
            },
            Some(order) => wit::Column {
                missing: missing_bitmap(cells, order),
                data: build_data(read, order.iter().copied(), is_identifier(place), cells, tokens),
            },
        });
    }
    Some(wit::Table { rows: u32::try_from(rows.rows).ok()?, columns })
}

/// The values of the rows, in this order.
fn build_data<'s>(
    read: &Read,
    rows: impl Iterator<Item = usize>,
    is_identifier: bool,
    cells: &Cells<'s>,
    tokens: &mut Tokens<'s>,
) -> wit::Data {
    match &cells.values {
        Values::Booleans(bits) => wit::Data::Integers(rows.map(|row| i64::from(bits.get(row))).collect()),
        Values::Integers(values) | Values::Timestamps(values) => {
            wit::Data::Integers(rows.map(|row| values.get(row).copied().unwrap_or_default()).collect())
        }
        Values::Dates(days) => wit::Data::Dates(rows.map(|row| days.get(row).copied().unwrap_or_default()).collect()),
        Values::Texts(texts) if is_identifier => {
            let token = |row| if cells.present.get(row) { tokens.token(texts.get(row)) } else { 0 };
            wit::Data::Tokens(rows.map(token).collect())
        }
        Values::Texts(texts) if read.values.is_empty() => {
            wit::Data::Texts(rows.map(|row| texts.get(row).to_owned()).collect())
        }
        Values::Texts(texts) => {
            let other = u32::try_from(read.values.len()).unwrap_or(u32::MAX);
            let code = |text: &str| {
                read.values.iter().position(|value| value == text).and_then(|code| u32::try_from(code).ok())
            };
            let coded = |row| if cells.present.get(row) { code(texts.get(row)).unwrap_or(other) } else { 0 };
            wit::Data::Codes(rows.map(coded).collect())
        }
    }
}

/// [`Present::missing_bitmap`](crate::data::Present::missing_bitmap) of the rows in another order.
fn missing_bitmap(cells: &Cells<'_>, order: &[usize]) -> Vec<u8> {
    if cells.present.all() {
        return Vec::new();
    }
    let mut bitmap = Vec::new();
    for (place, row) in order.iter().enumerate() {
        if place % 8 == 0 {
            bitmap.push(0);
        }
        if let Some(byte) = bitmap.last_mut().filter(|_| !cells.present.get(*row)) {
            *byte |= 1 << (place % 8);
        }
    }
    bitmap
}
