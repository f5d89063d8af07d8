//! Running the command as a developer does: in a folder of theirs, with the tools that they have.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a run printed, and how it ended.
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// Fails unless it ended so.
    #[track_caller]
    pub fn with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        self
    }

    /// Fails unless it was said.
    #[track_caller]
    pub fn saying(self, words: &str) -> Self {
        assert!(self.stdout.contains(words) || self.stderr.contains(words), "{words}: {}{}", self.stdout, self.stderr);
        self
    }

    /// The JSON that it printed.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap()
    }
}

/// A developer's folder, outside of the repository, with a cargo home that has never seen a crate.
pub struct Desk(tempfile::TempDir);

impl Desk {
    pub fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(desk.path().join("cargo-home")).unwrap();
        desk
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn join(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_anshi"));
        command.args(words).current_dir(self.path()).env("CARGO_HOME", self.join("cargo-home"));
        command.env("CARGO_NET_OFFLINE", "true").env("LC_ALL", "C.UTF-8");
        command.env_remove("CARGO_TARGET_DIR").env_remove("CARGO_INCREMENTAL");
        command
    }

    pub fn run(&self, words: &[&str]) -> Ended {
        ended(&mut self.command(words))
    }

    /// Makes a project that is called `name`.
    pub fn make(&self, name: &str, language: &str, world: &str) -> PathBuf {
        self.run(&["guest", "new", name, "--lang", language, "--world", world]).with(0);
        self.join(name)
    }
}

pub fn ended(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    Ended { code: output.status.code().unwrap(), stdout, stderr }
}

/// Whether a folder of `PATH` has this program.
pub fn has(program: &str) -> bool {
    std::env::split_paths(&std::env::var_os("PATH").unwrap()).any(|folder| folder.join(program).is_file())
}
