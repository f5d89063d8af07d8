//! `anshi synth`: invent the departments' deliveries.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::error::CliError;
use super::help::ArgumentError;
use super::message::DataMessage;
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::data::synth::{SynthOptions, SynthReport, synthesise_some};
use crate::env::create_dir;
use crate::job::unpack_catalog;
use crate::model::{Date, UnitId, parse_decimal};
use crate::pack::read_seeds;

/// Arguments of `anshi synth`.
#[derive(Args)]
#[command(after_help = "Example: anshi synth --out /tmp/delivery --scale 0.01 --seed 7")]
pub struct SynthArgs {
    /// The folder to write the delivery to
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// How much: 1 means 11.1 million rows over the datasets built in
    #[arg(long, value_name = "NUMBER", default_value = "0.01", value_parser = read_scale)]
    pub scale: u64,
    /// What chance is drawn from: the same seed gives the same bytes
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// The day that the data are of
    #[arg(long, value_name = "DATE", default_value = "2026-09-30")]
    pub as_of: Date,
    /// The catalog's folder (default: the one built in)
    #[arg(long, value_name = "FOLDER")]
    pub catalog: Option<PathBuf>,
    /// A pack's folder: its catalog and seeds, instead of `--catalog`, `--seed`, `--scale` and `--as-of`
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["catalog", "seed", "scale", "as_of"])]
    pub pack: Option<PathBuf>,
}

/// A decimal scale, in millionths.
pub fn read_scale(text: &str) -> Result<u64, ArgumentError> {
    let scale = parse_decimal(text.as_bytes(), 6)?;
    u64::try_from(scale).ok().filter(|scale| (1..=100_000_000).contains(scale)).ok_or(ArgumentError::Scale)
}

/// Writes a delivery.
pub fn synth(args: &SynthArgs, terminal: &Terminal) -> Result<(), CliError> {
    create_dir(&args.out)?;
    let in_pack = args.pack.as_ref().map(|pack| pack.join("catalog"));
    let catalog = match in_pack.as_ref().or(args.catalog.as_ref()) {
        Some(folder) => Catalog::load(folder).map_err(CliError::failed)?,
        None => unpack_catalog().map_err(CliError::failed)?,
    };
    let options = match &args.pack {
        Some(pack) => read_seeds(pack)?,
        None => SynthOptions { scale_ppm: args.scale, seed: args.seed, as_of: args.as_of },
    };
    let report = write(&catalog, &|_| true, &args.out, &options, terminal)?;
    for (name, rows) in &report.datasets {
        terminal.say(DataMessage::DatasetInvented { name: name.clone(), rows: *rows });
    }
    terminal.say(DataMessage::Invented {
        firms: report.firms,
        persons: report.persons,
        healthy: report.examples.healthy.to_string(),
        representative: report.examples.representative.to_string(),
        failing: report.examples.failing.to_string(),
    });
    let datasets: serde_json::Map<_, _> =
        report.datasets.iter().map(|(name, rows)| (name.clone(), json!(rows))).collect();
    terminal.result(&json!({
        "seed": report.seed, "as_of": report.as_of.to_string(), "firms": report.firms, "persons": report.persons,
        "rows": datasets, "examples": examples(&report),
    }));
    Ok(())
}

/// Whom to ask about.
pub fn examples(report: &SynthReport) -> serde_json::Value {
    let name = |(name, unit): (&str, UnitId)| (name.replace('-', "_"), json!(unit.to_string()));
    report.examples.all().map(name).collect::<serde_json::Map<_, _>>().into()
}

/// Writes a delivery of the `wanted` datasets, with progress.
pub fn write(
    catalog: &Catalog,
    wanted: &dyn Fn(&str) -> bool,
    out: &Path,
    options: &SynthOptions,
    terminal: &Terminal,
) -> Result<SynthReport, CliError> {
    let bar = terminal.progress(DataMessage::Inventing, 0);
    let report = synthesise_some(catalog, wanted, out, options, &mut |rows, expected| {
        bar.set_length(expected);
        bar.set_position(rows);
    });
    bar.finish_and_clear();
    report.map_err(CliError::failed)
}
