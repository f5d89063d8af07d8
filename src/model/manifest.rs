//! The static manifest of a guest: what it says it reads and may answer. Comes from a hostile module,
//! so nothing of it is believed before [`Manifest::check`] has passed.

use std::collections::BTreeSet;
use std::fmt;

use super::{NameError, check_label, check_name};

/// Bounds on a manifest; a guest beyond them is refused at registration.
const ROLES_MAX: usize = 16;
const TABLES_PER_ROLE_MAX: usize = 64;
const COLUMNS_PER_TABLE_MAX: usize = 64;
const VALUES_PER_COLUMN_MAX: usize = 4_096;
const PARAMETERS_MAX: usize = 32;
const LABELS_MAX: usize = 1_024;

/// What a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// A signed 64-bit integer.
    Integer,
    /// A calendar day.
    Date,
    /// A text.
    Text,
    /// An identifier: reaches the guest as a token.
    Identifier,
}

impl ParameterKind {
    /// The word in TOML and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Date => "date",
            Self::Text => "text",
            Self::Identifier => "identifier",
        }
    }

    /// The kind that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Integer, Self::Date, Self::Text, Self::Identifier].into_iter().find(|kind| kind.word() == word)
    }
}

/// A parameter that the guest wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterSpec {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: ParameterKind,
}

/// A column that the guest wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The catalog's name of the column.
    pub column: String,
    /// The values that the guest tells apart; empty unless it wants codes.
    pub values: Vec<String>,
}

/// The columns that the guest wants of one dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRead {
    /// The catalog's name of the dataset.
    pub dataset: String,
    /// The columns, in the order in which they arrive.
    pub reads: Vec<Read>,
}

/// One kind of party that the guest asks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// The policy's name of the role.
    pub name: String,
    /// The tables, in the order in which they arrive.
    pub tables: Vec<TableRead>,
}

/// What a verifier guest says of itself, once, on an instance that has seen no data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The parameters, in the order in which they arrive.
    pub parameters: Vec<ParameterSpec>,
    /// The roles; a party names its role by index.
    pub roles: Vec<Role>,
    /// What the guest may answer; it answers by index.
    pub labels: Vec<String>,
    /// The initial size of its largest memory, in bytes: what the engine found, not what the guest says.
    pub memory_bytes: u64,
}

/// A place in a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManifestPlace {
    /// The list of parameters.
    Parameters,
    /// The list of roles.
    Roles,
    /// The list of labels.
    Labels,
    /// A role.
    Role(String),
    /// A role's dataset.
    Dataset(String, String),
    /// A column of a role's dataset.
    Column(String, String, String),
}

impl fmt::Display for ManifestPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parameters => f.write_str("parameters"),
            Self::Roles => f.write_str("roles"),
            Self::Labels => f.write_str("labels"),
            Self::Role(role) => write!(f, "role `{role}`"),
            Self::Dataset(role, dataset) => write!(f, "role `{role}`, dataset `{dataset}`"),
            Self::Column(role, dataset, column) => {
                write!(f, "role `{role}`, dataset `{dataset}`, column `{column}`")
            }
        }
    }
}

/// Why a manifest is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// A name that is none.
    #[error("{place}: {source}")]
    Name {
        /// Where in the manifest.
        place: ManifestPlace,
        /// What is wrong with it.
        source: NameError,
    },
    /// The same thing twice.
    #[error("{place} names `{name}` twice")]
    Duplicate {
        /// Where in the manifest.
        place: ManifestPlace,
        /// What stands there twice.
        name: String,
    },
    /// More of something than is allowed.
    #[error("{place}: {count} given, {max} allowed")]
    TooMany {
        /// Where in the manifest.
        place: ManifestPlace,
        /// How many there are.
        count: usize,
        /// How many there may be.
        max: usize,
    },
    /// None of something that must be there.
    #[error("{0}: at least one is needed")]
    Missing(ManifestPlace),
}

impl Manifest {
    /// Checks every count, name and label.
    pub fn check(&self) -> Result<(), ManifestError> {
        count(&ManifestPlace::Parameters, self.parameters.len(), PARAMETERS_MAX)?;
        unique(&ManifestPlace::Parameters, self.parameters.iter().map(|p| p.name.as_str()), check_name)?;
        if self.roles.is_empty() {
            return Err(ManifestError::Missing(ManifestPlace::Roles));
        }
        count(&ManifestPlace::Roles, self.roles.len(), ROLES_MAX)?;
        unique(&ManifestPlace::Roles, self.roles.iter().map(|role| role.name.as_str()), check_name)?;
        self.roles.iter().try_for_each(check_role)?;
        if self.labels.is_empty() {
            return Err(ManifestError::Missing(ManifestPlace::Labels));
        }
        count(&ManifestPlace::Labels, self.labels.len(), LABELS_MAX)?;
        unique(&ManifestPlace::Labels, self.labels.iter().map(String::as_str), check_label)
    }
}

fn check_role(role: &Role) -> Result<(), ManifestError> {
    let place = ManifestPlace::Role(role.name.clone());
    count(&place, role.tables.len(), TABLES_PER_ROLE_MAX)?;
    unique(&place, role.tables.iter().map(|table| table.dataset.as_str()), check_name)?;
    for table in &role.tables {
        let (role, dataset) = (role.name.clone(), table.dataset.clone());
        let place = ManifestPlace::Dataset(role.clone(), dataset.clone());
        count(&place, table.reads.len(), COLUMNS_PER_TABLE_MAX)?;
        unique(&place, table.reads.iter().map(|read| read.column.as_str()), check_name)?;
        for read in &table.reads {
            let place = ManifestPlace::Column(role.clone(), dataset.clone(), read.column.clone());
            count(&place, read.values.len(), VALUES_PER_COLUMN_MAX)?;
            unique(&place, read.values.iter().map(String::as_str), check_label)?;
        }
    }
    Ok(())
}

fn count(place: &ManifestPlace, count: usize, max: usize) -> Result<(), ManifestError> {
    if count > max {
        return Err(ManifestError::TooMany { place: place.clone(), count, max });
    }
    Ok(())
}

fn unique<'a>(
    place: &ManifestPlace,
    names: impl Iterator<Item = &'a str>,
    check: impl Fn(&str) -> Result<(), NameError>,
) -> Result<(), ManifestError> {
    let mut seen = BTreeSet::new();
    for name in names {
        check(name).map_err(|source| ManifestError::Name { place: place.clone(), source })?;
        if !seen.insert(name) {
            return Err(ManifestError::Duplicate { place: place.clone(), name: name.to_owned() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let read = Read { column: "paid_fen".into(), values: vec![] };
        let table = TableRead { dataset: "tax_payment".into(), reads: vec![read] };
        Manifest {
            parameters: vec![ParameterSpec { name: "min".into(), kind: ParameterKind::Integer }],
            roles: vec![Role { name: "enterprise".into(), tables: vec![table] }],
            labels: vec!["no".into(), "yes".into()],
            memory_bytes: 0,
        }
    }

    #[test]
    fn hostile_manifests_are_refused() {
        assert_eq!(manifest().check(), Ok(()));
        let spoilt: [fn(&mut Manifest); 9] = [
            |m| m.labels.clear(),
            |m| m.labels.push("yes".into()),
            |m| m.labels.push("\u{202e}sey".into()),
            |m| m.labels = (0..1_025).map(|n| n.to_string()).collect(),
            |m| m.roles.clear(),
            |m| m.roles.push(m.roles[0].clone()),
            |m| m.roles[0].tables[0].reads.push(Read { column: "paid_fen".into(), values: vec![] }),
            |m| m.roles[0].tables[0].dataset = "../etc".into(),
            |m| m.parameters[0].name = String::new(),
        ];
        for (case, spoil) in spoilt.into_iter().enumerate() {
            let mut bad = manifest();
            spoil(&mut bad);
            assert!(bad.check().is_err(), "case {case}");
        }
    }
}
