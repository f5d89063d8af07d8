//! A delivery → a new snapshot. Takes each dataset whole or keeps its last good data, says which, and
//! publishes all at once. Never changes a published snapshot.

use std::path::{Path, PathBuf};

use super::delivery::Delivery;
use super::intake::{Collected, Intake, RUN_BYTES};
use super::manifest::{DatasetEntry, SnapshotManifest};
use super::reject::{Rejected, RejectedRow, RejectsFile};
use super::snapshot::fitting;
use super::source::{SourceError, parts, read};
use super::store::{Store, StoreError, Writable};
use super::synth::MANIFEST_FILE;
use super::warnings::{DeliveryWarning, Overlooked, Seen};
use super::write::{BATCH_ROWS, WriteError, count_repeated, write};
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
    /// Files of the delivery that belong to no dataset.
    pub overlooked: Overlooked,
}

impl IngestReport {
    /// Whether there was nothing for any dataset that was asked for.
    pub fn is_nothing(&self) -> bool {
        let nothing = |outcome: &Outcome| matches!(outcome, Outcome::Kept { .. } | Outcome::Absent { .. });
        self.datasets.iter().filter(|dataset| dataset.wanted).all(|dataset| nothing(&dataset.outcome))
    }

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
    /// What may be wrong with what was taken, or would have been.
    pub warnings: Vec<DeliveryWarning>,
    /// The first of the refused rows.
    pub rejected: Vec<RejectedRow>,
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
        /// How many rows would be refused.
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
        "{rejected} of {rows} rows were refused, more than the allowed {}: {}have the delivery mended, or raise \
         `rejects_max` in the catalog", percent(*.max_ppm),
        list.as_ref().map(|list| format!("`{}` lists them; ", list.display())).unwrap_or_default()
    )]
    Rejects {
        /// How many were refused.
        rejected: u64,
        /// Of how many.
        rows: u64,
        /// The greatest share, in millionths.
        max_ppm: u32,
        /// Where they are listed; nowhere by a rehearsal that was told no place.
        list: Option<PathBuf>,
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
    let folders = Folders { home_data, rejects: Some(rejects), delivery: delivery.into() };
    ingest_within(&limits, folders, catalog, options, progress)
}

/// Reads and checks `delivery` as [`ingest`] does, lists the refused rows only in a folder that is named for it, and
/// changes nothing in the home.
pub fn rehearse<'a>(
    home_data: &'a Path,
    rejects: Option<&'a Path>,
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
    /// The lists of refused rows, if any are to be written.
    pub rejects: Option<&'a Path>,
    /// The delivery.
    pub delivery: Delivery<'a>,
}

/// How much an ingest holds in memory. Tests take less, to see the same files come out.
pub(super) struct IngestLimits {
    /// How much memory one run of rows may take.
    pub run_bytes: usize,
    /// The rows of one record batch.
    pub batch_rows: usize,
    /// Nothing is to be published.
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
    let overlooked = Overlooked::find(delivery.folder, catalog, MANIFEST_FILE);
    let (mut entries, mut datasets) = (Vec::new(), Vec::new());
    for dataset in catalog.datasets() {
        let job = DatasetJob { limits, store: &store, dataset, rejects, as_of: options.as_of };
        let wanted = options.only.as_ref().is_none_or(|only| only.contains(&dataset.name));
        let previous = previous.as_ref().and_then(|manifest| manifest.dataset(&dataset.name));
        let mut noted = Noted { previous, ..Noted::default() };
        let result = if wanted { job.run(&delivery, &mut noted, progress) } else { Ok(None) };
        let (entry, outcome) = settle(&store, catalog, result, previous);
        entries.extend(entry);
        let (name, Noted { warnings, rejected, .. }) = (dataset.name.clone(), noted);
        datasets.push(DatasetReport { name, wanted, outcome, warnings, rejected });
    }
    let published = datasets.iter().any(|dataset| matches!(dataset.outcome, Outcome::Published { .. }));
    let snapshot = if published {
        let manifest = SnapshotManifest { as_of: options.as_of, catalog: catalog.sha256(), datasets: entries };
        Some(store.publish(&manifest)?)
    } else {
        current
    };
    Ok(IngestReport { snapshot, published, datasets, overlooked })
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

/// What is to be told of a dataset beside its outcome.
#[derive(Default)]
struct Noted<'a> {
    previous: Option<&'a DatasetEntry>,
    warnings: Vec<DeliveryWarning>,
    rejected: Vec<RejectedRow>,
}

/// One dataset's way into the snapshot.
struct DatasetJob<'a> {
    limits: &'a IngestLimits,
    store: &'a Writable,
    dataset: &'a Dataset,
    rejects: Option<&'a Path>,
    as_of: Date,
}

impl DatasetJob<'_> {
    /// `None` where nothing was delivered.
    fn run(
        &self,
        delivery: &Delivery<'_>,
        noted: &mut Noted<'_>,
        progress: &mut dyn FnMut(IngestProgress<'_>),
    ) -> Result<Option<Taken>, DatasetError> {
        let dataset = self.dataset;
        let mut tell = |stage, rows| progress(IngestProgress { dataset: &dataset.name, stage, rows });
        let parts = parts(delivery, dataset)?;
        if parts.is_empty() {
            return Ok(None);
        }
        let list = self.rejects.map(|folder| folder.join(format!("{}.csv", dataset.name)));
        let temporary = self.store.temporary();
        let (rejects, real) = (RejectsFile::create(list.as_deref())?, delivery.is_real());
        let mut intake = Intake::new(dataset, rejects, &temporary, self.limits.run_bytes, real);
        let read_all = parts.iter().try_for_each(|part| read(part, &mut intake, &mut |n| tell(Stage::Reading, n)));
        let rows = intake.rows() as u64;
        tell(Stage::Sorting, rows);
        // The list is finished even where reading failed: it helps to see why.
        let finished = intake.finish();
        read_all?;
        let Collected { runs, rejected: Rejected { count: rejected, first }, unended } = finished?;
        noted.rejected = first;
        self.check_share(rows, rejected, list)?;
        if self.limits.rehearsal {
            noted.warnings =
                Seen { rows, repeated: count_repeated(&runs)?, unended: &unended }.warnings(noted.previous);
            return Ok(Some(Taken::Checked { rows, rejected }));
        }
        let written =
            write(self.store, dataset, &runs, self.limits.batch_rows, &mut |rows| tell(Stage::Writing, rows))?;
        if written.rows != rows {
            return Err(DatasetError::Write(WriteError::Torn));
        }
        noted.warnings = Seen { rows, repeated: written.repeated, unended: &unended }.warnings(noted.previous);
        let [rows_file, units_file, offsets_file] = written.files;
        Ok(Some(Taken::Written(DatasetEntry {
            name: dataset.name.clone(),
            schema: dataset.schema_sha256,
            rows,
            units: written.units,
            rejected,
            unended: unended.len() as u64,
            as_of: self.as_of,
            rows_file,
            units_file,
            offsets_file,
        })))
    }

    fn check_share(&self, taken: u64, rejected: u64, list: Option<PathBuf>) -> Result<(), DatasetError> {
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
