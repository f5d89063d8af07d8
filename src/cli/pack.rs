//! `anshi pack export` and `anshi pack import`: what a bank's developer gets of a home, as one file.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::error::CliError;
use super::files::{check_new, write};
use super::pack_words::{PackMessage, left_out_json};
use super::synth::read_scale;
use super::terminal::Terminal;
use crate::data::synth::SynthOptions;
use crate::env::{Clock, Durable};
use crate::model::{Date, Digest};
use crate::pack::{ExportOptions, Exported, ImportOptions, PackError, export, import};

/// Subcommands of `anshi pack`.
#[derive(Subcommand)]
pub enum PackCommand {
    /// Write a home's catalog, a client's policies, the WIT and the seeds of an invented city as one file
    #[command(after_help = EXPORT_EXAMPLE)]
    Export(ExportArgs),
    /// Make a folder of a pack, after every byte of it was checked
    #[command(after_help = "Example: anshi pack import smart-finance.pack --dir bank")]
    Import(ImportArgs),
}

const EXPORT_EXAMPLE: &str =
    "Example: anshi pack export --home /tmp/anshi-demo --client smart-finance --out smart-finance.pack";

/// Arguments of `anshi pack export`.
#[derive(Args)]
pub struct ExportArgs {
    /// The home; its engine may run
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
    /// The client that gets it: its policies and quotas go along, those of others do not
    #[arg(long, value_name = "ID")]
    pub client: String,
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// How large the invented city is: 1 means 11.1 million rows over the datasets built in
    #[arg(long, value_name = "NUMBER", default_value = "0.01", value_parser = read_scale)]
    pub scale: u64,
    /// What chance is drawn from in the invented city
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// The day that the invented city's data are of
    #[arg(long, value_name = "DATE", default_value = "2026-09-30")]
    pub as_of: Date,
    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `anshi pack import`.
#[derive(Args)]
pub struct ImportArgs {
    /// The pack, as `anshi pack export` wrote it
    pub file: PathBuf,
    /// The folder that it becomes: absent or empty
    #[arg(long, value_name = "FOLDER")]
    pub dir: PathBuf,
    /// The digest that `anshi pack export` printed: a pack that was exchanged since has another
    #[arg(long, value_name = "DIGEST")]
    pub sha256: Option<Digest>,
    /// Replace an earlier pack that is there
    #[arg(long)]
    pub force: bool,
}

/// Runs a subcommand.
pub fn pack(command: &PackCommand, terminal: &Terminal) -> Result<(), CliError> {
    match command {
        PackCommand::Export(args) => export_command(args, terminal),
        PackCommand::Import(args) => import_command(args, terminal),
    }
}

fn export_command(args: &ExportArgs, terminal: &Terminal) -> Result<(), CliError> {
    check_new([&args.out], args.force)?;
    let seeds = SynthOptions { scale_ppm: args.scale, seed: args.seed, as_of: args.as_of };
    let options = ExportOptions { home: args.home.clone(), client: args.client.clone(), seeds };
    let Exported { bytes, digest, manifest, policies, left_out } = export(&options, &Clock::System)?;
    write(&args.out, &bytes, Durable::Shared)?;
    terminal.say(PackMessage::Exported {
        out: args.out.display().to_string(),
        client: args.client.clone(),
        files: manifest.files.len() as u64,
        bytes: bytes.len() as u64,
        policies: policies.clone(),
    });
    for what in &left_out {
        terminal.say(PackMessage::LeftOut(what.clone()));
    }
    terminal.say(PackMessage::Never);
    terminal.say(PackMessage::Digest(digest.to_string()));
    terminal.result(&json!({
        "out": args.out.display().to_string(), "sha256": digest.to_string(), "bytes": bytes.len(), "client": args.client,
        "files": manifest.files.iter().map(|file| &file.path).collect::<Vec<_>>(), "policies": policies,
        "left_out": left_out.iter().map(left_out_json).collect::<Vec<_>>(),
    }));
    Ok(())
}

fn import_command(args: &ImportArgs, terminal: &Terminal) -> Result<(), CliError> {
    let options =
        ImportOptions { file: args.file.clone(), folder: args.dir.clone(), digest: args.sha256, force: args.force };
    let imported = import(&options)?;
    let (manifest, folder) = (&imported.manifest, args.dir.display().to_string());
    terminal.say(PackMessage::Imported {
        folder: folder.clone(),
        client: manifest.client.clone(),
        anshi: manifest.anshi.clone(),
        files: manifest.files.len() as u64,
        datasets: imported.datasets as u64,
        policies: imported.policies.clone(),
    });
    terminal.result(&json!({
        "folder": folder, "sha256": imported.digest.to_string(), "anshi": manifest.anshi, "client": manifest.client,
        "files": manifest.files.len(), "datasets": imported.datasets, "policies": imported.policies,
        "seed": imported.seeds.seed, "scale_ppm": imported.seeds.scale_ppm, "as_of": imported.seeds.as_of.to_string(),
    }));
    Ok(())
}

/// What is wrong with the archive itself is a verification that failed.
impl From<PackError> for CliError {
    fn from(error: PackError) -> Self {
        match error {
            PackError::File(error) => error.into(),
            PackError::Config(error) => error.into(),
            PackError::NoClient { .. }
            | PackError::NoQuota(_)
            | PackError::Used(_)
            | PackError::NotAPack { .. }
            | PackError::LeftOver(_) => Self::wrong(error),
            PackError::Archive(_)
            | PackError::Bomb
            | PackError::Crowd
            | PackError::Behind
            | PackError::Entry { .. }
            | PackError::NoManifest
            | PackError::Manifest(_)
            | PackError::Missing(_)
            | PackError::Unlisted(_)
            | PackError::Changed(_)
            | PackError::Digest { .. } => Self::unverified(error),
            other => Self::failed(other),
        }
    }
}
