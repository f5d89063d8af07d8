//! `anshi demo`: the whole way, from invented data to verified receipts, in steps that a newcomer understands.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::json;
use tokio::runtime::Runtime;

use super::error::CliError;
use super::ingest::IngestArgs;
use super::message::{DemoMessage, WorkMessage};
use super::policy_place::POLICY_FILE;
use super::problem::{AskProblem, FileProblem};
use super::receipt::verify_files;
use super::run::{RunArgs, ask, claims, open_engine, write_bundle};
use super::terminal::Terminal;
use super::{guest, guest_build, ingest, synth};
use crate::catalog::Catalog;
use crate::config::{Config, HomeKind};
use crate::data::synth::{SynthOptions, SynthReport};
use crate::env::{Durable, Entropy, create_dir, list_dir, read_text, write_atomic};
use crate::job::{Engine, HomePaths, InitOptions, initialise};
use crate::keys::sha256;
use crate::model::{Date, Digest};

const POLICY: &str = "sme-credit-check";
const GUEST_FOLDER: &str = "sandbox-guests/sme-credit-check";
/// The slot of label policies in the demo's home: a machine that is busy with other things misses no tick.
const SLOT_MS: u32 = 500;

/// Arguments of `anshi demo`.
#[derive(Args)]
#[command(after_help = "Example: anshi demo --home /tmp/anshi-demo")]
pub struct DemoArgs {
    /// The folder of the demo's home: absent or empty
    #[arg(long, value_name = "FOLDER")]
    pub home: PathBuf,
    /// How much data: 1 means 9.2 million rows over the datasets present
    #[arg(long, value_name = "NUMBER", default_value = "0.01", value_parser = synth::read_scale)]
    pub scale: u64,
    /// A guest to use instead of building `sandbox-guests/sme-credit-check`
    #[arg(long, value_name = "FILE")]
    pub guest: Option<PathBuf>,
}

/// What the steps hand on.
struct Demo<'a> {
    home: &'a Path,
    folder: PathBuf,
    terminal: &'a Terminal,
}

/// Runs the demo.
pub fn demo(args: &DemoArgs, terminal: &Terminal) -> Result<(), CliError> {
    let demo = Demo { home: &args.home, folder: args.home.join("demo"), terminal };
    if args.guest.is_none() && !Path::new(GUEST_FOLDER).is_dir() {
        return Err(CliError::misuse(FileProblem::DemoFolder(GUEST_FOLDER)));
    }
    terminal.say(DemoMessage::Title);
    demo.make_home()?;
    let report = demo.invent(args.scale)?;
    demo.ingest()?;
    let (guest_file, guest) = demo.guest(args.guest.as_deref())?;
    demo.policy(guest)?;
    demo.lengthen_slots()?;
    let results = demo.jobs(&guest_file, guest, &report)?;
    demo.verify()?;
    terminal.say(DemoMessage::Next {
        // As it was typed, so that the commands work as they stand.
        anshi: std::env::args().next().unwrap_or_else(|| "anshi".to_owned()),
        home: args.home.display().to_string(),
        guest: guest_file.display().to_string(),
        party: report.examples.healthy.to_string(),
    });
    terminal.result(&json!({
        "home": args.home.display().to_string(), "guest": guest.to_string(), "jobs": results,
        "examples": synth::examples(&report),
    }));
    Ok(())
}

impl Demo<'_> {
    fn make_home(&self) -> Result<(), CliError> {
        let options = InitOptions { home: self.home.to_owned(), kind: HomeKind::Synthetic };
        let waiting = self.terminal.waiting(WorkMessage::Calibrating);
        initialise(&options, &Entropy)?;
        drop(waiting);
        create_dir(&self.folder).map_err(CliError::failed)?;
        self.terminal.say(DemoMessage::Home { home: self.home.display().to_string() });
        Ok(())
    }

    fn invent(&self, scale: u64) -> Result<SynthReport, CliError> {
        let config = Config::load(self.home)?;
        let catalog = Catalog::load(&config.catalog).map_err(CliError::failed)?;
        let as_of = Date::from_ymd(2026, 9, 30).unwrap_or(Date::from_days(0));
        let options = SynthOptions { scale_ppm: scale, seed: 1, as_of };
        let report = synth::write(&catalog, &self.folder.join("delivery"), &options, self.terminal)?;
        let rows = report.datasets.iter().map(|(_, rows)| rows).sum();
        let (firms, persons, datasets) = (report.firms, report.persons, report.datasets.len());
        self.terminal.say(DemoMessage::Invented { rows, firms, persons, datasets });
        Ok(report)
    }

    fn ingest(&self) -> Result<(), CliError> {
        let report = ingest::take(&IngestArgs::whole(self.home, &self.folder.join("delivery")), self.terminal)?;
        if report.failed() {
            return Err(CliError::failure(AskProblem::DatasetsFailed));
        }
        let name = report.snapshot.map(|name| name.to_string()).unwrap_or_default();
        let rejected = report.datasets.iter().map(|dataset| match dataset.outcome {
            crate::data::Outcome::Published { rejected, .. } => rejected,
            _ => 0,
        });
        self.terminal.say(DemoMessage::Ingested { name, rejected: rejected.sum() });
        Ok(())
    }

    fn guest(&self, given: Option<&Path>) -> Result<(PathBuf, Digest), CliError> {
        let out = self.folder.join("sme-credit-check.wasm");
        let component = match given {
            Some(path) => {
                let module = guest::read_guest(path)?;
                write_atomic(&out, &module, Durable::Shared).map_err(CliError::failed)?;
                module
            }
            None => guest_build::build(Path::new(GUEST_FOLDER), Some(&out), self.terminal)?.1,
        };
        let digest = sha256(&component);
        self.terminal.say(DemoMessage::Guest { bytes: component.len() as u64, digest: digest.to_string() });
        Ok((out, digest))
    }

    /// Reviews the policy for this one guest: its digest takes the place of `"any"`.
    fn policy(&self, guest: Digest) -> Result<(), CliError> {
        let path = self.home.join("policies").join(POLICY).join(POLICY_FILE);
        let text = read_text(&path).map_err(CliError::failed)?;
        let pinned = text.replace("guests = \"any\" ", &format!("guests = [\"{guest}\"] "));
        if pinned == text {
            return Err(CliError::failure(FileProblem::DemoPolicy(path)));
        }
        write_atomic(&path, pinned.as_bytes(), Durable::Shared).map_err(CliError::failed)?;
        self.terminal.say(DemoMessage::Policy { path: path.display().to_string() });
        Ok(())
    }

    /// Gives every label policy of the demo's home a slot in which a machine that builds and tests beside it answers, too.
    fn lengthen_slots(&self) -> Result<(), CliError> {
        let folders = list_dir(&self.home.join("policies")).map_err(CliError::failed)?;
        for path in folders.iter().map(|folder| folder.join(POLICY_FILE)).filter(|path| path.is_file()) {
            let longer = |line: &str| match line.starts_with("slot_ms = ") {
                true => format!("slot_ms = {SLOT_MS}                     # the demo's: no tick is missed\n"),
                false => format!("{line}\n"),
            };
            let text: String = read_text(&path).map_err(CliError::failed)?.lines().map(longer).collect();
            write_atomic(&path, text.as_bytes(), Durable::Shared).map_err(CliError::failed)?;
        }
        Ok(())
    }

    fn jobs(&self, guest_file: &Path, guest: Digest, report: &SynthReport) -> Result<Vec<serde_json::Value>, CliError> {
        let (engine, runtime) = open_engine(self.home)?;
        let module = guest::read_guest(guest_file)?;
        guest::register_with(&engine, &runtime, &module, self.terminal)?;
        let healthy = self.job(&engine, &runtime, guest, (&report.examples.healthy.to_string(), "healthy", true))?;
        let failing = self.job(&engine, &runtime, guest, (&report.examples.failing.to_string(), "failing", true))?;
        let refused = self.job(&engine, &runtime, guest, (&report.examples.healthy.to_string(), "refused", false))?;
        Ok(vec![healthy, failing, refused])
    }

    fn job(
        &self,
        engine: &Arc<Engine>,
        runtime: &Runtime,
        guest: Digest,
        ask_for: (&str, &str, bool),
    ) -> Result<serde_json::Value, CliError> {
        let (party, name, consented) = ask_for;
        let out = self.folder.join(format!("{name}.bundle.json"));
        let args = RunArgs {
            home: self.home.to_owned(),
            policy: POLICY.to_owned(),
            guest: PathBuf::new(),
            parties: vec![("enterprise".to_owned(), party.to_owned())],
            parameters: vec![("min_paid_fen".to_owned(), "50000000".to_owned())],
            rows: Vec::new(),
            consents: if consented { vec!["auto".to_owned()] } else { Vec::new() },
            client: "smart-finance".to_owned(),
            client_key: None,
            out: out.clone(),
            csv: None,
            plot: None,
            force: true,
            via_worker: false,
        };
        match ask(engine, runtime, &args, guest, self.terminal) {
            Ok(answered) => {
                let claims = claims(&answered)?;
                let label = claims.result.label.unwrap_or_default();
                let bits = claims.cost.bits.unwrap_or_default();
                write_bundle(&answered, &out)?;
                self.terminal.say(DemoMessage::Answered {
                    party: party.to_owned(),
                    label: label.clone(),
                    bits,
                    out: out.display().to_string(),
                });
                Ok(json!({ "party": party, "result": label, "bits": bits, "out": out.display().to_string() }))
            }
            Err(CliError::Refused(refusal)) => {
                self.terminal.say(DemoMessage::Refused { party: party.to_owned(), refusal: refusal.clone() });
                Ok(json!({ "party": party, "refused": refusal.code.word() }))
            }
            Err(other) => Err(other),
        }
    }

    fn verify(&self) -> Result<(), CliError> {
        let paths = HomePaths::new(self.home);
        for name in ["healthy", "failing"] {
            verify_files(&self.folder.join(format!("{name}.bundle.json")), &paths.jwks(), &paths.log_key())?;
        }
        self.terminal.say(DemoMessage::Verified);
        Ok(())
    }
}
