//! Runs the pages for developers of guests as such a developer would: with the `anshi` of the tarball that `make dist` makes, in a
//! folder outside of the project, with nothing of the project at hand. Owns which pages those are, and what each needs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::{Desk, steps};

/// A page, and how to see whether its language's own tools are here.
struct Page {
    name: &'static str,
    /// Succeeds where the tools are here.
    needs: &'static str,
    /// What to install where they are not.
    tools: &'static str,
    /// Its example of a whole guest: the block's language, and in which project which file it would be.
    example: Option<(&'static str, &'static str)>,
    /// Whether the Chinese page is run too. Where a build takes half a minute, its commands are held against the English page's.
    both: bool,
}

const RUST: &str = "cargo --version && rustc --print sysroot";
const C: &str = "{ command -v clang && command -v wasm-ld; } || command -v zig || python3 -c 'import ziglang'";
const JS: &str = "node --version && npm view @bytecodealliance/componentize-js version";
const PYTHON: &str = "python3 -c 'import ensurepip' && python3 -m pip index versions componentize-py";
const PAGES: [Page; 5] = [
    Page { name: "guests", example: None, needs: RUST, tools: "Rust", both: true },
    Page { name: "guests/rust", example: Some(("rust", "example/src/lib.rs")), needs: RUST, tools: "Rust", both: true },
    Page { name: "guests/c", example: Some(("c", "sales/guest.c")), needs: C, tools: "clang and lld", both: true },
    Page {
        name: "guests/js",
        example: Some(("ts", "sales/src/guest.ts")),
        needs: JS,
        tools: "node, npm and its registry",
        both: false,
    },
    Page {
        name: "guests/python",
        example: Some(("python", "sales/src/guest.py")),
        needs: PYTHON,
        tools: "python3-venv, pip and its registry",
        both: false,
    },
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether the page is one of those that are run here.
pub fn is_page(file: &Path) -> bool {
    let docs = root().join("docs");
    file.starts_with(docs.join("guests")) || ["guests.md", "guests.zh.md"].iter().any(|name| file == docs.join(name))
}

/// Where `make guests` has built them.
pub fn guests() -> PathBuf {
    std::env::var_os("ANSHI_GUESTS_DIR").map_or_else(|| root().join("target/guests"), PathBuf::from)
}

/// The unpacked tarball.
fn unpacked() -> &'static Path {
    static UNPACKED: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, folder) = UNPACKED.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let tarball = printed(
            Command::new(root().join("deploy/dist/make.sh"))
                .arg(env!("CARGO_BIN_EXE_anshi"))
                .arg(folder.path())
                .arg(guests()),
        );
        let name = Path::new(&tarball).file_name().unwrap().to_str().unwrap().strip_suffix(".tar.gz").unwrap();
        printed(Command::new("tar").arg("-xzf").arg(&tarball).arg("-C").arg(folder.path()));
        let unpacked = folder.path().join(name);
        (folder, unpacked)
    });
    folder
}

/// What a command that must succeed prints.
fn printed(command: &mut Command) -> String {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim_end().to_owned()
}

/// Whether a text names a place of the project or of its builds.
fn leads_home(text: &str) -> bool {
    let built = Path::new(env!("CARGO_BIN_EXE_anshi")).parent().and_then(Path::parent).unwrap();
    [root(), built].iter().any(|place| text.contains(&place.display().to_string()))
}

/// The shell in which the project does not exist, where the system lets us make one; else a plain one.
fn shell() -> Vec<String> {
    let hide = format!("mount -t tmpfs none '{}'", root().display());
    for unshare in [&["unshare", "--mount"][..], &["unshare", "--user", "--map-root-user", "--mount"]] {
        let hidden = Command::new("unshare").args(unshare.iter().skip(1)).args(["sh", "-c", &hide]).output();
        if hidden.is_ok_and(|done| done.status.success()) {
            let mut shell: Vec<String> = unshare.iter().map(|&word| word.to_owned()).collect();
            shell.extend(["sh", "-c"].map(str::to_owned));
            shell.push(format!("{hide} && exec sh -c \"$0\""));
            return shell;
        }
    }
    eprintln!("the project cannot be hidden here: the pages for developers run beside it, and are told nothing of it");
    vec!["sh".to_owned(), "-c".to_owned()]
}

/// A developer's desk: an empty folder, the tarball's program, and no word of the project.
fn desk(folder: &Path) -> Desk {
    let path = std::env::var("PATH").unwrap();
    let path = path.split(':').filter(|place| !leads_home(place));
    let path: Vec<String> =
        std::iter::once(unpacked().join("bin").display().to_string()).chain(path.map(str::to_owned)).collect();
    let of_cargo = |name: &str| name.starts_with("CARGO") && name != "CARGO_HOME" && name != "CARGO_NET_OFFLINE";
    let mut variables: Vec<(String, Option<String>)> = std::env::vars()
        .filter(|(name, value)| {
            of_cargo(name) || name.starts_with("ANSHI") || name.starts_with("RUSTFLAGS") || leads_home(value)
        })
        .map(|(name, _)| (name, None))
        .collect();
    variables.push(("PATH".to_owned(), Some(path.join(":"))));
    variables.push(("DIST".to_owned(), Some(unpacked().display().to_string())));
    Desk { folder: folder.to_owned(), shell: shell(), variables }
}

fn page(name: &str, ending: &str) -> PathBuf {
    root().join("docs").join(format!("{name}{ending}"))
}

/// The page's example of a whole guest is one: it builds, in a project, and imports nothing.
fn build_example(desk: &Desk, page: &Path, language: &str, to: &str) {
    let text = fs::read_to_string(page).unwrap();
    let (_, example) = text.split_once(&format!("```{language}\n")).unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let project = to.split_once('/').unwrap().0;
    if !desk.folder.join(project).exists() {
        desk.type_in(&format!("anshi guest new {project} --lang {language} --world verifier"));
    }
    fs::write(desk.folder.join(to), example).unwrap();
    let built =
        desk.type_in(&format!("anshi guest build {project} && anshi guest inspect {project}/build/{project}.wasm"));
    assert!(built.contains("min_paid_fen") && built.contains("imports nothing"), "{built}");
}

/// Runs one page, and says loudly where it cannot.
fn run(Page { name, needs, tools, example, both }: &Page) {
    let found = Command::new("sh").args(["-c", needs]).output().unwrap().status.success();
    if !found {
        eprintln!("LEFT OUT: docs/{name}.md was not run: it needs {tools}");
        let must = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!must, "docs/{name}.md must be run in CI: install {tools}");
        return;
    }
    let endings = if *both { &[".md", ".zh.md"][..] } else { &[".md"] };
    for ending in endings {
        let folder = tempfile::tempdir().unwrap();
        let (desk, file) = (desk(folder.path()), page(name, ending));
        let wrong = desk.run(&file);
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
        if let (Some((language, to)), ".md") = (example, *ending) {
            build_example(&desk, &file, language, to);
        }
    }
}

#[test]
fn every_page_is_in_both_languages_with_the_same_commands() {
    let commands = |file: &Path| -> Vec<String> {
        steps(&fs::read_to_string(file).unwrap()).into_iter().map(|step| step.command).collect()
    };
    for Page { name, .. } in &PAGES {
        let (english, chinese) = (page(name, ".md"), page(name, ".zh.md"));
        assert!(!commands(&english).is_empty(), "docs/{name}.md shows nothing");
        assert_eq!(commands(&english), commands(&chinese), "docs/{name}.md and docs/{name}.zh.md");
        let headings =
            |file: &Path| fs::read_to_string(file).unwrap().lines().filter(|line| line.starts_with('#')).count();
        assert_eq!(headings(&english), headings(&chinese), "docs/{name}.md and docs/{name}.zh.md");
    }
    let mut known: Vec<PathBuf> =
        PAGES.iter().flat_map(|page| [".md", ".zh.md"].map(|ending| self::page(page.name, ending))).collect();
    let mut found: Vec<PathBuf> =
        fs::read_dir(root().join("docs/guests")).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.extend([page("guests", ".md"), page("guests", ".zh.md")]);
    known.sort();
    found.sort();
    assert_eq!(known, found);
}

#[test]
fn the_tarball_is_what_it_says_and_the_same_each_time() {
    let sums = printed(Command::new("sha256sum").args(["--check", "--quiet", "SHA256SUMS"]).current_dir(unpacked()));
    assert_eq!(sums, "");
    let again = tempfile::tempdir().unwrap();
    let make = || {
        let script = root().join("deploy/dist/make.sh");
        printed(Command::new(script).arg(env!("CARGO_BIN_EXE_anshi")).arg(again.path()).arg(guests()))
    };
    let sum = |tarball: &str| fs::read_to_string(format!("{tarball}.sha256")).unwrap();
    assert_eq!(sum(&make()), sum(&format!("{}.tar.gz", unpacked().display())));
}

#[test]
fn manual_and_completions_are_in_it() {
    let read = |path: &str| fs::read_to_string(unpacked().join(path)).unwrap();
    assert!(read("man/man1/anshi-pack-export.1").contains(".SH EXAMPLES"));
    assert!(read("man/zh_CN/man1/anshi-pack-export.1").contains(".SH 示例"));
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(read(&format!("completions/anshi.{shell}")).contains("export"), "{shell}");
    }
}

#[test]
fn every_policy_of_it_has_its_guest() {
    for cases in ["policies", "kit/policies"].iter().flat_map(|folder| fs::read_dir(unpacked().join(folder)).unwrap()) {
        let Ok(text) = fs::read_to_string(cases.unwrap().path().join("cases.toml")) else { continue };
        let guest = text.lines().find_map(|line| line.strip_prefix("guest = \"")?.split('"').next()).unwrap();
        assert!(unpacked().join(format!("guests/{guest}.wasm")).is_file(), "{guest}");
    }
    // The program finds them beside itself, wherever one stands.
    let folder = tempfile::tempdir().unwrap();
    let said = desk(folder.path()).type_in("anshi demo --scenario revenue-verification --home shown");
    assert!(said.contains("receipts hold"), "{said}");
}

#[test]
fn a_build_that_can_be_weakened_is_not_packed() {
    let folder = tempfile::tempdir().unwrap();
    let (program, out) = (folder.path().join("anshi"), folder.path().join("out"));
    fs::write(&program, "#!/bin/sh\necho 'anshi 0.1.0 (can be weakened: for tests alone)'\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let done = Command::new(root().join("deploy/dist/make.sh")).arg(&program).arg(&out).arg(guests()).output().unwrap();
    assert!(!done.status.success() && String::from_utf8_lossy(&done.stderr).contains("make build"));
    assert_eq!(fs::read_dir(&out).unwrap().count(), 0);
}

#[test]
fn the_tutorial() {
    run(&PAGES[0]);
}

#[test]
fn rust() {
    run(&PAGES[1]);
}

#[test]
fn c() {
    run(&PAGES[2]);
}

#[test]
fn javascript() {
    run(&PAGES[3]);
}

#[test]
fn python() {
    run(&PAGES[4]);
}
