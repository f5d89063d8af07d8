//! What was found in a delivered file, and why nothing could be: facts, never the words for them.

use std::path::PathBuf;

use crate::env::FileError;
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

/// How the characters of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextForm {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// GB 18030, which GBK and GB 2312 are parts of.
    Gb18030,
}

impl TextForm {
    /// The word in TOML.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Gb18030 => "gb18030",
        }
    }
}

/// What a file seems to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// The dataset's name, as given.
    pub name: String,
    /// The file's name, without its folder.
    pub file_name: String,
    /// The encoding of its text.
    pub text_form: TextForm,
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
    Drafted { rows: u64, whole: bool },
    /// What the file does not say: titles, department, library, class and rhythm.
    Describe,
    /// Rows with another number of cells than the header.
    Ragged { rows: u64 },
    /// Another column that could be the key.
    OtherKey { header: String },
    /// Dates, of which one may be what history counts on.
    TimeGuessed,
    /// The header is not in the glossary.
    NameMe { header: String },
    /// Cells that do not fit the type drafted.
    Misfits { misfits: u64, cells: u64 },
    /// Most cells fit `word`, too many do not.
    Mixed { word: &'static str, misfits: u64, cells: u64 },
    /// Some cells are identifiers of units, some are not.
    MixedIds { valid: u64, cells: u64 },
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
    MarkerIsValue { marker: &'static str },
    /// The rows of one unit, for the twin.
    RowsPerUnit,
}

/// Nothing can be drafted.
#[derive(Debug, thiserror::Error)]
pub enum InferError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The CSV reader gave up.
    #[error("cannot read `{}`: {source}", path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: csv::Error,
    },
    /// Another kind of file.
    #[error("`{}` is {what}, and a draft needs text: export it as CSV", path.display())]
    Kind {
        /// The file.
        path: PathBuf,
        /// What it seems to be.
        what: &'static str,
    },
    /// Neither encoding.
    #[error(
        "`{}` is neither UTF-8 (from line {utf8}) nor GB18030 (from line {gb18030}): ask for a delivery in one of the two",
        path.display()
    )]
    Encoding {
        /// The file.
        path: PathBuf,
        /// The line of the first bytes that are no UTF-8.
        utf8: u64,
        /// The line of the first bytes that are no GB18030.
        gb18030: u64,
    },
    /// Nothing in it.
    #[error("`{}` is empty: the first line must name the columns", .0.display())]
    Empty(PathBuf),
    /// A header and nothing else.
    #[error("`{}` has a header and no rows: what the columns hold cannot be seen", .0.display())]
    NoRows(PathBuf),
    /// The first line is somebody's data. Its cells are not repeated.
    #[error(
        "the first line of `{}` seems to be data and no header: cell {cell} holds an identifier, a number or a date; \
         the first line must name the columns", path.display()
    )]
    HeaderIsData {
        /// The file.
        path: PathBuf,
        /// The cell, counted from 1.
        cell: usize,
    },
    /// Two columns of one name.
    #[error("`{}` has two columns `{header}` ({first} and {second}): a catalog cannot tell them apart, have one renamed", path.display())]
    HeaderTwice {
        /// The file.
        path: PathBuf,
        /// Their name.
        header: String,
        /// The first, counted from 1.
        first: usize,
        /// The second.
        second: usize,
    },
    /// More columns than a dataset may have.
    #[error("`{}` has {columns} columns, more than {max}: is the separator right?", path.display())]
    Columns {
        /// The file.
        path: PathBuf,
        /// How many.
        columns: usize,
        /// How many there may be.
        max: usize,
    },
    /// No column names the units.
    #[error("{}", no_key(path, best.as_ref()))]
    NoKey {
        /// The file.
        path: PathBuf,
        /// The column that comes closest: its header, its valid identifiers, its cells.
        best: Option<(String, u64, u64)>,
    },
    /// The key that was named is not there.
    #[error("`{}` has no column `{key}`{}", path.display(), close.as_ref().map(|c| format!(": did you mean `{c}`?")).unwrap_or_default())]
    NoSuchKey {
        /// The file.
        path: PathBuf,
        /// The header that was named.
        key: String,
        /// One that was perhaps meant.
        close: Option<String>,
    },
}

fn no_key(path: &std::path::Path, best: Option<&(String, u64, u64)>) -> String {
    let closest = best.map_or("no cell is one".to_owned(), |(header, valid, cells)| {
        format!("`{header}` comes closest, with {valid} of {cells} cells")
    });
    format!(
        "no column of `{}` names a unit by valid unified social credit codes or citizen ids: {closest}; if it is \
         known which one does, name it with --key",
        path.display()
    )
}

impl InferError {
    /// The same in Chinese.
    pub fn chinese(&self) -> String {
        match self {
            Self::File(error) => format!("无法读取 `{}`：`{}`", error.path.display(), error.source),
            Self::Csv { path, source } => format!("无法读取 `{}`：`{source}`", path.display()),
            Self::Kind { path, what } => format!("`{}` 不是文本文件（{what}）：请导出为 CSV", path.display()),
            Self::Encoding { path, utf8, gb18030 } => format!(
                "`{}` 既不是 UTF-8（自第 {utf8} 行起），也不是 GB18030（自第 {gb18030} 行起）：请要求以其中一种编码交付",
                path.display()
            ),
            Self::Empty(path) => format!("`{}` 是空文件：第一行应为列名", path.display()),
            Self::NoRows(path) => format!("`{}` 只有表头，没有数据：无法判断各列的内容", path.display()),
            Self::HeaderIsData { path, cell } => format!(
                "`{}` 的第一行似乎是数据而不是表头（第 {cell} 格是标识、数字或日期）：第一行应为列名",
                path.display()
            ),
            Self::HeaderTwice { path, header, first, second } => format!(
                "`{}` 的第 {first} 列与第 {second} 列同名 `{header}`，无法区分：请将其中一列改名",
                path.display()
            ),
            Self::Columns { path, columns, max } => {
                format!("`{}` 有 {columns} 列，超过 {max} 列：分隔符是否正确？", path.display())
            }
            Self::NoKey { path, best } => {
                let closest = best.as_ref().map_or("没有任何一格是有效标识".to_owned(), |(header, valid, cells)| {
                    format!("最接近的是 `{header}`，{cells} 格中有 {valid} 格有效")
                });
                format!(
                    "`{}` 中没有以有效的统一社会信用代码或公民身份号码标明主体的列：{closest}；如已知是哪一列，请用 --key 指明",
                    path.display()
                )
            }
            Self::NoSuchKey { path, key, close } => {
                let meant = close.as_ref().map(|close| format!("：是否指 `{close}`？")).unwrap_or_default();
                format!("`{}` 中没有列 `{key}`{meant}", path.display())
            }
        }
    }
}
