//! The static manifest of a guest: what it says it reads and may answer. Comes from a hostile module,
//! so nothing of it is believed before [`Manifest::check`] has passed.

use std::collections::BTreeSet;
use std::fmt;

use super::{Dimension, NameError, check_label, check_name};

/// Bounds on a manifest; a guest beyond them is refused at registration.
const ROLES_MAX: usize = 16;
const TABLES_PER_ROLE_MAX: usize = 64;
const COLUMNS_PER_TABLE_MAX: usize = 64;
const VALUES_PER_COLUMN_MAX: usize = 4_096;
const PARAMETERS_MAX: usize = 32;
const LABELS_MAX: usize = 1_024;
const DIMENSIONS_MAX: usize = 8;
const MEASURES_MAX: usize = 16;

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

    /// What Chinese readers call it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Integer => "整数",
            Self::Date => "日期",
            Self::Text => "文本",
            Self::Identifier => "标识",
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

/// What a guest says of itself, once, on an instance that has seen no data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The parameters, in the order in which they arrive.
    pub parameters: Vec<ParameterSpec>,
    /// Which of the contract's worlds it is made for, and what it says there.
    pub world: World,
    /// The initial size of its largest memory, in bytes: what the engine found, not what the guest says.
    pub memory_bytes: u64,
}

/// What a guest is made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum World {
    /// One label about named parties.
    Verifier {
        /// The roles; a party names its role by index.
        roles: Vec<Role>,
        /// What the guest may answer; it answers by index.
        labels: Vec<String>,
    },
    /// What one unit adds to a table.
    Contributor {
        /// The tables, in the order in which they arrive.
        tables: Vec<TableRead>,
        /// The table's dimensions; a cell names one label of each by index.
        dimensions: Vec<Dimension>,
        /// What is summed in each cell, in the order of a contribution's values.
        measures: Vec<String>,
    },
}

impl World {
    /// The contract's word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Verifier { .. } => "verifier",
            Self::Contributor { .. } => "contributor",
        }
    }
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
    /// The list of tables.
    Tables,
    /// The list of dimensions.
    Dimensions,
    /// A dimension.
    Dimension(String),
    /// The list of measures.
    Measures,
    /// A role.
    Role(String),
    /// A role's dataset; of a contributor, whose tables have no role, the role is empty.
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
            Self::Tables => f.write_str("tables"),
            Self::Dimensions => f.write_str("dimensions"),
            Self::Dimension(name) => write!(f, "dimension `{name}`"),
            Self::Measures => f.write_str("measures"),
            Self::Role(role) => write!(f, "role `{role}`"),
            Self::Dataset(role, dataset) if role.is_empty() => write!(f, "dataset `{dataset}`"),
            Self::Column(role, dataset, column) if role.is_empty() => {
                write!(f, "dataset `{dataset}`, column `{column}`")
            }
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
    /// A verifier's roles; none of a contributor.
    pub fn roles(&self) -> &[Role] {
        match &self.world {
            World::Verifier { roles, .. } => roles,
            World::Contributor { .. } => &[],
        }
    }

    /// A verifier's labels; none of a contributor.
    pub fn labels(&self) -> &[String] {
        match &self.world {
            World::Verifier { labels, .. } => labels,
            World::Contributor { .. } => &[],
        }
    }

    /// Checks every count, name and label.
    pub fn check(&self) -> Result<(), ManifestError> {
        count(&ManifestPlace::Parameters, self.parameters.len(), PARAMETERS_MAX)?;
        unique(&ManifestPlace::Parameters, self.parameters.iter().map(|p| p.name.as_str()), check_name)?;
        match &self.world {
            World::Verifier { roles, labels } => check_verifier(roles, labels),
            World::Contributor { tables, dimensions, measures } => check_contributor(tables, dimensions, measures),
        }
    }
}

fn check_verifier(roles: &[Role], labels: &[String]) -> Result<(), ManifestError> {
    some(&ManifestPlace::Roles, roles.len(), ROLES_MAX)?;
    unique(&ManifestPlace::Roles, roles.iter().map(|role| role.name.as_str()), check_name)?;
    for role in roles {
        let place = ManifestPlace::Role(role.name.clone());
        count(&place, role.tables.len(), TABLES_PER_ROLE_MAX)?;
        check_tables(&place, &role.name, &role.tables)?;
    }
    some(&ManifestPlace::Labels, labels.len(), LABELS_MAX)?;
    unique(&ManifestPlace::Labels, labels.iter().map(String::as_str), check_label)
}

fn check_contributor(tables: &[TableRead], dimensions: &[Dimension], measures: &[String]) -> Result<(), ManifestError> {
    some(&ManifestPlace::Tables, tables.len(), TABLES_PER_ROLE_MAX)?;
    check_tables(&ManifestPlace::Tables, "", tables)?;
    some(&ManifestPlace::Dimensions, dimensions.len(), DIMENSIONS_MAX)?;
    unique(&ManifestPlace::Dimensions, dimensions.iter().map(|dimension| dimension.name.as_str()), check_name)?;
    for dimension in dimensions {
        let place = ManifestPlace::Dimension(dimension.name.clone());
        some(&place, dimension.labels.len(), LABELS_MAX)?;
        unique(&place, dimension.labels.iter().map(String::as_str), check_label)?;
    }
    // None: the engine's count of units is all that is asked for.
    count(&ManifestPlace::Measures, measures.len(), MEASURES_MAX)?;
    unique(&ManifestPlace::Measures, measures.iter().map(String::as_str), check_name)
}

fn check_tables(place: &ManifestPlace, role: &str, tables: &[TableRead]) -> Result<(), ManifestError> {
    unique(place, tables.iter().map(|table| table.dataset.as_str()), check_name)?;
    for table in tables {
        let (role, dataset) = (role.to_owned(), table.dataset.clone());
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

/// At least one, and at most `max`.
fn some(place: &ManifestPlace, given: usize, max: usize) -> Result<(), ManifestError> {
    if given == 0 {
        return Err(ManifestError::Missing(place.clone()));
    }
    count(place, given, max)
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

    fn table() -> TableRead {
        TableRead { dataset: "tax_payment".into(), reads: vec![Read { column: "paid_fen".into(), values: vec![] }] }
    }

    fn verifier(spoil: impl FnOnce(&mut Vec<Role>, &mut Vec<String>)) -> Manifest {
        let mut roles = vec![Role { name: "enterprise".into(), tables: vec![table()] }];
        let mut labels = vec!["no".into(), "yes".into()];
        spoil(&mut roles, &mut labels);
        let parameters = vec![ParameterSpec { name: "min".into(), kind: ParameterKind::Integer }];
        Manifest { parameters, world: World::Verifier { roles, labels }, memory_bytes: 0 }
    }

    fn contributor(spoil: impl FnOnce(&mut Vec<TableRead>, &mut Vec<Dimension>, &mut Vec<String>)) -> Manifest {
        let mut tables = vec![table()];
        let mut dimensions = vec![Dimension { name: "county".into(), labels: vec!["a".into(), "b".into()] }];
        let mut measures = vec!["paid".into()];
        spoil(&mut tables, &mut dimensions, &mut measures);
        Manifest { parameters: vec![], world: World::Contributor { tables, dimensions, measures }, memory_bytes: 0 }
    }

    #[test]
    fn hostile_manifests_are_refused() {
        assert_eq!(verifier(|_, _| ()).check(), Ok(()));
        let spoilt: [fn(&mut Vec<Role>, &mut Vec<String>); 8] = [
            |_, labels| labels.clear(),
            |_, labels| labels.push("yes".into()),
            |_, labels| labels.push("\u{202e}sey".into()),
            |_, labels| *labels = (0..1_025).map(|n| n.to_string()).collect(),
            |roles, _| roles.clear(),
            |roles, _| roles.push(roles[0].clone()),
            |roles, _| roles[0].tables[0].reads.push(Read { column: "paid_fen".into(), values: vec![] }),
            |roles, _| roles[0].tables[0].dataset = "../etc".into(),
        ];
        for (case, spoil) in spoilt.into_iter().enumerate() {
            assert!(verifier(spoil).check().is_err(), "case {case}");
        }
        let mut nameless = verifier(|_, _| ());
        nameless.parameters[0].name = String::new();
        assert!(nameless.check().is_err());
    }

    #[test]
    fn hostile_contributors_are_refused() {
        assert_eq!(contributor(|_, _, _| ()).check(), Ok(()));
        assert_eq!(contributor(|_, _, measures| measures.clear()).check(), Ok(()));
        let spoilt: [fn(&mut Vec<TableRead>, &mut Vec<Dimension>, &mut Vec<String>); 9] = [
            |tables, _, _| tables.clear(),
            |tables, _, _| tables.push(tables[0].clone()),
            |_, dimensions, _| dimensions.clear(),
            |_, dimensions, _| dimensions.push(dimensions[0].clone()),
            |_, dimensions, _| dimensions[0].labels.clear(),
            |_, dimensions, _| dimensions[0].labels.push("b".into()),
            |_, dimensions, _| dimensions[0].labels = (0..1_025).map(|n| n.to_string()).collect(),
            |_, _, measures| measures.push("paid".into()),
            |_, _, measures| *measures = (0..17).map(|n| format!("m{n}")).collect(),
        ];
        for (case, spoil) in spoilt.into_iter().enumerate() {
            assert!(contributor(spoil).check().is_err(), "case {case}");
        }
    }
}
