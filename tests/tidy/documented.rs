//! Documents that list a test for every row: each row has one, and each test that is named is there. Knows only paths;
//! whether the test shows what the row says is for its reader.

use crate::house::TESTED_TABLES;
use crate::source::House;
use crate::tree::Violation;
use std::collections::BTreeSet;
use syn::Item;

const RULE: &str = "documented";
/// Stands where a row has the tests of the row above.
const SAME: &str = "the same";

pub fn check(house: &House) -> Vec<Violation> {
    let mut known = BTreeSet::new();
    for source in &house.sources {
        let module: Vec<&str> = source.module.iter().map(String::as_str).collect();
        let module = module.strip_prefix(&["crate"]).unwrap_or(&module);
        let module = module.strip_prefix(&["tests"]).unwrap_or(module).join("::");
        collect(&module, &source.ast.items, &mut known);
        known.insert(module);
    }
    let mut found = Vec::new();
    for path in TESTED_TABLES {
        let rows = house.tree.text(path).lines().zip(1..).filter_map(|(line, number)| Some((tests_of(line)?, number)));
        for (cell, number) in rows {
            let names = names(cell);
            if names.is_empty() && !cell.contains(SAME) {
                found.push(Violation::new(path, number, RULE, "the row has no test: write it, and name it"));
            }
            for name in names.into_iter().filter(|name| !known.contains(name)) {
                found.push(Violation::new(path, number, RULE, format!("there is no test `{name}`: name it as it is")));
            }
        }
    }
    found
}

/// The last cell of a table's row; `None` for other lines, headings and what is ruled below them.
fn tests_of(line: &str) -> Option<&str> {
    let cell = line.trim().strip_prefix('|')?.strip_suffix('|')?.rsplit('|').next()?.trim();
    (cell != "test" && !cell.trim_matches(['-', ':']).is_empty()).then_some(cell)
}

/// The tests that a cell names: paths in backticks; one without `::` is a neighbour of the one before.
fn names(cell: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for word in cell.split('`').skip(1).step_by(2).filter(|word| !word.contains(' ')) {
        let before = names.last().and_then(|name| name.rsplit_once("::"));
        match before {
            Some((module, _)) if !word.contains("::") => names.push(format!("{module}::{word}")),
            _ => names.push(word.to_owned()),
        }
    }
    names
}

fn collect(module: &str, items: &[Item], known: &mut BTreeSet<String>) {
    for item in items {
        match item {
            Item::Fn(function) if function.attrs.iter().any(|attribute| attribute.path().is_ident("test")) => {
                known.insert(format!("{module}::{}", function.sig.ident));
            }
            Item::Mod(inner) => {
                let path = format!("{module}::{}", inner.ident);
                collect(&path, inner.content.as_ref().map_or(&[], |(_, items)| items), known);
            }
            _ => {}
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------------

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::case::found;

    const HEAD: &str = "| input | becomes | test |\n|---|---|---|\n";
    const TEST: &str = "#[test]\nfn it_holds() {}\nfn helper() {}\n";

    fn rows(rows: &str) -> Vec<String> {
        let document = format!("{HEAD}{rows}");
        let inner = format!("//! Doc.\nmod tests {{\n{TEST}}}\n");
        found(
            RULE,
            &[
                ("docs/bad-input.md", &document),
                ("tests/main.rs", "mod faults;\n"),
                ("tests/faults.rs", TEST),
                ("src/lib.rs", "//! Doc.\npub mod data;\n"),
                ("src/data.rs", &inner),
            ],
        )
    }

    #[test]
    fn a_test_that_is_there_is_left_alone() {
        let good = "| a | b | `faults::it_holds`, library test `data::tests::it_holds` |\n| c | d | the same |\n";
        assert_eq!(rows(good), [""; 0]);
        assert_eq!(rows("| a | b | `faults` (`make faults`) |\nno `row::at_all`\n"), [""; 0]);
    }

    #[test]
    fn rows_without_a_test_and_tests_that_are_not_there_are_caught() {
        let line = |number: usize| vec![format!("docs/bad-input.md:{number}")];
        assert_eq!(rows("| a | b | later |\n"), line(3));
        assert_eq!(rows("| a | b | `faults::it_hold` |\n"), line(3));
        assert_eq!(rows("| a | b | `faults::helper` |\n"), line(3));
        assert_eq!(rows("| a | b | `faults::it_holds`, `it_holds_too` |\n"), line(3));
        assert_eq!(rows("| a | b | the same |\n| a | b | `data::it_holds` |\n"), line(4));
    }
}
