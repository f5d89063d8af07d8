//! A child process that is fed and read as a stream, for as long as its parent lives.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::weaken;

/// The process; it is ended when this is dropped.
#[derive(Debug)]
pub struct PipedChild(Child);

/// Starts `program` with pipes on its standard input and output, and an empty environment; its messages are this
/// process's. The child of a weakened engine is weakened alike.
pub fn spawn_piped(program: &Path, arguments: &[&OsStr]) -> io::Result<(PipedChild, ChildStdin, ChildStdout)> {
    let weakened = weaken::number().map(|number| ("ANSHI_WEAKEN", number.to_string()));
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(weakened)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()?;
    match (child.stdin.take(), child.stdout.take()) {
        (Some(stdin), Some(stdout)) => Ok((PipedChild(child), stdin, stdout)),
        _ => Err(io::ErrorKind::BrokenPipe.into()),
    }
}

impl PipedChild {
    /// Ends it now.
    pub fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
    }

    /// Waits for its end, and says whether that was a good one.
    pub fn ended_well(&mut self) -> bool {
        self.0.wait().is_ok_and(|status| status.success())
    }
}

impl Drop for PipedChild {
    fn drop(&mut self) {
        self.kill();
        let _ = self.0.wait();
    }
}
