//! What a run receives: the parties' rows as the contract's columns. Only what the plan names is read;
//! identifiers become tokens on the way.

use std::collections::HashMap;

use super::bindings::{contributing, verifying as wit};
use super::order::{Compared, order};
use crate::catalog::ColumnType;
use crate::data::{Cells, DatasetFiles, Snapshot, UnitRows, Values, Window};
use crate::env::weaken::{self, Weakness};
use crate::model::{Date, ParameterValue, Read};
use crate::policy::{PermittedParty, RolePlan, TablePlan};

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
struct Tokens<'a> {
    /// The first one, mostly the only one: it is not worth a table.
    first: Option<(&'a str, u32)>,
    rest: HashMap<&'a str, u32>,
}

impl<'a> Tokens<'a> {
    fn token(&mut self, identifier: &'a str) -> u32 {
        if let Some(token) = self.get(identifier) {
            return token;
        }
        let mut next = u32::try_from(self.rest.len() + usize::from(self.first.is_some())).unwrap_or(u32::MAX);
        if weaken::on(Weakness::IdentifierTold) {
            next = identifier.bytes().fold(0, |sum: u32, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        }
        match self.first {
            None => self.first = Some((identifier, next)),
            Some(_) => {
                self.rest.insert(identifier, next);
            }
        }
        next
    }

    /// The token that it has already.
    fn get(&self, identifier: &str) -> Option<u32> {
        let first = self.first.filter(|(first, _)| *first == identifier).map(|(_, token)| token);
        first.or_else(|| if self.rest.is_empty() { None } else { self.rest.get(identifier).copied() })
    }
}

/// Collects the input of a permitted job. `None` where the snapshot lacks a planned dataset or column,
/// which the plan was checked against, so that only a damaged home gets here.
pub fn build_input(
    roles: &[RolePlan],
    parties: &[PermittedParty],
    parameters: &[ParameterValue],
    snapshot: &Snapshot,
) -> Option<RunInput> {
    let as_of = as_of(snapshot, parameters);
    let mut tokens = Tokens::default();
    let mut inputs = Vec::with_capacity(parties.len());
    let own: Vec<u32> = parties.iter().map(|party| tokens.token(party.id.as_str())).collect();
    for (party, token) in parties.iter().zip(own) {
        let role = roles.get(usize::try_from(party.role).ok()?)?;
        let mut tables = Vec::with_capacity(role.tables.len());
        for table in &role.tables {
            let files: &DatasetFiles = snapshot.dataset(&table.dataset)?;
            let reader = TableReader::new(table, files, as_of)?;
            tables.push(reader.build(files.ordinal(&party.id), &mut tokens)?);
        }
        inputs.push(wit::Party { role: party.role, token, tables });
    }
    let parameters = build_parameters(parameters, &mut tokens);
    Some(RunInput(wit::Input { as_of: as_of.days(), parameters, parties: inputs }))
}

/// The day that the answer is about: the snapshot's, whatever the caller says.
fn as_of(snapshot: &Snapshot, parameters: &[ParameterValue]) -> Date {
    let given = |value: &ParameterValue| if let ParameterValue::Date(date) = value { Some(*date) } else { None };
    let chosen = parameters.iter().find_map(given).filter(|_| weaken::on(Weakness::DateOfCaller));
    chosen.unwrap_or(snapshot.as_of())
}

fn build_parameters<'s>(parameters: &'s [ParameterValue], tokens: &mut Tokens<'s>) -> Vec<wit::Parameter> {
    let parameter = |value: &'s ParameterValue| match value {
        &ParameterValue::Integer(integer) => wit::Parameter::Integer(integer),
        &ParameterValue::Date(date) => wit::Parameter::Date(date.days()),
        ParameterValue::Text(text) => wit::Parameter::Text(text.clone()),
        ParameterValue::Identifier(identifier) => wit::Parameter::Identifier(tokens.token(identifier)),
    };
    parameters.iter().map(parameter).collect()
}

/// Collects the inputs of one unit after the other: what is the same for all of them is looked up once.
pub(super) struct UnitInputs<'s> {
    as_of: Date,
    tables: Vec<(usize, TableReader<'s>)>,
    parameters: &'s [ParameterValue],
}

impl<'s> UnitInputs<'s> {
    /// `frame` are the datasets whose ordinals a unit comes with. `None` where the snapshot lacks a planned dataset or
    /// column, as for [`build_input`].
    pub fn new(
        tables: &'s [TablePlan],
        parameters: &'s [ParameterValue],
        (snapshot, frame): (&'s Snapshot, &[String]),
    ) -> Option<Self> {
        let as_of = snapshot.as_of();
        let reader = |table: &'s TablePlan| {
            let place = frame.iter().position(|dataset| *dataset == table.dataset)?;
            Some((place, TableReader::new(table, snapshot.dataset(&table.dataset)?, as_of)?))
        };
        Some(Self { as_of, tables: tables.iter().map(reader).collect::<Option<_>>()?, parameters })
    }

    /// The input of the unit `id`, whose place in each dataset of the frame is one of `ordinals`.
    pub fn build(&self, id: &'s str, ordinals: &[Option<u64>]) -> Option<contributing::Input> {
        let mut tokens = Tokens::default();
        let token = tokens.token(id);
        let mut tables = Vec::with_capacity(self.tables.len());
        for (place, reader) in &self.tables {
            let ordinal = ordinals.get(*place).copied().flatten();
            tables.push(reader.build(ordinal, &mut tokens)?.into());
        }
        let parameters = build_parameters(self.parameters, &mut tokens).into_iter().map(Into::into).collect();
        Some(contributing::Input { as_of: self.as_of.days(), parameters, token, tables })
    }
}

/// Reads one planned table of any unit.
struct TableReader<'s> {
    files: &'s DatasetFiles,
    columns: Vec<ColumnReader<'s>>,
    /// The columns' places in the catalog, and behind them that of the time, for the order of the rows alone.
    places: Vec<usize>,
    window: Window,
}

/// How one column reaches a guest.
struct ColumnReader<'s> {
    place: usize,
    form: Form<'s>,
}

/// What texts become on the way; numbers stay what they are.
enum Form<'s> {
    Plain,
    Tokens,
    /// Codes by text, ascending, and the code of every other text.
    Codes(Vec<(&'s str, u32)>, u32),
}

impl<'s> Form<'s> {
    fn new(read: &'s Read, kind: &ColumnType) -> Self {
        if *kind == ColumnType::Identifier {
            return Self::Tokens;
        }
        if read.values.is_empty() {
            return Self::Plain;
        }
        let mut codes: Vec<(&str, u32)> = read.values.iter().map(String::as_str).zip(0..).collect();
        codes.sort_unstable();
        // Of a value that is listed twice the first place counts.
        codes.dedup_by_key(|(text, _)| *text);
        Self::Codes(codes, u32::try_from(read.values.len()).unwrap_or(u32::MAX))
    }
}

impl<'s> TableReader<'s> {
    fn new(plan: &'s TablePlan, files: &'s DatasetFiles, as_of: Date) -> Option<Self> {
        let schema = files.schema();
        let column = |read: &'s Read| {
            let (place, column) = schema.column(&read.column)?;
            Some(ColumnReader { place, form: Form::new(read, &column.kind) })
        };
        let columns: Vec<ColumnReader<'s>> = plan.reads.iter().map(column).collect::<Option<_>>()?;
        let places = columns.iter().map(|column| column.place).chain(schema.time).collect();
        Some(Self { files, columns, places, window: Window::new(as_of, plan.history_months, plan.rows_max) })
    }

    fn build(&self, ordinal: Option<u64>, tokens: &mut Tokens<'s>) -> Option<wit::Table> {
        let rows: UnitRows<'s> = self.files.rows(ordinal, &self.window, &self.places);
        let time = rows.columns.get(self.columns.len());
        let compared = || {
            let columns = self.columns.iter().zip(&rows.columns);
            let compared = |(column, cells): (&ColumnReader<'s>, _)| Compared {
                place: column.place,
                cells,
                is_identifier: matches!(column.form, Form::Tokens),
            };
            columns.map(compared).collect()
        };
        let order = order(rows.rows, time, compared, &|text| tokens.get(text));
        let mut columns = Vec::with_capacity(self.columns.len());
        for (column, cells) in self.columns.iter().zip(&rows.columns) {
            columns.push(match &order {
                None => wit::Column {
                    missing: cells.present.missing_bitmap(),
                    data: build_data(&column.form, Lying(rows.rows), cells, tokens),
                },
                Some(order) => wit::Column {
                    missing: missing_bitmap(cells, order),
                    data: build_data(&column.form, Ordered(order), cells, tokens),
                },
            });
        }
        Some(wit::Table { rows: u32::try_from(rows.rows).ok()?, columns })
    }
}

/// In which order a column's rows are taken.
trait Rows: Copy {
    fn iter(self) -> impl Iterator<Item = usize>;
    fn pick<T: Copy + Default>(self, values: &[T]) -> Vec<T>;
}

/// As they lie.
#[derive(Clone, Copy)]
struct Lying(usize);

impl Rows for Lying {
    fn iter(self) -> impl Iterator<Item = usize> {
        0..self.0
    }

    fn pick<T: Copy + Default>(self, values: &[T]) -> Vec<T> {
        values.to_vec()
    }
}

/// In another order.
#[derive(Clone, Copy)]
struct Ordered<'a>(&'a [usize]);

impl Rows for Ordered<'_> {
    fn iter(self) -> impl Iterator<Item = usize> {
        self.0.iter().copied()
    }

    fn pick<T: Copy + Default>(self, values: &[T]) -> Vec<T> {
        self.iter().map(|row| values.get(row).copied().unwrap_or_default()).collect()
    }
}

/// The values of the rows, in this order.
fn build_data<'s>(form: &Form<'_>, rows: impl Rows, cells: &Cells<'s>, tokens: &mut Tokens<'s>) -> wit::Data {
    match (&cells.values, form) {
        (Values::Booleans(bits), _) => wit::Data::Integers(rows.iter().map(|row| i64::from(bits.get(row))).collect()),
        (Values::Integers(values) | Values::Timestamps(values), _) => wit::Data::Integers(rows.pick(values)),
        (Values::Dates(days), _) => wit::Data::Dates(rows.pick(days)),
        (Values::Texts(texts), Form::Tokens) => {
            let token = |row| if cells.present.get(row) { tokens.token(texts.get(row)) } else { 0 };
            wit::Data::Tokens(rows.iter().map(token).collect())
        }
        (Values::Texts(texts), Form::Plain) => {
            wit::Data::Texts(rows.iter().map(|row| texts.get(row).to_owned()).collect())
        }
        (Values::Texts(texts), Form::Codes(codes, other)) => {
            let code = |text: &[u8]| codes.binary_search_by(|(known, _)| known.as_bytes().cmp(text));
            let known = |text| code(text).ok().and_then(|place| codes.get(place)).map_or(*other, |(_, code)| *code);
            let coded = |row| if cells.present.get(row) { known(texts.bytes(row)) } else { 0 };
            wit::Data::Codes(rows.iter().map(coded).collect())
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
