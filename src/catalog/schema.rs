//! A dataset after its file was checked. Everything here is consistent: the key exists and is an
//! identifier, the time is a date, every source column has a place.

use super::source::Source;
use crate::model::{Bilingual, Digest, UnitKind};

/// One table of one department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub title: Bilingual,
    /// Who delivers it.
    pub department: Bilingual,
    /// The library that it belongs to: one of the base libraries, or a theme.
    pub library: String,
    /// The collections that list it.
    pub collections: Vec<String>,
    /// Whom its rows are about.
    pub unit: UnitKind,
    /// The column that names the unit, by place in `columns`.
    pub key: usize,
    /// The date column that history counts on, by place in `columns`.
    pub time: Option<usize>,
    /// The class of the data (数据分类分级).
    pub classification: String,
    /// How often the department delivers it.
    pub update: Update,
    /// The columns, in the order of the file.
    pub columns: Vec<Column>,
    /// How the department delivers it.
    pub source: Source,
    /// How many rows the synthetic twin has of one unit.
    pub rows_per_unit: RowsPerUnit,
    /// SHA-256 of what gives a snapshot's files their meaning: name, unit, key, time and columns.
    pub schema_sha256: Digest,
}

impl Dataset {
    /// A column and its place, by name.
    pub fn column(&self, name: &str) -> Option<(usize, &Column)> {
        self.columns.iter().enumerate().find(|(_, column)| column.name == name)
    }

    /// The key column.
    pub fn key_column(&self) -> Option<&Column> {
        self.columns.get(self.key)
    }
}

/// How often a department delivers a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every quarter of a year.
    Quarterly,
    /// Every year.
    Yearly,
}

impl Update {
    const ALL: [Self; 5] = [Self::Daily, Self::Weekly, Self::Monthly, Self::Quarterly, Self::Yearly];
    /// The words, for those who mistype them.
    pub(super) const WORDS: [&str; 5] = ["daily", "weekly", "monthly", "quarterly", "yearly"];

    /// The word in TOML.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
            Self::Yearly => "yearly",
        }
    }

    /// The rhythm that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|update| update.word() == word)
    }

    /// So old may data be before a delivery is missing: the longest span between two, and as long again for the
    /// department to make it.
    pub const fn age_days_max(self) -> i32 {
        match self {
            Self::Daily => 2,
            Self::Weekly => 14,
            Self::Monthly => 62,
            Self::Quarterly => 184,
            Self::Yearly => 732,
        }
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub title: Option<Bilingual>,
    /// What it holds.
    pub kind: ColumnType,
    /// Which kind of unit every cell of an identifier column names; `None` where it may hold anything.
    pub names: Option<UnitKind>,
}

impl Column {
    /// A column of which only the name and the type's word are known: what an engine elsewhere says of it.
    pub fn plain(name: &str, word: &str) -> Self {
        let kind = match word {
            "boolean" => ColumnType::Boolean,
            "integer" => ColumnType::Integer(IntegerBounds { unit: None, scale: 0, min: i64::MIN, max: i64::MAX }),
            "date" => ColumnType::Date,
            "timestamp" => ColumnType::Timestamp,
            "identifier" => ColumnType::Identifier,
            _ => ColumnType::Text { values: None },
        };
        Self { name: name.to_owned(), title: None, kind, names: None }
    }
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// True or false.
    Boolean,
    /// A signed 64-bit integer; money in fen, decimals by `scale`.
    Integer(IntegerBounds),
    /// A calendar day.
    Date,
    /// UTC milliseconds.
    Timestamp,
    /// Text; where `values` is given, one of these.
    Text {
        /// The closed set of values, in the catalog's order.
        values: Option<Vec<String>>,
    },
    /// Names a unit, a certificate, a title: reaches guests as a token.
    Identifier,
}

impl ColumnType {
    /// The word in TOML.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer(_) => "integer",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Text { .. } => "text",
            Self::Identifier => "identifier",
        }
    }
}

/// What an integer column's values are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegerBounds {
    /// The unit of measure, for people.
    pub unit: Option<String>,
    /// The value counts 10^-`scale` of the unit.
    pub scale: u8,
    /// The least value allowed.
    pub min: i64,
    /// The greatest value allowed.
    pub max: i64,
}

/// How many rows the synthetic twin has of one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowsPerUnit {
    /// At least.
    pub min: u32,
    /// At most.
    pub max: u32,
}
