//! `anshi guest new`: a project for a guest, with everything inside that its build needs beside its language's tools.

use std::path::PathBuf;

use clap::{ArgAction, Args};
use serde_json::json;

use super::app::{Tongue, person};
use super::error::CliError;
use super::guest_words::GuestMessage;
use super::help::ArgumentError;
use super::terminal::Terminal;
use crate::kit::{self, CreateError, Language, Project, ProjectWorld};

/// Arguments of `anshi guest new`.
#[derive(Args)]
pub struct NewArgs {
    /// What the guest is called: a-z, 0-9 and `-`, a letter first
    pub name: String,
    /// What it is written in: rust, js, python or c
    // It has the id of the one that says in which language people read: what is written here takes its place, and that one may
    // stand beside it.
    #[arg(long, required = true, action = ArgAction::Append, value_name = "rust|js|python|c", value_parser = read_tongue)]
    pub lang: Vec<Tongue>,
    /// What it answers: verifier, a label about named parties; contributor, what a unit adds to a table
    #[arg(long, value_name = "verifier|contributor", value_parser = read_world)]
    pub world: ProjectWorld,
    /// The project's folder (default: the name, here)
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,
    /// Write the kit's files anew in a folder that is not empty; other files in it stay
    #[arg(long)]
    pub force: bool,
}

fn read_tongue(text: &str) -> Result<Tongue, ArgumentError> {
    let program = Language::of(text).map(Tongue::Program);
    program.or_else(|| person(text).map(Tongue::Person)).ok_or(ArgumentError::Program)
}

fn read_world(text: &str) -> Result<ProjectWorld, ArgumentError> {
    ProjectWorld::of(text).ok_or(ArgumentError::World)
}

/// Runs the command.
pub fn new_command(args: &NewArgs, terminal: &Terminal) -> Result<(), CliError> {
    let mut languages = args.lang.iter().filter_map(|tongue| tongue.program());
    let (Some(language), None) = (languages.next(), languages.next()) else {
        return Err(CliError::wrong(ArgumentError::Program));
    };
    let folder = args.dir.clone().unwrap_or_else(|| PathBuf::from(&args.name));
    let project = Project::new(&args.name, (language, args.world), folder).map_err(told)?;
    let written = kit::create(&project, args.force).map_err(told)?;
    let folder = project.folder.display().to_string();
    terminal.say(GuestMessage::Made { folder: folder.clone(), files: written.len(), policy: project.policy.clone() });
    let files = written.iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
    terminal.result(&json!({
        "folder": folder,
        "name": project.name,
        "language": project.language.word(),
        "world": project.world.word(),
        "policy": project.policy,
        "files": files,
    }));
    Ok(())
}

/// A name or a folder that cannot be used is wrong use; what goes wrong after that is a failure.
fn told(error: CreateError) -> CliError {
    match error {
        CreateError::Name(_) | CreateError::There(_) | CreateError::NoFolder(_) => CliError::wrong(error),
        CreateError::File(error) => error.into(),
        other => CliError::failed(other),
    }
}
