//! `anshi policy diff` of revisions of git, in a repository made for the test. Where there is no git, the tests say so and
//! check nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::command::{Said, anshi, desk};

const POLICY: &str = "policies/sme-credit-check/policy.toml";

/// Runs git in the repository.
fn git(folder: &Path, words: &[&str]) -> bool {
    let settings = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
    let mut command = Command::new("git");
    command.args(settings).args(words).current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null");
    command.output().unwrap().status.success()
}

/// A repository of three commits: the shipped policy, a tighter one, one that is looser again; `None` where there is no git.
fn repository() -> Option<TempDir> {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("SKIPPED: there is no git here, so no revision was compared");
        return None;
    }
    let folder = desk("sme-credit-check", "guest = \"x\"\n");
    let path = folder.path();
    assert!(git(path, &["init", "--quiet", "--initial-branch=main"]));
    let commit = |name: &str| {
        assert!(
            git(path, &["add", "--all"]) && git(path, &["commit", "--quiet", "-m", name]) && git(path, &["tag", name])
        );
    };
    commit("first");
    change(path, "rows_max = 200", "rows_max = 150");
    commit("second");
    change(path, "rows_max = 150", "rows_max = 300");
    commit("third");
    Some(folder)
}

fn change(folder: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(folder.join(POLICY)).unwrap();
    assert!(text.contains(from));
    fs::write(folder.join(POLICY), text.replacen(from, to, 1)).unwrap();
}

fn diff(folder: &Path, words: &[&str]) -> Said {
    anshi(folder, &[&["policy", "diff", "--lang", "en"], words].concat())
}

#[test]
fn revisions_are_compared_in_every_form() {
    let Some(folder) = repository() else { return };
    let path = folder.path();
    let inside = path.join("policies");
    let tighter = "tighter  grant.rows_max (enterprise.water_gas_heat_usage): 200 → 150";
    let looser = "looser   grant.rows_max (enterprise.water_gas_heat_usage): 150 → 300";
    for (folder, words, part, code) in [
        (path, &["first", "second", "--", "policies/sme-credit-check"][..], tighter, 0),
        (path, &["first", "second", "--", "policies/sme-credit-check/"], tighter, 0),
        (path, &["first", "second", "--", POLICY], tighter, 0),
        (path, &["first", "second", "--", "policies"], tighter, 0),
        (path, &["HEAD~2", "HEAD~1", "--", "./policies"], tighter, 0),
        // From the working folder, as git's own paths are.
        (inside.as_path(), &["first", "second", "--", "sme-credit-check"], tighter, 0),
        (inside.as_path(), &["first", "second", "--", "."], tighter, 0),
        (path, &["first:policies/sme-credit-check", "second:policies/sme-credit-check"], tighter, 0),
        (inside.as_path(), &["first:policies/sme-credit-check", "second:./sme-credit-check"], tighter, 0),
        // A revision against what lies on the disk.
        (path, &["second:policies/sme-credit-check", "policies/sme-credit-check"], looser, 3),
        (path, &["second", "main", "--", "policies"], looser, 3),
        (path, &["third:policies", "policies"], "nothing has changed", 0),
        (path, &["first:policies/accounts.toml", "policies/accounts.toml"], "nothing has changed", 0),
    ] {
        let said = diff(folder, words);
        assert!(said.out.contains(part) && said.code == code, "{words:?}: {} {}{}", said.code, said.out, said.err);
    }
    // What was deleted on the disk is still in the revision.
    fs::remove_dir_all(path.join("policies/sme-credit-check")).unwrap();
    let said = diff(path, &["HEAD:policies", "policies"]);
    assert!(said.out.contains("policy (sme-credit-check)") && said.code == 0, "{}{}", said.out, said.err);
}

#[test]
fn what_is_no_revision_is_told_and_never_an_option() {
    let Some(folder) = repository() else { return };
    let path = folder.path();
    let made = path.join("made");
    let output = format!("--output={}", made.display());
    for (words, part) in [
        (&["nope", "second", "--", "policies"][..], "has no revision `nope`"),
        (&["first", "second", "--", "nowhere"], "`./nowhere` of the revision `first` is no policy"),
        (&["first:nowhere", "policies"], "`nowhere` of the revision `first` is no policy"),
        (&["first:", "policies"], "is no policy"),
        (&[":/second", "policies"], "is no revision of git"),
        (&["first:policies", "policies/sme-credit-check"], "both must be of one kind"),
        (&["--", "first", "second"], ""),
    ] {
        let said = diff(path, words);
        assert!(said.err.contains(part) && said.code == 2, "{words:?}: {} {}{}", said.code, said.out, said.err);
    }
    // As REVISION:PATH, which the command line cannot take for an option of its own.
    for revision in [output.as_str(), "-p", "--exec=touch made"] {
        let named = format!("{revision}:policies");
        let said = anshi(
            path,
            &[
                "policy",
                "dossier",
                "sme-credit-check",
                "--policies",
                "policies",
                "--out",
                "d.html",
                &format!("--against={named}"),
            ],
        );
        assert!(said.code == 2, "{named}: {} {}", said.code, said.err);
    }
    assert!(!made.exists());
    let elsewhere = tempfile::tempdir().unwrap();
    let said = diff(elsewhere.path(), &["first", "second", "--", "policies"]);
    assert!(said.code == 1 && said.err.contains("not a git repository"), "{} {}", said.code, said.err);
}

/// A repository that would have programs run: when a file is shown, compared, checked out, when its state is read.
#[test]
fn a_repository_has_nothing_run() {
    let Some(folder) = repository() else { return };
    let path = folder.path();
    let (script, made) = (path.join("script.sh"), path.join("ran"));
    fs::write(&script, format!("#!/bin/sh\ntouch {}\ncat \"$1\"\n", made.display())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let script = script.to_str().unwrap();
    fs::write(path.join(".gitattributes"), "*.toml diff=evil filter=evil\n").unwrap();
    for name in [
        "core.fsmonitor",
        "diff.external",
        "diff.evil.textconv",
        "filter.evil.smudge",
        "core.pager",
        "alias.rev-parse",
        "core.sshCommand",
    ] {
        assert!(git(path, &["config", name, script]), "{name}");
    }
    let said = diff(path, &["first:policies", "second:policies"]);
    assert!(said.code == 0 && said.out.contains("200 → 150"), "{}{}", said.out, said.err);
    assert!(!made.exists(), "the repository had its program run");
    // The trap works: git itself falls into it.
    assert!(git(path, &["diff", "--ext-diff", "first", "second"]));
    assert!(made.exists(), "the test proves nothing");
}

#[test]
fn without_git_it_is_said() {
    let folder = desk("sme-credit-check", "guest = \"x\"\n");
    for (lang, part) in [("en", "there is no `git` here"), ("zh", "此处没有 `git`")] {
        let output = Command::new(env!("CARGO_BIN_EXE_anshi"))
            .args(["policy", "diff", "HEAD:policies", "policies", "--lang", lang])
            .current_dir(&folder)
            .env("PATH", folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && said.contains(part), "{said}");
    }
}
