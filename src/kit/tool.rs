//! The tools of a developer that a build runs: found, or missing with the one command that installs them. Owns how a tool is
//! looked for; what it is told is each language's own.

use std::path::{Path, PathBuf};

use super::error::BuildError;
use crate::env::{find_program, run_tool};
use crate::model::Chinese;

/// A tool that a build needs and that is not here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{what}` is missing: {looked}\nhelp: install it with `{install}`")]
pub struct MissingTool {
    /// What it is called, without more: a program, a package, a target.
    pub what: String,
    /// How it was looked for.
    pub looked: Looked,
    /// The one command that installs it.
    pub install: &'static str,
}

/// How a tool was looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Looked {
    /// As a program of one of these names.
    #[error("no folder of `PATH` has a program {}", names(.0, " or "))]
    Path(Vec<String>),
    /// At a place of the file system.
    #[error("there is no `{}`", .0.display())]
    Place(PathBuf),
    /// By running this.
    #[error("`{0}` failed")]
    Asked(String),
    /// By its version, which is too old, or none.
    #[error("`{program}` is `{found}`, and must be {least} or newer")]
    Version {
        /// The program that was asked.
        program: String,
        /// What it says.
        found: String,
        /// The oldest that will do.
        least: String,
    },
}

fn names(names: &[String], between: &str) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(between)
}

impl Chinese for MissingTool {
    fn chinese(&self) -> String {
        let Self { what, looked, install } = self;
        format!("缺少 `{what}`：{}\n提示：可用 `{install}` 安装", looked.chinese())
    }
}

impl Chinese for Looked {
    fn chinese(&self) -> String {
        match self {
            Self::Path(programs) => format!("`PATH` 的各文件夹中没有程序 {}", names(programs, " 或 ")),
            Self::Place(path) => format!("没有 `{}`", path.display()),
            Self::Asked(command) => format!("`{command}` 未成功"),
            Self::Version { program, found, least } => {
                format!("`{program}` 的版本为 `{found}`，须不低于 {least}")
            }
        }
    }
}

/// A program that is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    name: String,
    path: PathBuf,
}

impl Tool {
    /// Finds the first of `programs` that a folder of `PATH` has. `install` is the one command that brings it.
    pub fn find(programs: &[&str], install: &'static str) -> Result<Self, BuildError> {
        let found = programs.iter().find_map(|name| Some(Self { name: (*name).to_owned(), path: find_program(name)? }));
        found.ok_or_else(|| {
            let names: Vec<String> = programs.iter().map(|&name| name.to_owned()).collect();
            let what = programs.first().copied().unwrap_or_default().to_owned();
            BuildError::Missing(MissingTool { what, looked: Looked::Path(names), install })
        })
    }

    /// The tool `name` of a project's own folder; `None` where it is not at that place.
    pub fn at(name: &str, path: &Path) -> Option<Self> {
        // A tool is told its arguments in another folder than this process's.
        let path = std::path::absolute(path).ok().filter(|path| path.is_file())?;
        Some(Self { name: name.to_owned(), path })
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs it in `folder`, its messages on standard error as they are; gives what it printed, or `None` where it failed.
    pub fn try_run(&self, arguments: &[&str], folder: &Path) -> Result<Option<Vec<u8>>, BuildError> {
        run_tool(&self.path, arguments, folder)
            .map_err(|error| BuildError::Start { tool: self.name.clone(), error: error.to_string() })
    }

    /// The same for a run that must succeed.
    pub fn run(&self, arguments: &[&str], folder: &Path) -> Result<Vec<u8>, BuildError> {
        self.try_run(arguments, folder)?.ok_or_else(|| BuildError::Failed { tool: self.name.clone() })
    }
}
