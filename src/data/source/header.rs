//! Do the columns that a source has fit the catalog? One set of rules for every kind of source, and every problem with
//! its cure. Never repeats what may be somebody's data.

use super::decode::Foreign;
use crate::catalog::{Dataset, Encoding};
use crate::document::did_you_mean;

/// What is wrong with a header, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderProblem {
    /// Nothing there.
    #[error("the file is empty: the first line must name the columns")]
    Empty,
    /// Not in the source's encoding.
    #[error(
        "it is not in the encoding `{}`, which `{file}` states: if the department writes `{}`, change `encoding` there",
        stated.word(), other(*stated).word()
    )]
    Encoding {
        /// The encoding that the catalog states.
        stated: Encoding,
        /// The dataset's file in the catalog.
        file: String,
    },
    /// No text at all.
    #[error("it is no CSV text but {}: have it delivered as CSV, or change `kind` in `{file}`", is.name())]
    Foreign {
        /// What it is.
        is: Foreign,
        /// The dataset's file in the catalog.
        file: String,
    },
    /// A column of a type that no text stands for.
    #[error(
        "the column `{name}` is of type {is}, which no column of the catalog can hold: have it delivered as text, a number or a date, or take it out of `{file}`"
    )]
    Type {
        /// The column.
        name: String,
        /// Its type in the source.
        is: String,
        /// The dataset's file in the catalog.
        file: String,
    },
    /// No such sheet, or several and none named.
    #[error("{}: it has the sheets {}", sheet_wanted(wanted.as_deref()), names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))]
    Sheet {
        /// The one that the catalog names.
        wanted: Option<String>,
        /// Those that can be seen.
        names: Vec<String>,
    },
    /// Cells that are merged below the header.
    #[error(
        "the sheet `{sheet}` has merged cells in rows {first} to {last}: a value must stand in every row that it is for; have them unmerged"
    )]
    Merged {
        /// The sheet.
        sheet: String,
        /// The first row.
        first: u32,
        /// The last.
        last: u32,
    },
    /// None of the names is known; they are not repeated, because they may be somebody's data.
    #[error("it names none of the columns: the first line must be {}", .0.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))]
    Nothing(Vec<String>),
    /// A name stands there twice.
    #[error("the column `{0}` stands there twice: one of the two must go")]
    Twice(String),
    /// A name that the catalog does not know, with the catalog's file.
    #[error("unknown column `{name}`: name it in `[source.columns]` of `{file}`, or leave it out")]
    Unknown {
        /// As it stands there.
        name: String,
        /// The dataset's file in the catalog.
        file: String,
    },
    /// A name that is close to one that is missing.
    #[error(
        "unknown column `{name}`: did you mean `{close}`? If the department renamed it, change `[source.columns]` in `{file}`"
    )]
    Renamed {
        /// As it stands there.
        name: String,
        /// As it was perhaps meant.
        close: String,
        /// The dataset's file in the catalog.
        file: String,
    },
    /// A column is missing: as the source calls it, and as the catalog does.
    #[error("the column `{header}` (`{column}` of the catalog) is missing: the delivery must have it")]
    Missing {
        /// The source's word.
        header: String,
        /// The catalog's.
        column: String,
    },
}

fn sheet_wanted(wanted: Option<&str>) -> String {
    match wanted {
        Some(name) => format!("the workbook has no sheet `{name}`"),
        None => "which sheet holds the rows? Name it in `sheet`".to_owned(),
    }
}

/// The encoding that a file is probably in when it is not in `stated`.
pub(in crate::data) const fn other(stated: Encoding) -> Encoding {
    match stated {
        Encoding::Utf8 => Encoding::Gb18030,
        Encoding::Gb18030 => Encoding::Utf8,
    }
}

/// The file of the catalog that a dataset is described in.
pub(super) fn catalog_file(dataset: &Dataset) -> String {
    format!("catalog/{}.toml", dataset.name)
}

/// For each of the dataset's columns, where it stands among `names`.
pub(super) fn check_header(names: &[&str], dataset: &Dataset) -> Result<Vec<usize>, Vec<HeaderProblem>> {
    let expected = &dataset.source.headers;
    if !names.iter().any(|name| expected.iter().any(|known| known == name)) {
        return Err(vec![HeaderProblem::Nothing(expected.clone())]);
    }
    let mut problems = Vec::new();
    for (place, name) in names.iter().enumerate() {
        if names.iter().take(place).any(|other| other == name) {
            problems.push(HeaderProblem::Twice(name.escape_debug().to_string()));
        } else if !expected.iter().any(|known| known == name) {
            problems.push(unknown(name, names, dataset));
        }
    }
    let places = expected.iter().map(|wanted| names.iter().position(|name| name == wanted));
    let missing = expected.iter().zip(&dataset.columns).zip(places.clone());
    for ((wanted, column), _) in missing.filter(|(_, place)| place.is_none()) {
        problems.push(HeaderProblem::Missing { header: wanted.clone(), column: column.name.clone() });
    }
    if problems.is_empty() { Ok(places.flatten().collect()) } else { Err(problems) }
}

fn unknown(name: &str, names: &[&str], dataset: &Dataset) -> HeaderProblem {
    let absent = dataset.source.headers.iter().map(String::as_str).filter(|wanted| !names.contains(wanted));
    let name = name.escape_debug().to_string();
    match did_you_mean(&name, absent) {
        Some(close) => HeaderProblem::Renamed { close: close.to_owned(), name, file: catalog_file(dataset) },
        None => HeaderProblem::Unknown { name, file: catalog_file(dataset) },
    }
}
