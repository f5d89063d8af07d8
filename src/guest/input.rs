//! What a run receives: the parties' rows as the contract's columns. Only what the plan names is read;
//! identifiers become tokens on the way.

use std::collections::HashMap;

use super::bindings::{contributing, verifying as wit};
use super::client_input::client_rows;
use super::order::{Compared, order};
use crate::catalog::{Column, ColumnType};
use crate::data::{Cells, DatasetFiles, Snapshot, UnitRows, Values, Window};
use crate::env::weaken::{self, Weakness};
use crate::model::{Date, ParameterValue, Read};
use crate::policy::{ClientRows, Origin, PermittedParty, RolePlan, TablePlan};

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
    first: Option<(&'a [u8], u32)>,
    /// The last one of the rest: rows that follow each other mostly have the same.
    last: Option<(&'a [u8], u32)>,
    rest: HashMap<&'a [u8], u32>,
}

impl<'a> Tokens<'a> {
    fn token(&mut self, identifier: &'a [u8]) -> u32 {
        if let Some(token) = self.get(identifier) {
            self.last = Some((identifier, token));
            return token;
        }
        let mut next = u32::try_from(self.rest.len() + usize::from(self.first.is_some())).unwrap_or(u32::MAX);
        if weaken::on(Weakness::IdentifierTold) {
            next = identifier.iter().fold(0, |sum: u32, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)));
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
    fn get(&self, identifier: &[u8]) -> Option<u32> {
        let at_hand = [self.first, self.last].into_iter().flatten().find(|(known, _)| *known == identifier);
        at_hand
            .map(|(_, token)| token)
            .or_else(|| if self.rest.is_empty() { None } else { self.rest.get(identifier).copied() })
    }
}

/// Collects the input of a permitted job. `None` where the snapshot lacks a planned dataset or column,
/// which the plan was checked against, so that only a damaged home gets here.
pub fn build_input(
    roles: &[RolePlan],
    parties: &[PermittedParty],
    parameters: &[ParameterValue],
    (snapshot, client): (&Snapshot, &ClientRows),
) -> Option<RunInput> {
    let as_of = as_of(snapshot, parameters);
    let mut tokens = Tokens::default();
    let mut inputs = Vec::with_capacity(parties.len());
    let own: Vec<u32> = parties.iter().map(|party| tokens.token(party.id.as_str().as_bytes())).collect();
    for (place, (party, token)) in parties.iter().zip(own).enumerate() {
        let role = roles.get(usize::try_from(party.role).ok()?)?;
        let mut tables = Vec::with_capacity(role.tables.len());
        for table in &role.tables {
            tables.push(match table.origin {
                Origin::Snapshot => {
                    let files: &DatasetFiles = snapshot.dataset(&table.dataset)?;
                    let reader = TableReader::new(table, files, as_of)?;
                    reader.build(files.ordinal(&party.id), &mut tokens)?
                }
                Origin::Client => {
                    let (shape, rows) = client_rows(table, client.table(&table.dataset, place)?, as_of)?;
                    shape.build(&rows, &mut tokens)?
                }
            });
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
        ParameterValue::Identifier(identifier) => wit::Parameter::Identifier(tokens.token(identifier.as_bytes())),
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
        tables: &[TablePlan],
        parameters: &'s [ParameterValue],
        (snapshot, frame): (&'s Snapshot, &[String]),
    ) -> Option<Self> {
        let as_of = snapshot.as_of();
        let reader = |table: &TablePlan| {
            let place = frame.iter().position(|dataset| *dataset == table.dataset)?;
            Some((place, TableReader::new(table, snapshot.dataset(&table.dataset)?, as_of)?))
        };
        Some(Self { as_of, tables: tables.iter().map(reader).collect::<Option<_>>()?, parameters })
    }

    /// The input of the unit `id`, whose place in each dataset of the frame is one of `ordinals`.
    pub fn build(&self, id: &'s str, ordinals: &[Option<u64>]) -> Option<contributing::Input> {
        let mut tokens = Tokens::default();
        let token = tokens.token(id.as_bytes());
        let mut tables = Vec::with_capacity(self.tables.len());
        for (place, reader) in &self.tables {
            let ordinal = ordinals.get(*place).copied().flatten();
            tables.push(reader.build(ordinal, &mut tokens)?.into());
        }
        let parameters = build_parameters(self.parameters, &mut tokens).into_iter().map(Into::into).collect();
        Some(contributing::Input { as_of: self.as_of.days(), parameters, token, tables })
    }
}

/// Collects the inputs of units whose rows come from elsewhere than a snapshot, in the same form.
pub(super) struct StreamInputs<'j> {
    pub as_of: Date,
    pub tables: &'j [TableShape],
    pub parameters: &'j [ParameterValue],
}

impl StreamInputs<'_> {
    /// The input of the unit `id`. For each table its rows within the window: the columns that are read, and behind them
    /// the time, where the table has one. `None` where there are other columns.
    pub fn build(&self, id: &str, rows: &[UnitRows<'_>]) -> Option<contributing::Input> {
        let mut tokens = Tokens::default();
        let token = tokens.token(id.as_bytes());
        let mut tables = Vec::with_capacity(self.tables.len());
        for (shape, rows) in self.tables.iter().zip(rows) {
            tables.push(shape.build(rows, &mut tokens)?.into());
        }
        let parameters = build_parameters(self.parameters, &mut tokens).into_iter().map(Into::into).collect();
        (tables.len() == self.tables.len()).then(|| contributing::Input {
            as_of: self.as_of.days(),
            parameters,
            token,
            tables,
        })
    }
}

/// What a guest reads of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableShape {
    /// The columns, in the order of the guest's manifest.
    pub reads: Vec<ReadShape>,
}

/// A column that a guest reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadShape {
    /// Its place in the catalog: rows of one time are compared by it.
    pub place: usize,
    /// Whether it arrives as tokens.
    pub is_identifier: bool,
    /// The values that the guest tells apart; none where it does not arrive as codes.
    pub values: Vec<String>,
}

impl TableShape {
    /// The shape of a planned table of a dataset with these columns; `None` where it lacks one.
    pub fn new<'c>(plan: &TablePlan, columns: impl Iterator<Item = &'c Column> + Clone) -> Option<Self> {
        let read = |read: &Read| {
            let (place, column) = columns.clone().enumerate().find(|(_, column)| column.name == read.column)?;
            let is_identifier = column.kind == ColumnType::Identifier;
            Some(ReadShape { place, is_identifier, values: read.values.clone() })
        };
        Some(Self { reads: plan.reads.iter().map(read).collect::<Option<_>>()? })
    }

    /// The rows as the contract's columns, in the order in which a guest sees them.
    fn build<'a>(&self, rows: &UnitRows<'a>, tokens: &mut Tokens<'a>) -> Option<wit::Table> {
        let time = rows.columns.get(self.reads.len());
        let reads = self.reads.iter().zip(&rows.columns);
        let compared = || {
            let column = |(read, cells): (&ReadShape, _)| Compared {
                place: read.place,
                cells,
                is_identifier: read.is_identifier,
            };
            reads.clone().map(column).collect()
        };
        let order = order(rows.rows, time, compared, &|text| tokens.get(text.as_bytes()));
        let mut columns = Vec::with_capacity(self.reads.len());
        for (read, cells) in reads {
            columns.push(match &order {
                None => wit::Column {
                    missing: cells.present.missing_bitmap(),
                    data: build_data(read, Lying(rows.rows), cells, tokens),
                },
                Some(order) => wit::Column {
                    missing: missing_bitmap(cells, order),
                    data: build_data(read, Ordered(order), cells, tokens),
                },
            });
        }
        let whole = columns.len() == self.reads.len();
        whole.then_some(wit::Table { rows: u32::try_from(rows.rows).ok()?, columns })
    }
}

/// Reads one planned table of any unit.
struct TableReader<'s> {
    shape: TableShape,
    files: &'s DatasetFiles,
    /// The columns' places in the catalog, and behind them that of the time, for the order of the rows alone.
    places: Vec<usize>,
    window: Window,
}

impl<'s> TableReader<'s> {
    fn new(plan: &TablePlan, files: &'s DatasetFiles, as_of: Date) -> Option<Self> {
        let shape = TableShape::new(plan, files.schema().columns.iter())?;
        let places = shape.reads.iter().map(|read| read.place).chain(files.schema().time).collect();
        Some(Self { shape, files, places, window: Window::new(as_of, plan.history_months, plan.rows_max) })
    }

    fn build(&self, ordinal: Option<u64>, tokens: &mut Tokens<'s>) -> Option<wit::Table> {
        self.shape.build(&self.files.rows(ordinal, &self.window, &self.places), tokens)
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
fn build_data<'s>(read: &ReadShape, rows: impl Rows, cells: &Cells<'s>, tokens: &mut Tokens<'s>) -> wit::Data {
    match &cells.values {
        Values::Booleans(bits) => wit::Data::Integers(rows.iter().map(|row| i64::from(bits.get(row))).collect()),
        Values::Integers(values) | Values::Timestamps(values) => wit::Data::Integers(rows.pick(values)),
        Values::Dates(days) => wit::Data::Dates(rows.pick(days)),
        Values::Texts(texts) if read.is_identifier => {
            let token = |row| if cells.present.get(row) { tokens.token(texts.bytes(row)) } else { 0 };
            wit::Data::Tokens(rows.iter().map(token).collect())
        }
        Values::Texts(texts) if read.values.is_empty() => {
            wit::Data::Texts(rows.iter().map(|row| texts.get(row).to_owned()).collect())
        }
        Values::Texts(texts) => {
            // Few values and short ones: their bytes are compared one after the other.
            let code = |text: &[u8]| (0u32..).zip(&read.values).find(|(_, value)| value.as_bytes() == text);
            let other = u32::try_from(read.values.len()).unwrap_or(u32::MAX);
            let known = |text| code(text).map_or(other, |(code, _)| code);
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
