//! The files themselves: none is dead, a `mod.rs` only puts modules together, each file of `src/` says what it is for.

use crate::scan::{What, plain};
use crate::source::{House, Source, line_of};
use crate::tree::{Tree, Violation};
use std::collections::BTreeSet;

const DEAD: &str = "dead-file";
const MOD_RS: &str = "mod-rs";
const MODULE_DOC: &str = "module-doc";
const PATH: &str = "path-attribute";
/// The folders whose files must be reachable from a root.
const REACHED: [&str; 3] = ["src/", "tests/", "benches/"];

pub fn check_dead(house: &House) -> Vec<Violation> {
    let roots = roots(house.tree, &house.manifest);
    let mut alive = BTreeSet::new();
    for root in &roots {
        reach(house, root, true, &mut alive);
    }
    let mut found = Vec::new();
    let held = |source: &&Source| REACHED.iter().any(|folder| source.path.starts_with(folder));
    for source in house.sources.iter().filter(held).filter(|source| !alive.contains(source.path)) {
        let message = "no `mod` leads here from a root of Cargo.toml: declare the file, or delete it";
        found.push(Violation::new(source.path, 1, DEAD, message));
    }
    found.extend(policies_without_policy(house.tree));
    found
}

/// The files that cargo compiles of itself: `lib.rs`, `main.rs`, and each test and bench, named in Cargo.toml or found.
fn roots(tree: &Tree, manifest: &toml::Table) -> BTreeSet<String> {
    let mut roots = BTreeSet::from(["src/lib.rs".to_owned(), "src/main.rs".to_owned()]);
    for (table, folder, automatic) in [("test", "tests", "autotests"), ("bench", "benches", "autobenches")] {
        let targets = manifest.get(table).and_then(toml::Value::as_array).into_iter().flatten();
        for target in targets {
            let text = |key: &str| target.get(key).and_then(toml::Value::as_str);
            let name = text("name").unwrap_or_default();
            match text("path") {
                Some(path) => roots.extend([path.to_owned()]),
                None => roots.extend([format!("{folder}/{name}.rs"), format!("{folder}/{name}/main.rs")]),
            }
        }
        let found = manifest.get("package").and_then(|package| package.get(automatic)?.as_bool()).unwrap_or(true);
        let top = |path: &&str| {
            let below = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
            below.is_some_and(|name| name.ends_with(".rs") && (!name.contains('/') || is_main_of_folder(name)))
        };
        roots.extend(tree.iter().map(|(path, _)| path).filter(top).filter(|_| found).map(str::to_owned));
    }
    roots
}

fn is_main_of_folder(path: &str) -> bool {
    path.split_once('/').is_some_and(|(_, name)| name == "main.rs")
}

/// Marks `path` and every file that its `mod` declarations lead to. Beside a crate's root, a `mod.rs` and a file with
/// `#[path]` stand its children; all others keep them in a folder of their own name.
fn reach<'h>(house: &'h House, path: &str, owns_folder: bool, alive: &mut BTreeSet<&'h str>) {
    let Some(source) = house.sources.iter().find(|source| source.path == path) else { return };
    if !alive.insert(source.path) {
        return;
    }
    let beside = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let folder = if owns_folder { beside } else { path.strip_suffix(".rs").unwrap_or(path) };
    reach_items(house, &source.ast.items, folder, beside, alive);
}

/// `beside` is where `#[path]` starts from.
fn reach_items<'h>(house: &'h House, items: &[syn::Item], folder: &str, beside: &str, alive: &mut BTreeSet<&'h str>) {
    for item in items {
        let syn::Item::Mod(module) = item else { continue };
        let below = format!("{folder}/{}", plain(&module.ident));
        match (&module.content, path_attribute(module)) {
            (Some((_, inner)), _) => reach_items(house, inner, &below, &below, alive),
            (None, Some(path)) => reach(house, &format!("{beside}/{path}"), true, alive),
            (None, None) => {
                reach(house, &format!("{below}.rs"), false, alive);
                reach(house, &format!("{below}/mod.rs"), true, alive);
            }
        }
    }
}

fn path_attribute(module: &syn::ItemMod) -> Option<String> {
    module.attrs.iter().filter(|attribute| attribute.path().is_ident("path")).find_map(|attribute| {
        match &attribute.meta.require_name_value().ok()?.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(path), .. }) => Some(path.value()),
            _ => None,
        }
    })
}

fn policies_without_policy(tree: &Tree) -> Vec<Violation> {
    let folder =
        |path: &str| path.strip_prefix("policies/").and_then(|rest| rest.split_once('/')).map(|(id, _)| id.to_owned());
    let ids: BTreeSet<String> = tree.iter().filter_map(|(path, _)| folder(path)).collect();
    let paths = ids.iter().map(|id| format!("policies/{id}/policy.toml"));
    let missing = paths.filter(|path| !tree.has(path));
    missing
        .map(|path| Violation::new(&path, 1, DEAD, "the folder has no policy: add it, or delete the folder"))
        .collect()
}

/// The layer of a file is read off its path, so the path must be the module's.
pub fn check_path_attributes(house: &House) -> Vec<Violation> {
    let mut found = Vec::new();
    for (_, source) in house.layered() {
        for meaning in source.meanings.iter().filter(|meaning| matches!(meaning.what, What::PathAttribute)) {
            let message = "`#[path]` hides which layer a module is in: put the file where its module is";
            found.push(Violation::new(source.path, meaning.line, PATH, message));
        }
    }
    found
}

/// A `mod.rs` holds documentation, `mod`, `use` and inline modules for tests.
pub fn check_mod_rs(house: &House) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in house.sources.iter().filter(|source| source.path.ends_with("/mod.rs")) {
        for item in source.ast.items.iter().filter(|item| !puts_together(item)) {
            let message = "mod.rs holds no logic: move this into a file that says what it is";
            found.push(Violation::new(source.path, line_of(item), MOD_RS, message));
        }
    }
    found
}

fn puts_together(item: &syn::Item) -> bool {
    match item {
        syn::Item::Use(_) => true,
        syn::Item::Mod(module) => module.content.is_none() || module.attrs.iter().any(is_for_tests),
        _ => false,
    }
}

fn is_for_tests(attribute: &syn::Attribute) -> bool {
    attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
}

pub fn check_module_docs(house: &House) -> Vec<Violation> {
    let silent = |text: &str| {
        let first = text.lines().next().and_then(|line| line.strip_prefix("//!"));
        first.is_none_or(|doc| doc.trim().is_empty())
    };
    let sources = house.layered().filter(|(_, source)| silent(source.text));
    let message = "the file begins without `//!`: say in a paragraph what it owns, and what it never does";
    sources.map(|(_, source)| Violation::new(source.path, 1, MODULE_DOC, message)).collect()
}

// ---------------------------------------------------------------------------------------------------------------------

#[cfg(test)]
mod tests {
    use super::{DEAD, MOD_RS, MODULE_DOC, PATH};
    use crate::case::{catches, found, passes};

    #[test]
    fn a_file_that_no_module_declares_is_caught() {
        let lib = ("src/lib.rs", "mod env;\nmod config;\n#[cfg(test)] mod data;");
        let tree = [
            lib,
            ("src/main.rs", "fn main() {}"),
            ("src/config.rs", "mod limits;"),
            ("src/config/limits.rs", ""),
            ("src/env/mod.rs", "mod clock;\nmod r#type;\nmod inner { mod deep; }"),
            ("src/env/clock.rs", "#[cfg(test)]\nmod tests;"),
            ("src/env/clock/tests.rs", ""),
            ("src/env/type.rs", ""),
            ("src/env/inner/deep.rs", ""),
            ("src/data.rs", ""),
        ];
        assert_eq!(found(DEAD, &tree), [""; 0]);
        for dead in
            ["src/env/limits.rs", "src/limits.rs", "src/env/clock/clock.rs", "src/env/deep.rs", "src/env/tests.rs"]
        {
            assert_eq!(found(DEAD, &[tree.as_slice(), &[(dead, "")]].concat()), [format!("{dead}:1")]);
        }
        let commented = [
            lib,
            ("src/env.rs", "// mod clock;\n"),
            ("src/config.rs", ""),
            ("src/data.rs", ""),
            ("src/env/clock.rs", ""),
        ];
        assert_eq!(found(DEAD, &commented), ["src/env/clock.rs:1"]);
    }

    #[test]
    fn a_test_that_cargo_does_not_run_is_caught() {
        let manifest = "[package]\nautotests = false\nautobenches = false\n[[test]]\nname = \"tidy\"\npath = \"tests/tidy.rs\"\n\
            [[test]]\nname = \"main\"\n[[bench]]\nname = \"jobs\"\npath = \"benches/jobs.rs\"\n";
        let tree = [
            ("Cargo.toml", manifest),
            ("tests/tidy.rs", "#[path = \"tidy/tree.rs\"]\nmod tree;"),
            ("tests/tidy/tree.rs", "mod leaf;"),
            ("tests/tidy/leaf.rs", ""),
            ("tests/main.rs", "mod attacks;\nmod http;"),
            ("tests/attacks/mod.rs", "mod replay;"),
            ("tests/attacks/replay.rs", ""),
            ("tests/http.rs", ""),
            ("benches/jobs.rs", ""),
        ];
        assert_eq!(found(DEAD, &tree), [""; 0]);
        for dead in
            ["tests/more.rs", "tests/attacks/flood.rs", "tests/more/main.rs", "benches/more.rs", "tests/tree.rs"]
        {
            assert_eq!(found(DEAD, &[tree.as_slice(), &[(dead, "")]].concat()), [format!("{dead}:1")]);
        }
        let automatic = [("tests/a.rs", ""), ("tests/b/main.rs", ""), ("benches/c.rs", "")];
        assert_eq!(found(DEAD, &automatic), [""; 0]);
        assert_eq!(found(DEAD, &[("tests/b/c.rs", "")]), ["tests/b/c.rs:1"]);
    }

    #[test]
    fn a_policy_folder_without_a_policy_is_caught() {
        let cases = ("policies/credit/cases.toml", "");
        assert_eq!(found(DEAD, &[cases]), ["policies/credit/policy.toml:1"]);
        assert_eq!(found(DEAD, &[cases, ("policies/credit/policy.toml", ""), ("policies/accounts.toml", "")]), [""; 0]);
    }

    #[test]
    fn a_path_attribute_is_caught_in_src() {
        catches(PATH, "src/data/mod.rs", "#[path = \"../env/clock.rs\"]\nmod clock;", "#[doc = \"path\"]\nmod clock;");
        catches(PATH, "src/data/mod.rs", "#[cfg_attr(unix, path = \"a.rs\")]\nmod clock;", "mod clock;");
        passes(PATH, "tests/tidy.rs", "#[path = \"tidy/tree.rs\"]\nmod tree;");
    }

    #[test]
    fn logic_in_mod_rs_is_caught() {
        let clean = "//! Doc.\n#![deny(a)]\nmod a;\npub mod b;\nuse a::X;\npub use b::{Y, Z};\n#[cfg(test)]\nmod tests { fn f() {} }";
        for bad in [
            "fn f() {}",
            "struct X;",
            "enum X {}",
            "impl X {}",
            "const A: u8 = 1;",
            "static A: u8 = 1;",
            "trait X {}",
            "type X = u8;",
            "macro_rules! m { () => {} }",
            "m!();",
            "mod inner { fn f() {} }",
            "#[cfg(unix)] mod inner {}",
        ] {
            for path in ["src/data/mod.rs", "tests/attacks/mod.rs"] {
                catches(MOD_RS, path, bad, clean);
            }
            passes(MOD_RS, "src/data/rows.rs", bad);
        }
    }

    #[test]
    fn a_file_of_src_without_a_paragraph_is_caught() {
        for bad in ["", "use std::fs;\n", "// Owns x.\n", "/// Owns x.\nfn f() {}", "//!\n//! Owns x.", "\n//! Owns x."]
        {
            catches(MODULE_DOC, "src/data/rows.rs", bad, "//! Owns the rows of a unit, and never writes.\n");
        }
        passes(MODULE_DOC, "tests/main.rs", "fn f() {}");
    }
}
