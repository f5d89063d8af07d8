//! Running a developer's tool, such as cargo, in a folder of the developer's.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs `program` in `folder`, its messages on this process's standard error; gives what it printed on
/// standard output, or `None` where it failed. Variables that would change a build's flags are taken away.
pub fn run_tool(program: &str, arguments: &[&str], folder: &Path) -> io::Result<Option<Vec<u8>>> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    Ok(output.status.success().then_some(output.stdout))
}
