//! The rules of the house, held over the whole tree: which layer may import which, where a dependency may be named,
//! which calls are banned where, how long a file and a function may be, that nothing is dead and nothing is unfinished.
//! The facts are tables in `tidy/house.rs`; each rule is a function over the tree in a file of its own, with a small
//! tree for every way to break it beside it. This test needs nothing of the library, so it also runs where that does
//! not compile. It reads the tree and never changes it.

#[path = "tidy/banned.rs"]
mod banned;
#[path = "tidy/case.rs"]
mod case;
#[path = "tidy/crates.rs"]
mod crates;
#[path = "tidy/documented.rs"]
mod documented;
#[path = "tidy/fields.rs"]
mod fields;
#[path = "tidy/files.rs"]
mod files;
#[path = "tidy/house.rs"]
mod house;
#[path = "tidy/layers.rs"]
mod layers;
#[path = "tidy/length.rs"]
mod length;
#[path = "tidy/names.rs"]
mod names;
#[path = "tidy/proof.rs"]
mod proof;
#[path = "tidy/scan.rs"]
mod scan;
#[path = "tidy/sentences.rs"]
mod sentences;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/text.rs"]
mod text;
#[path = "tidy/tree.rs"]
mod tree;

use source::House;
use std::path::Path;
use tree::{Tree, Violation};

type Rule = fn(&House) -> Vec<Violation>;

const RULES: [Rule; 18] = [
    layers::check,
    crates::check_confined,
    crates::check_dead,
    banned::check_calls,
    banned::check_unsafe,
    banned::check_floats,
    banned::check_lint_attributes,
    length::check_files,
    length::check_functions,
    files::check_dead,
    files::check_path_attributes,
    files::check_mod_rs,
    files::check_module_docs,
    proof::check,
    text::check,
    documented::check,
    sentences::check,
    fields::check,
];

/// Everything in `tree` that breaks a rule, by path and line.
fn check(tree: &Tree) -> Vec<Violation> {
    let (house, mut found) = House::read(tree);
    found.extend(RULES.iter().flat_map(|rule| rule(&house)));
    found.sort();
    found.dedup();
    found
}

#[test]
fn the_tree_is_tidy() {
    let found = check(&Tree::read(Path::new(env!("CARGO_MANIFEST_DIR"))));
    let list: Vec<String> = found.iter().map(Violation::to_string).collect();
    assert!(found.is_empty(), "{} breaches of the rules of the house:\n{}", found.len(), list.join("\n"));
}

#[test]
fn a_file_that_does_not_parse_is_caught() {
    case::catches("parse", "src/data/rows.rs", "//! Doc.\nfn f( { // <-\n", "//! Doc.\nfn f() {\n}\n");
    case::catches("parse", "tests/main.rs", "fn f() { \"\n", "fn f() { \"\"; }\n");
}

/// A whole house in small: what every rule must leave alone.
const SMALL: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        "[package]\nname = \"anshi\"\n[dependencies]\ncsv = \"1\"\nclap = \"4\"\n[dev-dependencies]\nwat = \"1\"\n",
    ),
    ("README.md", "# Anshi\n\nA sandbox; the library of guests is shared, and the work is done.\n"),
    ("policies/accounts.toml", ""),
    ("policies/credit/policy.toml", ""),
    ("src/lib.rs", "//! Anshi.\n\npub mod cli;\npub mod data;\npub mod env;\npub mod model;\npub mod policy;\n"),
    ("src/main.rs", "//! The command.\n\nfn main() {\n    std::process::exit(anshi::cli::run());\n}\n"),
    (
        "src/cli.rs",
        "//! The commands.\nuse crate::{data::Rows, env};\n/// Runs.\npub fn run() -> i32 {\n    clap::parse();\n    println!(\"{}\", Rows::read(&env::clock()).len());\n    0\n}\n",
    ),
    ("src/data/mod.rs", "//! The rows.\n\nmod rows;\n\npub use rows::Rows;\n"),
    (
        "src/data/rows.rs",
        "//! One unit's rows.\nuse crate::env::Clock;\nuse csv::Reader;\npub struct Rows(f64);\nimpl Rows {\n    pub fn read(clock: &Clock) -> Self { Reader::new(clock.now(), 1.5) }\n}\n#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn f() { assert_eq!(Rows(0.5).0, 0.5); }\n}\n",
    ),
    (
        "src/env.rs",
        "//! The clock.\nuse std::time::Instant;\n/// The clock.\npub struct Clock;\npub fn clock() -> Clock { Instant::now(); std::fs::write(a, b); unsafe { f() } }\n",
    ),
    ("src/model.rs", "//! Ids.\n#[derive(Clone, Debug)]\npub struct Id(u64);\n"),
    (
        "src/policy.rs",
        "//! The decision.\nuse crate::model::Id;\npub struct Permit { job: Id }\n#[expect(dead_code, reason = \"x\")]\nfn f() {}\n",
    ),
    ("tests/main.rs", "mod attacks;\nfn f() { wat::parse(); std::fs::write(a, b); }\n"),
    ("tests/attacks/mod.rs", "mod replay;\n"),
    ("tests/attacks/replay.rs", "fn f() {}\n"),
];

#[test]
fn a_small_house_is_tidy() {
    assert_eq!(check(&Tree::of(SMALL)), []);
}
