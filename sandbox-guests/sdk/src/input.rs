//! One call's input, read by the names that the guest's manifest declares. It owns the match between
//! declared positions and delivered lists; it copies none of them. Both worlds are read by the same code.

use crate::bindings::{contributing, verifying as wire};
use crate::column::{Column, Texts};
use crate::manifest::{ContributorManifest, Kind, Manifest, ParameterSpec, Role, TableRead};
use crate::stop::misuse;

/// One call's input: the day, the parameters, the parties.
///
/// Asking for a name that the manifest does not declare, or as another type, is a mistake in the guest:
/// it panics in a native test and ends the call in the sandbox.
#[derive(Debug)]
pub struct Input {
    manifest: &'static Manifest,
    wire: wire::Input,
}

/// One unit's input: the day, the parameters, and the rows about this unit.
///
/// As with [`Input`], a name that the manifest does not declare, or another type, is a mistake in the guest.
#[derive(Debug)]
pub struct UnitInput {
    manifest: &'static ContributorManifest,
    wire: contributing::Input,
}

/// One party and the tables about it.
#[derive(Debug, Clone, Copy)]
pub struct Party<'a> {
    role: &'static Role,
    wire: &'a wire::Party,
}

/// The rows of one dataset about one party.
///
/// Look a column up once, before the loop over its rows.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    read: &'static TableRead,
    wire: &'a wire::Table,
}

impl Input {
    pub(crate) fn new(manifest: &'static Manifest, wire: wire::Input) -> Self {
        Self { manifest, wire }
    }

    /// The day that the answer is about, in days since 1970-01-01.
    #[must_use]
    pub fn as_of(&self) -> i32 {
        self.wire.as_of
    }

    /// The value of an integer parameter.
    #[must_use]
    pub fn integer(&self, name: &str) -> i64 {
        self.parameters().integer(name)
    }

    /// The value of a date parameter, in days since 1970-01-01.
    #[must_use]
    pub fn date(&self, name: &str) -> i32 {
        self.parameters().date(name)
    }

    /// The value of a text parameter.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.parameters().text(name)
    }

    /// The token of an identifier parameter.
    #[must_use]
    pub fn token(&self, name: &str) -> u32 {
        self.parameters().token(name)
    }

    fn parameters(&self) -> Parameters<'_> {
        Parameters { declared: self.manifest.parameters, given: &self.wire.parameters }
    }

    /// The parties of one role, in the request's order.
    pub fn parties(&self, role: &str) -> impl Iterator<Item = Party<'_>> + use<'_> {
        let position = self.manifest.role(role);
        self.manifest.roles.get(position).into_iter().flat_map(move |role| {
            let parties = self.wire.parties.iter();
            let ours = parties.filter(move |party| party.role as usize == position);
            ours.map(move |wire| Party { role, wire })
        })
    }

    /// The first party of one role: the only one, where the policy says so.
    #[must_use]
    pub fn party(&self, role: &str) -> Option<Party<'_>> {
        self.parties(role).next()
    }
}

impl UnitInput {
    pub(crate) fn new(manifest: &'static ContributorManifest, wire: contributing::Input) -> Self {
        Self { manifest, wire }
    }

    /// The day that the table is about, in days since 1970-01-01.
    #[must_use]
    pub fn as_of(&self) -> i32 {
        self.wire.as_of
    }

    /// The unit's own identifier, as a token: to find it among the tokens of its rows.
    #[must_use]
    pub fn unit_token(&self) -> u32 {
        self.wire.token
    }

    /// The value of an integer parameter.
    #[must_use]
    pub fn integer(&self, name: &str) -> i64 {
        self.parameters().integer(name)
    }

    /// The value of a date parameter, in days since 1970-01-01.
    #[must_use]
    pub fn date(&self, name: &str) -> i32 {
        self.parameters().date(name)
    }

    /// The value of a text parameter.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.parameters().text(name)
    }

    /// The token of an identifier parameter.
    #[must_use]
    pub fn token(&self, name: &str) -> u32 {
        self.parameters().token(name)
    }

    fn parameters(&self) -> Parameters<'_> {
        Parameters { declared: self.manifest.parameters, given: &self.wire.parameters }
    }

    /// The rows of one dataset about this unit by time, oldest first; rows of one time by the values that are read.
    #[must_use]
    pub fn table(&self, dataset: &str) -> Table<'_> {
        Table::at(self.manifest.table(dataset), self.manifest.tables, &self.wire.tables, dataset)
    }
}

/// What a policy's parameters hold in this call, by the names that the manifest declares.
#[derive(Clone, Copy)]
struct Parameters<'a> {
    declared: &'static [ParameterSpec],
    given: &'a [wire::Parameter],
}

impl<'a> Parameters<'a> {
    fn integer(&self, name: &str) -> i64 {
        match self.find(name) {
            Some(wire::Parameter::Integer(value)) => *value,
            _ => misuse("not an integer parameter", name),
        }
    }

    fn date(&self, name: &str) -> i32 {
        match self.find(name) {
            Some(wire::Parameter::Date(value)) => *value,
            _ => misuse("not a date parameter", name),
        }
    }

    fn text(&self, name: &str) -> &'a str {
        match self.find(name) {
            Some(wire::Parameter::Text(value)) => value,
            _ => misuse("not a text parameter", name),
        }
    }

    fn token(&self, name: &str) -> u32 {
        match self.find(name) {
            Some(wire::Parameter::Identifier(value)) => *value,
            _ => misuse("not an identifier parameter", name),
        }
    }

    fn find(&self, name: &str) -> Option<&'a wire::Parameter> {
        self.given.get(ParameterSpec::position(self.declared, name))
    }
}

impl<'a> Party<'a> {
    /// This party's own identifier, as a token.
    #[must_use]
    pub fn token(&self) -> u32 {
        self.wire.token
    }

    /// The rows of one dataset about this party by time, oldest first; rows of one time by the values that are read.
    #[must_use]
    pub fn table(&self, dataset: &str) -> Table<'a> {
        Table::at(self.role.table(dataset), self.role.tables, &self.wire.tables, dataset)
    }
}

impl<'a> Table<'a> {
    #[inline]
    fn at(position: usize, reads: &'static [TableRead], delivered: &'a [wire::Table], dataset: &str) -> Self {
        match (reads.get(position), delivered.get(position)) {
            (Some(read), Some(wire)) => Self { read, wire },
            _ => misuse("the engine delivered no such table", dataset),
        }
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.wire.rows as usize
    }

    /// A column of whole numbers.
    #[must_use]
    pub fn integers(&self, name: &str) -> Column<'a, i64> {
        match self.column(name, Kind::Integers) {
            wire::Column { missing, data: wire::Data::Integers(values) } => Column::new(missing, values),
            _ => misuse("the column did not arrive as integers", name),
        }
    }

    /// A column of days since 1970-01-01.
    #[must_use]
    pub fn dates(&self, name: &str) -> Column<'a, i32> {
        match self.column(name, Kind::Dates) {
            wire::Column { missing, data: wire::Data::Dates(values) } => Column::new(missing, values),
            _ => misuse("the column did not arrive as dates", name),
        }
    }

    /// A column of indices into the values that the manifest names; their number stands for any other.
    #[must_use]
    pub fn codes(&self, name: &str) -> Column<'a, u32> {
        match self.column(name, Kind::Codes) {
            wire::Column { missing, data: wire::Data::Codes(values) } => Column::new(missing, values),
            _ => misuse("the column did not arrive as codes", name),
        }
    }

    /// A column of identifiers, as tokens.
    #[must_use]
    pub fn tokens(&self, name: &str) -> Column<'a, u32> {
        match self.column(name, Kind::Tokens) {
            wire::Column { missing, data: wire::Data::Tokens(values) } => Column::new(missing, values),
            _ => misuse("the column did not arrive as tokens", name),
        }
    }

    /// A column of texts.
    #[must_use]
    pub fn texts(&self, name: &str) -> Texts<'a> {
        match self.column(name, Kind::Texts) {
            wire::Column { missing, data: wire::Data::Texts(values) } => Texts::new(missing, values),
            _ => misuse("the column did not arrive as texts", name),
        }
    }

    fn column(&self, name: &str, kind: Kind) -> &'a wire::Column {
        let position = self.read.column(name);
        match (self.read.reads.get(position), self.wire.columns.get(position)) {
            (Some(read), Some(_)) if read.kind != kind => misuse("the manifest declares another type", name),
            (Some(_), Some(column)) => column,
            _ => misuse("the engine delivered no such column", name),
        }
    }
}
