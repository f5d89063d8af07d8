//! A delivery → a new snapshot. Takes each dataset whole or keeps its last good data, says which, and
//! publishes all at once. Never changes a published snapshot.

use std::path::{Path, PathBuf};

use super::delivery::Delivery;
use super::intake::{Intake, RUN_BYTES};
use super::manifest::{DatasetEntry, SnapshotManifest};
use super::reject::RejectsFile;
use super::snapshot::fitting;
use super::source::{SourceError, parts, read};
use super::store::{Store, StoreError, Writable};
use super::write::{BATCH_ROWS, WriteError, write};
use crate::catalog::{Catalog, Dataset};
use crate::document::did_you_mean;
use crate::env::FileError;
use crate::model::{Bilingual, Chinese, Date, Digest};

/// What an ingest is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngestOptions {
    /// The day that the delivery is about.
    pub as_of: Date,
    /// Only these datasets; the others keep their data.
    pub only: Option<Vec<String>>,
}

/// How far an ingest is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IngestProgress<'a> {
    /// The dataset being worked on.
    pub dataset: &'a str,
    /// What is done with it.
    pub stage: Stage,
    /// How many rows were taken so far.
    pub rows: u64,
}

/// What is done with a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Its files are read and checked.
    Reading,
    /// Its rows are sorted.
    Sorting,
    /// Its files are written.
    Writing,
}

/// What became of a delivery.
#[derive(Debug)]
pub struct IngestReport {
    /// The current snapshot after the ingest; the old one where no dataset could be taken.
    pub snapshot: Option<Digest>,
    /// Whether it is a new one.
    pub published: bool,
    /// What became of each dataset, by name.
    pub datasets: Vec<DatasetReport>,
}

impl IngestReport {
    /// Whether a dataset's delivery was refused.
    pub fn failed(&self) -> bool {
        self.datasets.iter().any(|dataset| matches!(dataset.outcome, Outcome::Failed { .. }))
    }
}

/// What became of one dataset.
#[derive(Debug)]
pub struct DatasetReport {
    /// Its name.
    pub name: String,
    /// Whether it was asked for; one that was not keeps its data, delivered or not.
    pub wanted: bool,
    /// What became of it.
    pub outcome: Outcome,
    /// The rows of its last good data, where the delivery that took their place has much fewer.
    pub shrunk_from: Option<u64>,
}

/// A delivery is told of when it has less than this share of the rows of the last good one, in percent:
/// a file that was cut off, or left out, is well formed.
const SHRUNK_BELOW_PERCENT: u128 = 50;

/// The rows of `previous`, where `outcome` has much fewer.
fn shrunk_from(outcome: &Outcome, previous: Option<&DatasetEntry>) -> Option<u64> {
    let Outcome::Published { rows, .. } = outcome else { return None };
    let before = previous?.rows;
    (u128::from(*rows) * 100 < u128::from(before) * SHRUNK_BELOW_PERCENT).then_some(before)
}

/// What became of one dataset.
#[derive(Debug)]
pub enum Outcome {
    /// The delivery was taken.
    Published {
        /// How many rows.
        rows: u64,
        /// How many units.
        units: u64,
        /// How many rows were refused; the rejects file lists them.
        rejected: u64,
    },
    /// The delivery would have been taken; this was a rehearsal.
    Checked {
        /// How many rows.
        rows: u64,
        /// How many rows would be refused; the rejects file lists them.
        rejected: u64,
    },
    /// Nothing was delivered: the data of an earlier day stays.
    Kept {
        /// The day of that data.
        as_of: Date,
    },
    /// The delivery was refused.
    Failed {
        /// Why.
        error: DatasetError,
        /// The day of the earlier data that stays, if there is any.
        kept: Option<Date>,
    },
    /// Nothing was delivered, and there is no earlier data that could stay.
    Absent {
        /// Why earlier data cannot stay, where there is some.
        reason: Option<Bilingual>,
    },
}

/// A dataset's delivery is refused.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// Its files cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Its files cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A file operation failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// Too many rows break the schema.
    #[error(
        "{rejected} of {rows} rows were refused, more than the allowed {}: `{}` lists them; have the delivery mended, \
         or raise `rejects_max` in the catalog", percent(*.max_ppm), list.display()
    )]
    Rejects {
        /// How many were refused.
        rejected: u64,
        /// Of how many.
        rows: u64,
        /// The greatest share, in millionths.
        max_ppm: u32,
        /// Where they are listed.
        list: PathBuf,
    },
    /// Nothing in it.
    #[error("the delivery has no rows: it would replace the data by nothing")]
    Empty,
}

/// An ingest cannot be done at all.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The folder of snapshots cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A dataset that the catalog does not have.
    #[error("the catalog has no dataset `{name}`{}", close.as_ref().map(|c| format!(": did you mean `{c}`?")).unwrap_or_default())]
    Unknown {
        /// The name given.
        name: String,
        /// One that is close to it.
        close: Option<String>,
    },
    /// The delivery is older than what is published.
    #[error("the delivery is of {given}, the current snapshot of {current}: time does not go back")]
    Older {
        /// The day given.
        given: Date,
        /// The day of the current snapshot.
        current: Date,
    },
    /// There is no such folder.
    #[error("`{}` is not a folder: name the folder of the delivery", .0.display())]
    Delivery(PathBuf),
}

/// Reads `delivery` and publishes a new snapshot in `home_data`; refused rows are listed in the folder
/// `rejects`, a file for each dataset.
///
/// A dataset that was not delivered, or whose delivery is refused, keeps its last good data.
pub fn ingest<'a>(
    home_data: &'a Path,
    rejects: &'a Path,
    catalog: &Catalog,
    delivery: impl Into<Delivery<'a>>,
    options: &IngestOptions,
    progress: &mut dyn FnMut(IngestProgress<'_>),
) -> Result<IngestReport, IngestError> {
    let limits = IngestLimits { run_bytes: RUN_BYTES, batch_rows: BATCH_ROWS, rehearsal: false };
    let folders = Folders { home_data, rejects, delivery: delivery.into() };
    ingest_within(&limits, folders, catalog, options, progress)
}

/// Reads and checks `delivery` as [`ingest`] does, lists the refused rows, and publishes nothing.
pub fn rehearse<'a>(
    home_data: &'a Path,
    rejects: &'a Path,
    catalog: &Catalog,
    delivery: impl Into<Delivery<'a>>,
    options: &IngestOptions,
    progress: &mut dyn FnMut(IngestProgress<'_>),
) -> Result<IngestReport, IngestError> {
    let limits = IngestLimits { run_bytes: RUN_BYTES, batch_rows: BATCH_ROWS, rehearsal: true };
    let folders = Folders { home_data, rejects, delivery: delivery.into() };
    ingest_within(&limits, folders, catalog, options, progress)
}

/// Where an ingest works.
#[derive(Clone, Copy)]
pub(super) struct Folders<'a> {
    /// The snapshots.
    pub home_data: &'a Path,
    /// The lists of refused rows.
    pub rejects: &'a Path,
    /// The delivery.
    pub delivery: Delivery<'a>,
}

/// How much an ingest holds in memory. Tests take less, to see the same files come out.
pub(super) struct IngestLimits {
    /// How much memory one run of rows may take.
    pub run_bytes: usize,
    /// The rows of one record batch.
    pub batch_rows: usize,
    /// Nothing is to be written but the lists of refused rows.
    pub rehearsal: bool,
}

/// [`ingest`] within these limits.
pub(super) fn ingest_within(
    limits: &IngestLimits,
    folders: Folders<'_>,
    catalog: &Catalog,
    options: &IngestOptions,
    progress: &mut dyn FnMut(IngestProgress<'_>),
) -> Result<IngestReport, IngestError> {
    let Folders { home_data, rejects, delivery } = folders;
    check_only(catalog, options)?;
    if !delivery.folder.is_dir() {
        return Err(IngestError::Delivery(delivery.folder.to_owned()));
    }
    let store = Store::new(home_data).lock()?;
    let current = store.store().current()?;
    let previous = current.map(|name| store.store().manifest(name)).transpose()?;
    if let Some(current) = previous.as_ref().map(|manifest| manifest.as_of).filter(|day| options.as_of < *day) {
        return Err(IngestError::Older { given: options.as_of, current });
    }
    let (mut entries, mut datasets) = (Vec::new(), Vec::new());
    for dataset in catalog.datasets() {
        let job = DatasetJob { limits, store: &store, dataset, rejects, as_of: options.as_of };
        let wanted = options.only.as_ref().is_none_or(|only| only.contains(&dataset.name));
        let result = if wanted { job.run(&delivery, progress) } else { Ok(None) };
        let previous = previous.as_ref().and_then(|manifest| manifest.dataset(&dataset.name));
        let (entry, outcome) = settle(&store, catalog, result, previous);
        entries.extend(entry);
        let shrunk_from = shrunk_from(&outcome, previous);
        datasets.push(DatasetReport { name: dataset.name.clone(), wanted, outcome, shrunk_from });
    }
    let published = datasets.iter().any(|dataset| matches!(dataset.outcome, Outcome::Published { .. }));
    let snapshot = if published {
        let manifest = SnapshotManifest { as_of: options.as_of, catalog: catalog.sha256(), datasets: entries };
        Some(store.publish(&manifest)?)
    } else {
        current
    };
    Ok(IngestReport { snapshot, published, datasets })
}

fn check_only(catalog: &Catalog, options: &IngestOptions) -> Result<(), IngestError> {
    let unknown = options.only.iter().flatten().find(|name| catalog.dataset(name).is_none());
    unknown.map_or(Ok(()), |name| {
        let known = catalog.datasets().map(|dataset| dataset.name.as_str());
        Err(IngestError::Unknown { name: name.clone(), close: did_you_mean(name, known).map(str::to_owned) })
    })
}

/// The entry that the new snapshot gets, and what to tell of it.
fn settle(
    store: &Writable,
    catalog: &Catalog,
    result: Result<Option<Taken>, DatasetError>,
    previous: Option<&DatasetEntry>,
) -> (Option<DatasetEntry>, Outcome) {
    let kept = previous.map(|entry| keepable(store, catalog, entry).map(|()| entry));
    let entry = kept.as_ref().and_then(|kept| kept.as_ref().ok()).copied();
    match result {
        Ok(Some(Taken::Checked { rows, rejected })) => (entry.cloned(), Outcome::Checked { rows, rejected }),
        Ok(Some(Taken::Written(new))) => {
            let outcome = Outcome::Published { rows: new.rows, units: new.units, rejected: new.rejected };
            (Some(new), outcome)
        }
        Ok(None) => match kept {
            Some(Ok(entry)) => (Some(entry.clone()), Outcome::Kept { as_of: entry.as_of }),
            other => (None, Outcome::Absent { reason: other.and_then(Result::err) }),
        },
        Err(error) => (entry.cloned(), Outcome::Failed { error, kept: entry.map(|entry| entry.as_of) }),
    }
}

fn keepable(store: &Writable, catalog: &Catalog, entry: &DatasetEntry) -> Result<(), Bilingual> {
    fitting(catalog, entry).map_err(|unfit| unfit.bilingual())?;
    for file in entry.files() {
        store.store().check_size(file).map_err(|error| error.bilingual())?;
    }
    Ok(())
}

/// What became of a delivery that nothing is wrong with.
enum Taken {
    /// It is in the store.
    Written(DatasetEntry),
    /// It was only looked at.
    Checked { rows: u64, rejected: u64 },
}

/// One dataset's way into the snapshot.
struct DatasetJob<'a> {
    limits: &'a IngestLimits,
    store: &'a Writable,
    dataset: &'a Dataset,
    rejects: &'a Path,
    as_of: Date,
}

impl DatasetJob<'_> {
    /// `None` where nothing was delivered.
    fn run(
        &self,
        delivery: &Delivery<'_>,
        progress: &mut dyn FnMut(IngestProgress<'_>),
    ) -> Result<Option<Taken>, DatasetError> {
        let dataset = self.dataset;
        let mut tell = |stage, rows| progress(IngestProgress { dataset: &dataset.name, stage, rows });
        let parts = parts(delivery, dataset)?;
        if parts.is_empty() {
            return Ok(None);
        }
        let list = self.rejects.join(format!("{}.csv", dataset.name));
        let temporary = self.store.temporary();
        let (rejects, real) = (RejectsFile::create(&list)?, delivery.is_real());
        let mut intake = Intake::new(dataset, rejects, &temporary, self.limits.run_bytes, real);
        let read_all = parts.iter().try_for_each(|part| read(part, &mut intake, &mut |n| tell(Stage::Reading, n)));
        let rows = intake.rows() as u64;
        tell(Stage::Sorting, rows);
        // The list is finished even where reading failed: it helps to see why.
        let finished = intake.finish();
        read_all?;
        let (runs, rejected) = finished?;
        self.check_share(rows, rejected, list)?;
        if self.limits.rehearsal {
            return Ok(Some(Taken::Checked { rows, rejected }));
        }
        let written =
            write(self.store, dataset, &runs, self.limits.batch_rows, &mut |rows| tell(Stage::Writing, rows))?;
        if written.rows != rows {
            return Err(DatasetError::Write(WriteError::Torn));
        }
        let [rows_file, units_file, offsets_file] = written.files;
        Ok(Some(Taken::Written(DatasetEntry {
            name: dataset.name.clone(),
            schema: dataset.schema_sha256,
            rows,
            units: written.units,
            rejected,
            as_of: self.as_of,
            rows_file,
            units_file,
            offsets_file,
        })))
    }

    fn check_share(&self, taken: u64, rejected: u64, list: PathBuf) -> Result<(), DatasetError> {
        let max_ppm = self.dataset.source.rejects_max_ppm;
        let rows = taken + rejected;
        if u128::from(rejected) * 1_000_000 > u128::from(rows) * u128::from(max_ppm) {
            return Err(DatasetError::Rejects { rejected, rows, max_ppm, list });
        }
        if taken == 0 { Err(DatasetError::Empty) } else { Ok(()) }
    }
}

/// A share in percent, exactly.
pub(super) fn percent(ppm: u32) -> String {
    let fraction = format!("{:04}", ppm % 10_000);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{fraction} %", ppm / 10_000)
}
