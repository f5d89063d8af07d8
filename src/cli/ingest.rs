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
use crate::data::{IngestOptions, IngestReport, Outcome, ingest};
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
}

/// Takes a delivery.
pub fn ingest_command(args: &IngestArgs, terminal: &Terminal) -> Result<(), CliError> {
    let report = take(&args.home, &args.from, args.as_of, terminal)?;
    tell(&report, terminal);
    let snapshot = report.snapshot.map(|name| name.to_string());
    if let Some(name) = &snapshot {
        terminal.say(DataMessage::SnapshotCurrent { name: name.clone(), published: report.published });
    }
    terminal
        .result(&json!({ "snapshot": snapshot, "published": report.published, "datasets": datasets_json(&report, terminal.lang()) }));
    if report.failed() { Err(CliError::failure(AskProblem::DatasetsFailed)) } else { Ok(()) }
}

fn tell(report: &IngestReport, terminal: &Terminal) {
    for dataset in &report.datasets {
        let message = match &dataset.outcome {
            Outcome::Published { rows, units, rejected } => DataMessage::DatasetTaken {
                name: dataset.name.clone(),
                rows: *rows,
                units: *units,
                rejected: *rejected,
            },
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
        Outcome::Absent { .. } => json!({ "name": dataset.name, "outcome": "absent" }),
    };
    report.datasets.iter().map(one).collect()
}

/// Takes a delivery, with progress. Only what the synthesiser's seed manifest lists enters a synthetic home.
pub fn take(home: &Path, from: &Path, as_of: Option<Date>, terminal: &Terminal) -> Result<IngestReport, CliError> {
    let config = Config::load(home)?;
    if !from.is_dir() {
        let from = from.to_owned();
        let problem = if from.exists() { FileProblem::DeliveryIsFile(from) } else { FileProblem::NoDelivery(from) };
        return Err(CliError::misuse(problem));
    }
    let catalog = Catalog::load(&config.catalog).map_err(CliError::failed)?;
    let seeded = SeedManifest::read(from).map_err(CliError::failed)?;
    let as_of = match (config.is_synthetic(), seeded, as_of) {
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
    let bar = terminal.progress(DataMessage::Ingesting, 0);
    let options = IngestOptions { as_of, only: None };
    let report = ingest(&paths.data(), &paths.rejects(), &catalog, from, &options, &mut |progress| {
        bar.set_message(format!(
            "{} {}",
            Message::from(DataMessage::Ingesting).text(terminal.lang()),
            progress.dataset
        ));
        bar.set_position(progress.rows);
    });
    bar.finish_and_clear();
    report.map_err(CliError::failed)
}
