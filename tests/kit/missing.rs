//! Tools that are not here: which, how each was looked for, and the one command that installs it. Nothing else is run meanwhile.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::run::{Desk, ended};

/// Puts a program into `folder` that says `line` and leaves a file where it was run.
fn fake(folder: &Path, name: &str, line: &str) {
    fs::create_dir_all(folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n: > {name}.ran\n{line}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Fails unless building `name` with `path` as `PATH` fails with these words, in English and in Chinese.
#[track_caller]
fn lacks(desk: &Desk, name: &str, path: &Path, english: &[&str], chinese: &[&str]) {
    for (lang, words) in [("en", english), ("zh", chinese)] {
        let mut command = desk.command(&["guest", "build", name, "--lang", lang]);
        let mut said = ended(command.env("PATH", path)).with(1);
        for words in words {
            said = said.saying(words);
        }
    }
}

#[test]
fn without_cargo_or_clang_one_command_is_told() {
    let desk = Desk::new();
    let empty = desk.join("empty");
    fs::create_dir(&empty).unwrap();
    desk.make("rusty", "rust", "verifier");
    desk.make("plain", "c", "contributor");
    let rust = "help: install it with `curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh`";
    let english = ["error: `cargo` is missing: no folder of `PATH` has a program `cargo`", rust];
    lacks(&desk, "rusty", &empty, &english, &["错误：缺少 `cargo`", "提示：可用 `curl"]);
    let english = [
        "error: `clang` is missing: no folder of `PATH` has a program `clang` or `zig` or `python3 -m ziglang`",
        "help: install it with `apt-get install clang lld`",
    ];
    lacks(&desk, "plain", &empty, &english, &["缺少 `clang`", "可用 `apt-get install clang lld` 安装"]);
    fake(&empty, "clang", "exit 0");
    lacks(&desk, "plain", &empty, &["`wasm-ld` is missing", "`apt-get install clang lld`"], &["缺少 `wasm-ld`"]);
    assert!(!desk.join("plain/clang.ran").exists(), "a build that cannot end is not begun");
}

#[test]
fn without_the_target_cargo_is_not_run() {
    let desk = Desk::new();
    desk.make("rusty", "rust", "verifier");
    let (tools, sysroot) = (desk.join("tools"), desk.join("sysroot"));
    fake(&tools, "cargo", "exit 0");
    fake(&tools, "rustc", &format!("echo {}", sysroot.display()));
    let place = sysroot.join("lib/rustlib/wasm32-unknown-unknown").display().to_string();
    let there_is_no = format!("`wasm32-unknown-unknown` is missing: there is no `{place}`");
    let install = "`rustup target add wasm32-unknown-unknown`";
    lacks(&desk, "rusty", &tools, &[&there_is_no, install], &["缺少 `wasm32-unknown-unknown`：没有", install]);
    assert!(!desk.join("rusty/cargo.ran").exists());
    // With it, cargo is asked; one that makes nothing made no module.
    fs::create_dir_all(&place).unwrap();
    lacks(&desk, "rusty", &tools, &["the build made no `.wasm`"], &["编译没有产生 `.wasm`"]);
    assert!(desk.join("rusty/cargo.ran").exists());
}

#[test]
fn without_node_or_its_packages_one_command_is_told() {
    let desk = Desk::new();
    let tools = desk.join("tools");
    fs::create_dir(&tools).unwrap();
    desk.make("scripted", "js", "verifier");
    let install = "help: install it with `apt-get install nodejs npm`";
    let english = ["`node` is missing: no folder of `PATH` has a program `node` or `nodejs`", install];
    lacks(&desk, "scripted", &tools, &english, &["缺少 `node`", "提示：可用 `apt-get install nodejs npm` 安装"]);
    fake(&tools, "node", "echo v18.20.4");
    let english = ["`node 20` is missing: `node` is `v18.20.4`, and must be 20 or newer", install];
    lacks(&desk, "scripted", &tools, &english, &["缺少 `node 20`：`node` 的版本为 `v18.20.4`，须不低于 20"]);
    fake(&tools, "node", "test $1 = --version && echo v22.1.0 || echo > built");
    lacks(&desk, "scripted", &tools, &["`npm` is missing", install], &["缺少 `npm`"]);
    fake(&tools, "npm", "exit 0");
    let english = [
        "`esbuild` is missing: there is no `scripted/node_modules/esbuild`",
        "help: install it with `cd scripted && npm ci`",
    ];
    lacks(&desk, "scripted", &tools, &english, &["缺少 `esbuild`：没有 `scripted/node_modules/esbuild`"]);
    let project = desk.join("scripted");
    assert!(!project.join("npm.ran").exists() && !project.join("built").exists(), "nothing is installed by us");
}

#[test]
fn without_python_or_its_packages_one_command_is_told() {
    let desk = Desk::new();
    let tools = desk.join("tools");
    fs::create_dir(&tools).unwrap();
    desk.make("snake", "python", "contributor");
    let install = "help: install it with `apt-get install python3-venv`";
    lacks(&desk, "snake", &tools, &["`python3` is missing: no folder", install], &["缺少 `python3`"]);
    fake(&tools, "python3", "exit 1");
    let english = ["`python3-venv` is missing: `python3 -c 'import ensurepip'` failed", install];
    lacks(&desk, "snake", &tools, &english, &["缺少 `python3-venv`：`python3 -c 'import ensurepip'` 未成功"]);
    fake(&tools, "python3", "exit 0");
    let install = "cd snake && python3 -m venv .venv && .venv/bin/pip install -r requirements.txt";
    let english = ["`componentize-py` is missing: there is no `snake/.venv/bin/componentize-py`", install];
    lacks(&desk, "snake", &tools, &english, &["缺少 `componentize-py`：没有", install]);
    // One that is there and fails says itself why.
    fake(&desk.join("snake/.venv/bin"), "componentize-py", "echo 'no module named guest' >&2; exit 1");
    let english = ["no module named guest", "the guest does not build: `componentize-py` says above why"];
    lacks(&desk, "snake", &tools, &english, &["程序编译失败：原因见 `componentize-py`"]);
}

/// What lies in a working folder is not a tool, whatever `PATH` says.
#[test]
fn a_program_in_the_working_folder_is_not_run() {
    let desk = Desk::new();
    let project = desk.make("rusty", "rust", "verifier");
    for folder in [desk.path(), &project] {
        fake(folder, "cargo", "exit 0");
        fake(folder, "rustc", "exit 0");
    }
    for path in [".", "", "rusty"] {
        lacks(&desk, "rusty", Path::new(path), &["`cargo` is missing"], &["缺少 `cargo`"]);
    }
    assert!(!desk.join("cargo.ran").exists() && !project.join("cargo.ran").exists());
}
