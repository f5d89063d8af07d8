//! What a guest declares about itself, once, as a constant. It owns the conversion to the wire and the
//! lookup of names; it never sees data.

use alloc::string::String;
use alloc::vec::Vec;

pub use crate::bindings::verifying::ParameterKind;
use crate::bindings::{contributing, verifying as wire};
use crate::stop::misuse;

/// Everything that a verifier reads and may answer. An auditor sees exactly this.
#[derive(Debug)]
pub struct Manifest {
    /// What the bank sets per question.
    pub parameters: &'static [ParameterSpec],
    /// Whom the question is about.
    pub roles: &'static [Role],
    /// What the guest may answer. A yes/no guest says `["no", "yes"]`.
    pub labels: &'static [&'static str],
}

/// Everything that a contributor reads, and the shape of its table. An auditor sees exactly this.
#[derive(Debug)]
pub struct ContributorManifest {
    /// What the caller sets per table.
    pub parameters: &'static [ParameterSpec],
    /// What is read about each unit.
    pub tables: &'static [TableRead],
    /// What the table is broken down by, in the order of a cell's indices.
    pub dimensions: &'static [Dimension],
    /// What is summed in each cell, by the policy's names, in the order of a cell's values. The number of units
    /// is none of them: the engine counts.
    pub measures: &'static [&'static str],
}

/// One dimension of a table, by the policy's name for it.
#[derive(Debug)]
pub struct Dimension {
    /// The policy's name for it.
    pub name: &'static str,
    /// Its labels, by the policy's names for them: a cell says which by an index into this list.
    pub labels: &'static [&'static str],
}

/// One parameter, by the policy's name for it.
#[derive(Debug)]
pub struct ParameterSpec {
    /// The policy's name for it.
    pub name: &'static str,
    /// What it holds.
    pub kind: ParameterKind,
}

impl ParameterSpec {
    /// Where a parameter stands among the declared ones.
    pub(crate) fn position(declared: &[Self], name: &str) -> usize {
        position(declared, name, |one| one.name, "the manifest declares no such parameter")
    }

    fn to_wire(&self) -> wire::ParameterSpec {
        wire::ParameterSpec { name: String::from(self.name), kind: self.kind }
    }

    /// A whole number, read with [`Input::integer`](crate::Input::integer).
    #[must_use]
    pub const fn integer(name: &'static str) -> Self {
        Self { name, kind: ParameterKind::Integer }
    }

    /// A day, read with [`Input::date`](crate::Input::date).
    #[must_use]
    pub const fn date(name: &'static str) -> Self {
        Self { name, kind: ParameterKind::Date }
    }

    /// A text, read with [`Input::text`](crate::Input::text).
    #[must_use]
    pub const fn text(name: &'static str) -> Self {
        Self { name, kind: ParameterKind::Text }
    }

    /// An identifier, which arrives as a token, read with [`Input::token`](crate::Input::token).
    #[must_use]
    pub const fn identifier(name: &'static str) -> Self {
        Self { name, kind: ParameterKind::Identifier }
    }
}

/// One kind of party, by the policy's name for it, and what is read about each.
#[derive(Debug)]
pub struct Role {
    /// The policy's name for it.
    pub name: &'static str,
    /// What is read about each party of this kind.
    pub tables: &'static [TableRead],
}

/// The columns of one dataset. They arrive as one table, so their rows line up.
#[derive(Debug)]
pub struct TableRead {
    /// The catalog's name for it.
    pub dataset: &'static str,
    /// The columns wanted, in any order.
    pub reads: &'static [Read],
}

/// How a column arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Catalog types `boolean`, `integer` and `timestamp`.
    Integers,
    /// Catalog type `date`.
    Dates,
    /// Catalog type `text`, as indices into the values that the guest tells apart.
    Codes,
    /// Catalog type `identifier`.
    Tokens,
    /// Catalog type `text`, as it is.
    Texts,
}

/// One column that the guest wants.
#[derive(Debug)]
pub struct Read {
    pub(crate) column: &'static str,
    pub(crate) kind: Kind,
    pub(crate) values: &'static [&'static str],
}

impl Read {
    const fn plain(column: &'static str, kind: Kind) -> Self {
        Self { column, kind, values: &[] }
    }

    /// Whole numbers: amounts in the catalog's unit and scale, booleans as 0 and 1, timestamps in UTC
    /// milliseconds.
    #[must_use]
    pub const fn integers(column: &'static str) -> Self {
        Self::plain(column, Kind::Integers)
    }

    /// Days since 1970-01-01; see [`calendar`](crate::calendar).
    #[must_use]
    pub const fn dates(column: &'static str) -> Self {
        Self::plain(column, Kind::Dates)
    }

    /// A text column with a closed set of values: each row is an index into `values`, or their number
    /// for any other value. `values` must not be empty.
    #[must_use]
    pub const fn codes(column: &'static str, values: &'static [&'static str]) -> Self {
        assert!(!values.is_empty(), "codes tell values apart: name at least one");
        Self { column, kind: Kind::Codes, values }
    }

    /// Identifiers. Equal identifiers are equal numbers within one call, and mean nothing outside it.
    #[must_use]
    pub const fn tokens(column: &'static str) -> Self {
        Self::plain(column, Kind::Tokens)
    }

    /// Texts as they are. Codes cost less where the values are known.
    #[must_use]
    pub const fn texts(column: &'static str) -> Self {
        Self::plain(column, Kind::Texts)
    }
}

/// Where `name` stands among `declared`. The lists are short: a hash would cost more than it saves.
fn position<T>(declared: &[T], name: &str, name_of: impl Fn(&T) -> &'static str, complaint: &str) -> usize {
    // The linker keeps one copy of equal literals, so most hits need not look at the letters.
    let is_it = |one: &T| {
        let declared = name_of(one);
        core::ptr::eq(declared, name) || declared == name
    };
    match declared.iter().position(is_it) {
        Some(position) => position,
        None => misuse(complaint, name),
    }
}

impl Manifest {
    pub(crate) fn role(&self, name: &str) -> usize {
        position(self.roles, name, |one| one.name, "the manifest declares no such role")
    }

    pub(crate) fn to_wire(&self) -> wire::Manifest {
        wire::Manifest {
            parameters: self.parameters.iter().map(ParameterSpec::to_wire).collect(),
            roles: self.roles.iter().map(Role::to_wire).collect(),
            labels: texts(self.labels),
        }
    }
}

impl ContributorManifest {
    pub(crate) fn table(&self, dataset: &str) -> usize {
        position(self.tables, dataset, |one| one.dataset, "the manifest declares no such dataset")
    }

    pub(crate) fn to_wire(&self) -> contributing::Manifest {
        let dimension =
            |one: &Dimension| contributing::Dimension { name: String::from(one.name), labels: texts(one.labels) };
        contributing::Manifest {
            parameters: self.parameters.iter().map(ParameterSpec::to_wire).collect(),
            tables: self.tables.iter().map(TableRead::to_wire).collect(),
            dimensions: self.dimensions.iter().map(dimension).collect(),
            measures: texts(self.measures),
        }
    }
}

impl Role {
    pub(crate) fn table(&self, dataset: &str) -> usize {
        position(self.tables, dataset, |one| one.dataset, "the role declares no such dataset")
    }

    fn to_wire(&self) -> wire::Role {
        let tables = self.tables.iter().map(TableRead::to_wire).collect();
        wire::Role { name: String::from(self.name), tables }
    }
}

impl TableRead {
    pub(crate) fn column(&self, name: &str) -> usize {
        position(self.reads, name, |one| one.column, "the table declares no such column")
    }

    fn to_wire(&self) -> wire::TableRead {
        let read = |one: &Read| wire::Read { column: String::from(one.column), values: texts(one.values) };
        wire::TableRead { dataset: String::from(self.dataset), reads: self.reads.iter().map(read).collect() }
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| String::from(text)).collect()
}
