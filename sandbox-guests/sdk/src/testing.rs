//! Native tests of a guest: one call, put together by hand. Not part of the wasm build. [`Call`] asks a verifier
//! about parties, [`UnitCall`] asks a contributor about one unit.
//!
//! Names are checked against the guest's manifest, as in a real call. What a test leaves out is there
//! all the same: a table that is not given has no rows, a column that is not given is missing
//! throughout. A mistake in a test panics, and says what is wrong.
//!
//! ```
//! use anshi_guest::testing::{Call, PartyRows, TableRows};
//! use anshi_guest::{Input, Manifest, ParameterSpec, Read, Role, TableRead, Verifier, calendar};
//!
//! struct PaidEnough;
//!
//! impl Verifier for PaidEnough {
//!     const MANIFEST: Manifest = Manifest {
//!         parameters: &[ParameterSpec::integer("min_paid_fen")],
//!         roles: &[Role {
//!             name: "enterprise",
//!             tables: &[TableRead { dataset: "tax_payment", reads: &[Read::integers("paid_fen")] }],
//!         }],
//!         labels: &["no", "yes"],
//!     };
//!
//!     fn verify(input: &Input) -> u32 {
//!         let firm = input.party("enterprise").expect("a test gives one");
//!         let paid = firm.table("tax_payment").integers("paid_fen");
//!         (paid.iter().flatten().sum::<i64>() >= input.integer("min_paid_fen")).into()
//!     }
//! }
//!
//! let label = Call::<PaidEnough>::on(calendar::day(2026, 6, 30))
//!     .integer("min_paid_fen", 300)
//!     .party(PartyRows::of("enterprise").table(
//!         TableRows::of("tax_payment").integers("paid_fen", [Some(200), None, Some(100)]),
//!     ))
//!     .label();
//! assert_eq!(label, Some("yes"));
//! ```

#![expect(clippy::panic, clippy::expect_used, reason = "a mistake in a test is told by panicking")]

mod unit;

use std::marker::PhantomData;

pub use self::unit::UnitCall;
use crate::bindings::verifying as wire;
use crate::manifest::{Kind, ParameterSpec, Read, TableRead};
use crate::{Input, Verifier};

/// One call of a guest, put together by a test.
#[derive(Debug, Clone)]
pub struct Call<Guest> {
    as_of: i32,
    parameters: Parameters,
    parties: Vec<wire::Party>,
    guest: PhantomData<Guest>,
}

impl<Guest: Verifier> Call<Guest> {
    /// A call whose answer is about `as_of` (days since 1970-01-01), without parameters or parties yet.
    #[must_use]
    pub fn on(as_of: i32) -> Self {
        let parameters = Parameters::of(Guest::MANIFEST.parameters);
        Self { as_of, parameters, parties: Vec::new(), guest: PhantomData }
    }

    /// Sets an integer parameter.
    #[must_use]
    pub fn integer(self, name: &str, value: i64) -> Self {
        self.parameter(name, wire::Parameter::Integer(value))
    }

    /// Sets a date parameter.
    #[must_use]
    pub fn date(self, name: &str, value: i32) -> Self {
        self.parameter(name, wire::Parameter::Date(value))
    }

    /// Sets a text parameter.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        self.parameter(name, wire::Parameter::Text(value.to_owned()))
    }

    /// Sets an identifier parameter to a token.
    #[must_use]
    pub fn token(self, name: &str, value: u32) -> Self {
        self.parameter(name, wire::Parameter::Identifier(value))
    }

    fn parameter(mut self, name: &str, value: wire::Parameter) -> Self {
        self.parameters.set(name, value);
        self
    }

    /// Adds a party.
    #[must_use]
    pub fn party(mut self, party: PartyRows) -> Self {
        let position = Guest::MANIFEST.role(&party.role);
        let role = Guest::MANIFEST.roles.get(position).expect("a position that was found");
        for rows in &party.tables {
            role.table(&rows.dataset);
        }
        let tables = role.tables.iter().map(|read| deliver(read, &party.tables)).collect();
        let next_token = u32::try_from(self.parties.len()).expect("few parties");
        self.parties.push(wire::Party {
            role: u32::try_from(position).expect("few roles"),
            token: party.token.unwrap_or(next_token),
            tables,
        });
        self
    }

    /// The input itself, to test a part of the guest with.
    #[must_use]
    pub fn input(self) -> Input {
        let input = wire::Input { as_of: self.as_of, parameters: self.parameters.complete(), parties: self.parties };
        Input::new(&Guest::MANIFEST, input)
    }

    /// Runs the guest: what it returned, unchecked.
    #[must_use]
    pub fn index(self) -> u32 {
        Guest::verify(&self.input())
    }

    /// Runs the guest: its label, or `None` if it returned no index into its labels.
    #[must_use]
    pub fn label(self) -> Option<&'static str> {
        let index = usize::try_from(self.index()).ok()?;
        Guest::MANIFEST.labels.get(index).copied()
    }
}

/// The parameters of a call, each set by a test.
#[derive(Debug, Clone)]
struct Parameters {
    declared: &'static [ParameterSpec],
    given: Vec<Option<wire::Parameter>>,
}

impl Parameters {
    fn of(declared: &'static [ParameterSpec]) -> Self {
        Self { declared, given: declared.iter().map(|_| None).collect() }
    }

    fn set(&mut self, name: &str, value: wire::Parameter) {
        let position = ParameterSpec::position(self.declared, name);
        *self.given.get_mut(position).expect("one per declared parameter") = Some(value);
    }

    fn complete(self) -> Vec<wire::Parameter> {
        let pairs = self.declared.iter().zip(self.given);
        pairs.map(|(spec, value)| value.unwrap_or_else(|| panic!("set the parameter `{}`", spec.name))).collect()
    }
}

/// One party of a test's call.
#[derive(Debug, Clone)]
pub struct PartyRows {
    role: String,
    token: Option<u32>,
    tables: Vec<TableRows>,
}

impl PartyRows {
    /// A party of this role, with every table empty.
    #[must_use]
    pub fn of(role: &str) -> Self {
        Self { role: role.to_owned(), token: None, tables: Vec::new() }
    }

    /// Sets its own identifier; otherwise parties are numbered in their order.
    #[must_use]
    pub fn token(mut self, token: u32) -> Self {
        self.token = Some(token);
        self
    }

    /// Gives it the rows of one dataset, in place of any that it had.
    #[must_use]
    pub fn table(mut self, rows: TableRows) -> Self {
        self.tables.retain(|other| other.dataset != rows.dataset);
        self.tables.push(rows);
        self
    }
}

/// The rows of one dataset, column by column. A cell is a value, or `None` where it is missing.
#[derive(Debug, Clone)]
pub struct TableRows {
    dataset: String,
    columns: Vec<(String, Cells)>,
}

#[derive(Debug, Clone)]
enum Cells {
    Integers(Vec<Option<i64>>),
    Dates(Vec<Option<i32>>),
    Codes(Vec<Option<String>>),
    Tokens(Vec<Option<u32>>),
    Texts(Vec<Option<String>>),
}

impl TableRows {
    /// Rows of this dataset, none yet.
    #[must_use]
    pub fn of(dataset: &str) -> Self {
        Self { dataset: dataset.to_owned(), columns: Vec::new() }
    }

    /// Gives a column of integers.
    #[must_use]
    pub fn integers<C: Into<Option<i64>>>(self, name: &str, cells: impl IntoIterator<Item = C>) -> Self {
        self.column(name, Cells::Integers(cells.into_iter().map(Into::into).collect()))
    }

    /// Gives a column of dates, in days since 1970-01-01.
    #[must_use]
    pub fn dates<C: Into<Option<i32>>>(self, name: &str, cells: impl IntoIterator<Item = C>) -> Self {
        self.column(name, Cells::Dates(cells.into_iter().map(Into::into).collect()))
    }

    /// Gives a column of codes, by their texts: the engine's part is played here.
    #[must_use]
    pub fn codes<'t, C: Into<Option<&'t str>>>(self, name: &str, cells: impl IntoIterator<Item = C>) -> Self {
        self.column(name, Cells::Codes(owned(cells)))
    }

    /// Gives a column of tokens.
    #[must_use]
    pub fn tokens<C: Into<Option<u32>>>(self, name: &str, cells: impl IntoIterator<Item = C>) -> Self {
        self.column(name, Cells::Tokens(cells.into_iter().map(Into::into).collect()))
    }

    /// Gives a column of texts.
    #[must_use]
    pub fn texts<'t, C: Into<Option<&'t str>>>(self, name: &str, cells: impl IntoIterator<Item = C>) -> Self {
        self.column(name, Cells::Texts(owned(cells)))
    }

    fn column(mut self, name: &str, cells: Cells) -> Self {
        let rows = self.columns.first().map(|(_, first)| first.rows());
        assert!(
            rows.is_none_or(|rows| rows == cells.rows()),
            "column `{name}` of `{}` has {} rows, the columns before it {}",
            self.dataset,
            cells.rows(),
            rows.unwrap_or(0),
        );
        self.columns.retain(|(other, _)| other != name);
        self.columns.push((name.to_owned(), cells));
        self
    }
}

fn owned<'t, C: Into<Option<&'t str>>>(cells: impl IntoIterator<Item = C>) -> Vec<Option<String>> {
    cells.into_iter().map(|cell| cell.into().map(str::to_owned)).collect()
}

impl Cells {
    fn rows(&self) -> usize {
        match self {
            Self::Integers(cells) => cells.len(),
            Self::Dates(cells) => cells.len(),
            Self::Codes(cells) | Self::Texts(cells) => cells.len(),
            Self::Tokens(cells) => cells.len(),
        }
    }

    fn all_missing(kind: Kind, rows: usize) -> Self {
        match kind {
            Kind::Integers => Self::Integers(vec![None; rows]),
            Kind::Dates => Self::Dates(vec![None; rows]),
            Kind::Codes => Self::Codes(vec![None; rows]),
            Kind::Tokens => Self::Tokens(vec![None; rows]),
            Kind::Texts => Self::Texts(vec![None; rows]),
        }
    }

    fn to_wire(&self, read: &Read) -> wire::Column {
        let (missing, data) = match (self, read.kind) {
            (Self::Integers(cells), Kind::Integers) => split(cells, wire::Data::Integers),
            (Self::Dates(cells), Kind::Dates) => split(cells, wire::Data::Dates),
            (Self::Tokens(cells), Kind::Tokens) => split(cells, wire::Data::Tokens),
            (Self::Texts(cells), Kind::Texts) => split(cells, wire::Data::Texts),
            (Self::Codes(cells), Kind::Codes) => {
                let code = |text: &String| code(read.values, text);
                let cells: Vec<_> = cells.iter().map(|cell| cell.as_ref().map(code)).collect();
                split(&cells, wire::Data::Codes)
            }
            (_, kind) => panic!("the manifest declares `{}` as {kind:?}", read.column),
        };
        wire::Column { missing, data }
    }
}

/// The index of a text among the declared values; their number stands for any other.
fn code(values: &[&str], text: &str) -> u32 {
    let position = values.iter().position(|value| *value == text);
    u32::try_from(position.unwrap_or(values.len())).expect("few values")
}

/// The bitmap and the values, a missing one as 0 or empty. No bitmap where nothing is missing.
fn split<T: Clone + Default>(cells: &[Option<T>], data: impl Fn(Vec<T>) -> wire::Data) -> (Vec<u8>, wire::Data) {
    let byte = |rows: &[Option<T>]| rows.iter().rev().fold(0, |byte, cell| byte << 1 | u8::from(cell.is_none()));
    let missing = match cells.iter().any(Option::is_none) {
        true => cells.chunks(8).map(byte).collect(),
        false => Vec::new(),
    };
    (missing, data(cells.iter().map(|cell| cell.clone().unwrap_or_default()).collect()))
}

/// The table that the engine would deliver for this declaration.
fn deliver(read: &TableRead, given: &[TableRows]) -> wire::Table {
    let given = given.iter().find(|rows| rows.dataset == read.dataset);
    let columns = given.map(|rows| rows.columns.as_slice()).unwrap_or_default();
    for (name, _) in columns {
        read.column(name);
    }
    let rows = columns.first().map_or(0, |(_, cells)| cells.rows());
    let column = |read: &Read| match columns.iter().find(|(name, _)| name == read.column) {
        Some((_, cells)) => cells.to_wire(read),
        None => Cells::all_missing(read.kind, rows).to_wire(read),
    };
    wire::Table { rows: u32::try_from(rows).expect("few rows"), columns: read.reads.iter().map(column).collect() }
}
