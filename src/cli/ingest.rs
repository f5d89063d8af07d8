//! `anshi ingest`: deliveries into a new snapshot.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::delivery_words::{DeliveryMessage, DeliveryProblem};
use super::error::CliError;
use super::message::{DataMessage, Message};
use super::problem::{AskProblem, FileProblem};
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::data::synth::SeedManifest;
use crate::data::{
    Databases, DatasetReport, Delivery, DeliveryWarning, IngestOptions, IngestProgress, IngestReport, Outcome, ingest,
    rehearse,
};
use crate::env::Clock;
use crate::job::HomePaths;
use crate::model::{Chinese, Date, Lang};

/// So many places of files are named where nothing was delivered.
const PATTERNS_SHOWN: usize = 3;

/// Arguments of `anshi ingest`.
#[derive(Args)]
#[command(after_help = "Example: anshi ingest --home /tmp/anshi-demo --from /tmp/anshi-demo/demo/delivery")]
pub struct IngestArgs {
    /// The home
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
    /// The folder of the delivery
    #[arg(long, value_name = "FOLDER")]
    pub from: PathBuf,
    /// The day that the data are of (a synthetic delivery says it itself)
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// Only this dataset; may be given several times. The others keep their data
    #[arg(long = "dataset", value_name = "NAME")]
    pub datasets: Vec<String>,
    /// Read and check everything, say all that a real run would, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Of a dry run: where to list all rows that would be refused (default: the first are shown)
    #[arg(long, value_name = "FOLDER", requires = "dry_run")]
    pub rejects: Option<PathBuf>,
}

impl IngestArgs {
    /// The whole of a delivery that says itself which day its data are of.
    pub fn whole(home: &Path, from: &Path) -> Self {
        let (home, from) = (home.to_owned(), from.to_owned());
        Self { home, from, as_of: None, datasets: Vec::new(), dry_run: false, rejects: None }
    }
}

/// Takes a delivery.
pub fn ingest_command(args: &IngestArgs, terminal: &Terminal) -> Result<(), CliError> {
    let report = take(args, terminal)?;
    tell(&report, args.dry_run, terminal);
    let snapshot = report.snapshot.map(|name| name.to_string());
    if args.dry_run {
        let rejects = args.rejects.as_ref().map(|folder| folder.display().to_string());
        terminal.say(DeliveryMessage::Rehearsed { rejects });
    } else if let Some(name) = &snapshot {
        terminal.say(DataMessage::SnapshotCurrent { name: name.clone(), published: report.published });
    }
    terminal.result(&json!({
        "dry_run": args.dry_run, "snapshot": snapshot, "published": report.published,
        "datasets": datasets_json(&report, terminal.lang()),
        "overlooked": { "files": report.overlooked.count, "first": report.overlooked.first },
    }));
    if report.is_nothing() {
        return Err(nothing(args));
    }
    if report.failed() { Err(CliError::failure(AskProblem::DatasetsFailed)) } else { Ok(()) }
}

/// Nothing was delivered: where files are looked for.
fn nothing(args: &IngestArgs) -> CliError {
    let catalog = Config::load(&args.home).ok().and_then(|config| Catalog::load(&config.catalog).ok());
    let wanted = |name: &String| args.datasets.is_empty() || args.datasets.contains(name);
    let datasets = catalog.iter().flat_map(Catalog::datasets).filter(|dataset| wanted(&dataset.name));
    let patterns = datasets.filter_map(|dataset| dataset.source.files()).map(ToString::to_string);
    let patterns = patterns.take(PATTERNS_SHOWN).collect();
    CliError::failure(DeliveryProblem::Nothing { folder: args.from.clone(), patterns })
}

fn tell(report: &IngestReport, dry_run: bool, terminal: &Terminal) {
    for dataset in report.datasets.iter().filter(|dataset| dataset.wanted) {
        let message = match &dataset.outcome {
            Outcome::Published { rows, units, rejected } => DataMessage::DatasetTaken {
                name: dataset.name.clone(),
                rows: *rows,
                units: *units,
                rejected: *rejected,
            },
            Outcome::Checked { rows, rejected } => {
                DataMessage::DatasetChecked { name: dataset.name.clone(), rows: *rows, rejected: *rejected }
            }
            Outcome::Failed { error, kept } => DataMessage::DatasetFailed {
                name: dataset.name.clone(),
                error: error.bilingual(),
                kept: kept.map(|day| day.to_string()),
            },
            Outcome::Kept { as_of } => {
                DataMessage::DatasetKept { name: dataset.name.clone(), as_of: as_of.to_string() }
            }
            Outcome::Absent { .. } => DataMessage::DatasetAbsent { name: dataset.name.clone() },
        };
        terminal.say(message);
        let name = || dataset.name.clone();
        if let Outcome::Published { rows, .. } | Outcome::Checked { rows, .. } = dataset.outcome {
            for warning in dataset.warnings.iter().cloned() {
                terminal.say(DeliveryMessage::Warned { name: name(), rows, warning });
            }
        }
        // A real run has its list.
        for row in dataset.rejected.iter().filter(|_| dry_run).cloned() {
            terminal.say(DeliveryMessage::RowRefused { name: name(), row });
        }
    }
    if report.overlooked.count > 0 {
        terminal.say(DeliveryMessage::Overlooked(report.overlooked.clone()));
    }
}

fn datasets_json(report: &IngestReport, lang: Lang) -> Vec<serde_json::Value> {
    let one = |dataset: &DatasetReport| match &dataset.outcome {
        _ if !dataset.wanted => json!({ "name": dataset.name, "outcome": "not-asked" }),
        Outcome::Published { rows, units, rejected } => {
            json!({
                "name": dataset.name, "outcome": "published", "rows": rows, "units": units, "rejected": rejected,
                "warnings": warnings_json(dataset),
            })
        }
        Outcome::Failed { error, kept } => {
            json!({ "name": dataset.name, "outcome": "failed", "error": error.text(lang), "kept": kept.map(|day| day.to_string()) })
        }
        Outcome::Kept { as_of } => json!({ "name": dataset.name, "outcome": "kept", "as_of": as_of.to_string() }),
        Outcome::Checked { rows, rejected } => {
            json!({
                "name": dataset.name, "outcome": "checked", "rows": rows, "rejected": rejected,
                "warnings": warnings_json(dataset),
            })
        }
        Outcome::Absent { .. } => json!({ "name": dataset.name, "outcome": "absent" }),
    };
    report.datasets.iter().map(one).collect()
}

fn warnings_json(dataset: &DatasetReport) -> Vec<serde_json::Value> {
    let one = |warning: &DeliveryWarning| match warning {
        DeliveryWarning::MuchFewerRows { before } => json!({ "word": warning.word(), "rows_before": before }),
        DeliveryWarning::NoLineEnd { files, first } => {
            json!({ "word": warning.word(), "files": files, "first": first })
        }
        DeliveryWarning::RepeatedRows { repeated } => json!({ "word": warning.word(), "rows": repeated }),
    };
    dataset.warnings.iter().map(one).collect()
}

/// Takes a delivery, with progress. Only what the synthesiser's seed manifest lists enters a synthetic home.
pub fn take(args: &IngestArgs, terminal: &Terminal) -> Result<IngestReport, CliError> {
    let IngestArgs { home, from, as_of, datasets, dry_run, rejects: listed } = args;
    let config = Config::load(home)?;
    if !from.is_dir() {
        let from = from.to_owned();
        let problem = if from.exists() { FileProblem::DeliveryIsFile(from) } else { FileProblem::NoDelivery(from) };
        return Err(CliError::misuse(problem));
    }
    let catalog = Catalog::load(&config.catalog).map_err(CliError::failed)?;
    let seeded = SeedManifest::read(from).map_err(CliError::failed)?;
    let as_of = match (config.is_synthetic(), seeded, *as_of) {
        (true, Some(seed), None) => {
            seed.verify_files(from).map_err(CliError::failed)?;
            seed.as_of
        }
        (true, Some(_), Some(_)) => {
            return Err(CliError::misuse(AskProblem::SyntheticAsOf));
        }
        (true, None, _) => {
            return Err(CliError::failure(FileProblem::NoSeed(from.to_owned())));
        }
        (false, Some(_), _) => {
            return Err(CliError::failure(AskProblem::SyntheticDelivery));
        }
        (false, None, Some(as_of)) => not_ahead(as_of)?,
        (false, None, None) => {
            return Err(CliError::misuse(AskProblem::AsOfNeeded));
        }
    };
    let paths = HomePaths::new(home);
    let bar = terminal.counting(DataMessage::Ingesting);
    let options = IngestOptions { as_of, only: (!datasets.is_empty()).then(|| datasets.clone()) };
    let databases = if config.is_synthetic() { Databases::None } else { Databases::Known(&config.connections) };
    let (data, rejects) = (paths.data(), paths.rejects());
    let delivery = Delivery { folder: from, databases };
    let mut progress = |progress: IngestProgress<'_>| {
        let IngestProgress { dataset, stage, .. } = progress;
        let message = DataMessage::IngestingDataset { name: dataset.to_owned(), stage };
        bar.set_message(Message::from(message).text(terminal.lang()));
        bar.set_position(progress.rows);
    };
    let report = if *dry_run {
        rehearse(&data, listed.as_deref(), &catalog, delivery, &options, &mut progress)
    } else {
        ingest(&data, &rejects, &catalog, delivery, &options, &mut progress)
    };
    bar.finish_and_clear();
    report.map_err(CliError::failed)
}

/// A day of real data. The clock is UTC's, and east of it tomorrow has begun for part of the day; a later day is a slip that could
/// never be taken back, since what is published is never older than what it replaces.
fn not_ahead(as_of: Date) -> Result<Date, CliError> {
    let today = Clock::System.now().day();
    if as_of > today.plus_days(1) { Err(CliError::misuse(DeliveryProblem::Ahead { as_of, today })) } else { Ok(as_of) }
}
