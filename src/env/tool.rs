//! Running a developer's tool, such as cargo or git, in a folder of the developer's.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program of this name that the folders of `PATH` have first. A folder that is named relative to where this process
/// stands is passed over: what lies in a working folder is not a tool.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let runs =
        |path: &PathBuf| path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0);
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).filter(|folder| folder.is_absolute()).map(|folder| folder.join(name)).find(runs)
}

/// Variables that would change what a build makes: another machine's guest would have another digest.
const BUILD_FLAGS: [&str; 4] = ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CPATH", "C_INCLUDE_PATH"];

/// Runs `program` in `folder`, its messages on this process's standard error; gives what it printed on
/// standard output, or `None` where it failed. Variables that would change a build's flags are taken away.
pub fn run_tool(program: &Path, arguments: &[&str], folder: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut command = Command::new(program);
    for name in BUILD_FLAGS {
        command.env_remove(name);
    }
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output()?;
    Ok(output.status.success().then_some(output.stdout))
}

/// What a tool printed, and how it ended.
#[derive(Debug)]
pub struct ToolOutput {
    /// Its exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its messages.
    pub stderr: String,
}

/// What git is told before every command: a repository's own configuration runs no program of its choice.
const GIT_OPTIONS: [&str; 10] = [
    "--no-pager",
    "--no-optional-locks",
    "--no-replace-objects",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "protocol.allow=never",
];
/// What of the environment reaches git: where programs are, and whose configuration says which folders are safe. Not
/// `GIT_DIR` and its kind, which a hook that runs this program has set.
const GIT_ENVIRONMENT: [&str; 3] = ["PATH", "HOME", "XDG_CONFIG_HOME"];

/// Runs git in the working folder, to read: without network, without pager, without a question, in its plain English.
pub fn run_git(arguments: &[&str]) -> io::Result<ToolOutput> {
    let kept = GIT_ENVIRONMENT.iter().filter_map(|name| Some((*name, std::env::var_os(name)?)));
    let output = Command::new("git")
        .args(GIT_OPTIONS)
        .args(arguments)
        .env_clear()
        .envs(kept)
        .envs([("LC_ALL", "C"), ("GIT_TERMINAL_PROMPT", "0"), ("GIT_NO_LAZY_FETCH", "1")])
        .stdin(Stdio::null())
        .output()?;
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(ToolOutput { code: output.status.code(), stdout: output.stdout, stderr })
}
