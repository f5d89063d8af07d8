//! `anshi ingest`: deliveries into a new snapshot.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::error::CliError;
use super::message::{DataMessage, Message};
use super::problem::{AskProblem, FileProblem};
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::data::synth::SeedManifest;
use crate::data::{Databases, Delivery, IngestOptions, IngestProgress, IngestReport, Outcome, ingest, rehearse};
use crate::job::HomePaths;
use crate::model::{Chinese, Date, Lang};

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
    /// Read and check everything, list the rows that would be refused, and publish nothing
    #[arg(long)]
    pub dry_run: bool,
}

impl IngestArgs {
    /// The whole of a delivery that says itself which day its data are of.
    pub fn whole(home: &Path, from: &Path) -> Self {
        let (home, from) = (home.to_owned(), from.to_owned());
        Self { home, from, as_of: None, datasets: Vec::new(), dry_run: false }
    }
}

/// Takes a delivery.
pub fn ingest_command(args: &IngestArgs, terminal: &Terminal) -> Result<(), CliError> {
    let report = take(args, terminal)?;
    tell(&report, terminal);
    let snapshot = report.snapshot.map(|name| name.to_string());
    if args.dry_run {
        let rejects = HomePaths::new(&args.home).rejects();
        terminal.say(DataMessage::Rehearsed { rejects: rejects.display().to_string() });
    } else if let Some(name) = &snapshot {
        terminal.say(DataMessage::SnapshotCurrent { name: name.clone(), published: report.published });
    }
    terminal
        .result(&json!({ "dry_run": args.dry_run, "snapshot": snapshot, "published": report.published, "datasets": datasets_json(&report, terminal.lang()) }));
    if report.failed() { Err(CliError::failure(AskProblem::DatasetsFailed)) } else { Ok(()) }
}

fn tell(report: &IngestReport, terminal: &Terminal) {
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
        if let (Outcome::Published { rows, .. }, Some(before)) = (&dataset.outcome, dataset.shrunk_from) {
            terminal.say(DataMessage::DatasetShrunk { name: dataset.name.clone(), rows: *rows, before });
        }
    }
}

fn datasets_json(report: &IngestReport, lang: Lang) -> Vec<serde_json::Value> {
    let one = |dataset: &crate::data::DatasetReport| match &dataset.outcome {
        _ if !dataset.wanted => json!({ "name": dataset.name, "outcome": "not-asked" }),
        Outcome::Published { rows, units, rejected } => {
            json!({
                "name": dataset.name, "outcome": "published", "rows": rows, "units": units, "rejected": rejected,
                "warning": dataset.shrunk_from.map(|before| json!({ "word": "much-fewer-rows", "rows_before": before })),
            })
        }
        Outcome::Failed { error, kept } => {
            json!({ "name": dataset.name, "outcome": "failed", "error": error.text(lang), "kept": kept.map(|day| day.to_string()) })
        }
        Outcome::Kept { as_of } => json!({ "name": dataset.name, "outcome": "kept", "as_of": as_of.to_string() }),
        Outcome::Checked { rows, rejected } => {
            json!({ "name": dataset.name, "outcome": "checked", "rows": rows, "rejected": rejected })
        }
        Outcome::Absent { .. } => json!({ "name": dataset.name, "outcome": "absent" }),
    };
    report.datasets.iter().map(one).collect()
}

/// Takes a delivery, with progress. Only what the synthesiser's seed manifest lists enters a synthetic home.
pub fn take(args: &IngestArgs, terminal: &Terminal) -> Result<IngestReport, CliError> {
    let IngestArgs { home, from, as_of, datasets, dry_run } = args;
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
        (false, None, Some(as_of)) => as_of,
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
        rehearse(&data, &rejects, &catalog, delivery, &options, &mut progress)
    } else {
        ingest(&data, &rejects, &catalog, delivery, &options, &mut progress)
    };
    bar.finish_and_clear();
    report.map_err(CliError::failed)
}
