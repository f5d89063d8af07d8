//! What was found in a delivered file: facts, never the words for them.

use crate::catalog::Encoding;
use crate::model::UnitKind;

/// What an inference is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InferOptions {
    /// The dataset's name.
    pub name: String,
    /// Whom the rows are about, where somebody knows.
    pub unit: Option<UnitKind>,
    /// The header of the key column, where somebody knows.
    pub key: Option<String>,
    /// How many rows are read; `None` for all.
    pub rows_max: Option<u64>,
}

/// What a file seems to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// The dataset's name, as given.
    pub name: String,
    /// The file's name, without its folder.
    pub file_name: String,
    /// The encoding of its text.
    pub encoding: Encoding,
    /// What stands between two cells.
    pub delimiter: char,
    /// Whom the rows are about.
    pub unit: UnitKind,
    /// The column that names the unit, by place.
    pub key: usize,
    /// The date that history may count on, by place.
    pub time: Option<usize>,
    /// How many rows were read.
    pub rows: u64,
    /// Whether these are all.
    pub whole: bool,
    /// Whether a unit has several rows.
    pub several_rows: bool,
    /// The forms of its dates.
    pub dates: Vec<&'static str>,
    /// What stands for a missing value.
    pub missing: Vec<&'static str>,
    /// Its columns, in the file's order.
    pub columns: Vec<ColumnFinding>,
    /// What to look at, of the file as a whole.
    pub notes: Vec<Note>,
}

/// What a column seems to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnFinding {
    /// Its name in the file.
    pub header: String,
    /// The name drafted for it.
    pub name: String,
    /// What people may call it in English, where the glossary has the header.
    pub title: Option<&'static str>,
    /// The type drafted for it.
    pub kind: Drafted,
    /// How many cells hold something.
    pub cells: u64,
    /// How many of these do not fit the type: ingest will refuse their rows.
    pub misfits: u64,
    /// What to look at.
    pub notes: Vec<Note>,
}

/// A drafted type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drafted {
    /// `identifier`.
    Identifier {
        /// Which kind of unit every cell names.
        names: Option<UnitKind>,
    },
    /// `boolean`.
    Boolean,
    /// `integer`.
    Integer {
        /// The unit of measure, where the header says it.
        unit: Option<&'static str>,
        /// The decimals that the file writes.
        decimals: u8,
        /// The value counts 10^-`scale` of the unit.
        scale: u8,
        /// Whether nothing below zero was seen.
        natural: bool,
    },
    /// `date`.
    Date,
    /// `timestamp`.
    Timestamp,
    /// `text`.
    Text {
        /// The closed set of values, where it is safe to list them.
        values: Option<Vec<String>>,
    },
}

impl Drafted {
    /// The word in TOML.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Identifier { .. } => "identifier",
            Self::Boolean => "boolean",
            Self::Integer { .. } => "integer",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Text { .. } => "text",
        }
    }
}

/// Something that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// What the draft was made of.
    Drafted {
        /// How many.
        rows: u64,
        /// Whether these are all.
        whole: bool,
    },
    /// What the file does not say: titles, department, library, class and rhythm.
    Describe,
    /// Rows with another number of cells than the header.
    Ragged {
        /// How many.
        rows: u64,
    },
    /// Another column that could be the key.
    OtherKey {
        /// Its header.
        header: String,
    },
    /// Dates, of which one may be what history counts on.
    TimeGuessed,
    /// The header is not in the glossary.
    NameMe {
        /// Its header.
        header: String,
    },
    /// Cells that do not fit the type drafted.
    Misfits {
        /// How many do not fit.
        misfits: u64,
        /// Of how many.
        cells: u64,
    },
    /// Most cells fit `word`, too many do not.
    Mixed {
        /// The type.
        word: &'static str,
        /// How many do not fit.
        misfits: u64,
        /// Of how many.
        cells: u64,
    },
    /// Some cells are identifiers of units, some are not.
    MixedIds {
        /// How many are valid.
        valid: u64,
        /// Of how many.
        cells: u64,
    },
    /// 15 digits that may be persons' or registration numbers.
    OldIds,
    /// The header says a certificate, a name, an address: a token is all that a guest needs.
    Token,
    /// The header says money and no unit: yuan is assumed.
    YuanAssumed,
    /// More decimals than fen carry.
    NotFen,
    /// A number without a unit of measure.
    UnitMissing,
    /// Only 0 and 1 were seen.
    ZeroOne,
    /// Digits that begin with zero: a code, not a number.
    LeadingZeros,
    /// Numbers with separators or full-width digits.
    Separators,
    /// Dates with one-digit months or days.
    LooseDates,
    /// Few values, of which some are of few units: listing them is a person's decision.
    RareValues,
    /// Few values that look like persons' names.
    NameLike,
    /// Closed values from a part of the file.
    ValuesOfPart,
    /// No cell holds anything.
    Empty,
    /// A marker of missing values that is also a value of this column.
    MarkerIsValue {
        /// The marker.
        marker: &'static str,
    },
    /// The rows of one unit, for the twin.
    RowsPerUnit,
}
