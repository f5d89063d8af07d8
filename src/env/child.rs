//! A child process that can be killed: for work on hostile input that no limit inside a process bounds.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};

use super::Stopwatch;

/// What a child may use at most.
#[derive(Clone, Copy, Debug)]
pub struct ChildLimits {
    /// Private memory, in bytes.
    pub memory_bytes: u64,
    /// Processor time, in seconds.
    pub cpu_seconds: u64,
    /// Time on the wall, after which the parent kills it.
    pub wall: Duration,
    /// What it may print, in bytes.
    pub output_bytes: u64,
}

/// What a child that ended well printed.
#[derive(Debug)]
pub struct ChildOutput {
    /// Its standard output.
    pub stdout: Vec<u8>,
}

/// Why a child gave no output.
#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    /// It could not be started or talked to.
    #[error("cannot run the child process: {0}")]
    Io(#[from] io::Error),
    /// It ran into a limit and was killed, or crashed.
    #[error("the child process was stopped at a limit of time or memory")]
    Killed,
    /// It printed more than it may.
    #[error("the child process printed too much")]
    Output,
}

/// Lowers this process's own limits, for good. Called by the child before it touches its input.
pub fn limit_this_process(limits: &ChildLimits) -> io::Result<()> {
    let set = |resource, value: u64| setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) });
    set(Resource::Data, limits.memory_bytes)?;
    set(Resource::Cpu, limits.cpu_seconds)?;
    forbid_core_dumps()
}

/// Keeps what is in this process's memory out of files when it crashes.
pub fn forbid_core_dumps() -> io::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    Ok(())
}

/// Runs `program` with `input` on its standard input and an empty environment, until it ends or `limits.wall` has passed.
pub fn run_child(
    program: &Path,
    arguments: &[&str],
    input: &[u8],
    limits: &ChildLimits,
) -> Result<ChildOutput, ChildError> {
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(ChildError::Killed);
    };
    let output_max = limits.output_bytes;
    let (printed, status) = std::thread::scope(|scope| {
        // A child that dies early closes the pipe; its exit status says the rest.
        scope.spawn(move || drop(stdin.write_all(input)));
        let reader = scope.spawn(move || {
            let mut printed = Vec::new();
            stdout.take(output_max.saturating_add(1)).read_to_end(&mut printed).map(|_| printed)
        });
        let status = wait_or_kill(&mut child, limits.wall);
        (reader.join(), status)
    });
    let printed = printed.map_err(|_| ChildError::Killed)??;
    if !status?.success() {
        return Err(ChildError::Killed);
    }
    if printed.len() as u64 > output_max {
        return Err(ChildError::Output);
    }
    Ok(ChildOutput { stdout: printed })
}

fn wait_or_kill(child: &mut std::process::Child, wall: Duration) -> io::Result<std::process::ExitStatus> {
    let started = Stopwatch::new();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if started.elapsed() >= wall {
            child.kill()?;
            return child.wait();
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
