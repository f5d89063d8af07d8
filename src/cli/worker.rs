//! `anshi worker`: the map step of a table as a stream, for whoever carries it to the data. Knows no home.

use std::io::BufReader;
use std::path::PathBuf;

use clap::Args;

use super::error::CliError;
use super::files::text;
use super::guest::read_guest;
use crate::disclosure::{WorkerJob, map_units};
use crate::env::{TemporaryDir, program};
use crate::guest::Registry;

/// Arguments of `anshi worker`.
#[derive(Args)]
#[command(after_help = "Example: anshi worker --job job.json --guest late-payment-by-county.wasm")]
pub struct WorkerArgs {
    /// The job's description: what the guest reads, and what one unit may add at most
    #[arg(long, value_name = "FILE")]
    pub job: PathBuf,
    /// The guest; it must be the job's, and is compiled first
    #[arg(long, value_name = "FILE")]
    pub guest: PathBuf,
}

/// Maps what comes on standard input. The guest is compiled in a child, as at registration, in a folder that is thrown away.
pub fn worker(args: &WorkerArgs) -> Result<(), CliError> {
    let job = WorkerJob::parse(&text(&args.job)?).map_err(CliError::failed)?;
    let module = read_guest(&args.guest)?;
    let folder = TemporaryDir::new()?;
    let compiler = program().map_err(CliError::failed)?;
    let registry = Registry::open(folder.path(), &compiler).map_err(CliError::failed)?;
    let registered = registry.register(&module).map_err(CliError::failed)?;
    let guest = registry.load(&registered.row).map_err(CliError::failed)?;
    let (input, output) = (BufReader::new(std::io::stdin().lock()), std::io::stdout().lock());
    map_units(&job, &guest, input, output).map_err(CliError::failed)
}
