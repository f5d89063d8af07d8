//! The tree under test: paths and texts, read from git or from a test. Owns `Tree`, `Violation` and the reading of
//! `Cargo.toml`; it never judges.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::{fmt, fs};

/// Every text file of the repository: its path from the root, with `/`, and what it holds.
#[derive(Default)]
pub struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect() }
    }

    /// What git tracks or would track (so a new file is held to the rules before it is committed), or without git
    /// whatever lies there. Files that are not UTF-8 are no text, and left out.
    pub fn read(root: &Path) -> Self {
        let paths = listed_by_git(root).unwrap_or_else(|| {
            let mut paths = Vec::new();
            walk(root, "", &mut paths);
            paths
        });
        let files = paths
            .into_iter()
            .filter_map(|path| fs::read_to_string(root.join(&path)).ok().map(|text| (path, text)))
            .collect();
        Self { files }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    pub fn text(&self, path: &str) -> &str {
        self.files.get(path).map_or("", String::as_str)
    }

    /// `Cargo.toml`; empty where it is missing or broken, which cargo itself would say first.
    pub fn manifest(&self) -> toml::Table {
        self.text("Cargo.toml").parse().unwrap_or_default()
    }
}

fn listed_by_git(root: &Path) -> Option<Vec<String>> {
    let listing = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .ok()?;
    let paths: Vec<String> = String::from_utf8(listing.stdout)
        .ok()?
        .split('\0')
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .collect();
    (listing.status.success() && !paths.is_empty()).then_some(paths)
}

fn walk(root: &Path, folder: &str, paths: &mut Vec<String>) {
    for entry in fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && name != "target" && name != ".git" => walk(root, &path, paths),
            Ok(kind) if kind.is_file() => paths.push(path),
            _ => {}
        }
    }
}

/// One breach of one rule, at one line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    pub path: String,
    pub line: usize,
    pub rule: &'static str,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Violation {
    pub fn new(path: &str, line: usize, rule: &'static str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, rule, message: message.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}: {}", self.path, self.line, self.rule, self.message)
    }
}

// ---------------------------------------------------------------------------------------------------------------------

#[test]
fn a_violation_prints_where_it_is_and_which_rule_it_breaks() {
    let violation = Violation::new("src/x/y.rs", 12, "layers", "what is wrong, and what to do");
    assert_eq!(violation.to_string(), "src/x/y.rs:12: layers: what is wrong, and what to do");
}

#[test]
fn the_real_tree_is_found_with_git_and_without() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(Tree::read(root).has("tests/tidy.rs"));
    let mut paths = Vec::new();
    walk(root, "", &mut paths);
    assert!(paths.iter().any(|path| path == "tests/tidy/tree.rs"));
    assert!(!paths.iter().any(|path| path.starts_with("target/") || path.starts_with(".git/")));
}
