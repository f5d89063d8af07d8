//! `anshi completions` and `anshi man`: what the command line tells of itself, for shells and for `man`. Never says anything
//! that `--help` does not.

use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::{Shell, generate};
use clap_mangen::Man;
use serde_json::json;

use super::app::command;
use super::error::CliError;
use super::help::localise;
use super::message::WorkMessage;
use super::pack_words::PackMessage;
use super::terminal::Terminal;
use crate::env::{create_dir, write_unsynced};
use crate::model::Lang;

/// Arguments of `anshi completions`.
#[derive(Args)]
#[command(after_help = "Example: anshi completions bash")]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

/// Arguments of `anshi man`.
#[derive(Args)]
#[command(after_help = "Example: anshi man /tmp/man1 --lang en")]
pub struct ManArgs {
    /// The folder to write the pages to: one for each command
    #[arg(value_name = "FOLDER")]
    pub dir: PathBuf,
}

/// The headings of a page: as the library writes them, in English, in Chinese.
const HEADINGS: [(&str, &str, &str); 7] = [
    ("NAME", "NAME", "名称"),
    ("SYNOPSIS", "SYNOPSIS", "用法"),
    ("DESCRIPTION", "DESCRIPTION", "说明"),
    ("OPTIONS", "OPTIONS", "选项"),
    ("SUBCOMMANDS", "COMMANDS", "命令"),
    ("EXTRA", "EXAMPLES", "示例"),
    ("VERSION", "VERSION", "版本"),
];

/// Prints the script that completes commands and arguments.
pub fn completions(args: &CompletionsArgs, terminal: &Terminal) -> Result<(), CliError> {
    let mut script = Vec::new();
    generate(args.shell, &mut command(), "anshi", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    terminal.result(&json!({ "shell": args.shell.to_string(), "script": script }));
    terminal.say(WorkMessage::Verbatim(script.trim_end().to_owned()));
    Ok(())
}

/// Writes a page for every command.
pub fn man(args: &ManArgs, terminal: &Terminal) -> Result<(), CliError> {
    let mut root = if terminal.lang() == Lang::Zh { localise(command()) } else { command() };
    root.build();
    create_dir(&args.dir)?;
    let mut pages = Vec::new();
    write_pages(&root, &args.dir, terminal.lang(), &mut pages)?;
    let folder = args.dir.display().to_string();
    terminal.result(&json!({ "folder": folder, "pages": pages }));
    terminal.say(PackMessage::Manual { folder, pages: pages.len() as u64 });
    Ok(())
}

fn write_pages(command: &clap::Command, folder: &Path, lang: Lang, pages: &mut Vec<String>) -> Result<(), CliError> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page).map_err(CliError::failed)?;
    let mut text = String::from_utf8_lossy(&page).into_owned();
    for (written, english, chinese) in HEADINGS {
        let heading = if lang == Lang::Zh { chinese } else { english };
        text = text.replace(&format!(".SH {written}\n"), &format!(".SH {heading}\n"));
    }
    let file = format!("{name}.1");
    write_unsynced(&folder.join(&file), text.as_bytes())?;
    pages.push(file);
    let mut below = command.get_subcommands().filter(|inner| !inner.is_hide_set());
    below.try_for_each(|inner| write_pages(inner, folder, lang, pages))
}
