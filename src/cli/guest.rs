//! `anshi guest`: which of its commands runs; registering guests, and reading them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::json;
use tokio::runtime::Runtime;

use super::error::CliError;
use super::guest_build::{BuildArgs, build_command};
use super::guest_inspect::{InspectArgs, inspect_command};
use super::guest_new::{NewArgs, new_command};
use super::guest_test::{GuestTestArgs, guest_test};
use super::guest_words::GuestMessage;
use super::message::WorkMessage;
use super::problem::FileProblem;
use super::remote::{Remote, RemoteArgs};
use super::run::open_engine;
use super::terminal::Terminal;
use crate::env::read;
use crate::guest::{GUEST_BYTES_MAX, Guest, Registry};
use crate::job::Engine;
use crate::keys::sha256;
use crate::model::{Bilingual, Chinese, Digest, Manifest};

/// Subcommands of `anshi guest`.
#[derive(Subcommand)]
pub enum GuestCommand {
    /// Make a project for a guest: sources, SDK, contract and cases, to build outside of any repository
    #[command(after_help = "Example: anshi guest new my-check --lang rust --world verifier")]
    New(NewArgs),
    /// Build a guest with the tools of its language, which run the project's own programs, and make a component of it
    #[command(after_help = "Example: anshi guest build sandbox-guests/sme-credit-check --out sme-credit-check.wasm")]
    Build(BuildArgs),
    /// Say what a guest reads and may answer, which policies accept it, and the smallest that does
    #[command(after_help = "Example: anshi guest inspect /tmp/anshi-demo/demo/sme-credit-check.wasm")]
    Inspect(InspectArgs),
    /// Test a guest on invented data under its policy: its cases, what its runs use, and which columns no case needs
    #[command(
        after_help = "Example: anshi guest test --guest /tmp/anshi-demo/demo/sme-credit-check.wasm \\\n  --policy sme-credit-check"
    )]
    Test(GuestTestArgs),
    /// Register a guest with a home
    #[command(
        after_help = "Example: anshi guest register --home /tmp/anshi-demo \\\n  /tmp/anshi-demo/demo/sme-credit-check.wasm"
    )]
    Register(RegisterArgs),
}

/// Arguments of `anshi guest register`.
#[derive(Args)]
pub struct RegisterArgs {
    /// The home, where the engine is not running
    #[arg(long, value_name = "FOLDER", required_unless_present = "server")]
    pub home: Option<PathBuf>,
    /// A running engine's address
    #[arg(long, value_name = "URL", conflicts_with = "home", requires_all = ["client", "client_key"])]
    pub server: Option<String>,
    /// A file of certificates (PEM) that the engine's is signed by, instead of the public authorities'
    #[arg(long, value_name = "FILE", requires = "server")]
    pub ca: Option<PathBuf>,
    /// The client that registers it there
    #[arg(long, value_name = "ID", requires = "server")]
    pub client: Option<String>,
    /// The client's private key
    #[arg(long, value_name = "FILE", requires = "server")]
    pub client_key: Option<PathBuf>,
    /// The guest
    pub file: PathBuf,
}

/// Runs a subcommand.
pub fn guest(command: &GuestCommand, terminal: &Terminal) -> Result<(), CliError> {
    match command {
        GuestCommand::New(args) => new_command(args, terminal),
        GuestCommand::Build(args) => build_command(args, terminal),
        GuestCommand::Inspect(args) => inspect_command(args, terminal),
        GuestCommand::Test(args) => guest_test(args, terminal),
        GuestCommand::Register(args) => register(args, terminal),
    }
}

/// What every WebAssembly file begins with, module or component.
const WASM_MAGIC: &[u8] = b"\0asm";

/// Reads a guest's file.
pub fn read_guest(path: &Path) -> Result<Vec<u8>, CliError> {
    let module = read(path, GUEST_BYTES_MAX as u64)?;
    if module.starts_with(WASM_MAGIC) {
        Ok(module)
    } else {
        Err(CliError::failure(FileProblem::NotWasm(path.to_owned())))
    }
}

/// Compiles and describes a guest in the child, in a folder that is thrown away.
pub fn describe(module: &[u8], terminal: &Terminal) -> Result<Manifest, CliError> {
    Ok(load(module, terminal)?.manifest().clone())
}

/// The same, ready to run.
pub fn load(module: &[u8], terminal: &Terminal) -> Result<Arc<Guest>, CliError> {
    let _waiting = terminal.waiting(WorkMessage::Compiling);
    let folder = crate::env::TemporaryDir::new().map_err(CliError::failed)?;
    let registry = guest_registry(folder.path())?;
    let registered = registry.register(module).map_err(CliError::failed)?;
    registry.load(&registered.row).map_err(CliError::failed)
}

/// A registry of guests in a folder that is thrown away; this program compiles.
pub fn guest_registry(folder: &Path) -> Result<Registry, CliError> {
    let program = crate::env::program().map_err(CliError::failed)?;
    Registry::open(folder, &program).map_err(CliError::failed)
}

/// Registers a guest, with a sign of life: it may have to be compiled.
pub fn register_with(
    engine: &Engine,
    runtime: &Runtime,
    module: &[u8],
    terminal: &Terminal,
) -> Result<Digest, CliError> {
    let _waiting = terminal.waiting(WorkMessage::Compiling);
    runtime.block_on(engine.register(module)).map_err(CliError::failed)
}

/// Registers a guest with an engine that runs elsewhere.
fn register_there(args: &RemoteArgs, module: &[u8], terminal: &Terminal) -> Result<(), CliError> {
    let remote = Remote::open(args, terminal.lang())?;
    let registered = {
        let _waiting = terminal.waiting(WorkMessage::Compiling);
        remote.register(module)?
    };
    terminal.say(GuestMessage::Registered { digest: sha256(module).to_string() });
    let text =
        |value: &serde_json::Value, name: &str| value.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let list =
        |value: &serde_json::Value, name: &str| value.get(name).and_then(|v| v.as_array()).cloned().unwrap_or_default();
    for policy in list(&registered, "policies") {
        let misfits = list(&policy, "misfits");
        let misfits =
            misfits.iter().map(|misfit| Bilingual { zh: text(misfit, "zh"), en: text(misfit, "en") }).collect();
        terminal.say(GuestMessage::FitsThere { policy: text(&policy, "policy"), misfits });
    }
    terminal.result(&registered);
    Ok(())
}

fn register(args: &RegisterArgs, terminal: &Terminal) -> Result<(), CliError> {
    let module = read_guest(&args.file)?;
    if let (Some(server), Some(client), Some(client_key)) = (&args.server, &args.client, &args.client_key) {
        let (server, client, client_key) = (server.clone(), client.clone(), client_key.clone());
        let remote = RemoteArgs { server, ca: args.ca.clone(), client, client_key };
        return register_there(&remote, &module, terminal);
    }
    let home = args.home.as_deref().unwrap_or(Path::new("."));
    let (engine, runtime) = open_engine(home)?;
    let digest = register_with(&engine, &runtime, &module, terminal)?;
    terminal.say(GuestMessage::Registered { digest: digest.to_string() });
    let guest = engine.guest(digest).map_err(CliError::failed)?;
    let mut findings = Vec::new();
    let standing = engine.standing();
    for policy in standing.policies.policies() {
        let misfits = guest.as_ref().map(|guest| crate::policy::fit(policy, guest.manifest(), &standing.catalog).err());
        let misfits = misfits.flatten().unwrap_or_default();
        terminal.say(GuestMessage::Fits { policy: policy.id.clone(), misfits: misfits.clone() });
        let misfits: Vec<String> = misfits.iter().map(|misfit| misfit.text(terminal.lang())).collect();
        findings.push(json!({ "policy": policy.id, "misfits": misfits }));
    }
    terminal.result(&json!({ "guest": digest.to_string(), "policies": findings }));
    Ok(())
}
