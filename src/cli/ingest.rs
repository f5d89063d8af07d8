//! `anshi ingest`: deliveries into a new snapshot.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::error::CliError;
use super::message::{DataMessage, Message};
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::data::synth::SeedManifest;
use crate::data::{IngestOptions, IngestReport, Outcome, ingest};
use crate::job::HomePaths;
use crate::model::Date;

/// Arguments of `anshi ingest`.
#[derive(Args)]
#[command(after_help = "Example: anshi ingest --home /srv/anshi --from /tmp/delivery")]
pub struct IngestArgs {
    /// The home
    #[arg(long)]
    pub home: PathBuf,
    /// The folder of the delivery
    #[arg(long)]
    pub from: PathBuf,
    /// The day that the delivery is about (a synthetic delivery says it itself)
    #[arg(long)]
    pub as_of: Option<Date>,
}

/// Takes a delivery.
pub fn ingest_command(args: &IngestArgs, terminal: &Terminal) -> Result<(), CliError> {
    let report = take(&args.home, &args.from, args.as_of, terminal)?;
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
                error: error.to_string(),
                kept: kept.map(|day| day.to_string()),
            },
            Outcome::Kept { as_of } => {
                DataMessage::DatasetKept { name: dataset.name.clone(), as_of: as_of.to_string() }
            }
            Outcome::Absent { .. } => DataMessage::DatasetAbsent { name: dataset.name.clone() },
        };
        terminal.say(message);
    }
    let snapshot = report.snapshot.map(|name| name.to_string());
    if let Some(name) = &snapshot {
        terminal.say(DataMessage::SnapshotCurrent { name: name.clone(), published: report.published });
    }
    terminal
        .result(&json!({ "snapshot": snapshot, "published": report.published, "datasets": datasets_json(&report) }));
    if report.failed() {
        Err(CliError::Failed("a dataset could not be taken; its last good data stay".to_owned()))
    } else {
        Ok(())
    }
}

fn datasets_json(report: &IngestReport) -> Vec<serde_json::Value> {
    let one = |dataset: &crate::data::DatasetReport| match &dataset.outcome {
        Outcome::Published { rows, units, rejected } => {
            json!({ "name": dataset.name, "outcome": "published", "rows": rows, "units": units, "rejected": rejected })
        }
        Outcome::Failed { error, kept } => {
            json!({ "name": dataset.name, "outcome": "failed", "error": error.to_string(), "kept": kept.map(|day| day.to_string()) })
        }
        Outcome::Kept { as_of } => json!({ "name": dataset.name, "outcome": "kept", "as_of": as_of.to_string() }),
        Outcome::Absent { .. } => json!({ "name": dataset.name, "outcome": "absent" }),
    };
    report.datasets.iter().map(one).collect()
}

/// Takes a delivery, with progress. Only what the synthesiser's seed manifest lists enters a synthetic home.
pub fn take(home: &Path, from: &Path, as_of: Option<Date>, terminal: &Terminal) -> Result<IngestReport, CliError> {
    let config = Config::load(home).map_err(CliError::failed)?;
    let catalog = Catalog::load(&config.catalog).map_err(CliError::failed)?;
    let seeded = SeedManifest::read(from).map_err(CliError::failed)?;
    let as_of = match (config.is_synthetic(), seeded, as_of) {
        (true, Some(seed), None) => {
            seed.verify_files(from).map_err(CliError::failed)?;
            seed.as_of
        }
        (true, Some(_), Some(_)) => {
            return Err(CliError::Use("a synthetic delivery says itself which day it is about".to_owned()));
        }
        (true, None, _) => {
            let message = format!(
                "`{}` has no seed manifest: only what `anshi synth` wrote enters a synthetic home",
                from.display()
            );
            return Err(CliError::Failed(message));
        }
        (false, Some(_), _) => {
            return Err(CliError::Failed("this is a synthetic delivery: it cannot enter a production home".to_owned()));
        }
        (false, None, Some(as_of)) => as_of,
        (false, None, None) => {
            return Err(CliError::Use("say with --as-of which day the delivery is about".to_owned()));
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
