//! Runs what the documents show. Every ```console block of every Markdown file is typed into a shell, the blocks of one
//! file in order and in one folder, and what comes out is compared with what the file says.
//!
//! `$ ` begins a command, a line that ends with `\` goes on in the next, which begins with `> `; everything else is
//! output. `[..]` stands for anything within a line, a line `...` for any number of lines. A command must succeed, unless
//! it ends with `; echo $?` or the like. The folder holds the project's `catalog`, `policies`, `sandbox-guests` and `docs`, and
//! in `target/guests` the guests that `make guests` built; a home made in one block is there in the next.
//! The pages for developers of guests are another matter: `docs/tarball.rs` runs them from the tarball, outside of the project.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "docs/tarball.rs"]
mod tarball;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// What the commands of a document may read of the project.
const SHOWN: [&str; 4] = ["catalog", "policies", "sandbox-guests", "docs"];

/// One command with the output that the document promises.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    line: usize,
    command: String,
    output: Vec<String>,
}

/// The steps of the console blocks of `text`.
fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for (number, line) in (1..).zip(text.lines()) {
        if line.starts_with("```") {
            inside = !inside && line == "```console";
            continue;
        }
        let step = steps.last_mut().filter(|_| inside);
        match (step, line.strip_prefix("$ "), line.strip_prefix("> ")) {
            (_, Some(command), _) if inside => {
                steps.push(Step { line: number, command: command.to_owned(), output: Vec::new() });
            }
            (Some(step), _, Some(more)) if step.command.ends_with('\\') => {
                step.command.push('\n');
                step.command.push_str(more);
            }
            (Some(step), ..) => step.output.push(line.to_owned()),
            (None, ..) => {}
        }
    }
    for step in &mut steps {
        while step.output.last().is_some_and(String::is_empty) {
            step.output.pop();
        }
    }
    steps
}

/// Whether `line` is what `pattern` says, `[..]` standing for anything.
fn line_fits(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split("[..]");
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(place) = rest.find(part) else { return false };
        rest = rest.get(place + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

/// Whether `lines` are what `patterns` say, a pattern `...` standing for any number of lines.
fn fits(patterns: &[String], lines: &[&str]) -> bool {
    match (patterns.split_first(), lines.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first == "..." => {
            fits(rest, lines) || lines.split_first().is_some_and(|(_, later)| fits(patterns, later))
        }
        (Some((pattern, patterns)), Some((line, lines))) => line_fits(pattern, line) && fits(patterns, lines),
        _ => false,
    }
}

/// Where a document's commands are typed.
struct Desk {
    folder: PathBuf,
    /// What each command is given to: `sh -c`, and whatever goes before it.
    shell: Vec<String>,
    /// Variables of the environment, and what is done with them.
    variables: Vec<(String, Option<String>)>,
}

impl Desk {
    /// What a command prints, and how it ends.
    fn give(&self, command: &str, locale: &str) -> (String, ExitStatus) {
        let (program, first) = self.shell.split_first().unwrap();
        let mut shell = Command::new(program);
        shell.args(first).arg(format!("exec 2>&1\n{command}")).current_dir(&self.folder);
        for (name, value) in &self.variables {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        let done = shell.env("LC_ALL", locale).output().unwrap();
        (String::from_utf8_lossy(&done.stdout).into_owned(), done.status)
    }

    /// What a command prints that must succeed.
    fn type_in(&self, command: &str) -> String {
        let (printed, status) = self.give(command, "C.UTF-8");
        assert!(status.success(), "$ {command}\n{printed}");
        printed
    }

    /// Runs a file's steps; gives what went otherwise than it says.
    fn run(&self, file: &Path) -> Vec<String> {
        let name = file.to_string_lossy();
        let chinese = [".zh-CN.md", ".zh.md"].iter().any(|ending| name.ends_with(ending));
        let locale = if chinese { "zh_CN.UTF-8" } else { "C.UTF-8" };
        let mut wrong = Vec::new();
        for Step { line, command, output } in steps(&fs::read_to_string(file).unwrap()) {
            let (printed, status) = self.give(&command, locale);
            let lines: Vec<&str> = printed.trim_end().lines().map(str::trim_end).collect();
            if !status.success() || !fits(&output, &lines) {
                let wanted = output.join("\n");
                wrong.push(format!("{name}:{line}: $ {command}\n--- promised\n{wanted}\n--- {status}\n{printed}"));
            }
        }
        wrong
    }
}

/// Runs a file's steps beside the project; gives what went otherwise than it says.
fn run(file: &Path) -> Vec<String> {
    if steps(&fs::read_to_string(file).unwrap()).is_empty() {
        return Vec::new();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (folder, commands) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    SHOWN.iter().for_each(|name| symlink(root.join(name), folder.path().join(name)).unwrap());
    fs::create_dir(folder.path().join("target")).unwrap();
    symlink(tarball::guests(), folder.path().join("target/guests")).unwrap();
    symlink(env!("CARGO_BIN_EXE_anshi"), commands.path().join("anshi")).unwrap();
    let path = format!("{}:{}", commands.path().display(), std::env::var("PATH").unwrap());
    let shell = ["sh", "-c"].map(str::to_owned).to_vec();
    Desk { folder: folder.path().to_owned(), shell, variables: vec![("PATH".to_owned(), Some(path))] }.run(file)
}

/// The Markdown files of the project's own folders.
fn documents(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            documents(&path, into);
        } else if name.ends_with(".md") {
            into.push(path);
        }
    }
}

#[test]
fn what_the_documents_show_is_what_happens() {
    let mut files = Vec::new();
    documents(Path::new(env!("CARGO_MANIFEST_DIR")), &mut files);
    files.sort();
    files.retain(|file| !tarball::is_page(file));
    let wrong: Vec<String> = files.iter().flat_map(|file| run(file)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_difference_is_noticed() {
    let shown = "```console\n$ a \\\n> b\none [..] two\n...\nend\n\n```\n```sh\n$ c\n```\n```console\n$ d\n```\n";
    let steps = steps(shown);
    let commands: Vec<(usize, &str)> = steps.iter().map(|step| (step.line, step.command.as_str())).collect();
    assert_eq!(commands, [(2, "a \\\nb"), (13, "d")]);
    let output = &steps.first().unwrap().output;
    assert!(fits(output, &["one x two", "end"]) && fits(output, &["one  two", "x", "", "end"]));
    for other in [&["one x two"][..], &["one two", "end"], &["one x twos", "end"], &["one x two", "end", "x"]] {
        assert!(!fits(output, other), "{other:?}");
    }
    assert!(line_fits("a[..]b[..]c", "a b c") && !line_fits("a[..]b[..]c", "a c b") && !line_fits("ab[..]bc", "abc"));
}
