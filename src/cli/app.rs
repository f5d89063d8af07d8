//! The arguments and which command they mean.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use super::error::CliError;
use super::help::{ArgumentError, chinese_help, localise, wrong_use};
use super::problem::Problem;
use super::terminal::Terminal;
use super::{
    audit, backup, budget, catalog, client, consent, demo, doctor, guest, ingest, init, key, manual, pack, policy,
    receipt, restore, run, serve, snapshot, submit, synth, worker,
};
use crate::env::forbid_core_dumps;
use crate::guest::{CHILD_COMMAND, child_main};
use crate::kit::Language;
use crate::model::{Bilingual, Lang};

/// Anshi (暗室): a data sandbox. Data that is usable but invisible.
#[derive(Parser)]
#[command(name = "anshi", version = VERSION, disable_help_subcommand = true, after_help = EXIT_CODES)]
struct App {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// A build that can be weakened says so: it is for tests, and `make dist` takes none.
#[cfg(feature = "weaken")]
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (can be weakened: for tests alone)");
#[cfg(not(feature = "weaken"))]
const VERSION: &str = env!("CARGO_PKG_VERSION");

const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed, 2 wrong use, 3 refused by a policy, 4 verification failed.\n\
Example: anshi demo --home /tmp/anshi-demo";

#[derive(Args)]
struct Common {
    /// Print JSON, for programs
    #[arg(long, global = true)]
    json: bool,
    /// The language of what people read: zh or en (default: the locale's)
    #[arg(long, global = true, value_name = "zh|en", value_parser = read_lang)]
    lang: Option<Tongue>,
}

/// What `--lang` names: the language of what people read, or, for `guest new` alone, one that guests are written in.
#[derive(Clone, Copy, Debug)]
pub enum Tongue {
    /// A person's.
    Person(Lang),
    /// A program's.
    Program(Language),
}

impl Tongue {
    /// The language that a guest is written in, if it is one.
    pub const fn program(self) -> Option<Language> {
        match self {
            Self::Program(language) => Some(language),
            Self::Person(_) => None,
        }
    }
}

fn read_lang(text: &str) -> Result<Tongue, ArgumentError> {
    person(text).map(Tongue::Person).ok_or(ArgumentError::Lang)
}

/// The language of people that a word names.
pub fn person(text: &str) -> Option<Lang> {
    match text {
        "zh" => Some(Lang::Zh),
        "en" => Some(Lang::En),
        _ => None,
    }
}

#[derive(Subcommand)]
enum Command {
    /// Make a home: keys, catalog, policies, ledger, log
    Init(init::InitArgs),
    /// Show any use of the city, from invented data to verified receipts; without more, a bank's question about a firm
    Demo(demo::DemoArgs),
    /// Ask one question and write the receipt's bundle
    Run(run::RunArgs),
    /// Invent the departments' deliveries: deterministic by seed
    Synth(synth::SynthArgs),
    /// Take deliveries into a new snapshot
    Ingest(ingest::IngestArgs),
    /// List, show, verify and prune snapshots
    #[command(subcommand, after_help = "Example: anshi snapshot list --home /tmp/anshi-demo")]
    Snapshot(snapshot::SnapshotCommand),
    /// Check, show and draft the descriptions of datasets
    #[command(subcommand, after_help = "Example: anshi catalog show tax_payment")]
    Catalog(catalog::CatalogCommand),
    /// Make a guest's project, build, inspect and register guests
    #[command(subcommand, after_help = "Example: anshi guest inspect /tmp/anshi-demo/demo/sme-credit-check.wasm")]
    Guest(guest::GuestCommand),
    /// Give a bank's developer what is needed to write guests, and nothing else
    #[command(subcommand, after_help = "Example: anshi pack import smart-finance.pack --dir bank")]
    Pack(pack::PackCommand),
    /// Check, list, explain, compare, test and approve policies
    #[command(subcommand, after_help = "Example: anshi policy list --home /tmp/anshi-demo")]
    Policy(policy::PolicyCommand),
    /// Issue and revoke consents, of the development authority or another
    #[command(subcommand, after_help = consent::ISSUE_EXAMPLE)]
    Consent(consent::ConsentCommand),
    /// Show and verify receipts
    #[command(subcommand, after_help = receipt::VERIFY_EXAMPLE)]
    Receipt(receipt::ReceiptCommand),
    /// Derive a home's log, ledger and snapshots again, tell what was asked of it, compute a label again
    #[command(subcommand, after_help = "Example: anshi audit verify --home /tmp/anshi-demo")]
    Audit(audit::AuditCommand),
    /// Show what was spent
    #[command(subcommand, after_help = "Example: anshi budget show --home /tmp/anshi-demo")]
    Budget(budget::BudgetCommand),
    /// Make, show and rotate keys
    #[command(subcommand, after_help = "Example: anshi key new --out client.jwk")]
    Key(key::KeyCommand),
    /// Copy a home, consistent as it is at one moment, while its engine runs
    Backup(backup::BackupArgs),
    /// Make a home of a backup, after every byte of it was checked
    Restore(restore::RestoreArgs),
    /// Examine a home: keys, clock, disk, ledger, mirror, data, policies
    Doctor(doctor::DoctorArgs),
    /// Ask an engine elsewhere one question over HTTP, verify its answer and write the bundle
    Submit(submit::SubmitArgs),
    /// Say who may speak to the engine, and with which keys
    #[command(subcommand, after_help = "Example: anshi client list --home /tmp/anshi-demo")]
    Client(client::ClientCommand),
    /// Offer the service over HTTP: jobs, guests, policies, budgets, the log
    Serve(serve::ServeArgs),
    /// Run a table's units as a stream: their rows as Arrow IPC on standard input, what each adds on standard output
    Worker(worker::WorkerArgs),
    /// Print the script with which a shell completes commands and arguments
    Completions(manual::CompletionsArgs),
    /// Write the manual's pages, one for each command
    Man(manual::ManArgs),
}

/// Runs the command line.
pub fn main() -> ExitCode {
    // Most commands have data in memory at some time; one that cannot be kept from files is not run.
    if forbid_core_dumps().is_err() {
        return ExitCode::FAILURE;
    }
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(CHILD_COMMAND) {
        weaken(arguments.next().as_deref());
        return if child_main().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    weaken(crate::env::variable("ANSHI_WEAKEN").as_deref());
    let words: Vec<OsString> = std::env::args_os().collect();
    let lang = wanted_lang(&words);
    let app = match parse(words) {
        Ok(app) => app,
        Err(code) => return code,
    };
    let lang = match app.common.lang {
        Some(Tongue::Person(lang)) => Some(lang),
        Some(Tongue::Program(_)) | None => lang,
    };
    let terminal = Terminal::new(app.common.json, lang);
    let lines = match app.command {
        Command::Serve(_) => Some(terminal.start_service_tracing()),
        _ => {
            terminal.start_tracing();
            None
        }
    };
    let done = dispatch(app.command, &terminal);
    // Before the error that ends the command.
    drop(lines);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal.report(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

/// The command line as it is declared, in English.
pub fn command() -> clap::Command {
    App::command()
}

/// Reads the command line, or says in the reader's language what is wrong with it or what it can do.
fn parse(words: Vec<OsString>) -> Result<App, ExitCode> {
    let terminal = Terminal::new(words.iter().any(|word| word == "--json"), wanted_lang(&words));
    let command = match terminal.lang() {
        Lang::Zh => localise(command()),
        Lang::En => command(),
    };
    let error = match command.try_get_matches_from(words).and_then(|matches| App::from_arg_matches(&matches)) {
        Ok(app) => return Ok(app),
        Err(error) => error,
    };
    if !error.use_stderr() {
        terminal.page(
            &error.render(),
            |text| if terminal.lang() == Lang::Zh { chinese_help(text) } else { text.to_owned() },
        );
        return Err(ExitCode::SUCCESS);
    }
    let (en, zh) = (error.render().to_string().trim_end().to_owned(), wrong_use(&error));
    let error = CliError::Use(Problem::Library(Bilingual { zh, en }));
    terminal.report(&error);
    Err(ExitCode::from(error.exit_code()))
}

/// The language that the command line asks for, before it is known to be right.
fn wanted_lang(words: &[OsString]) -> Option<Lang> {
    let after =
        words.iter().zip(words.iter().skip(1)).filter(|(word, _)| *word == "--lang").map(|(_, lang)| lang.to_str());
    let joined = words.iter().map(|word| word.to_str()?.strip_prefix("--lang="));
    after.chain(joined).flatten().find_map(person)
}

/// The processes of a weakened engine are weakened alike; in every other build the number means nothing.
#[cfg(feature = "weaken")]
fn weaken(number: Option<&str>) {
    if let Some(number) = number.and_then(|number| number.parse().ok()) {
        crate::env::weaken::set_number(number);
    }
}

#[cfg(not(feature = "weaken"))]
fn weaken(_: Option<&str>) {}

fn dispatch(command: Command, terminal: &Terminal) -> Result<(), CliError> {
    match command {
        Command::Init(args) => init::init(&args, terminal),
        Command::Demo(args) => demo::demo(&args, terminal),
        Command::Run(args) => run::run(&args, terminal),
        Command::Synth(args) => synth::synth(&args, terminal),
        Command::Ingest(args) => ingest::ingest_command(&args, terminal),
        Command::Snapshot(command) => snapshot::snapshot(&command, terminal),
        Command::Catalog(command) => catalog::catalog(&command, terminal),
        Command::Guest(command) => guest::guest(&command, terminal),
        Command::Pack(command) => pack::pack(&command, terminal),
        Command::Policy(command) => policy::policy(&command, terminal),
        Command::Consent(command) => consent::consent(&command, terminal),
        Command::Receipt(command) => receipt::receipt(&command, terminal),
        Command::Audit(command) => audit::audit(&command, terminal),
        Command::Budget(command) => budget::budget(&command, terminal),
        Command::Key(command) => key::key(&command, terminal),
        Command::Backup(args) => backup::backup_command(&args, terminal),
        Command::Restore(args) => restore::restore_command(&args, terminal),
        Command::Doctor(args) => doctor::doctor(&args, terminal),
        Command::Submit(args) => submit::submit(&args, terminal),
        Command::Client(command) => client::client(&command, terminal),
        Command::Serve(args) => serve::serve(&args, terminal),
        Command::Worker(args) => worker::worker(&args),
        Command::Completions(args) => manual::completions(&args, terminal),
        Command::Man(args) => manual::man(&args, terminal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The healthy firm of `anshi demo`: the examples are about somebody who is there.
    const HEALTHY: &str = "enterprise=91371402MA769M6L9G";

    fn visit(command: &clap::Command, path: &str, wrong: &mut Vec<String>) {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        match help.split_once("Example: ") {
            Some((_, example)) => {
                let words: Vec<&str> = example.split_whitespace().filter(|word| *word != "\\").collect();
                if !words.join(" ").starts_with(path) || App::try_parse_from(&words).is_err() {
                    wrong.push(format!("{path}: the example is none: {example}"));
                }
                if words.iter().any(|word| word.starts_with("enterprise=") && *word != HEALTHY) {
                    wrong.push(format!("{path}: the example is about nobody: {example}"));
                }
            }
            None => wrong.push(format!("{path}: no example")),
        }
        for argument in command.get_arguments() {
            let id = argument.get_id();
            if argument.get_help().is_none() && id != "help" && id != "version" {
                wrong.push(format!("{path}: nothing is said about `{id}`"));
            }
        }
        for inner in command.get_subcommands() {
            visit(inner, &format!("{path} {}", inner.get_name()), wrong);
        }
    }

    #[test]
    fn every_command_explains_itself_and_its_example_can_be_typed() {
        let mut wrong = Vec::new();
        visit(&App::command(), "anshi", &mut wrong);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
