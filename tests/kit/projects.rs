//! Making projects: names, folders, languages, and what a `guest.toml` may get wrong.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::run::Desk;

/// All files below a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn a_project_holds_all_that_its_build_needs() {
    let desk = Desk::new();
    let said = desk.run(&["guest", "new", "mine", "--lang", "rust", "--world", "verifier", "--json"]).with(0).json();
    let made = files(&desk.join("mine"));
    assert_eq!(said["files"].as_array().unwrap().len(), made.len());
    let rust = ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "src/lib.rs", "sdk/src/bindings/verifier.rs"];
    for file in ["guest.toml", "cases.toml", "README.md", ".gitignore", "wit/sandbox.wit"].iter().chain(&rust) {
        assert!(made.contains_key(*file), "{file}");
    }
    let text = |file: &str| String::from_utf8(made[file].clone()).unwrap();
    assert_eq!(text("wit/sandbox.wit"), include_str!("../../sandbox-guests/wit/sandbox.wit"));
    assert!(text("cases.toml").contains("guest = \"mine\"") && !text("cases.toml").contains("guest = \"revenue"));
    for (file, bytes) in &made {
        let text = String::from_utf8_lossy(bytes);
        let marks =
            ["@name@", "@policy@", "@build@", "@source@", "wit_bindgen::generate!({", env!("CARGO_MANIFEST_DIR")];
        assert!(!marks.iter().any(|mark| text.contains(mark)), "{file}");
    }
    let c = desk.run(&["guest", "new", "plain", "--lang", "c", "--world", "contributor", "--dir", "deep/er"]).with(0);
    c.saying("`deep/er`").saying("`fiscal-themes`");
    let made = files(&desk.join("deep/er"));
    for file in ["guest.c", "sdk/anshi.h", "bindings/contributor.h", "bindings/contributor_component_type.o"] {
        assert!(made.contains_key(file), "{file}");
    }
}

#[test]
fn a_name_that_is_none_makes_nothing() {
    let desk = Desk::new();
    let before = files(desk.path());
    for name in ["../up", "a/b", "/tmp/x", "Upper", "fn", "self", "test", "2nd", "a_b", "a--b", "税", "", "anshi-guest"]
    {
        let new = ["guest", "new", "--lang", "c", "--world", "verifier", "--", name];
        desk.run(&new).with(2);
    }
    let named = desk.run(&["guest", "new", "fn", "--lang", "c", "--world", "verifier", "--lang", "zh"]).with(2);
    named.saying("错误：`fn` 不能用作项目名称");
    assert_eq!(files(desk.path()), before);
}

#[test]
fn languages_and_worlds_are_those_there_are() {
    let desk = Desk::new();
    let new = |words: &[&str]| desk.run(&[&["guest", "new", "mine"], words].concat());
    new(&["--lang", "cobol", "--world", "verifier"]).with(2).saying("`rust`, `js`, `python` and `c`");
    new(&["--lang", "c", "--world", "observer"]).with(2).saying("a world is `verifier` or `contributor`");
    new(&["--lang", "zh", "--world", "verifier"]).with(2).saying("程序的语言应为");
    new(&["--lang", "c", "--lang", "rust", "--world", "verifier"]).with(2).saying("a guest is written in one of");
    new(&["--world", "verifier"]).with(2).saying("--lang");
    new(&["--lang", "c"]).with(2).saying("--world");
    assert!(!desk.join("mine").exists());
    // Elsewhere `--lang` is the language of what people read, and no other.
    desk.run(&["guest", "build", ".", "--lang", "c"]).with(2).saying("a language is `zh` or `en`");
    new(&["--lang", "c", "--world", "verifier", "--lang=zh"]).with(0).saying("下一步");
    desk.run(&["--lang", "zh", "guest", "new", "other", "--lang", "c", "--world", "verifier"]).with(0).saying("下一步");
}

#[test]
fn a_folder_with_anything_in_it_is_taken_with_force_alone() {
    let desk = Desk::new();
    let new =
        |more: &[&str]| desk.run(&[&["guest", "new", "mine", "--lang", "c", "--world", "verifier"], more].concat());
    fs::create_dir(desk.join("mine")).unwrap();
    new(&[]).with(0);
    let made = files(&desk.join("mine"));
    fs::write(desk.join("mine/notes.txt"), "of my own").unwrap();
    fs::write(desk.join("mine/guest.c"), "int changed;").unwrap();
    let changed = files(&desk.join("mine"));
    new(&[]).with(2).saying("`mine` is there and not empty");
    assert_eq!(files(&desk.join("mine")), changed);
    new(&["--force"]).with(0);
    let again = files(&desk.join("mine"));
    assert_eq!((&again["guest.c"], again["notes.txt"].as_slice()), (&made["guest.c"], &b"of my own"[..]));
    assert_eq!(again.len(), made.len() + 1);
    fs::write(desk.join("file"), "x").unwrap();
    new(&["--dir", "file", "--force"]).with(2).saying("`file` is no folder");
    assert_eq!(fs::read(desk.join("file")).unwrap(), b"x");
}

#[test]
fn a_guest_toml_that_is_wrong_builds_nothing() {
    let desk = Desk::new();
    let project = desk.make("mine", "c", "verifier");
    let good = fs::read_to_string(project.join("guest.toml")).unwrap();
    for (from, to, told) in [
        ("language = \"c\"", "language = \"cpp\"", "guest.toml:3:12"),
        ("world = ", "wrold = ", "did you mean `world`?"),
        ("name = \"mine\"", "name = \"../../mine\"", "is not a name"),
        ("name = \"mine\"", "name = mine", "guest.toml:2"),
        ("name", "nam", "did you mean `name`?"),
    ] {
        fs::write(project.join("guest.toml"), good.replacen(from, to, 1)).unwrap();
        desk.run(&["guest", "build", "mine"]).with(1).saying(told);
        let zh = desk.run(&["guest", "build", "mine", "--lang", "zh"]).with(1);
        assert!(zh.stderr.starts_with("错误"), "{}", zh.stderr);
    }
    assert!(!project.join("build").exists());
    fs::create_dir(desk.join("bare")).unwrap();
    desk.run(&["guest", "build", "bare"]).with(2).saying("neither guest.toml nor Cargo.toml");
    desk.run(&["guest", "build", "nowhere"]).with(2).saying("neither guest.toml nor Cargo.toml");
}
