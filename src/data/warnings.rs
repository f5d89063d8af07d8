//! What is taken and may yet be wrong: of a dataset's delivery as a whole, and of the files that belong to none. Owns
//! where each of them begins; never refuses anything.

use std::path::Path;

use super::manifest::DatasetEntry;
use crate::catalog::Catalog;
use crate::env::list_dir;

/// What may be wrong with a delivery that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryWarning {
    /// It has much fewer rows than the last good one.
    MuchFewerRows {
        /// How many that one has.
        before: u64,
    },
    /// Files whose last row has no line end: they may have been cut within its last cell.
    NoLineEnd {
        /// How many.
        files: u64,
        /// The first of them.
        first: String,
    },
    /// Rows that are there again, equal in every column: a part may have been delivered twice.
    RepeatedRows {
        /// How many, beside the first of each.
        repeated: u64,
    },
}

impl DeliveryWarning {
    /// The stable word in JSON.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::MuchFewerRows { .. } => "much-fewer-rows",
            Self::NoLineEnd { .. } => "no-line-end",
            Self::RepeatedRows { .. } => "repeated-rows",
        }
    }
}

/// A delivery is told of when it has less than this share of the rows of the last good one, in percent:
/// a file that was cut off, or left out, is well formed.
const SHRUNK_BELOW_PERCENT: u128 = 50;
/// Repeated rows are told of from this share on, in percent. Of twenty files of one size it is one that came twice.
const REPEATED_FROM_PERCENT: u128 = 5;

/// What was seen of the rows that were taken.
pub(super) struct Seen<'a> {
    /// How many they are.
    pub rows: u64,
    /// How many of them are there again.
    pub repeated: u64,
    /// The files whose last row has no line end.
    pub unended: &'a [String],
}

impl Seen<'_> {
    /// What to tell of them, beside the data that they replace.
    pub fn warnings(&self, previous: Option<&DatasetEntry>) -> Vec<DeliveryWarning> {
        let (rows, repeated) = (u128::from(self.rows), u128::from(self.repeated));
        let shrunk = |before: &u64| rows * 100 < u128::from(*before) * SHRUNK_BELOW_PERCENT;
        let shrunk = previous.map(|entry| entry.rows).filter(shrunk);
        let unended = self.unended.first().cloned();
        let doubled = repeated > 0 && repeated * 100 >= rows * REPEATED_FROM_PERCENT;
        [
            shrunk.map(|before| DeliveryWarning::MuchFewerRows { before }),
            unended.map(|first| DeliveryWarning::NoLineEnd { files: self.unended.len() as u64, first }),
            doubled.then_some(DeliveryWarning::RepeatedRows { repeated: self.repeated }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Files of a delivery that belong to no dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlooked {
    /// How many.
    pub count: u64,
    /// The first few, below the delivery's folder.
    pub first: Vec<String>,
}

/// So many of them are named.
const OVERLOOKED_NAMED: usize = 5;
/// Folders are entered so deep, and so many files are looked at: enough for a delivery, little of a whole disk.
const DEPTH_MAX: usize = 8;
const FILES_MAX: u64 = 100_000;

impl Overlooked {
    /// Looks through a delivery. `ours` is a file beside it that is no data.
    pub(super) fn find(delivery: &Path, catalog: &Catalog, ours: &str) -> Self {
        let mut walk = Walk { catalog, ours, seen: 0, found: Self::default() };
        walk.enter(delivery, "", 0);
        walk.found
    }
}

struct Walk<'a> {
    catalog: &'a Catalog,
    ours: &'a str,
    seen: u64,
    found: Overlooked,
}

impl Walk<'_> {
    fn enter(&mut self, folder: &Path, below: &str, depth: usize) {
        // What cannot be listed is no dataset's folder, or that dataset fails for it.
        for path in list_dir(folder).unwrap_or_default() {
            self.seen += 1;
            if self.seen > FILES_MAX {
                return;
            }
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let shown = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
            if path.is_dir() && !path.is_symlink() && depth < DEPTH_MAX {
                self.enter(&path, &shown, depth + 1);
            } else if shown != self.ours && !self.belongs(below, &name) {
                self.found.count += 1;
                if self.found.first.len() < OVERLOOKED_NAMED {
                    self.found.first.push(shown);
                }
            }
        }
    }

    fn belongs(&self, folder: &str, name: &str) -> bool {
        let patterns = self.catalog.datasets().filter_map(|dataset| dataset.source.files());
        patterns.into_iter().any(|pattern| pattern.folder == folder && pattern.fits(name))
    }
}
